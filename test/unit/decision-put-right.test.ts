/** A decision that is amended after another meeting. */
import { describe, it } from 'vitest';
import {
  appeal,
  ban,
  carryOut,
  meetAgain,
  notified,
  notify,
  reviewedBy,
  ruled,
  settled,
} from '../support/chapters.ts';
import { ada, departing, rui } from '../support/cast.ts';
import { given } from '../support/story.ts';

const amend = (changes: object) => ada('decision.amend', { deciders: ['ada', 'ben'], ...changes });
const acquit = amend({ finding: 'no-violation', responses: [] });

describe('a decision put right', () => {
  const again = [...settled, ...meetAgain];

  it('takes a meeting since, and leads who sat in it', () => {
    given(...settled)
      .when(acquit)
      .thenExactlyRefused('deciders-met');
    given(...settled, ...meetAgain.slice(0, -1))
      .when(acquit)
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
      .when(acquit)
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
    given(...again, acquit)
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
    given(...again, acquit)
      .when(notify)
      .then({ appeal: 'idle' });
  });

  it('waits while an appeal is heard, and after one only eases', () => {
    given(...settled, appeal, ...meetAgain)
      .when(amend({ responses: [{ keep: 1 }] }))
      .thenExactlyRefused('appeal-not-pending');
    const upheld = [...settled, appeal, reviewedBy('dov'), ruled('upheld'), ...meetAgain];
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
