/** The decision on a reported person, and what becomes of it. */
import { describe, it } from 'vitest';
import {
  carryOut,
  convened,
  decide,
  decided,
  met,
  noViolation,
  notify,
  recuse,
  reported,
  thirtyDays,
  verdict,
} from '../support/chapters.ts';
import { ada, ben, cleo, departing, identifying, kim, rui } from '../support/cast.ts';
import { begin, given, inTime, later } from '../support/story.ts';

describe('decision', () => {
  it('waits for the leads to conclude, and for nothing else', () => {
    given(...convened)
      .when(decide())
      .thenExactlyRefused('in-its-stage', 'decision-after-meeting');
    given(...met)
      .when(decide())
      .then({ decision: 'decided', appeal: 'idle', reportedPersonFollowUp: 'choosing' });
  });

  it('stands once it is recorded', () => {
    given(...met)
      .when(decide())
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                finding: 'violation',
                deciders: [
                  { person: 'ada', organizer: false },
                  { person: 'ben', organizer: false },
                ],
                responses: [
                  { response: 1, kind: 'warning', until: null, indefinite: false, state: 'due' },
                  { response: 2, kind: 'ban', until: '2027-05-01', state: 'due' },
                ],
                meeting: 1,
                changed: false,
                notifiedAt: null,
              },
            },
          ],
        },
      });
    given(...decided)
      .when(decide())
      .thenExactlyRefused('in-its-stage');
  });

  it.each(['no-violation', 'inconclusive', 'out-of-scope'])(
    'has nothing to carry out where it is %s',
    (finding) => {
      for (const responses of [[], [{ kind: 'none' }]])
        given(...met)
          .when(decide({ finding, responses }))
          .then({ decision: 'carriedOut' });
      given(...met)
        .when(decide({ finding }))
        .thenExactlyRefused('no-violation-no-sanction');
    },
  );

  it('is made by a quorum of those who met as leads', () => {
    for (const [deciders, rule] of [
      [['ada'], 'never-one-decider'],
      [['ada', 'cam'], 'deciders-met'],
      [[], 'never-one-decider'],
    ] as const)
      given(...met)
        .when(decide({ deciders }))
        .thenExactlyRefused(rule);
    const withKim = ada('meeting.convene', { attendees: ['ada', 'ben', 'kim'] });
    given(...reported, withKim, ...met.slice(convened.length))
      .when(decide({ deciders: ['ada', 'kim'] }))
      .thenExactlyRefused('deciders-met');
    given(...met)
      .when(cleo('decision.record', verdict))
      .thenExactlyRefused('who-may-act');
  });

  it('is not made by who left the case meanwhile', () => {
    given(...met, recuse('ben'))
      .when(decide())
      .thenExactlyRefused('recused-take-no-part');
  });

  it('answers a violation, unless a lead says why not', () => {
    for (const responses of [[], [{ kind: 'none' }]]) {
      given(...met)
        .when(decide({ responses }))
        .thenExactlyRefused('violation-needs-response');
      given(...met)
        .when(
          departing(decide({ responses }), {
            rule: 'violation-needs-response',
            ground: 'does-not-fit',
          }),
        )
        .then({ decision: 'carriedOut' });
    }
  });

  it.each(['ban', 'no-further-talks', 'no-future-volunteering'])(
    'says how long %s lasts',
    (kind) => {
      given(...met)
        .when(decide({ responses: [{ kind }] }))
        .thenExactlyRefused('lasting-responses-have-a-term');
      for (const term of [{ indefinite: true }, { until: '2028-01-01' }])
        given(...met)
          .when(decide({ responses: [{ kind, ...term }] }))
          .then({ decision: 'decided' });
    },
  );

  it('answers reported persons, and names only people of the case', () => {
    for (const response of [
      { kind: 'warning', for: 'other-1' },
      { kind: 'avoid-contact', with: 'other-9' },
    ])
      given(...met)
        .when(decide({ responses: [response] }))
        .thenRefused('known-reference');
  });

  it('is carried out response by response, by their number', () => {
    given(...decided)
      .when(carryOut(2))
      .thenFacts({
        people: {
          reported: [{ decision: { responses: [{ state: 'due' }, { state: 'carriedOut' }] } }],
        },
      });
    given(...decided, carryOut(2))
      .when(kim('decision.carryOutResponse', { response: 1 }))
      .then({ decision: 'carriedOut' });
    given(...decided)
      .when(carryOut(3))
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

  it('gives a response up that cannot be carried out', () => {
    const abandon = (by: typeof ada, response: number) =>
      by('decision.abandonResponse', { response });
    given(...decided, carryOut(1))
      .when(abandon(ada, 2))
      .then({ decision: 'carriedOut' });
    given(...decided)
      .when(abandon(rui, 2))
      .thenExactlyRefused('who-may-act');
    given(...decided, carryOut(1))
      .when(abandon(ada, 1))
      .thenExactlyRefused('known-reference');
    given(...decided, abandon(ada, 1))
      .when(carryOut(1))
      .thenExactlyRefused('known-reference');
  });

  it('can be told only when it stands', () => {
    for (const event of [notify, ada('decision.markUnnotifiable')])
      given(...met)
        .when(event)
        .thenRefused('decision-stands');
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
    const told = [thirtyDays, ...decided, later('P1D'), notify, later('P5D')];
    given(...told)
      .when(notify)
      .thenFacts({
        people: {
          reported: [
            { decision: { notifiedAt: inTime('P1D') }, due: { appealWindow: inTime('P31D') } },
          ],
        },
      });
  });

  it('may be beyond telling', () => {
    given(...decided)
      .when(ben('decision.markUnnotifiable'))
      .thenFacts({
        people: { reported: [{ decision: { unnotifiable: true, notifiedAt: null } }] },
      });
    given(...decided, ben('decision.markUnnotifiable'))
      .when(notify)
      .thenFacts({ people: { reported: [{ decision: { notifiedAt: begin } }] } });
    given(...decided)
      .when(rui('decision.markUnnotifiable'))
      .thenExactlyRefused('who-may-act');
  });

  it('is told without naming who reported, also where somebody is to stay away from them', () => {
    const revealing = (...refs: string[]) =>
      rui(
        'decision.notifyReportedPerson',
        { medium: 'email', message: 'words' },
        identifying(...refs),
      );
    const apart = [...met, decide({ responses: [{ kind: 'avoid-contact', with: 'other-2' }] })];
    for (const ref of ['reporter', 'other-2'])
      given(...apart)
        .when(revealing(ref))
        .thenExactlyRefused('reporter-not-revealed');
    const consent = cleo('publicity.recordDisclosureConsent', {
      for: 'other-2',
      to: 'reported-person',
      instructedByPerson: true,
    });
    given(...apart, consent)
      .when(revealing('other-2'))
      .then({ appeal: 'open' });
    // and where they do not consent, it can be given up
    given(...apart)
      .when(ada('decision.abandonResponse', { response: 1 }))
      .then({ decision: 'carriedOut' });
  });
});
