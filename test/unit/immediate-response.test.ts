import { describe, it } from 'vitest';
import { met, recorded, reported, safe } from '../support/chapters.ts';
import { ada, cleo, rui } from '../support/cast.ts';
import { begin, given, opened, sceneAfter } from '../support/story.ts';

const needed = cleo('immediate.assess', { needed: true });
const notNeeded = cleo('immediate.assess', { needed: false });
const resolved = [needed, cleo('immediate.resolve')];

describe('immediate response', () => {
  it('is unassessed at first', () => {
    given().when(opened()).then({ immediateResponse: 'unassessed' });
  });

  it('is not needed when nobody has to act at once', () => {
    given().when(notNeeded).then({ immediateResponse: 'notNeeded' });
  });

  it('is under way as soon as it is needed, before a report is recorded', () => {
    given().when(needed).then({ immediateResponse: 'responding', intake: 'receiving' });
  });

  it('ends when it is resolved', () => {
    given(needed).when(cleo('immediate.resolve')).then({ immediateResponse: 'resolved' });
  });

  it('stays not needed when looked at again', () => {
    given(notNeeded).when(notNeeded).then({ immediateResponse: 'notNeeded' });
  });

  it('can become needed later', () => {
    given(notNeeded).when(needed).then({ immediateResponse: 'responding' });
  });

  it('can be needed again after it was resolved', () => {
    given(...resolved)
      .when(needed)
      .then({ immediateResponse: 'responding' });
  });

  it('stays resolved when a later look finds no need', () => {
    given(...resolved)
      .when(notNeeded)
      .then({ immediateResponse: 'resolved' });
  });

  it('is not ended by a second look while it is under way', () => {
    given(needed).when(notNeeded).then({ immediateResponse: 'responding' });
    given(needed)
      .when(notNeeded)
      .thenFacts({ immediateResponse: { needed: false, active: true } });
  });

  it('keeps which leads were called', () => {
    given(needed, cleo('immediate.summonLead', { lead: 'ada', reporterStays: true }))
      .when(cleo('immediate.summonLead', { lead: 'ada', reporterStays: false }))
      .thenFacts({ immediateResponse: { summoned: ['ada'] } });
  });

  it('calls leads only', () => {
    given(needed)
      .when(cleo('immediate.summonLead', { lead: 'rui', reporterStays: true }))
      .thenExactlyRefused('known-reference');
  });

  it('knows an action by the number of the step that took it', () => {
    given(needed)
      .when(rui('immediate.takeAction', { kind: 'leave-event' }))
      .thenFacts({
        immediateResponse: {
          actions: [{ action: 3, kind: 'leave-event', by: 'rui', outcome: null }],
        },
      });
  });

  it('may stop the talks of this afternoon', () => {
    given(needed)
      .when(cleo('immediate.takeAction', { kind: 'no-further-talks' }))
      .then({ immediateResponse: 'responding' });
  });

  it.each(['ban', 'no-future-volunteering', 'remove-membership', 'publish-account'])(
    'leaves %s to the leads',
    (kind) => {
      given(needed)
        .when(cleo('immediate.takeAction', { kind }))
        .thenExactlyRefused('interim-responses-only');
    },
  );

  it('takes no action before the need is assessed, nor after the response was resolved', () => {
    const action = cleo('immediate.takeAction', { kind: 'leave-event' });
    given(notNeeded).when(action).thenExactlyRefused('in-its-stage', 'immediate-response-active');
    given(...resolved)
      .when(action)
      .thenExactlyRefused('in-its-stage', 'immediate-response-active');
  });

  it.each(['medical', 'crisis-line', 'emergency'])(
    'brings in %s without being asked',
    (resource) => {
      given(safe)
        .when(cleo('immediate.seekResource', { resource }))
        .then({ immediateResponse: 'unassessed' });
    },
  );

  it.each(['law-enforcement', 'venue-security'])(
    'brings in %s at the reporter’s request',
    (resource) => {
      given(safe)
        .when(cleo('immediate.seekResource', { resource }))
        .thenExactlyRefused('authorities-at-reporters-request');
      given(safe)
        .when(cleo('immediate.seekResource', { resource, atReporterRequest: true }))
        .then({ immediateResponse: 'unassessed' });
    },
  );

  it.each([
    ['somebody is not safe', { everyoneSafe: 'no', generalThreat: false }],
    ['it is unknown who is safe', { everyoneSafe: 'unknown', generalThreat: false }],
    ['something threatens everybody', { everyoneSafe: 'yes', generalThreat: true }],
  ])('brings in the police unasked while %s', (_, safety) => {
    given(safe, cleo('intake.checkSafety', safety))
      .when(cleo('immediate.seekResource', { resource: 'law-enforcement' }))
      .then({ status: 'open' });
  });

  it('brings in the police unasked while nobody has looked at safety', () => {
    given()
      .when(cleo('immediate.seekResource', { resource: 'law-enforcement' }))
      .then({ status: 'open' });
  });

  it('brings in the police unasked where the profile leaves it to the staff', () => {
    given(opened({ settings: { authorities: 'unrestricted' } }), safe)
      .when(cleo('immediate.seekResource', { resource: 'law-enforcement' }))
      .then({ status: 'open' });
  });

  it('works at any time, after the meeting too; then the leads review the action', () => {
    const acted = [...met, needed, cleo('immediate.takeAction', { kind: 'leave-event' })];
    const { seq: action } = sceneAfter(...acted);
    given(...acted)
      .when(ada('meeting.reviewInterimActions', { reviews: [{ action, outcome: 'reversed' }] }))
      .thenFacts({ immediateResponse: { actions: [{ action, outcome: 'reversed' }] } });
  });

  it('stands beside the intake: neither waits for the other', () => {
    given(...recorded, needed)
      .when(cleo('intake.thankReporter'))
      .then({ intake: 'recorded', immediateResponse: 'responding' });
    given(...reported)
      .when(needed)
      .thenFacts({ intake: { reportedAt: begin }, immediateResponse: { active: true } });
  });
});
