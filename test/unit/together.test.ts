import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/store/database.ts';
import { together } from '../../src/store/together.ts';

interface Item {
  readonly kind?: string;
  readonly of: string;
  readonly bad?: boolean;
}

/** A way on which a bad item makes all that travel with it fail, and what went at once each time. */
function way(failure: Error = Object.assign(new postgres.PostgresError('no'), { code: '23505' })) {
  const journeys: string[][] = [];
  const go = together<Item, string>({
    kindOf: ({ kind = 'usual' }) => kind,
    caseOf: ({ of }) => of,
    go: async (_db, items) => {
      journeys.push(items.map(({ of }) => of));
      await new Promise(setImmediate);
      if (items.some(({ bad }) => bad)) throw failure;
      return items.map(({ of }) => (of.startsWith('shy') && items.length > 1 ? undefined : of));
    },
  });
  const db = {} as Db;
  const all = async (items: readonly Item[]) =>
    (await Promise.allSettled(items.map((item) => go(db, item)))).map((one) =>
      one.status === 'fulfilled' ? one.value : 'failed',
    );
  return { all, journeys };
}

const of = (...names: string[]): Item[] => names.map((name) => ({ of: name }));

describe('what arrives together', () => {
  test('travels together once one is under way, and each gets its own result', async () => {
    const { all, journeys } = way();
    expect(await all(of('a', 'b', 'c', 'd', 'e'))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(journeys).toEqual([['a'], ['b', 'c', 'd', 'e']]);
  });

  test('travels apart where it is about one case, or of another kind', async () => {
    const { all, journeys } = way();
    await all([...of('a', 'b', 'c', 'c', 'd'), { of: 'e', kind: 'other' }]);
    expect(journeys.map((names) => names.join(' '))).toEqual(['a', 'e', 'b c d', 'c']);
  });

  test('travels alone after one of them failed, and only that one fails', async () => {
    const { all } = way();
    const items = [...of('a', 'b', 'c'), { of: 'd', bad: true }, ...of('e')];
    expect(await all(items)).toEqual(['a', 'b', 'c', 'failed', 'e']);
  });

  test('fails together where nobody knows what became of it', async () => {
    const { all, journeys } = way(new Error('connection lost'));
    const items = [...of('a', 'b', 'c'), { of: 'd', bad: true }];
    expect(await all(items)).toEqual(['a', 'failed', 'failed', 'failed']);
    expect(journeys).toHaveLength(2);
  });

  test('travels alone where company would not do', async () => {
    const { all } = way();
    expect(await all(of('a', 'b', 'c', 'shy'))).toEqual(['a', 'b', 'c', 'shy']);
  });
});
