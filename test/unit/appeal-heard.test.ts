/** How an appeal is heard, and what becomes of the decision by it. */
import { describe, it } from 'vitest';
import {
  appeal,
  appealed,
  carryOut,
  convened,
  decide,
  met,
  notified,
  notify,
  reported,
  reviewedBy,
  ruled,
  settled,
  thirtyDays,
  underReview,
} from '../support/chapters.ts';
import { ada, dov, kim, oli, rui, una } from '../support/cast.ts';
import { given, inTime, later, opened } from '../support/story.ts';

describe('an appeal that is heard', () => {
  it('is reviewed by organizers whom an organizer assigns', () => {
    given(...appealed)
      .when(reviewedBy('dov', 'oli'))
      .then({ appeal: 'underReview' });
    given(...appealed)
      .when(reviewedBy('kim'))
      .thenExactlyRefused('appeal-body');
    given(...appealed)
      .when(ada('appeal.assignReviewers', { reviewers: ['dov'] }))
      .thenExactlyRefused('who-may-act', 'appeal-body');
  });

  it('can change its reviewers while under review', () => {
    given(...underReview)
      .when(reviewedBy('oli'))
      .thenFacts({ people: { reported: [{ appeal: { reviewers: ['oli'] } }] } });
    given(...underReview, reviewedBy('oli'))
      .when(ruled('upheld'))
      .thenExactlyRefused('reviewer-decides');
  });

  describe('against a decision that an organizer shared', () => {
    const byUna = [
      ...reported,
      ada('meeting.convene', { attendees: ['ada', 'una'] }),
      ...met.slice(convened.length),
      decide({ deciders: ['ada', 'una'] }),
      notify,
      appeal,
    ];
    it('is not heard by whoever decided, but where the profile allows it', () => {
      given(...byUna)
        .when(reviewedBy('una', 'dov'))
        .thenExactlyRefused('independent-review');
      given(opened({ settings: { independentAppeal: false } }), ...byUna)
        .when(reviewedBy('una', 'dov'))
        .then({ appeal: 'underReview' });
    });
    it('is heard by a substitute for an organizer, or one whom an organizer named', () => {
      const named = (by: typeof dov, as: string) =>
        by('case.nameSubstitute', { person: 'kim', as });
      given(...byUna, named(dov, 'organizer'))
        .when(reviewedBy('kim'))
        .then({ appeal: 'underReview' });
      given(...byUna, named(ada, 'organizer'))
        .when(reviewedBy('kim'))
        .then({ appeal: 'underReview' });
      given(...byUna, named(una, 'organizer'))
        .when(kim('appeal.assignReviewers', { reviewers: ['kim'] }))
        .then({ appeal: 'underReview' });
    });
  });

  it('may be upheld: the decision stands as it was, and is told anew', () => {
    given(...underReview)
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .then({ appeal: 'settled', decision: 'decided' });
    given(...underReview)
      .when(ruled('upheld'))
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
    given(...settled, appeal, reviewedBy('dov'))
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
    given(
      ...settled,
      appeal,
      reviewedBy('dov'),
      modified,
      rui('decision.liftResponse', { response: 2 }),
    )
      .when(carryOut(3))
      .then({ appeal: 'settled', decision: 'carriedOut' });
  });

  it('judges modified responses by the decision’s rules', () => {
    const modify = (responses: unknown[]) =>
      dov('appeal.decide', { outcome: 'modified', responses });
    given(...underReview)
      .when(modify([]))
      .thenExactlyRefused('violation-needs-response');
    given(...underReview)
      .when(modify([{ kind: 'ban' }]))
      .thenExactlyRefused('lasting-responses-have-a-term');
    given(...underReview)
      .when(modify([{ kind: 'warning', for: 'reported-2' }]))
      .thenRefused('known-reference');
    given(...underReview)
      .when(modify([{ keep: 3 }]))
      .thenRefused('known-reference');
  });

  it('may overturn the decision: no violation, and a word that it is over', () => {
    given(...underReview)
      .when(ruled('overturned'))
      .then({ appeal: 'settled', decision: 'carriedOut' });
    given(...settled, appeal, reviewedBy('dov'))
      .when(ruled('overturned'))
      .then({ decision: 'decided' });
    given(...settled, appeal, reviewedBy('dov'))
      .when(ruled('overturned'))
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
      given(...underReview, ruled('upheld'))
        .when(told(somebody))
        .then({ appeal: 'settled' });
    given(...underReview)
      .when(told(oli))
      .thenExactlyRefused('assigned-responder-acts');
    given(...underReview, ruled('upheld'))
      .when(told(una))
      .thenExactlyRefused('assigned-responder-acts');
  });

  it.each(['upheld', 'overturned'])('is told anew before the case can close: %s', (outcome) => {
    const heard = [...notified, ...settled.slice(-2), appeal, reviewedBy('dov'), ruled(outcome)];
    given(...heard)
      .when(ada('case.close'))
      .thenExactlyRefused('settled-before-close');
    given(...settled, appeal, reviewedBy('dov'), ruled('upheld'), ada('decision.markUnnotifiable'))
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });

  it('gives no new time when its outcome is told', () => {
    given(thirtyDays, ...underReview, ruled('upheld'), later('P1D'))
      .when(notify)
      .thenFacts({ people: { reported: [{ due: { appealWindow: inTime('P30D') } }] } });
    given(thirtyDays, ...underReview, ruled('upheld'), later('P1D'))
      .when(notify)
      .thenClocks({ reporterFollowUp: inTime('P7D') });
  });
});
