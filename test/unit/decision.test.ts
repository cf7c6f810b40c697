import { describe, it } from 'vitest';
import {
  ban,
  carriedOut,
  convened,
  decided,
  innocent,
  meetAgain,
  met,
  metOver,
  noViolation,
  notified,
  notify,
  ofTwo,
  reported,
  settled,
  verdict,
} from '../support/chapters.ts';
import { ada, ben, cleo, departing, dov, identifying, kim, rui, una } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

const decide = (changes: object = {}) => ada('decision.record', { ...verdict, ...changes });
const amend = (changes: object) => ada('decision.amend', { deciders: ['ada', 'ben'], ...changes });
const carryOut = (response: number) => rui('decision.carryOutResponse', { response });

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
    given(...met)
      .when(decide({ deciders: ['ada'] }))
      .thenExactlyRefused('never-one-decider');
    given(...met)
      .when(decide({ deciders: ['ada', 'cam'] }))
      .thenExactlyRefused('deciders-met');
    given(...met)
      .when(decide({ deciders: [] }))
      .thenExactlyRefused('never-one-decider');
    const withKim = ada('meeting.convene', { attendees: ['ada', 'ben', 'kim'] });
    given(...reported, withKim, ...met.slice(convened.length))
      .when(decide({ deciders: ['ada', 'kim'] }))
      .thenExactlyRefused('deciders-met');
    given(...met)
      .when(cleo('decision.record', verdict))
      .thenExactlyRefused('who-may-act');
  });

  it('is not made by who left the case meanwhile', () => {
    given(...met, dov('case.recuse', { person: 'ben' }))
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
    const window = opened({ settings: { appealWindow: 'P30D' } });
    const told = [window, ...decided, later('P1D'), notify, later('P5D')];
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

describe('a decision put right', () => {
  const again = [...settled, ...meetAgain];

  it('takes a meeting since, and leads who sat in it', () => {
    given(...settled)
      .when(amend({ finding: 'no-violation', responses: [] }))
      .thenExactlyRefused('deciders-met');
    given(...settled, ...meetAgain.slice(0, -1))
      .when(amend({ finding: 'no-violation', responses: [] }))
      .thenExactlyRefused('deciders-met');
    given(...again)
      .when(amend({ finding: 'no-violation', responses: [], deciders: ['ada', 'cam'] }))
      .thenExactlyRefused('deciders-met');
    given(...again)
      .when(amend({ finding: 'no-violation', responses: [], deciders: ['ada'] }))
      .thenExactlyRefused('never-one-decider');
  });

  it('takes none for a typo of the same deciders', () => {
    const typo = (deciders: string[]) =>
      departing(amend({ deciders, responses: [{ keep: 1 }, { ...ban, until: '2026-05-01' }] }), {
        rule: 'deciders-met',
        ground: 'does-not-fit',
      });
    given(...settled)
      .when(typo(['ben', 'ada']))
      .then({ decision: 'decided' });
    given(...settled)
      .when(typo(['ada', 'una']))
      .thenExactlyRefused('departure-is-allowed', 'deciders-met');
    given(...settled)
      .when(typo(['ada']))
      .thenExactlyRefused('departure-is-allowed', 'deciders-met', 'never-one-decider');
  });

  it('owes a lift for what was carried out, and a word to the person', () => {
    given(...again)
      .when(amend({ finding: 'no-violation', responses: [] }))
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                finding: 'no-violation',
                responses: [{ state: 'liftOwed' }, { state: 'liftOwed' }],
                changed: true,
                notifiedAt: null,
                meeting: 2,
              },
              appeal: { filed: false },
            },
          ],
        },
      });
    given(...again, amend({ finding: 'no-violation', responses: [] }))
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', {
        missing: ['lift: reported-1 1', 'lift: reported-1 2', 'notification: reported-1'],
      });
  });

  it('lifts what is owed, and only that', () => {
    const lift = (response: number) => rui('decision.liftResponse', { response });
    const less = [...again, amend({ responses: [{ keep: 1 }] })];
    given(...less)
      .when(lift(2))
      .then({ decision: 'carriedOut' });
    for (const [story, response] of [
      [less, 1],
      [settled, 1],
      [[...less, lift(2)], 2],
    ] as const)
      given(...story)
        .when(lift(response))
        .thenRefused('known-reference');
    given(...less, lift(2), notify)
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });

  it('drops what was not carried out, and never uses a number again', () => {
    given(...notified, ...meetAgain, amend({ responses: [{ keep: 2 }, { kind: 'no-alcohol' }] }))
      .when(carryOut(3))
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                responses: [
                  { response: 1, state: 'dropped' },
                  { response: 2, state: 'due' },
                  { response: 3, kind: 'no-alcohol', state: 'carriedOut' },
                ],
              },
            },
          ],
        },
      });
    given(...notified, ...meetAgain, amend({ responses: [{ keep: 2 }] }))
      .when(carryOut(1))
      .thenExactlyRefused('known-reference');
    for (const responses of [[{ keep: 3 }], [{ keep: 1 }, { keep: 1 }]])
      given(...notified, ...meetAgain)
        .when(amend({ responses }))
        .thenRefused('known-reference');
  });

  it('leaves as it was what it does not speak of', () => {
    given(...again)
      .when(amend({}))
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                finding: 'violation',
                responses: [{ state: 'carriedOut' }, { state: 'carriedOut' }],
              },
            },
          ],
        },
      });
    given(...again)
      .when(amend({ finding: 'no-violation' }))
      .thenExactlyRefused('no-violation-no-sanction');
    given(...again)
      .when(amend({ responses: [] }))
      .thenExactlyRefused('violation-needs-response');
  });

  it('may be appealed anew, where a violation stands', () => {
    given(...again, amend({ responses: [{ keep: 1 }] }))
      .when(notify)
      .then({ appeal: 'open' });
    given(...again)
      .when(amend({ responses: [{ keep: 1 }] }))
      .then({ appeal: 'idle' });
    given(...again, amend({ finding: 'no-violation', responses: [] }))
      .when(notify)
      .then({ appeal: 'idle' });
  });

  it('waits while an appeal is heard, and after one only eases', () => {
    const filed = [...settled, cleo('appeal.file'), ...meetAgain];
    given(...filed)
      .when(amend({ responses: [{ keep: 1 }] }))
      .thenExactlyRefused('appeal-not-pending');
    const upheld = [
      ...settled,
      cleo('appeal.file'),
      dov('appeal.assignReviewers', { reviewers: ['dov'] }),
      dov('appeal.decide', { outcome: 'upheld' }),
      ...meetAgain,
    ];
    const shorter = { kind: 'ban', until: '2026-06-01' };
    for (const responses of [[{ keep: 1 }], [{ keep: 1 }, shorter], [{ keep: 2 }]])
      given(...upheld)
        .when(amend({ responses }))
        .then({ status: 'open' });
    for (const response of [
      { kind: 'ban', until: '2027-05-02' },
      { kind: 'ban', indefinite: true },
      { kind: 'no-alcohol' },
    ])
      given(...upheld)
        .when(amend({ responses: [{ keep: 1 }, response] }))
        .thenExactlyRefused('appeal-only-eased');
  });
});

