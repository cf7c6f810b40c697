import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { asOwner, clock, day, unexpected } from '../support/telling.ts';
import {
  anything,
  openFor,
  readBack,
  say,
  storyAt,
  wholeStory,
  type Said,
} from '../support/walks.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });
let other: string;
beforeAll(async () => {
  other = await openFor(app.engine);
});

/** A part of the story, and what is said all at once when it has come so far. */
const crowds = () =>
  fc.record({
    told: fc.integer({ min: 0, max: wholeStory.length }),
    atOnce: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: anything([other]) },
        { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }).map((ahead) => ({ ahead })) },
      ),
      { minLength: 2, maxLength: 12, size: 'max' },
    ),
  });

test('of several writers none is lost, and each is judged on what it finds', async () => {
  let together = 0;
  await fc.assert(
    fc.asyncProperty(crowds(), async ({ told, atOnce }) => {
      await asOwner(app, async ({ db }) => {
        // a second server, with connections of its own
        const second = { ...app.engine, db };
        const caseId = await openFor(app.engine);
        for (const said of wholeStory.slice(0, told)) await say(app.engine, caseId, said);
        const before = await readBack(db, caseId);
        time.advance(day);

        const events: Said[] = atOnce.map((one) =>
          'ahead' in one ? storyAt(told + one.ahead) : one,
        );
        const outcomes = await Promise.all([
          ...events.map((said, index) => say(index % 2 ? app.engine : second, caseId, said)),
          ...[app.engine, second].map((engine) => fireDueDeadlines(engine, unexpected)),
        ]);
        const { row, entries, verification } = await readBack(db, caseId);
        const fresh = entries.slice(before.entries.length);
        const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
        const recorded = (outcome: string) => fresh.filter((one) => one.outcome === outcome).length;

        expect(verification.failures).toEqual([]);
        expect(verification.ok).toBe(true);
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
        expect(recorded('accepted')).toBe(count('accepted'));
        expect(recorded('refused')).toBe(count('refused'));
        expect(row.version).toBe(before.row.version + count('accepted') + recorded('elapsed'));
        // whose they are: nobody's step was taken for another's
        const sent = events
          .filter((_, index) => outcomes[index] !== null)
          .map(({ by, event }) => `${by} ${event.type}`);
        const written = fresh.flatMap(({ by, type }) => (by ? [`${by.person} ${type}`] : []));
        expect(written.toSorted()).toEqual(sent.toSorted());
        expect(row.stages).toEqual(entries.at(-1)?.stages);
        together += fresh.length;
      });
    }),
    // said at once and as it came: to shrink it would take longer than the test may
    { numRuns: 25, endOnFailure: true },
  );
  expect(together).toBeGreaterThan(100);
}, 60_000);
