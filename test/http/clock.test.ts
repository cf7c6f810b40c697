/** Clocks that are wrong: the server's, the database's. What cannot be undone happens only when it is due by both. */
import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { compareClocks } from '../../src/engine/clock.ts';
import { jobsOf } from '../../src/deadlines/loop.ts';
import { readClock } from '../../src/store/clock.ts';
import { ada } from '../support/cast.ts';
import { closed, reported } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  day,
  historyOf,
  openCase,
  send,
  unexpected,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const [own, database] = [clock(), clock()];
const app = useApp(
  { now: own.now, databaseNow: database.now, settings: { retainFor: 'P30D' } },
  { per: 'test' },
);
const passes = (time: number) => [own, database].forEach((one) => one.advance(time));

const told: [off: boolean, line: string][] = [];
const jobs = () =>
  jobsOf(app.engine, {
    checkpoints: { every: 100, interval: 'PT1H' },
    tell: ({ off }, line) => told.push([off, line]),
  });
/** One round of every job. */
const round = async (all = jobs()) => {
  for (const { run } of all) await run(unexpected);
};
const ready = () => app.as('nobody').get<Problem>('/readyz');
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;

const decade = 3652 * day;

describe('a server whose clock is off', () => {
  test.each([
    ['ahead', own, decade, `315532800 s ahead of`],
    ['behind', database, decade, `315532800 s behind`],
    ['only some seconds ahead', own, 6_000, '6 s ahead of'],
  ])(
    '%s erases nothing, lets no deadline run out, and says so until it is set right',
    async (_, wrong, by, words) => {
      const late = await caseAfter(app, reported);
      const rested = await caseAfter(app, closed);
      const { event } = ada('case.addNote', { text: 'words' });
      const headers = { 'idempotency-key': 'kept' };
      await send(app, 'ada', late.id, event, { headers });
      const all = jobs();
      await round(all);
      passes(30 * day);
      wrong.advance(by);
      told.length = 0;
      for (let i = 0; i < 3; i += 1) await round(all);

      expect(await read(late.id)).toMatchObject({ stages: { leadsMeeting: 'awaiting' } });
      expect(await read(rested.id)).toMatchObject({ facts: { erased: false } });
      const answers = () => asOwner(app, ({ sql }) => sql`select from stored_answers`);
      expect(await answers()).toHaveLength(1);
      const { status, body } = await ready();
      expect([status, body.detail]).toEqual([503, expect.stringContaining(words)]);
      expect(told).toEqual([[true, expect.stringContaining(words)]]);

      wrong.advance(-by);
      for (let i = 0; i < 3; i += 1) await round(all);
      expect(await read(late.id)).toMatchObject({ stages: { leadsMeeting: 'overdue' } });
      expect(await read(rested.id)).toMatchObject({ facts: { erased: true } });
      expect(await answers()).toEqual([]);
      expect((await ready()).status).toBe(200);
      expect(told.slice(1)).toEqual([[false, expect.stringContaining('agrees')]]);
    },
  );
});

describe('between clocks that differ by a little', () => {
  test.each([
    ['the server’s', own, database],
    ['the database’s', database, own],
  ])('a deadline waits for the other where %s is first', async (_, first, second) => {
    const { id } = await caseAfter(app, reported);
    passes(day - 3_000);
    first.advance(3_000);
    await round();
    expect(await read(id)).toMatchObject({ stages: { leadsMeeting: 'awaiting' } });
    expect((await ready()).status).toBe(200);
    second.advance(3_000);
    await round();
    expect((await historyOf(app, 'ada', id)).at(-1)).toMatchObject({
      outcome: 'elapsed',
      at: second.now().toISOString(),
    });
  });

  test('a case whose last step a clock ahead has dated keeps its order, and its deadline its time', async () => {
    const { id } = await openCase(app);
    own.advance(2 * day);
    for (const { by, event } of reported) await send(app, by ?? '', id, event);
    const dated = own.now().toISOString();
    own.advance(-2 * day);
    passes(day);
    await round();
    expect((await historyOf(app, 'ada', id)).filter(({ by }) => !by)).toEqual([]);
    passes(2 * day);
    await round();
    const history = await historyOf(app, 'ada', id);
    expect(history.at(-1)).toMatchObject({ outcome: 'elapsed' });
    expect(history.at(-1)?.at).toBe(database.now().toISOString());
    expect((history.at(-1)?.at ?? '') > dated).toBe(true);
  });
});

test('the time that the question takes is not taken for a difference', async () => {
  let now = 1_000_000;
  const asking = (there: number) =>
    compareClocks({
      now: () => new Date(now),
      databaseNow: async () => {
        now += 20_000;
        return new Date(there);
      },
    });
  expect(await asking(now + 15_000)).toMatchObject({ ahead: 0, off: false });
  expect(await asking(now)).toMatchObject({ ahead: 0, off: false });
  expect(await asking(now - 6_000)).toMatchObject({ ahead: 6_000, off: true });
  expect(await asking(now + 26_000)).toMatchObject({ ahead: -6_000, off: true });
});

test('without one injected it is the database’s own', async () => {
  const before = Date.now();
  const there = (await readClock(app.db)).getTime();
  // the same machine
  expect(there).toBeGreaterThanOrEqual(before - 1);
  expect(there).toBeLessThanOrEqual(Date.now() + 1);
});
