/** What has to be done at once, and who is brought in for it. */
import { describe, it } from 'vitest';
import { closed, needed, notNeeded, recorded, safe } from '../support/chapters.ts';
import { ada, cleo, departing, dov } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

const resolve = cleo('immediate.resolve');
const resolved = [needed, resolve];

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
