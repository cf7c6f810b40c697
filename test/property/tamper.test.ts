import { sql, type SQL } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { GENESIS_HASH, hashEntry } from '../../src/crypto/chain.ts';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { bodyOf } from '../../src/engine/step/entry.ts';
import { engineReader, verifyAll } from '../../src/engine/audit/verify-all.ts';
import { verifyCase } from '../../src/engine/audit/audit.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import type { Db } from '../../src/store/database.ts';
import { appendForged } from '../support/forgery.ts';
import { asOwner, clock, day, unexpected } from '../support/telling.ts';
import { openFor, readBack, say, wholeStory } from '../support/walks.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });
let caseId: string;
let otherId: string;
let length: number;
/** The seq of a deadline's entry. */
let elapsed: number;
beforeAll(async () => {
  otherId = await openFor(app.engine);
  caseId = await openFor(app.engine);
  for (const [index, said] of wholeStory.entries()) {
    // a deadline and a refusal belong to a history worth forging
    if (index === 6) {
      time.advance(day);
      await fireDueDeadlines(app.engine, unexpected);
      await say(app.engine, caseId, { by: 'cleo', event: { type: 'meeting.conclude' } });
    }
    await say(app.engine, caseId, said);
  }
  const { entries } = await asOwner(app, ({ db }) => readBack(db, caseId));
  ({ length } = entries);
  elapsed = entries.findIndex(({ outcome }) => outcome === 'elapsed') + 1;
});

class Undone extends Error {}

/** Forges with the guard switched off, and undoes it all. */
const forging = (forge: (db: Db) => Promise<unknown>): Promise<void> =>
  asOwner(app, async ({ db }) =>
    db
      .transaction(async (tx) => {
        await tx.execute(sql`alter table history disable trigger all`);
        await forge(tx);
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      }),
  );

/** What a verification says after it. */
async function verifyAfter(forge: (db: Db) => Promise<unknown>): Promise<Verification> {
  let found: Verification | undefined;
  await forging(async (db) => {
    await forge(db);
    found = await verifyCase({ ...app.engine, db }, engineReader, caseId);
  });
  if (!found) throw new Error('nothing was verified');
  return found;
}

const set = (seq: number, assignment: SQL) => (db: Db) =>
  db.execute(sql`update history set ${assignment} where case_id = ${caseId} and seq = ${seq}`);

/** Every column that an entry has, and a change of it that the database itself would take. */
const forgeries = {
  type: sql`type = type || 'x'`,
  facts: sql`facts = facts || '{"forged": true}'`,
  'facts away': sql`facts = case when facts = '{}' then '{"forged": true}' else '{}'::jsonb end`,
  'part’s hash': sql`parts = parts || jsonb_build_object('content', repeat('1', 64))`,
  'parts away': sql`parts = case when parts = '{}' then '{"content": ""}' else '{}'::jsonb end`,
  by: sql`by = jsonb_set(coalesce(by, '{"roles": []}'), '{person}', '"ben"'), outcome =
    case when outcome = 'elapsed' then 'accepted' else outcome end,
    facts = facts || jsonb_build_object('was', by)`,
  at: sql`at = at + interval '1 millisecond'`,
  version: sql`version = version + 1`,
  stages: sql`stages = jsonb_set(stages, '{appeal}', '"forged"')`,
  'snapshot hash': sql`snapshot_hash = repeat('2', 64)`,
  'machine id': sql`machine_id = 'another'`,
  'machine version': sql`machine_version = '0'`,
  'previous hash': sql`previous_hash = repeat('3', 64)`,
  hash: sql`hash = repeat('4', 64)`,
  mac: sql`mac = repeat('5', 64)`,
  'mac away': sql`mac = null`,
  'nobody’s step made somebody’s': sql`outcome = 'accepted', by = '{"person": "ada", "roles": []}',
    violations = '[]', at = at + interval '1 millisecond'`,
  outcome: sql`outcome = case when outcome = 'refused' then 'accepted' else 'refused' end,
    violations = case when outcome = 'refused' then '[]'::jsonb else '[{"rule": "forged"}]' end,
    by = coalesce(by, '{"person": "ada", "roles": []}')`,
} as const satisfies Record<string, SQL>;
type Forgery = keyof typeof forgeries;

