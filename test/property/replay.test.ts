import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { hashEntry } from '../../src/crypto/chain.ts';
import { stagesOf } from '../../machines/stages.ts';
import type { CaseState } from '../../machines/system.ts';
import { deadlinesOf } from '../../src/engine/step/clocks.ts';
import { asStored, bodyOf, stateHash } from '../../src/engine/step/entry.ts';
import { replayEntry, type Replayed } from '../../src/engine/step/replay.ts';
import { asOwner, clock, hour, unexpected } from '../support/telling.ts';
import { anything, openFor, readBack, say, storyAt, wholeStory } from '../support/walks.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now, settings: { appealWindow: 'P30D' } });
let other: string;
beforeAll(async () => {
  other = await openFor(app.engine);
});

/** A part of the story; then it goes on, somebody says anything at all, or time passes. */
const walks = () =>
  fc.record({
    told: fc.integer({ min: 0, max: wholeStory.length }),
    andThen: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant('onward' as const) },
        { weight: 4, arbitrary: anything([other]) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 24 * 40 }) },
      ),
      { minLength: 10, maxLength: 40, size: 'max' },
    ),
  });

test('whatever happened in a case, its history says how it stands', async () => {
  let [accepted, refused, elapsed] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(walks(), async ({ told, andThen }) => {
      const caseId = await openFor(app.engine);
      let next = told;
      for (const step of [...wholeStory.slice(0, told), ...andThen]) {
        if (typeof step === 'number') {
          time.advance(step * hour);
          elapsed += await fireDueDeadlines(app.engine, unexpected);
          continue;
        }
        const said = step === 'onward' ? storyAt(next++) : step;
        const outcome = await say(app.engine, caseId, said);
        if (outcome === 'accepted') accepted++;
        if (outcome === 'refused') refused++;
      }
      const { row, entries, verification } = await asOwner(app, ({ db }) => readBack(db, caseId));
      expect(verification).toEqual({
        ok: true,
        entries: entries.length,
        // without a key at hand
        checked: {
          chain: 'ok',
          replay: 'ok',
          authenticity: 'not-checked',
          dataKey: 'not-checked',
        },
        failures: [],
      });

      // the same said without the verifier's help
      let state: CaseState | null = null;
      let previous = '0'.repeat(64);
      for (const [index, entry] of entries.entries()) {
        const replayed: Replayed = replayEntry(state, entry);
        state = replayed.state;
        expect(entry.seq).toBe(index + 1);
        expect(entry.previousHash).toBe(previous);
        expect(entry.hash).toBe(hashEntry(bodyOf(entry)));
        expect(replayed.outcome).toBe(entry.outcome);
        expect(state && stateHash(state)).toBe(entry.snapshotHash);
        previous = entry.hash;
      }
      const stored = row.snapshot as CaseState;
      expect(asStored(state)).toEqual(stored);
      expect(state && deadlinesOf(state)).toEqual(deadlinesOf(stored));
      expect(stagesOf(stored)).toEqual(row.stages);
      const moves = entries.filter(({ outcome }) => outcome !== 'refused').length;
      expect([row.headSeq, row.headHash, row.version]).toEqual([entries.length, previous, moves]);
    }),
    // said at once and as it came: to shrink it would take longer than the test may
    { numRuns: 25, endOnFailure: true },
  );
  // walks that lead nowhere would prove nothing
  expect(accepted).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(100);
  expect(elapsed).toBeGreaterThan(0);
}, 60_000);
