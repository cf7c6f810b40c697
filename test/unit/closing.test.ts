import { describe, it } from 'vitest';
import {
  carriedOut,
  closed,
  decided,
  meetAgain,
  met,
  noViolation,
  notified,
  recorded,
  reported,
  safe,
  settled,
  tellReporter,
  toldAll,
} from '../support/chapters.ts';
import { ada, ben, cleo, departing, dov, kim, oli, rui } from '../support/cast.ts';
import { elapsed, given, inTime, later, sceneAfter, type Happening } from '../support/story.ts';

const close = ada('case.close');
const seqOf = (...story: readonly Happening[]) => sceneAfter(...story).seq;
const leaving = (by: typeof ada, items: readonly string[]) =>
  departing(by('case.close'), { rule: 'settled-before-close', ground: 'impossible', items });
const confirm = (by: typeof ada, seq: number) => by('case.confirm', { seq });

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
  const responses = ['response: reported-1 1', 'response: reported-1 2'];
  const notification = 'notification: reported-1';
  const nobodyTold = ['reporterCare: reporter', 'followUp: other-2'];
  const owing: readonly (readonly [missing: readonly string[], story: readonly Happening[]])[] = [
    [['intake', 'leadsMeeting', 'decision: reported-1', 'reporterCare: reporter'], recorded],
    [['leadsMeeting', 'decision: reported-1', 'reporterCare: reporter'], reported],
    [['decision: reported-1', ...nobodyTold], met],
    [[...responses, notification, ...nobodyTold], decided],
    [[...responses, ...nobodyTold], notified],
    [nobodyTold, noViolation],
    [['followUp: other-2'], [...noViolation, tellReporter]],
    [
      ['decision: reported-1', 'followUp: other-2'],
      [...met, tell],
    ],
    [[notification], [...decided, ...carriedOut, ...toldAll]],
    [['immediateResponse'], [...settled, ...acted.slice(0, 1)]],
    [['interimActions'], [...settled, ...acted]],
    [['appeal: reported-1'], [...settled, cleo('appeal.file')]],
    [['leadsMeeting'], [...settled, ada('meeting.reconvene')]],
  ];
  it.each(owing)('owes %j', (missing, story) => {
    given(...story)
      .when(close)
      .thenRefusedFor('settled-before-close', { missing });
  });

  it('needs no notification where there was no violation, and no second meeting’s decision', () => {
    given(...noViolation, ...toldAll)
      .when(close)
      .then({ status: 'closed' });
    given(...settled, ...meetAgain)
      .when(close)
      .then({ status: 'closed' });
  });

  it('is free where no report was recorded, but for what goes on', () => {
    const needed = cleo('immediate.assess', { needed: true });
    given(safe).when(kim('case.close')).then({ status: 'closed', intake: 'receiving' });
    given(needed).when(close).thenExactlyRefused('settled-before-close');
  });

  it('stops every clock; what fell due meanwhile runs out at the reopening', () => {
    const all = ['intake', 'leadsMeeting', 'decision', 'reporterCare'];
    const proposed = [...recorded, leaving(ada, all)];
    const resting = [...proposed, confirm(ben, seqOf(...proposed))];
    given(...proposed)
      .when(confirm(ben, seqOf(...proposed)))
      .thenClocks({});
    given(...resting, later('P8D'))
      .when(elapsed('leadsMeet'))
      .thenNothing();
    given(...resting, later('P8D'), ada('case.reopen'))
      .when(elapsed('reporterFollowUp'))
      .then({ reporterCare: 'overdue', leadsMeeting: 'idle' });
  });

  it('has the leads meet over no duplicate: that is done elsewhere', () => {
    const proposed = [...reported, ada('case.link', { relation: 'duplicate' })];
    given(...proposed)
      .when(confirm(ben, seqOf(...proposed)))
      .thenClocks({ reporterFollowUp: inTime('P7D') });
  });

  it('leaves the case at rest', () => {
    for (const event of [close, rui('care.provide', { kind: 'water' })])
      given(...closed)
        .when(event)
        .thenExactlyRefused('in-its-stage', 'case-closed');
  });
});

