/** Departures from a rule, and breaches of one, until the leads have reviewed them. */
import { describe, it } from 'vitest';
import { conclude, convened, meet, met, recuse, reported, settled } from '../support/chapters.ts';
import { ada, ben, cleo, departing, rui, uma } from '../support/cast.ts';
import { given, seqOf } from '../support/story.ts';

describe('departures', () => {
  const hurried = [
    ...reported.slice(0, -2),
    departing(cleo('intake.reportToLeads'), { rule: 'reporter-thanked', ground: 'safety' }),
  ];
  const seq = seqOf(...hurried);
  const review = (by: typeof ada, outcome = 'endorsed', rule = 'reporter-thanked') =>
    by('meeting.reviewDepartures', { reviews: [{ seq, rule, outcome }] });

  it('stand in the record, and wait for the leads’ review', () => {
    given(...hurried, ...meet.slice(0, -1))
      .when(conclude)
      .thenRefusedFor('departures-reviewed', { unreviewed: [{ seq, rule: 'reporter-thanked' }] });
    given(...hurried, ...meet.slice(0, -1), review(ben, 'criticised'))
      .when(conclude)
      .thenFacts({ departures: [{ seq, review: { by: 'ben', outcome: 'criticised' } }] });
  });

  it('may be reviewed at any time, by leads', () => {
    given(...hurried)
      .when(review(ada))
      .thenFacts({ departures: [{ review: { by: 'ada' } }] });
    given(...hurried)
      .when(review(rui))
      .thenExactlyRefused('who-may-act', 'leads-meet');
    given(...hurried, cleo('case.refer', { person: 'uma' }))
      .when(review(uma))
      .thenFacts({ departures: [{ review: { by: 'uma' } }] });
    given(...hurried)
      .when(review(ada, 'endorsed', 'safety-checked'))
      .thenExactlyRefused('known-reference');
  });

  it('are not reviewed by who departed, as long as there is another lead', () => {
    const own = [
      ...convened,
      departing(conclude, { rule: 'objectives-met', ground: 'does-not-fit' }),
    ];
    const reviewOwn = (by: typeof ada) =>
      by('meeting.reviewDepartures', {
        reviews: [{ seq: seqOf(...own), rule: 'objectives-met', outcome: 'endorsed' }],
      });
    given(...own)
      .when(reviewOwn(ada))
      .thenExactlyRefused('no-judge-in-own-cause');
    given(...own)
      .when(reviewOwn(ben))
      .thenFacts({ departures: [{ by: 'ada', review: { by: 'ben' } }] });
    const others = ['ben', 'cam', 'una'].map(recuse);
    given(...own, ...others)
      .when(reviewOwn(ada))
      .thenFacts({ departures: [{ by: 'ada', review: { by: 'ada' } }] });
  });

  it('and breaches: what was done though the procedure forbids it', () => {
    const breach = ada('case.noteBreach', { rule: 'no-promised-response', by: 'rui' });
    given(...met)
      .when(breach)
      .thenFacts({
        departures: [{ rule: 'no-promised-response', ground: 'breach', by: 'rui', review: null }],
      });
    given(...settled, breach)
      .when(ada('case.close'))
      .thenExactlyRefused('departures-reviewed');
    const number = seqOf(...settled, breach);
    const reviewed = ben('meeting.reviewDepartures', {
      reviews: [{ seq: number, rule: 'no-promised-response', outcome: 'criticised' }],
    });
    given(...settled, breach, reviewed)
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });
});
