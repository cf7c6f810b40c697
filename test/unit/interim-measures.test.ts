/** Measures taken at once, until the leads have met and beyond. */
import { describe, it } from 'vitest';
import {
  decide,
  decided,
  innocent,
  meet,
  met,
  metOver,
  needed,
  notNeeded,
  ofTwo,
  recorded,
  reported,
  revealing,
} from '../support/chapters.ts';
import { ada, cleo, departing, kim, rui } from '../support/cast.ts';
import { given, inTime, later, seqOf } from '../support/story.ts';

const resolve = cleo('immediate.resolve');
const sendAway = (more: object = {}) =>
  rui('immediate.takeAction', { kind: 'leave-event', ...more });
const review = (action: number, outcome: string) =>
  ada('meeting.reviewInterimActions', { reviews: [{ action, outcome }] });
const leaveOn = { responses: [{ kind: 'leave-event' }] };

describe('interim measures', () => {
  it('are known by the number of the step that took them', () => {
    given(needed)
      .when(sendAway())
      .thenFacts({
        immediateResponse: {
          actions: [
            { action: 3, kind: 'leave-event', for: null, by: 'rui', outcome: null, lift: null },
          ],
        },
      });
    given(...recorded, needed)
      .when(sendAway({ for: 'reported-1', with: 'other-2', until: '2026-05-03' }))
      .thenFacts({
        immediateResponse: {
          actions: [{ for: 'reported-1', with: 'other-2', until: '2026-05-03' }],
        },
      });
    given(...recorded, needed)
      .when(sendAway({ for: 'other-1' }))
      .thenExactlyRefused('known-reference');
  });

  it('may stop the talks of this afternoon', () => {
    given(needed)
      .when(cleo('immediate.takeAction', { kind: 'no-further-talks' }))
      .then({ immediateResponse: 'responding' });
  });

  it.each(['ban', 'no-future-volunteering', 'remove-membership', 'publish-account'])(
    'leave %s to the leads',
    (kind) => {
      given(needed)
        .when(cleo('immediate.takeAction', { kind }))
        .thenExactlyRefused('interim-responses-only');
    },
  );

  it('may keep somebody out for safety until the leads can meet, by a lead’s word', () => {
    const ban = (kind: string, until?: string) =>
      departing(ada('immediate.takeAction', { kind, ...(until && { until }) }), {
        rule: 'interim-responses-only',
        ground: 'safety',
      });
    const refused = ['departure-is-allowed', 'interim-responses-only'] as const;
    given(needed)
      .when(ban('ban', inTime('PT24H')))
      .then({ immediateResponse: 'responding' });
    given(needed)
      .when(ban('ban', inTime('PT25H')))
      .thenExactlyRefused(...refused);
    given(needed)
      .when(ban('ban'))
      .thenExactlyRefused(...refused);
    for (const kind of ['remove-membership', 'publish-account'])
      given(needed)
        .when(ban(kind, inTime('PT1H')))
        .thenExactlyRefused(...refused);
    const byResponder = departing(
      cleo('immediate.takeAction', { kind: 'ban', until: inTime('PT1H') }),
      { rule: 'interim-responses-only', ground: 'safety' },
    );
    given(needed)
      .when(byResponder)
      .thenExactlyRefused(...refused);
  });

  it('wait for the question to a reporter whom they would give away, and no longer', () => {
    const story = [...metOver(revealing), needed];
    given(...story)
      .when(sendAway())
      .thenExactlyRefused('reveal-risk-asked');
    given(...story, cleo('intake.askSafetyConcern', { hasConcern: true }))
      .when(sendAway())
      .then({ immediateResponse: 'responding' });
  });

  it('are not taken before the need is assessed, nor after the response was resolved', () => {
    for (const story of [[notNeeded], [needed, resolve]])
      given(...story)
        .when(sendAway())
        .thenExactlyRefused('in-its-stage', 'immediate-response-active');
  });

  it('work at any time, after the meeting too; then the leads review them', () => {
    const acted = [...met, needed, sendAway()];
    const action = seqOf(...acted);
    given(...acted)
      .when(review(action, 'confirmed'))
      .thenFacts({ immediateResponse: { actions: [{ outcome: 'confirmed', lift: null }] } });
    given(...acted)
      .when(review(action, 'reversed'))
      .thenFacts({ immediateResponse: { actions: [{ outcome: 'reversed', lift: 'owed' }] } });
  });
});

