import { describe, it } from 'vitest';
import {
  closed,
  decided,
  meet,
  met,
  metOver,
  ofTwo,
  recorded,
  reported,
  revealing,
  safe,
  verdict,
} from '../support/chapters.ts';
import { ada, cleo, departing, dov, kim, rui } from '../support/cast.ts';
import { given, inTime, later, opened, sceneAfter, type Happening } from '../support/story.ts';

const needed = cleo('immediate.assess', { needed: true });
const notNeeded = cleo('immediate.assess', { needed: false });
const resolve = cleo('immediate.resolve');
const resolved = [needed, resolve];
const sendAway = (more: object = {}) =>
  rui('immediate.takeAction', { kind: 'leave-event', ...more });
const review = (action: number, outcome: string) =>
  ada('meeting.reviewInterimActions', { reviews: [{ action, outcome }] });
const seqOf = (...story: readonly Happening[]) => sceneAfter(...story).seq;

describe('immediate response', () => {
  it('is unassessed at first', () => {
    given().when(opened()).then({ immediateResponse: 'unassessed' });
  });

  it('is under way as soon as it is needed, before a report is recorded', () => {
    given().when(notNeeded).then({ immediateResponse: 'notNeeded' });
    given().when(needed).then({ immediateResponse: 'responding', intake: 'receiving' });
    given(needed).when(resolve).then({ immediateResponse: 'resolved' });
  });

  it('can become needed later, and again after it was resolved', () => {
    given(notNeeded).when(needed).then({ immediateResponse: 'responding' });
    given(notNeeded).when(notNeeded).then({ immediateResponse: 'notNeeded' });
    given(...resolved)
      .when(needed)
      .then({ immediateResponse: 'responding' });
    given(...resolved)
      .when(notNeeded)
      .then({ immediateResponse: 'resolved' });
  });

  it('is not ended by a second look while it is under way', () => {
    given(needed)
      .when(notNeeded)
      .thenFacts({ immediateResponse: { needed: false, active: true } });
  });

  it('keeps which leads were called, and calls leads only', () => {
    given(needed, cleo('immediate.summonLead', { lead: 'ada', reporterStays: true }))
      .when(cleo('immediate.summonLead', { lead: 'ada', reporterStays: false }))
      .thenFacts({ immediateResponse: { summoned: ['ada'] } });
    given(needed)
      .when(cleo('immediate.summonLead', { lead: 'rui', reporterStays: true }))
      .thenExactlyRefused('known-reference');
  });

  it('stands beside the intake: neither waits for the other', () => {
    given(...recorded, needed)
      .when(cleo('intake.thankReporter'))
      .then({ intake: 'recorded', immediateResponse: 'responding' });
  });

  it('works in a closed case, which it reopens: safety never waits', () => {
    given(...closed)
      .when(needed)
      .then({ status: 'open', immediateResponse: 'responding', leadsMeeting: 'concluded' });
    given(...closed)
      .when(cleo('immediate.seekResource', { resource: 'medical' }))
      .thenFacts({ closedAt: null, immediateResponse: { resources: ['medical'] } });
    given(...closed)
      .when(resolve)
      .thenExactlyRefused('immediate-response-active');
    given(...closed, needed)
      .when(ada('case.close'))
      .thenExactlyRefused('settled-before-close');
  });
});

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
    for (const story of [[notNeeded], resolved])
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
  const decide = (finding: string, responses: object[]) =>
    ada('decision.record', { finding, deciders: ['ada', 'ben'], responses });
  const lift = rui('immediate.liftAction', { action });
  const owed = { immediateResponse: { actions: [{ lift: 'owed' as const }] } };
  const notOwed = { immediateResponse: { actions: [{ lift: null }] } };

  it('is owed where it was no violation', () => {
    given(...confirmed)
      .when(decide('no-violation', []))
      .thenFacts(owed);
    given(...confirmed, decide('no-violation', []), lift)
      .when(rui('case.addNote'))
      .thenFacts({ immediateResponse: { actions: [{ lift: 'lifted' }] } });
    given(...confirmed, decide('no-violation', []), ...toldAll())
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', { missing: [`lift: action ${action}`] });
  });

  it('is not owed where a response goes on with it, or it ends by itself', () => {
    given(...confirmed)
      .when(decide('violation', [{ kind: 'leave-event' }]))
      .thenFacts(notOwed);
    given(...confirmed)
      .when(decide('violation', [{ kind: 'ban', indefinite: true }]))
      .thenFacts(notOwed);
    given(...confirmed)
      .when(decide('violation', [{ kind: 'warning' }]))
      .thenFacts(owed);
    const short = sendAway({ for: 'reported-1', until: inTime('PT1H') });
    const over = [...confirmed.map((told) => (told === away.at(-2) ? short : told)), later('PT2H')];
    given(...over)
      .when(decide('no-violation', []))
      .thenFacts(notOwed);
  });

  it('is owed for one of two for whom it does not go on', () => {
    const sent = [needed, sendAway({}), resolve];
    const both = [...metOver(ofTwo), ...sent];
    const on = (ref: string, finding: string, responses: object[]) =>
      ada('decision.record', { for: ref, finding, deciders: ['ada', 'ben'], responses });
    const stays = on('reported-1', 'violation', [{ kind: 'leave-event' }]);
    given(...both, stays)
      .when(on('reported-2', 'no-violation', []))
      .thenFacts(owed);
    given(...both, stays)
      .when(on('reported-2', 'violation', [{ kind: 'leave-event' }]))
      .thenFacts(notOwed);
  });

  it('comes from whoever carries out responses', () => {
    const story = [...confirmed, decide('no-violation', [])];
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
    const first = ada('decision.record', {
      ...verdict,
      for: 'reported-1',
      responses: [{ kind: 'warning' }],
    });
    given(...two, review(number, 'confirmed'))
      .when(first)
      .thenFacts({ immediateResponse: { actions: [{ lift: null }] } });
    given(...two, review(number, 'confirmed'), first)
      .when(
        ada('decision.record', {
          finding: 'inconclusive',
          deciders: ['ada', 'ben'],
          responses: [],
        }),
      )
      .thenFacts({ immediateResponse: { actions: [{ lift: 'owed' }] } });
  });

  function toldAll() {
    return [
      cleo('care.followUpWithReporter', { covered: ['determination'], medium: 'phone' }),
      cleo('care.followUpWithImpacted', { for: 'other-2' }),
    ];
  }
});

