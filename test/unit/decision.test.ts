import { describe, it } from 'vitest';
import {
  closed,
  convened,
  decided,
  declined,
  met,
  noViolation,
  reported,
  verdict,
} from '../support/chapters.ts';
import { ada, ben, cleo, identifying, kim, rui, una } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

const decide = (changes: Readonly<Record<string, unknown>> = {}) =>
  ada('decision.record', { ...verdict, ...changes });
const notify = rui('decision.notifyReportedPerson', { medium: 'email' });

describe('decision', () => {
  it('is idle until the follow-up is completed or declined', () => {
    given().when(opened()).then({ decision: 'idle' });
    given(...met)
      .when(decide())
      .thenExactlyRefused('in-its-stage', 'follow-up-chosen');
    given(...convened)
      .when(decide())
      .thenExactlyRefused('in-its-stage', 'decision-after-meeting', 'follow-up-chosen');
  });

  it('stands once it is recorded', () => {
    given(...declined)
      .when(decide())
      .then({ decision: 'decided', appeal: 'idle' });
    given(...declined)
      .when(decide())
      .thenFacts({
        decision: {
          violation: true,
          deciders: [
            { person: 'ada', organizer: false },
            { person: 'ben', organizer: false },
          ],
          responses: [
            { kind: 'warning', for: null, until: null, indefinite: false, carriedOut: false },
            { kind: 'ban', for: 'reported-1', until: '2027-05-01', carriedOut: false },
          ],
          notifiedAt: null,
        },
      });
  });

  it('has nothing to carry out where there was no violation', () => {
    given(...declined)
      .when(decide({ violation: false, responses: [] }))
      .then({ decision: 'carriedOut' });
    given(...declined)
      .when(decide({ violation: false, responses: [{ kind: 'none' }] }))
      .then({ decision: 'carriedOut' });
  });

  it('is made once', () => {
    given(...decided)
      .when(decide())
      .thenExactlyRefused('in-its-stage');
  });

  it('is made by a quorum of those who met', () => {
    given(...declined)
      .when(decide({ deciders: ['ada'] }))
      .thenExactlyRefused('never-one-decider');
    given(...declined)
      .when(decide({ deciders: ['ada', 'cam'] }))
      .thenExactlyRefused('deciders-met');
    given(...declined)
      .when(decide({ deciders: [] }))
      .thenExactlyRefused('never-one-decider');
    given(...declined, una('case.recuse', { person: 'ben' }))
      .when(decide())
      .thenExactlyRefused('recused-take-no-part');
  });

  it('remembers which deciders are organizers', () => {
    const withUna = [
      ...reported,
      una('meeting.convene', { attendees: ['ada', 'una'] }),
      ...declined.slice(convened.length),
    ];
    given(...withUna)
      .when(decide({ deciders: ['ada', 'una'] }))
      .thenFacts({
        decision: {
          deciders: [
            { person: 'ada', organizer: false },
            { person: 'una', organizer: true },
          ],
        },
      });
  });

  it('imposes nothing without a violation, and something with one', () => {
    given(...declined)
      .when(decide({ violation: false }))
      .thenExactlyRefused('no-violation-no-sanction');
    for (const responses of [[], [{ kind: 'none' }]])
      given(...declined)
        .when(decide({ responses }))
        .thenExactlyRefused('violation-needs-response');
  });

  it.each(['ban', 'no-further-talks', 'no-future-volunteering'])(
    'says how long %s lasts',
    (kind) => {
      given(...declined)
        .when(decide({ responses: [{ kind }] }))
        .thenExactlyRefused('lasting-responses-have-a-term');
      given(...declined)
        .when(decide({ responses: [{ kind, indefinite: true }] }))
        .then({ decision: 'decided' });
      given(...declined)
        .when(decide({ responses: [{ kind, until: '2028-01-01' }] }))
        .then({ decision: 'decided' });
    },
  );

  it('answers reported persons, and names only people of the case', () => {
    given(...declined)
      .when(decide({ responses: [{ kind: 'warning', for: 'other-1' }] }))
      .thenExactlyRefused('known-reference');
    given(...declined)
      .when(decide({ responses: [{ kind: 'avoid-contact', with: 'other-9' }] }))
      .thenExactlyRefused('known-reference');
    given(...declined)
      .when(decide({ responses: [{ kind: 'avoid-contact', with: 'reporter' }] }))
      .thenFacts({ decision: { responses: [{ kind: 'avoid-contact', with: 'reporter' }] } });
  });

  it('is carried out response by response, by their number', () => {
    given(...decided)
      .when(rui('decision.carryOutResponse', { response: 2 }))
      .then({ decision: 'decided' });
    given(...decided)
      .when(rui('decision.carryOutResponse', { response: 2 }))
      .thenFacts({ decision: { responses: [{ carriedOut: false }, { carriedOut: true }] } });
    given(...decided, rui('decision.carryOutResponse', { response: 2 }))
      .when(kim('decision.carryOutResponse', { response: 1 }))
      .then({ decision: 'carriedOut' });
    given(...decided)
      .when(rui('decision.carryOutResponse', { response: 3 }))
      .thenExactlyRefused('known-reference');
  });

  it('is told and carried out by the assigned responder or the coordinator', () => {
    for (const other of [ada, cleo]) {
      given(...decided)
        .when(other('decision.carryOutResponse', { response: 1 }))
        .thenExactlyRefused('assigned-responder-acts');
      given(...decided)
        .when(other('decision.notifyReportedPerson', { medium: 'phone' }))
        .thenExactlyRefused('assigned-responder-acts');
    }
  });

  it('can be told only when it stands', () => {
    given(...declined)
      .when(notify)
      .thenExactlyRefused('decision-stands');
    given(...declined)
      .when(ada('decision.markUnnotifiable'))
      .thenExactlyRefused('decision-stands');
    given(...declined)
      .when(rui('decision.carryOutResponse', { response: 1 }))
      .thenRefused('in-its-stage', 'decision-stands');
  });

  it('opens the way to an appeal when a violation is told, and none when there was none', () => {
    given(...decided)
      .when(notify)
      .then({ appeal: 'open', decision: 'decided' });
    given(...noViolation)
      .when(notify)
      .then({ appeal: 'idle', decision: 'carriedOut' });
  });

  it('counts from the first telling; telling it again gives no more time', () => {
    const window = opened({ settings: { appealWindow: 'P30D' } });
    given(window, ...decided, later('P1D'), notify, later('P5D'))
      .when(notify)
      .thenFacts({
        decision: { notifiedAt: inTime('P1D') },
        due: { appealWindow: inTime('P31D') },
      });
    given(window, ...decided, later('P1D'), notify, later('P5D'))
      .when(notify)
      .thenClocks({ appealWindow: inTime('P31D'), reporterFollowUp: inTime('P7D') });
  });

  it('may be beyond telling', () => {
    given(...decided)
      .when(ben('decision.markUnnotifiable'))
      .thenFacts({ decision: { unnotifiable: true, notifiedAt: null } });
    given(...decided, ben('decision.markUnnotifiable'))
      .when(notify)
      .thenFacts({ decision: { unnotifiable: true, notifiedAt: begin } });
    given(...decided)
      .when(rui('decision.markUnnotifiable'))
      .thenExactlyRefused('who-may-act');
  });

  it('is told without naming who reported, but for whom a decided avoid-contact names', () => {
    const revealing = (...refs: string[]) =>
      rui(
        'decision.notifyReportedPerson',
        { medium: 'email', message: 'words' },
        identifying(...refs),
      );
    given(...decided)
      .when(revealing('reporter'))
      .thenExactlyRefused('reporter-not-revealed');
    const apart = decide({ responses: [{ kind: 'avoid-contact', with: 'other-2' }] });
    given(...declined, apart)
      .when(revealing('other-2'))
      .then({ appeal: 'open' });
    given(...declined, apart)
      .when(revealing('other-1', 'other-2'))
      .thenExactlyRefused('reporter-not-revealed');
  });

  it('can be revised after a reopening, and the reopening is over with it', () => {
    const revising = [
      ...closed,
      ada('case.reopen'),
      ada('meeting.reconvene'),
      ...declined.slice(reported.length),
    ];
    given(...revising)
      .when(decide({ responses: [{ kind: 'warning' }] }))
      .thenFacts({
        reopened: false,
        decision: { responses: [{ kind: 'warning' }], notifiedAt: null },
      });
    given(...revising, decide())
      .when(ada('meeting.reconvene'))
      .thenExactlyRefused('before-decision');
  });
});