describe('the word that an interim measure is over', () => {
  const away = [...reported, needed, sendAway({ for: 'reported-1' }), resolve];
  const action = seqOf(...away.slice(0, -1));
  const confirmed = [...away, ...meet.slice(0, -1), review(action, 'confirmed'), ...meet.slice(-1)];
  const lift = rui('immediate.liftAction', { action });
  const answered = [
    cleo('care.followUpWithReporter', { covered: ['determination'], medium: 'phone' }),
    cleo('care.followUpWithImpacted', { for: 'other-2' }),
  ];
  const owed = { immediateResponse: { actions: [{ lift: 'owed' as const }] } };
  const notOwed = { immediateResponse: { actions: [{ lift: null }] } };

  it('is owed where it was no violation', () => {
    given(...confirmed)
      .when(decide(innocent))
      .thenFacts(owed);
    given(...confirmed, decide(innocent), lift)
      .when(rui('case.addNote'))
      .thenFacts({ immediateResponse: { actions: [{ lift: 'lifted' }] } });
    given(...confirmed, decide(innocent), ...answered)
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', { missing: [`lift: action ${action}`] });
  });

  it('is not owed where a response goes on with it, or it ends by itself', () => {
    given(...confirmed)
      .when(decide(leaveOn))
      .thenFacts(notOwed);
    given(...confirmed)
      .when(decide({ responses: [{ kind: 'ban', indefinite: true }] }))
      .thenFacts(notOwed);
    given(...confirmed)
      .when(decide({ responses: [{ kind: 'warning' }] }))
      .thenFacts(owed);
    const short = sendAway({ for: 'reported-1', until: inTime('PT1H') });
    const over = [...confirmed.map((told) => (told === away.at(-2) ? short : told)), later('PT2H')];
    given(...over)
      .when(decide(innocent))
      .thenFacts(notOwed);
  });

  it('is owed for one of two for whom it does not go on', () => {
    const sent = [needed, sendAway({}), resolve];
    const both = [...metOver(ofTwo), ...sent];
    const stays = decide({ ...leaveOn, for: 'reported-1' });
    given(...both, stays)
      .when(decide({ ...innocent, for: 'reported-2' }))
      .thenFacts(owed);
    given(...both, stays)
      .when(decide({ ...leaveOn, for: 'reported-2' }))
      .thenFacts(notOwed);
  });

  it('comes from whoever carries out responses', () => {
    const story = [...confirmed, decide(innocent)];
    for (const somebody of [rui, kim])
      given(...story)
        .when(somebody('immediate.liftAction', { action }))
        .thenFacts({ immediateResponse: { actions: [{ lift: 'lifted' }] } });
    given(...story)
      .when(cleo('immediate.liftAction', { action }))
      .thenExactlyRefused('assigned-responder-acts');
    given(...story, lift)
      .when(lift)
      .thenExactlyRefused('known-reference');
    given(...decided)
      .when(rui('immediate.liftAction', { action: 3 }))
      .thenExactlyRefused('known-reference');
  });

  it('is each person’s own', () => {
    const two = [...metOver(ofTwo), needed, sendAway({ for: 'reported-2' }), resolve];
    const number = seqOf(...two.slice(0, -1));
    const first = decide({ for: 'reported-1', responses: [{ kind: 'warning' }] });
    given(...two, review(number, 'confirmed'))
      .when(first)
      .thenFacts({ immediateResponse: { actions: [{ lift: null }] } });
    given(...two, review(number, 'confirmed'), first)
      .when(decide({ ...innocent, finding: 'inconclusive' }))
      .thenFacts({ immediateResponse: { actions: [{ lift: 'owed' }] } });
  });
});