describe('emergency resources', () => {
  it.each(['medical', 'crisis-line', 'emergency', 'child-protection', 'other'])(
    'are brought in unasked: %s',
    (resource) => {
      given(safe)
        .when(cleo('immediate.seekResource', { resource }))
        .thenFacts({ immediateResponse: { resources: [resource] } });
    },
  );

  it.each(['law-enforcement', 'venue-security'])(
    'are brought in at the reporter’s request: %s',
    (resource) => {
      const seek = cleo('immediate.seekResource', { resource });
      given(safe).when(seek).thenExactlyRefused('authorities-at-reporters-request');
      given(safe)
        .when(cleo('immediate.seekResource', { resource, atReporterRequest: true }))
        .then({ immediateResponse: 'unassessed' });
      for (const ground of ['legal-duty', 'safety', 'persons-wish'] as const)
        given(safe)
          .when(departing(seek, { rule: 'authorities-at-reporters-request', ground }))
          .then({ immediateResponse: 'unassessed' });
    },
  );

  it.each([
    ['somebody is not safe', { everyoneSafe: 'no', generalThreat: false }],
    ['it is unknown who is safe', { everyoneSafe: 'unknown', generalThreat: false }],
    ['something threatens everybody', { everyoneSafe: 'yes', generalThreat: true }],
  ])('include the police while %s', (_, safety) => {
    given(safe, cleo('intake.checkSafety', safety))
      .when(cleo('immediate.seekResource', { resource: 'law-enforcement' }))
      .then({ status: 'open' });
  });

  it('include the police while nobody has looked at safety, or where the profile says so', () => {
    const police = cleo('immediate.seekResource', { resource: 'law-enforcement' });
    given().when(police).then({ status: 'open' });
    given(opened({ settings: { authorities: 'unrestricted' } }), safe)
      .when(police)
      .then({ status: 'open' });
  });

  describe('while others are threatened', () => {
    const threat = cleo('intake.checkSafety', { everyoneSafe: 'no', generalThreat: true });
    const called = cleo('immediate.seekResource', { resource: 'emergency' });
    const over = cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false });

    it('are called before anybody says that all is done', () => {
      given(threat).when(needed).then({ immediateResponse: 'responding' });
      for (const event of [notNeeded, ada('case.close')])
        given(threat).when(event).thenExactlyRefused('threat-needs-resources');
      given(threat, needed).when(resolve).thenExactlyRefused('threat-needs-resources');
      given(threat, called).when(notNeeded).then({ immediateResponse: 'notNeeded' });
    });

    it('need not be, where the threat is over, or there is nobody to call', () => {
      given(threat, needed, over).when(resolve).then({ immediateResponse: 'resolved' });
      given(threat)
        .when(departing(notNeeded, { rule: 'threat-needs-resources', ground: 'impossible' }))
        .then({ immediateResponse: 'notNeeded' });
      given(threat, needed)
        .when(dov('immediate.assess', { needed: true }))
        .then({ immediateResponse: 'responding' });
    });
  });
});
