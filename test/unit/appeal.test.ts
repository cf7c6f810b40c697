import { describe, it } from 'vitest';
import {
  closed,
  convened,
  decided,
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
import { ada, cleo, departing, dov, kim, oli, rui, una } from '../support/cast.ts';
import { elapsed, given, inTime, later, opened } from '../support/story.ts';

const window = opened({ settings: { appealWindow: 'P30D' } });
const file = cleo('appeal.file');
const filed = [...notified, file];
const assign = (...reviewers: string[]) => dov('appeal.assignReviewers', { reviewers });
const reviewed = [...filed, assign('dov', 'oli')];
const rule = (outcome: string) => dov('appeal.decide', { outcome });

describe('appeal', () => {
  it('is idle until a violation was told', () => {
    for (const story of [decided, [...noViolation, notify]])
      given(...story)
        .when(file)
        .thenExactlyRefused('in-its-stage', 'something-to-appeal');
  });

  it('is open without a clock where the profile has no window', () => {
    given(...decided)
      .when(notify)
      .thenClocks({ reporterFollowUp: inTime('P7D') });
    given(...notified, later('P3Y'))
      .when(file)
      .then({ appeal: 'filed' });
    given(...notified, later('P3Y'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('lapses when the profile’s window has passed, and not before', () => {
    given(window, ...notified, later('P30D'))
      .when(elapsed('appealWindow'))
      .then({ appeal: 'lapsed', decision: 'decided' });
    given(window, ...notified, later('P29DT23H59M59.999S'))
      .when(elapsed('appealWindow'))
      .thenNothing();
    given(window, ...notified, later('P29D'), file, later('P2D'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('is judged by when the person appealed, whenever somebody enters it', () => {
    const inTimeAppeal = cleo('appeal.file', { happenedAt: inTime('P29D') });
    given(window, ...notified, later('P30DT1S'))
      .when(file)
      .thenExactlyRefused('appeal-window');
    for (const story of [
      [window, ...notified, later('P31D')],
      [window, ...notified, later('P31D'), elapsed('appealWindow')],
    ])
      given(...story)
        .when(inTimeAppeal)
        .then({ appeal: 'filed' });
  });

  it('may be let in late by an organizer', () => {
    const late = (by: typeof dov) =>
      departing(by('appeal.file'), { rule: 'appeal-window', ground: 'does-not-fit' });
    const lapsed = [window, ...notified, later('P31D'), elapsed('appealWindow')];
    given(...lapsed)
      .when(late(dov))
      .then({ appeal: 'filed' });
    given(...lapsed)
      .when(late(cleo))
      .thenExactlyRefused('departure-is-allowed', 'appeal-window');
  });

  it('is filed once against a decision', () => {
    given(...filed)
      .when(file)
      .thenExactlyRefused('in-its-stage', 'one-appeal');
    given(...reviewed, rule('upheld'), notify)
      .when(file)
      .thenRefused('in-its-stage', 'one-appeal');
  });

  it('may be filed again, where the profile allows several', () => {
    const several = opened({ settings: { oneAppeal: false } });
    given(several, ...reviewed, rule('upheld'), notify)
      .when(file)
      .then({ appeal: 'filed' });
    given(several, ...reviewed)
      .when(file)
      .thenRefused('one-appeal');
  });

  it('may be filed again against a decision that was amended', () => {
    const amended = [
      ...settled,
      file,
      assign('dov'),
      rule('upheld'),
      ...meetAgain,
      ada('decision.amend', { deciders: ['ada', 'ben'], responses: [{ keep: 1 }] }),
      notify,
    ];
    given(...amended)
      .when(file)
      .then({ appeal: 'filed' });
  });

  it('has its route told from the first measure or decision on', () => {
    const route = kim('appeal.notifyRoute');
    const acted = [
      cleo('immediate.assess', { needed: true }),
      cleo('immediate.takeAction', { kind: 'leave-event' }),
    ];
    given(...met)
      .when(route)
      .thenExactlyRefused('something-to-appeal');
    for (const story of [decided, noViolation, [...met, ...acted]])
      given(...story)
        .when(route)
        .thenFacts({ people: { reported: [{ appeal: { routeTold: true, filed: false } }] } });
  });

  it('is reviewed by organizers whom an organizer assigns', () => {
    given(...filed)
      .when(assign('dov', 'oli'))
      .then({ appeal: 'underReview' });
    given(...filed)
      .when(assign('kim'))
      .thenExactlyRefused('appeal-body');
    given(...filed)
      .when(ada('appeal.assignReviewers', { reviewers: ['dov'] }))
      .thenExactlyRefused('who-may-act', 'appeal-body');
  });

  it('can change its reviewers while under review', () => {
    given(...reviewed)
      .when(assign('oli'))
      .thenFacts({ people: { reported: [{ appeal: { reviewers: ['oli'] } }] } });
    given(...reviewed, assign('oli'))
      .when(rule('upheld'))
      .thenExactlyRefused('reviewer-decides');
  });

  describe('against a decision that an organizer shared', () => {
    const byUna = [
      ...reported,
      ada('meeting.convene', { attendees: ['ada', 'una'] }),
      ...met.slice(convened.length),
      ada('decision.record', { ...verdict, deciders: ['ada', 'una'] }),
      notify,
      file,
    ];
    it('is not heard by whoever decided, but where the profile allows it', () => {
      given(...byUna)
        .when(assign('una', 'dov'))
        .thenExactlyRefused('independent-review');
      given(opened({ settings: { independentAppeal: false } }), ...byUna)
        .when(assign('una', 'dov'))
        .then({ appeal: 'underReview' });
    });
    it('is heard by a substitute for an organizer, or one whom an organizer named', () => {
      const named = (by: typeof dov, as: string) =>
        by('case.nameSubstitute', { person: 'kim', as });
      given(...byUna, named(dov, 'organizer'))
        .when(assign('kim'))
        .then({ appeal: 'underReview' });
      given(...byUna, named(ada, 'organizer'))
        .when(assign('kim'))
        .then({ appeal: 'underReview' });
      given(...byUna, named(una, 'organizer'))
        .when(kim('appeal.assignReviewers', { reviewers: ['kim'] }))
        .then({ appeal: 'underReview' });
    });
  });

  it('may be upheld: the decision stands as it was, and is told anew', () => {
    given(...reviewed)
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .then({ appeal: 'settled', decision: 'decided' });
    given(...reviewed)
      .when(rule('upheld'))
      .thenFacts({
        people: {
          reported: [
            {
              appeal: { filed: true, outcome: 'upheld' },
              decision: {
                finding: 'violation',
                notifiedAt: null,
                responses: [{ state: 'due' }, { state: 'due' }],
              },
            },
          ],
        },
      });
  });

  it('may modify the responses: what falls away is owed a lift, what is new is to be done', () => {
    const modified = dov('appeal.decide', {
      outcome: 'modified',
      responses: [{ keep: 1 }, { kind: 'no-alcohol' }],
    });
    given(...settled, file, assign('dov'))
      .when(modified)
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                finding: 'violation',
                responses: [
                  { response: 1, state: 'carriedOut' },
                  { response: 2, state: 'liftOwed' },
                  { response: 3, kind: 'no-alcohol', state: 'due' },
                ],
                notifiedAt: null,
              },
            },
          ],
        },
      });
    given(...settled, file, assign('dov'), modified, rui('decision.liftResponse', { response: 2 }))
      .when(rui('decision.carryOutResponse', { response: 3 }))
      .then({ appeal: 'settled', decision: 'carriedOut' });
  });

  it('judges modified responses by the decision’s rules', () => {
    const modify = (responses: unknown[]) =>
      dov('appeal.decide', { outcome: 'modified', responses });
    given(...reviewed)
      .when(modify([]))
      .thenExactlyRefused('violation-needs-response');
    given(...reviewed)
      .when(modify([{ kind: 'ban' }]))
      .thenExactlyRefused('lasting-responses-have-a-term');
    given(...reviewed)
      .when(modify([{ kind: 'warning', for: 'reported-2' }]))
      .thenRefused('known-reference');
    given(...reviewed)
      .when(modify([{ keep: 3 }]))
      .thenRefused('known-reference');
  });

  it('may overturn the decision: no violation, and a word that it is over', () => {
    given(...reviewed)
      .when(rule('overturned'))
      .then({ appeal: 'settled', decision: 'carriedOut' });
    given(...settled, file, assign('dov'))
      .when(rule('overturned'))
      .then({ decision: 'decided' });
    given(...settled, file, assign('dov'))
      .when(rule('overturned'))
      .thenFacts({
        people: {
          reported: [
            {
              decision: {
                finding: 'no-violation',
                responses: [{ state: 'liftOwed' }, { state: 'liftOwed' }],
                notifiedAt: null,
              },
            },
          ],
        },
      });
  });

  it('may be told by the reviewers too', () => {
    const told = (by: typeof dov) => by('decision.notifyReportedPerson', { medium: 'phone' });
    for (const somebody of [dov, oli, rui, kim])
      given(...reviewed, rule('upheld'))
        .when(told(somebody))
        .then({ appeal: 'settled' });
    given(...reviewed)
      .when(told(oli))
      .thenExactlyRefused('assigned-responder-acts');
    given(...reviewed, rule('upheld'))
      .when(told(una))
      .thenExactlyRefused('assigned-responder-acts');
  });

  it.each(['upheld', 'overturned'])('is told anew before the case can close: %s', (outcome) => {
    const heard = [...notified, ...settled.slice(-2), file, assign('dov'), rule(outcome)];
    given(...heard)
      .when(ada('case.close'))
      .thenExactlyRefused('settled-before-close');
    given(...settled, file, assign('dov'), rule('upheld'), ada('decision.markUnnotifiable'))
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });

  it('gives no new time when its outcome is told', () => {
    given(window, ...reviewed, rule('upheld'), later('P1D'))
      .when(notify)
      .thenFacts({ people: { reported: [{ due: { appealWindow: inTime('P30D') } }] } });
    given(window, ...reviewed, rule('upheld'), later('P1D'))
      .when(notify)
      .thenClocks({ reporterFollowUp: inTime('P7D') });
  });

  it('reopens a closed case, and never in vain', () => {
    given(...closed)
      .when(file)
      .then({ status: 'open', appeal: 'filed', decision: 'carriedOut', intake: 'reported' });
    given(window, ...closed, later('P29D'))
      .when(file)
      .thenFacts({ closedAt: null, people: { reported: [{ appeal: { filed: true } }] } });
    given(window, ...closed, later('P31D'))
      .when(file)
      .thenExactlyRefused('appeal-window');
    const over = [...settled, file, assign('dov'), rule('upheld'), notify, ada('case.close')];
    given(...over)
      .when(file)
      .thenRefused('one-appeal');
  });

  it('is each person’s own', () => {
    const tell = (whom: string) =>
      rui('decision.notifyReportedPerson', { for: whom, medium: 'email' });
    const two = [
      ...metOver(ofTwo),
      ada('decision.record', verdict),
      tell('reported-1'),
      tell('reported-2'),
    ];
    const first = [
      ...two,
      cleo('appeal.file', { for: 'reported-1' }),
      dov('appeal.assignReviewers', { for: 'reported-1', reviewers: ['dov'] }),
      dov('appeal.decide', { for: 'reported-1', outcome: 'overturned' }),
    ];
    given(...two)
      .when(file)
      .thenExactlyRefused('known-reference');
    given(...first)
      .when(cleo('appeal.file', { for: 'reported-2' }))
      .thenFacts({
        people: {
          reported: [
            { decision: { finding: 'no-violation' }, appeal: { outcome: 'overturned' } },
            { decision: { finding: 'violation' }, appeal: { filed: true, outcome: null } },
          ],
        },
      });
    // who it can be is clear, where the other cannot appeal any more
    given(...first)
      .when(file)
      .thenOf('reported-2', { appeal: 'filed' });
  });
});