describe('closing over what cannot be done', () => {
  const nearly = settled.slice(0, -1);
  const seq = seqOf(...nearly) + 1;

  it('takes a second person, and names every item', () => {
    for (const items of [['followUp: other-2'], ['followUp']])
      given(...nearly)
        .when(leaving(ada, items))
        .thenFacts({
          closedAt: null,
          proposals: [{ seq, type: 'case.close', by: { person: 'ada' } }],
        });
    for (const items of [[], ['decision'], ['followUp', 'decision']])
      given(...nearly)
        .when(leaving(ada, items))
        .thenExactlyRefused('departure-is-allowed', 'settled-before-close');
    const proposed = [...nearly, leaving(ada, ['followUp'])];
    given(...proposed)
      .when(confirm(ada, seq))
      .thenExactlyRefused('takes-two');
    given(...proposed)
      .when(confirm(kim, seq))
      .thenExactlyRefused('who-may-act');
    for (const second of [ben, dov])
      given(...proposed)
        .when(confirm(second, seq))
        .thenFacts({
          proposals: [],
          departures: [
            { rule: 'settled-before-close', by: 'ada', review: { outcome: 'endorsed' } },
          ],
        });
    given(...proposed)
      .when(confirm(dov, seq))
      .then({ status: 'closed' });
  });

  it('is judged again when it is confirmed, and stands in nothing’s way until then', () => {
    const proposed = [...nearly, leaving(ada, ['followUp'])];
    given(...proposed, ada('meeting.planFollowUps', { followUps: [{ for: 'other-1' }] }))
      .when(confirm(dov, seq))
      .then({ status: 'closed' });
    given(...proposed, cleo('appeal.file'))
      .when(confirm(dov, seq))
      .thenExactlyRefused('departure-is-allowed', 'settled-before-close');
    given(...proposed, cleo('care.followUpWithImpacted', { for: 'other-2' }))
      .when(confirm(dov, seq))
      .thenExactlyRefused('departure-is-allowed');
    given(...proposed, ada('case.recuse', { person: 'dov' }))
      .when(confirm(dov, seq))
      .thenRefused('recused-take-no-part');
    given(...proposed, dov('case.recuse', { person: 'ada' }))
      .when(confirm(dov, seq))
      .thenRefused('recused-take-no-part');
  });

  it('may be taken back', () => {
    given(...nearly, leaving(ada, ['followUp']))
      .when(cleo('case.withdraw', { seq }))
      .thenFacts({ proposals: [] });
    given(...nearly)
      .when(cleo('case.withdraw', { seq }))
      .thenExactlyRefused('known-reference');
  });

  it('is never over an immediate response, a lift, or an appeal', () => {
    const acting = cleo('immediate.assess', { needed: true });
    given(...nearly, acting)
      .when(leaving(ada, ['immediateResponse', 'followUp']))
      .thenExactlyRefused('departure-is-allowed', 'settled-before-close');
    given(...nearly, cleo('appeal.file'))
      .when(leaving(ada, ['appeal', 'followUp']))
      .thenExactlyRefused('departure-is-allowed', 'settled-before-close');
    const amended = ada('decision.amend', { deciders: ['ada', 'ben'], responses: [{ keep: 1 }] });
    given(...nearly, ...meetAgain, amended)
      .when(leaving(ada, ['lift', 'notification', 'followUp']))
      .thenExactlyRefused('departure-is-allowed', 'settled-before-close');
  });
});

describe('a case that is none', () => {
  const none = cleo('case.void', { reason: 'spam' });

  it('is called so by two, closes, and owes nothing', () => {
    given(...reported)
      .when(none)
      .then({ status: 'open' });
    const proposed = [...reported, none];
    given(...proposed)
      .when(confirm(ben, seqOf(...proposed)))
      .thenFacts({ voided: { reason: 'spam', by: ['cleo', 'ben'] } });
    given(...proposed, confirm(ben, seqOf(...proposed)))
      .when(ada('case.reopen'))
      .thenFacts({ voided: null, closedAt: null });
  });

  it('is erased by a third person, after a while', () => {
    const proposed = [...recorded, dov('case.void', { reason: 'test' })];
    const voided = [...proposed, confirm(ben, seqOf(...proposed))];
    const erase = (by: typeof ada) => by('case.erase', { reason: 'mistake' });
    given(...voided, later('P30D'))
      .when(erase(oli))
      .thenFacts({ erased: true });
    given(...voided, later('P30D'))
      .when(erase(dov))
      .thenExactlyRefused('takes-two');
    given(...voided, later('P29D'))
      .when(erase(oli))
      .thenExactlyRefused('takes-two');
  });

  it('is not, where somebody met over it, did something, or decided', () => {
    const acted = [
      cleo('immediate.assess', { needed: true }),
      cleo('immediate.takeAction', { kind: 'leave-event' }),
    ];
    for (const story of [acted, met, settled])
      given(...story)
        .when(none)
        .thenExactlyRefused('void-before-work');
  });
});
