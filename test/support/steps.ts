/** Steps of all kinds through a case, for random walks. */
import fc from 'fast-check';
import type { DeadlineName } from '../../machines/context.ts';
import { anyEvent } from './arbitrary.ts';
import { roster, type Sent } from './cast.ts';

/** What may happen next in a case: what the procedure wants, what is usual, whatever somebody sends, or nothing. */
export type Step =
  | { readonly do: 'next' }
  | { readonly do: 'usual'; readonly among: readonly number[] }
  | { readonly do: 'send'; readonly sent: Sent; readonly gone: string }
  | { readonly do: 'wait'; readonly duration: string; readonly deadline: DeadlineName };

const anySending = fc
  .record({
    by: fc.constantFrom(...Object.keys(roster)),
    event: anyEvent(),
    identifies: fc.subarray(['reporter', 'reported-1', 'other-1', 'other-2']),
    gone: fc.constantFrom('', '', 'ben', 'rui'),
  })
  .map(({ by, event, identifies, gone }) => {
    const sent: Sent = { what: 'sent', by, event, established: { screening: { identifies } } };
    return { do: 'send' as const, sent, gone };
  });
const anyUsual = fc.record({
  do: fc.constant('usual' as const),
  among: fc.array(fc.nat({ max: 999 }), { minLength: 6, maxLength: 6 }),
});
const anyWait = fc.record({
  do: fc.constant('wait' as const),
  duration: fc.constantFrom('PT0S', 'PT1S', 'PT23H', 'PT24H', 'P7D', 'P30D'),
  deadline: fc.constantFrom<DeadlineName>('leadsMeet', 'reporterFollowUp', 'appealWindow'),
});
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: 'next' as const }) },
  { weight: 6, arbitrary: anyUsual },
  { weight: 5, arbitrary: anySending },
  { weight: 1, arbitrary: anyWait },
);
