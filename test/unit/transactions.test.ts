/** Transactions over connections of our own: all or nothing, and nothing beside them. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../src/store/database.ts';
import { outageOf } from '../../src/store/outage.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await cloneDatabase();
  ({ db } = database);
  await db.execute(sql`create table jars (name text primary key, beans int not null default 0)`);
});
beforeEach(() => db.execute(sql`truncate jars`));
afterAll(() => database.close());

const add = (to: Db, name: string) => to.execute(sql`insert into jars (name) values (${name})`);
const jars = async () =>
  (await database.sql<{ name: string }[]>`select name from jars order by 1`).map(
    ({ name }) => name,
  );
const outage = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => outageOf(error)?.kind,
  );

test('what is thrown undoes everything, and the connection is good for the next', async () => {
  const broken = db.transaction(async (tx) => {
    await add(tx, 'a');
    throw new Error('a change of mind');
  });
  await expect(broken).rejects.toThrow('a change of mind');
  await db.transaction(async (tx) => add(tx, 'b'));
  expect(await jars()).toEqual(['b']);
});

test('a statement that failed undoes everything, though nobody minded', async () => {
  const careless = db.transaction(async (tx) => {
    await add(tx, 'a');
    await add(tx, 'a').catch(() => undefined);
  });
  await expect(careless).rejects.toThrow('undone');
  expect(await jars()).toEqual([]);
});

test('once its session is lost no later statement runs, in it or beside it', async () => {
  const lost = db.transaction(async (tx) => {
    await add(tx, 'a');
    const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await database.sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
    // each would be a statement of its own, on a connection made anew
    for (const name of ['b', 'c']) expect(await outage(add(tx, name))).toBe('connection lost');
  });
  expect(await outage(lost)).toBe('connection lost');
  await add(db, 'd');
  expect(await jars()).toEqual(['d']);
});

test('what comes after its end comes too late', async () => {
  let late: Db = db;
  await db.transaction(async (tx) => {
    late = tx;
    await add(tx, 'a');
  });
  expect(await outage(add(late, 'b'))).toBe('connection lost');
  expect(await jars()).toEqual(['a']);
});

test('two that lock each other out are both done, one of them again', async () => {
  await add(db, 'a');
  await add(db, 'b');
  const take = (tx: Db, name: string) =>
    tx.execute(sql`update jars set beans = beans + 1 where name = ${name}`);
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let tries = 0;
  const both = ['ab', 'ba'].map(async (names, i) =>
    db.transaction(async (tx) => {
      tries += 1;
      await take(tx, names.slice(0, 1));
      begun[i as 0 | 1].resolve();
      await begun[(1 - i) as 0 | 1].promise;
      await take(tx, names.slice(1));
    }),
  );
  await Promise.all(both);
  expect(tries).toBeGreaterThan(2);
  expect([...(await database.sql`select beans from jars`)]).toEqual([{ beans: 2 }, { beans: 2 }]);
});

test('more than there are connections wait their turn', async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => db.transaction(async (tx) => add(tx, String(i)))),
  );
  expect(await jars()).toHaveLength(40);
});
