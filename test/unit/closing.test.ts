import { describe, it } from 'vitest';
import {
  carriedOut,
  convened,
  decided,
  closed,
  met,
  noViolation,
  notified,
  objectives,
  recorded,
  reported,
  safe,
  settled,
  toldAll,
} from '../support/chapters.ts';
import { ada, cleo, kim, rui } from '../support/cast.ts';
import { elapsed, given, later, type Happening } from '../support/story.ts';

const close = ada('case.close');

describe('closing', () => {
  it('closes when everything is settled, and keeps how every stage ended', () => {
    given(...settled)
      .when(close)
      .then({ status: 'closed', intake: 'reported', appeal: 'open', reporterCare: 'followedUp' });
  });

  const tell = cleo('care.followUpWithReporter', { covered: ['discussed'], medium: 'phone' });
  const acted = [
    cleo('immediate.assess', { needed: true }),
    cleo('immediate.takeAction', { kind: 'leave-event' }),
    cleo('immediate.resolve'),
  ];
  const nobodyTold = ['reporterCare', 'followUp: other-2'];
  const metTwice = [...met, tell, ada('meeting.reconvene'), ...met.slice(reported.length)];
  const owing: readonly (readonly [missing: readonly string[], story: readonly Happening[]])[] = [
    [['intake', 'leadsMeeting', 'decision', 'reporterCare'], recorded],
    [['leadsMeeting', 'decision', 'reporterCare'], reported],
    [['decision', ...nobodyTold], met],
    [['response 1: warning', 'response 2: ban', ...nobodyTold, 'notification'], decided],
    [['response 1: warning', 'response 2: ban', ...nobodyTold], notified],
    [nobodyTold, noViolation],
    [['followUp: other-2'], [...noViolation, ...toldAll.slice(0, 1)]],
    [['decision', 'followUp: reporter', 'followUp: other-2'], metTwice],
    [['notification'], [...decided, ...carriedOut, ...toldAll]],
    [['immediateResponse'], [...settled, ...acted.slice(0, 1)]],
    [['interimActions'], [...settled, ...acted]],
    [['appeal'], [...settled, cleo('appeal.file')]],
  ];
  it.each(owing)('owes %j', (missing, story) => {
    given(...story)
      .when(close)
      .thenRefusedFor('settled-before-close', { missing });
  });

  it('owes the reporter an answer that no meeting planned', () => {
    const nothingPlanned = ada('meeting.planFollowUps', { followUps: [] });
    const [conclude, decline] = [ada('meeting.conclude'), ada('followUp.decline')];
    const decide = ada('decision.record', {
      violation: false,
      deciders: ['ada', 'ben'],
      responses: [],
    });
    given(...convened, ...objectives, nothingPlanned, conclude, decline, decide)
      .when(close)
      .thenRefusedFor('settled-before-close', { missing: ['reporterCare'] });
  });

  it('needs no notification where there was no violation', () => {
    given(...noViolation, ...toldAll)
      .when(close)
      .then({ status: 'closed' });
  });

  it('is free where no report was recorded, or the case is a duplicate, but for what goes on', () => {
    const needed = cleo('immediate.assess', { needed: true });
    given(safe).when(kim('case.close')).then({ status: 'closed', intake: 'receiving' });
    given(...convened, ada('case.link', { relation: 'duplicate' }))
      .when(close)
      .then({ status: 'closed', leadsMeeting: 'inSession' });
    given(...convened, ada('case.link', { relation: 'pattern' }))
      .when(close)
      .thenExactlyRefused('settled-before-close');
    given(...convened, ada('case.link', { relation: 'duplicate' }), needed)
      .when(close)
      .thenExactlyRefused('settled-before-close');
    given(needed).when(close).thenExactlyRefused('settled-before-close');
  });

  it('stops every clock', () => {
    given(...recorded, ada('case.link', { relation: 'duplicate' }))
      .when(close)
      .thenClocks({});
    given(...recorded, ada('case.link', { relation: 'duplicate' }), close, later('P8D'))
      .when(elapsed('reporterFollowUp'))
      .thenNothing();
  });

  it('leaves the case at rest', () => {
    given(...closed)
      .when(ada('case.close'))
      .thenExactlyRefused('in-its-stage', 'case-closed');
    given(...closed)
      .when(rui('care.provide', { kind: 'water' }))
      .thenExactlyRefused('in-its-stage', 'case-closed');
  });
});
