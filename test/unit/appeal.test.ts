/** Who may appeal against a decision, when, and how often. */
import { describe, it } from 'vitest';
import {
  appeal,
  appealed,
  closed,
  decide,
  decided,
  meetAgain,
  met,
  metOver,
  needed,
  noViolation,
  notified,
  notify,
  ofTwo,
  reviewedBy,
  ruled,
  settled,
  thirtyDays,
  underReview,
} from '../support/chapters.ts';
import { ada, cleo, departing, dov, kim, rui } from '../support/cast.ts';
import { elapsed, given, inTime, later, opened } from '../support/story.ts';

describe('appeal', () => {
  it('is idle until a violation was told', () => {
    for (const story of [decided, [...noViolation, notify]])
      given(...story)
        .when(appeal)
        .thenExactlyRefused('in-its-stage', 'something-to-appeal');
  });

  it('is open without a clock where the profile has no window', () => {
    given(...decided)
      .when(notify)
      .thenClocks({ reporterFollowUp: inTime('P7D') });
    given(...notified, later('P3Y'))
      .when(appeal)
      .then({ appeal: 'filed' });
    given(...notified, later('P3Y'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('lapses when the profile’s window has passed, and not before', () => {
    given(thirtyDays, ...notified, later('P30D'))
      .when(elapsed('appealWindow'))
      .then({ appeal: 'lapsed', decision: 'decided' });
    given(thirtyDays, ...notified, later('P29DT23H59M59.999S'))
      .when(elapsed('appealWindow'))
      .thenNothing();
    given(thirtyDays, ...notified, later('P29D'), appeal, later('P2D'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('is judged by when the person appealed, whenever somebody enters it', () => {
    const inTimeAppeal = cleo('appeal.file', { happenedAt: inTime('P29D') });
    given(thirtyDays, ...notified, later('P30DT1S'))
      .when(appeal)
      .thenExactlyRefused('appeal-window');
    for (const story of [
      [thirtyDays, ...notified, later('P31D')],
      [thirtyDays, ...notified, later('P31D'), elapsed('appealWindow')],
    ])
      given(...story)
        .when(inTimeAppeal)
        .then({ appeal: 'filed' });
  });

  it('may be let in late by an organizer', () => {
    const late = (by: typeof dov) =>
      departing(by('appeal.file'), { rule: 'appeal-window', ground: 'does-not-fit' });
    const lapsed = [thirtyDays, ...notified, later('P31D'), elapsed('appealWindow')];
    given(...lapsed)
      .when(late(dov))
      .then({ appeal: 'filed' });
    given(...lapsed)
      .when(late(cleo))
      .thenExactlyRefused('departure-is-allowed', 'appeal-window');
  });

  it('is filed once against a decision', () => {
    given(...appealed)
      .when(appeal)
      .thenExactlyRefused('in-its-stage', 'one-appeal');
    given(...underReview, ruled('upheld'), notify)
      .when(appeal)
      .thenRefused('in-its-stage', 'one-appeal');
  });

  it('may be filed again, where the profile allows several', () => {
    const several = opened({ settings: { oneAppeal: false } });
    given(several, ...underReview, ruled('upheld'), notify)
      .when(appeal)
      .then({ appeal: 'filed' });
    given(several, ...underReview)
      .when(appeal)
      .thenRefused('one-appeal');
  });

  it('may be filed again against a decision that was amended', () => {
    const amended = [
      ...settled,
      appeal,
      reviewedBy('dov'),
      ruled('upheld'),
      ...meetAgain,
      ada('decision.amend', { deciders: ['ada', 'ben'], responses: [{ keep: 1 }] }),
      notify,
    ];
    given(...amended)
      .when(appeal)
      .then({ appeal: 'filed' });
  });

  it('has its route told from the first measure or decision on', () => {
    const route = kim('appeal.notifyRoute');
    const acted = [needed, cleo('immediate.takeAction', { kind: 'leave-event' })];
    given(...met)
      .when(route)
      .thenExactlyRefused('something-to-appeal');
    for (const story of [decided, noViolation, [...met, ...acted]])
      given(...story)
        .when(route)
        .thenFacts({ people: { reported: [{ appeal: { routeTold: true, filed: false } }] } });
  });

  it('reopens a closed case, and never in vain', () => {
    given(...closed)
      .when(appeal)
      .then({ status: 'open', appeal: 'filed', decision: 'carriedOut', intake: 'reported' });
    given(thirtyDays, ...closed, later('P29D'))
      .when(appeal)
      .thenFacts({ closedAt: null, people: { reported: [{ appeal: { filed: true } }] } });
    given(thirtyDays, ...closed, later('P31D'))
      .when(appeal)
      .thenExactlyRefused('appeal-window');
    const over = [
      ...settled,
      appeal,
      reviewedBy('dov'),
      ruled('upheld'),
      notify,
      ada('case.close'),
    ];
    given(...over)
      .when(appeal)
      .thenRefused('one-appeal');
  });

  it('is each person’s own', () => {
    const tell = (whom: string) =>
      rui('decision.notifyReportedPerson', { for: whom, medium: 'email' });
    const two = [...metOver(ofTwo), decide(), tell('reported-1'), tell('reported-2')];
    const first = [
      ...two,
      cleo('appeal.file', { for: 'reported-1' }),
      dov('appeal.assignReviewers', { for: 'reported-1', reviewers: ['dov'] }),
      dov('appeal.decide', { for: 'reported-1', outcome: 'overturned' }),
    ];
    given(...two)
      .when(appeal)
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
      .when(appeal)
      .thenOf('reported-2', { appeal: 'filed' });
  });
});