test('untouched, it verifies', async () => {
  const { ok, entries } = await verifyAfter(async () => undefined);
  expect({ ok, entries }).toEqual({ ok: true, entries: length });
  expect(elapsed).toBe(8);
});

test('no column of an entry can be changed unnoticed', async () => {
  const anyForgery = fc.constantFrom(...(Object.keys(forgeries) as Forgery[]));
  await fc.assert(
    fc.asyncProperty(anyForgery, fc.integer({ min: 1, max: length }), async (what, seq) => {
      const { ok, failures } = await verifyAfter(set(seq, forgeries[what]));
      expect(ok, `${what} of ${seq}`).toBe(false);
      // it is found where it was done
      expect(Math.min(...failures.map((failure) => failure.seq)), `${what} of ${seq}`).toBe(seq);
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 60_000);

test('nor can an entry be left out, doubled, moved or put last', async () => {
  const moves = {
    'left out': (seq: number) => (db: Db) =>
      db.execute(sql`delete from history where case_id = ${caseId} and seq = ${seq}`),
    'all from there left out': (seq: number) => (db: Db) =>
      db.execute(sql`delete from history where case_id = ${caseId} and seq >= ${seq}`),
    'moved to the end': (seq: number) => (db: Db) =>
      db.execute(
        sql`update history set seq = ${length + 1} where case_id = ${caseId} and seq = ${seq}`,
      ),
    doubled: (seq: number) => async (db: Db) => {
      await db.execute(sql`create temp table copy on commit drop as
        select * from history where case_id = ${caseId} and seq = ${seq}`);
      await db.execute(sql`update copy set seq = ${length + 1}`);
      await db.execute(sql`insert into history select * from copy`);
    },
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(moves) as (keyof typeof moves)[])),
      fc.integer({ min: 1, max: length }),
      async (what, seq) => {
        expect((await verifyAfter(moves[what](seq))).ok, `${what}: ${seq}`).toBe(false);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
}, 60_000);

test('the case’s row cannot say anything else than its history', async () => {
  for (const change of [
    sql`snapshot = jsonb_set(snapshot, '{context,held}', 'true')`,
    sql`snapshot = '"a string"'`,
    sql`snapshot = jsonb_set(snapshot, '{context,version}', '1e999')`,
    sql`stages = jsonb_set(stages, '{appeal}', '"lapsed"')`,
    sql`status = 'closed', closed_at = now()`,
    sql`version = version - 1`,
    sql`head_hash = repeat('5', 64)`,
    sql`head_seq = head_seq + 1`,
    sql`opened_by = 'rui'`,
    sql`opened_at = opened_at - interval '1 millisecond'`,
    sql`opened_at = 'infinity'`,
    sql`updated_at = updated_at + interval '1 millisecond'`,
    sql`updated_at = '-infinity'`,
    sql`erase_due_at = 'infinity'`,
    sql`codename = 'another-name'`,
    sql`machine_id = 'another'`,
    sql`machine_version = '0'`,
    sql`machine_version = '0', opened_by = 'rui', snapshot = jsonb_set(snapshot, '{context,held}', 'true')`,
    sql`data_key = null`,
    sql`data_key = set_byte(data_key, 20, (get_byte(data_key, 20) + 1) % 256)`,
    sql`data_key = (select data_key from cases where case_id = ${otherId}::uuid)`,
    sql`overdue = not overdue`,
    sql`head_mac = null`,
    sql`head_mac = repeat('6', 64)`,
    sql`macs_from = head_seq + 1`,
  ]) {
    const { ok, failures } = await verifyAfter((db) =>
      db.execute(sql`update cases set ${change} where case_id = ${caseId}`),
    );
    const what = JSON.stringify(change.queryChunks);
    expect(ok, what).toBe(false);
    expect(
      failures.every(({ seq }) => seq === length),
      what,
    ).toBe(true);
  }
});

test('nor can the lists beside it', async () => {
  for (const change of [
    sql`insert into case_outsiders values (${caseId}, 'ben')`,
    sql`insert into case_assignments values (${caseId}, 'ben', now())`,
    sql`delete from case_assignments where case_id = ${caseId}`,
    sql`insert into deadlines values (${caseId}, 'leadsMeet', 'case', 'leadsMeeting', 'infinity', true)`,
  ])
    expect((await verifyAfter((db) => db.execute(change))).failures).toMatchObject([
      { seq: length },
    ]);
});

test('what cannot be read is a failure where it stands, and the audit goes on', async () => {
  for (const change of [
    sql`at = 'infinity'`,
    sql`facts = '{"n": 1e999}'`,
    sql`facts = '{}'`,
    sql`facts = '[]'`,
    sql`facts = 'null'`,
    sql`parts = '"x"'`,
    sql`stages = '[1e999]'`,
    sql`by = '"nobody"'`,
    sql`violations = '[1e999]', outcome = 'refused'`,
    sql`snapshot = 'nothing'`,
  ])
    for (const seq of [1, 9]) {
      const { ok, failures, entries } = await verifyAfter(set(seq, change));
      const what = `${JSON.stringify(change.queryChunks)} of ${seq}`;
      expect({ ok, entries }, what).toEqual({ ok: false, entries: length });
      expect(Math.min(...failures.map((failure) => failure.seq)), what).toBe(seq);
    }
  const { failures } = await verifyAfter(set(9, sql`at = 'infinity'`));
  expect(failures).toContainEqual(expect.objectContaining({ seq: 9, check: 'unreadable' }));
  // nor does it keep the other cases from being looked at
  const verified: string[] = [];
  await forging(async (db) => {
    await db.execute(sql`update cases set opened_at = 'infinity' where case_id = ${caseId}`);
    await set(9, sql`at = 'infinity'`)(db);
    for await (const one of verifyAll({ ...app.engine, db }))
      if (one.verification.ok) verified.push(one.caseId);
  });
  expect(verified).toEqual([otherId]);
});

test('whoever has no key cannot write an entry that a server would have written', async () => {
  const { checked, failures } = await verifyAfter(async (db) => {
    const { entries } = await readBack(db, caseId);
    const last = entries.at(-1);
    if (!last) throw new Error('no entry');
    await appendForged(db, last);
  });
  expect(checked).toMatchObject({ chain: 'ok', replay: 'ok', authenticity: 'failed' });
  expect(failures).toMatchObject([
    { seq: length + 1, check: 'mac' },
    { seq: length + 1, check: 'headMac' },
  ]);
});

test('an entry with a new hash of its own is betrayed by the next', async () => {
  const seq = 13;
  const { checked, failures } = await verifyAfter(async (db) => {
    // by a millisecond: nothing that a replay would notice
    await set(seq, forgeries.at)(db);
    const forged = (await readBack(db, caseId)).entries.find((entry) => entry.seq === seq);
    if (forged) await set(seq, sql`hash = ${hashEntry(bodyOf(forged))}`)(db);
  });
  expect(checked.chain).toBe('failed');
  expect(failures).toContainEqual(expect.objectContaining({ seq: seq + 1, check: 'previousHash' }));
});

/** Whoever can write everything can also write all hashes anew: then the replay must tell. */
test('a chain that was forged to its end still does not replay', async () => {
  for (const [what, seq] of [
    ['version', 5],
    ['stages', 9],
    ['snapshot hash', 12],
    ['outcome', 20],
    ['facts away', 4],
    ['type', 7],
    ['nobody’s step made somebody’s', elapsed],
  ] as const) {
    const { ok, checked, failures } = await verifyAfter(async (db) => {
      await set(seq, forgeries[what])(db);
      let previousHash = GENESIS_HASH;
      for (const entry of (await readBack(db, caseId)).entries) {
        const hash = hashEntry(bodyOf({ ...entry, previousHash }));
        await set(entry.seq, sql`previous_hash = ${previousHash}, hash = ${hash}`)(db);
        previousHash = hash;
      }
      await db.execute(sql`update cases set head_hash = ${previousHash} where case_id = ${caseId}`);
    });
    expect({ ok, checked }, what).toMatchObject({
      ok: false,
      checked: { chain: 'ok', replay: 'failed', authenticity: 'failed' },
    });
    expect(failures[0]?.seq, what).toBe(seq);
  }
});
