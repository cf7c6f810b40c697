/**
 * What somebody with full rights on the database can do to the past: they switch the triggers off and
 * compute every hash anew. With `forgeLog` they even have the key that signs, with `vouchFor` the
 * history key.
 */
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/pg-core';
import {
  caseAssignments,
  cases,
  checkpoints,
  history,
  logLeaves,
  logNodes,
  unloggedHeads,
} from '../../drizzle/schema.ts';
import type { CaseState } from '../../machines/system.ts';
import { macOfEntry } from '../../src/crypto/authenticity.ts';
import { hashEntry } from '../../src/crypto/chain.ts';
import { GrowingTree } from '../../src/crypto/merkle.ts';
import { checkpointText } from '../../src/crypto/note.ts';
import { headLeafHash } from '../../src/engine/audit/checkpoint.ts';
import { historyKeyOf } from '../../src/engine/confidential/history-key.ts';
import { headMacOf } from '../../src/engine/step/authenticity.ts';
import { asCaseEvent } from '../../src/engine/step/establish.ts';
import { decide } from '../../src/engine/step/decide.ts';
import { bodyOf, entryAfter, headOf, stateHash } from '../../src/engine/step/entry.ts';
import type { Db } from '../../src/store/database.ts';
import type { EntryRow } from '../../src/store/history.ts';
import { insertLeaves, insertNodes } from '../../src/store/log.ts';
import type { TestApp } from './app.ts';
import { asOwner } from './telling.ts';

/** Does something as the owner, whom no trigger stops. */
export async function tamper(
  app: Pick<TestApp, 'db'>,
  work: (db: Db) => Promise<unknown>,
): Promise<void> {
  await asOwner(app, async ({ db }) => {
    for (const table of ['history', 'log_leaves', 'log_nodes', 'checkpoints'])
      await db.execute(sql`alter table ${sql.identifier(table)} disable trigger user`);
    await work(db);
  });
}

/**
 * Brings somebody into a case in the name of a lead: an entry after the last one, judged by the machine
 * itself, chain and row in agreement. All of it but what takes a key.
 */
export async function appendForged(db: Db, last: EntryRow, person = 'nia'): Promise<void> {
  const { caseId } = last;
  const [row] = await db.select().from(cases).where(eq(cases.caseId, caseId));
  if (!row) throw new Error('no such case');
  const facts = { person, people: { [person]: ['responder'] } };
  const by = { person: 'ada', roles: ['lead'] } as const;
  const at = row.updatedAt.toISOString();
  const event = asCaseEvent('case.bringIn', facts, { at, by, seq: last.seq + 1 });
  const verdict = decide(row.snapshot as CaseState, event);
  if (verdict.outcome === 'refused') throw new Error(JSON.stringify(verdict.violations));
  const { state } = verdict;
  const head = { ...headOf(last), version: row.version };
  const entry = entryAfter(head, {
    outcome: 'accepted',
    type: 'case.bringIn',
    facts,
    by,
    at,
    state,
  });
  await db.insert(history).values(entry);
  await db
    .update(cases)
    .set({
      headSeq: entry.seq,
      headHash: entry.hash,
      version: entry.version,
      stages: entry.stages,
      snapshot: state,
    })
    .where(eq(cases.caseId, caseId));
  await db
    .insert(caseAssignments)
    .values({ caseId, person, openedAt: row.openedAt })
    .onConflictDoNothing();
}

/** Authenticates a case as it now stands, as only a server can. */
export const vouchFor = (app: Pick<TestApp, 'db' | 'engine'>, caseId: string) =>
  tamper(app, async (db) => {
    const key = await historyKeyOf(app.engine);
    const [row] = await db.select().from(cases).where(eq(cases.caseId, caseId));
    if (!row) throw new Error('no such case');
    const entries = await db.select().from(history).where(eq(history.caseId, caseId));
    for (const { seq, hash } of entries)
      await db
        .update(history)
        .set({ mac: macOfEntry(key, { caseId, seq, hash }) })
        .where(and(eq(history.caseId, caseId), eq(history.seq, seq)));
    const snapshotHash = stateHash(row.snapshot as CaseState);
    const headMac = await headMacOf(app.engine, { ...row, snapshotHash });
    await db.update(cases).set({ headMac }).where(eq(cases.caseId, caseId));
  });