describe('several reported persons', () => {
  const two = metOver(ofTwo);
  const warn = decide({ for: 'reported-1', responses: [{ kind: 'warning' }] });

  it('are decided on each, or alike where nobody is named', () => {
    given(...two)
      .when(decide())
      .thenFacts({
        people: {
          reported: [
            { decision: { responses: [{ response: 1 }, { response: 2 }] } },
            { decision: { responses: [{ response: 1 }, { response: 2 }] } },
          ],
        },
      });
    given(...two, warn)
      .when(decide(innocent))
      .thenFacts({
        people: {
          reported: [
            { decision: { finding: 'violation', responses: [{ kind: 'warning' }] } },
            { decision: { finding: 'no-violation', responses: [] } },
          ],
        },
      });
    given(...two, warn, decide(innocent))
      .when(decide(innocent))
      .thenExactlyRefused('in-its-stage');
  });

  it('get only what is meant for them', () => {
    const responses = [
      { kind: 'warning', for: 'reported-1' },
      { ...ban, for: 'reported-2' },
    ];
    given(...two)
      .when(decide({ responses }))
      .thenFacts({
        people: {
          reported: [
            { decision: { responses: [{ response: 1, kind: 'warning' }] } },
            { decision: { responses: [{ response: 1, kind: 'ban' }] } },
          ],
        },
      });
    given(...two)
      .when(decide({ responses: responses.slice(0, 1) }))
      .thenRefusedFor('violation-needs-response', { for: ['reported-2'] });
  });

  it('are told, and answered to, each', () => {
    const tell = (whom: string) =>
      rui('decision.notifyReportedPerson', { for: whom, medium: 'email' });
    given(...two, decide())
      .when(tell('reported-2'))
      .thenOf('reported-1', { appeal: 'idle' });
    given(...two, decide())
      .when(rui('decision.carryOutResponse', { for: 'reported-2', response: 1 }))
      .thenOf('reported-1', { decision: 'decided' });
    given(...two, warn)
      .when(carryOut(1))
      .thenOf('reported-1', { decision: 'carriedOut' });
    given(...two, warn)
      .when(carryOut(1))
      .then({ decision: 'deliberating' });
  });

  it('are owed each their own before the case can close', () => {
    given(...two, warn)
      .when(una('case.close'))
      .thenRefusedFor('settled-before-close', {
        missing: [
          'response: reported-1 1',
          'notification: reported-1',
          'decision: reported-2',
          'reporterCare: reporter',
          'followUp: other-2',
        ],
      });
    given(...decided, ...carriedOut)
      .when(ada('decision.markUnnotifiable'))
      .then({ decision: 'carriedOut' });
  });
});