/** Changes the facts of one entry, and makes the chain of the case whole again from there on. */
export const rewriteHistory = (app: Pick<TestApp, 'db'>, caseId: string, seq: number) =>
  tamper(app, async (db) => {
    const rows = await db
      .select()
      .from(history)
      .where(eq(history.caseId, caseId))
      .orderBy(asc(history.seq));
    let previousHash = rows[0]?.previousHash ?? '';
    for (const row of rows) {
      const facts = row.seq === seq ? { ...row.facts, rewritten: true } : row.facts;
      const hash = hashEntry(bodyOf({ ...row, facts, previousHash }));
      await db
        .update(history)
        .set({ facts, previousHash, hash })
        .where(and(eq(history.caseId, caseId), eq(history.seq, row.seq)));
      previousHash = hash;
    }
    await db.update(cases).set({ headHash: previousHash }).where(eq(cases.caseId, caseId));
  });

/** Cuts off what happened in a case after an entry. */
export const cutHistory = (app: Pick<TestApp, 'db'>, caseId: string, seq: number) =>
  tamper(app, async (db) => {
    await db.delete(history).where(and(eq(history.caseId, caseId), gt(history.seq, seq)));
    const [last] = await db
      .select()
      .from(history)
      .where(and(eq(history.caseId, caseId), eq(history.seq, seq)));
    if (!last) throw new Error('no such entry');
    await db
      .update(cases)
      .set({ headSeq: seq, headHash: last.hash, version: last.version })
      .where(eq(cases.caseId, caseId));
  });

/** Makes a case vanish, with all of its history. */
export const deleteCase = (app: Pick<TestApp, 'db'>, caseId: string) =>
  tamper(app, async (db) => {
    await db.delete(history).where(eq(history.caseId, caseId));
    await db.delete(cases).where(eq(cases.caseId, caseId));
  });

/** Adds as many cases as told that have the row and the history of this one, but for the id. */
export const copyCase = (app: Pick<TestApp, 'db'>, caseId: string, copies: number) =>
  asOwner(app, async ({ db }) => {
    for (const table of [cases, history, unloggedHeads]) {
      const { name, columns } = getTableConfig(table);
      const [kept, copied] = ['', 'r.'].map((of) =>
        sql.raw(columns.map((column) => `${of}"${column.name}"`).join()),
      );
      await db.execute(sql`
        insert into ${table} (${kept})
        select ${copied} from ${sql.identifier(name)} t, generate_series(1, ${copies}) n,
          jsonb_populate_record(t, jsonb_build_object(
            'case_id', '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))) r
        where t.case_id = ${caseId}::uuid`);
    }
  });

/** Writes the log anew so that it agrees with the histories as they are, and signs it. */
export const forgeLog = (app: Pick<TestApp, 'db' | 'engine'>) =>
  tamper(app, async (db) => {
    const { signer, now } = app.engine;
    const known = await db
      .select({ caseId: history.caseId, seq: history.seq, hash: history.hash })
      .from(logLeaves)
      .innerJoin(history, and(eq(history.caseId, logLeaves.caseId), eq(history.seq, logLeaves.seq)))
      .orderBy(asc(logLeaves.index));
    for (const table of [logLeaves, logNodes, checkpoints]) await db.delete(table);
    const tree = new GrowingTree();
    await insertLeaves(
      db,
      known.map((leaf, index) => ({ ...leaf, index })),
    );
    await insertNodes(
      db,
      known.flatMap((leaf) => tree.add(headLeafHash(leaf))),
    );
    const [size, root] = [tree.size, tree.root()];
    const note = signer.sign(checkpointText({ origin: signer.name, size, root }));
    await db
      .insert(checkpoints)
      .values({ size, rootHash: root.toString('base64'), note, at: now() });
  });
