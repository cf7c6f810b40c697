/**
 * The log of all cases' heads (RFC 9162), and its checkpoints: one function per statement. It is
 * append only, and what it holds of hidden cases shows to nobody: routes ask for the case first.
 */
import { and, asc, desc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import { cases, checkpoints, history, logLeaves, logNodes } from '../../drizzle/schema.ts';
import type { Subtree, TreeNode } from '../crypto/merkle.ts';
import type { Db } from './database.ts';
import { actingAsEngine } from './visibility.ts';

export type LeafRow = typeof logLeaves.$inferSelect;
export type CheckpointRow = typeof checkpoints.$inferSelect;

/** The head of a case's history: its last entry's number and hash. */
export type CaseHead = Pick<LeafRow, 'caseId' | 'seq' | 'hash'>;

/** Any number will do that no other lock has, as long as all servers agree on it. */
const logLock = 4_726_552_812;

/** Of several that append to the log, lets one go on until its transaction ends. Blocks nobody else. */
export async function lockLog(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${logLock})`);
}

/** Whether the case at hand has moved beyond its newest leaf. */
const hasMoved = sql`not exists (
  select from log_leaves l where l.case_id = ${cases.caseId} and l.seq >= ${cases.headSeq})`;

/** Heads that the log does not have yet, by case id; at most `limit`. */
export async function listMovedHeads(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<CaseHead[]> {
  return db
    .select({ caseId: cases.caseId, seq: cases.headSeq, hash: cases.headHash })
    .from(cases)
    .where(and(actingAsEngine, hasMoved, after === undefined ? undefined : gt(cases.caseId, after)))
    .orderBy(asc(cases.caseId))
    .limit(limit);
}

/** How many entries of all histories lie beyond the newest leaves. */
export async function countEntriesBeyondLog(db: Db): Promise<number> {
  const logged = sql`coalesce(
    (select max(l.seq) from log_leaves l where l.case_id = ${cases.caseId}), 0)`;
  const [row] = await db
    .select({ entries: sql<string | null>`sum(${cases.headSeq} - ${logged})` })
    .from(cases)
    .where(and(actingAsEngine, hasMoved));
  return Number(row?.entries ?? 0);
}

// As one parameter, so that the statement is the same however many rows it has.
const rowsOf = (rows: readonly object[]) => sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)`;

/** Appends leaves. Throws a unique violation where the log has one at that place already. */
export async function insertLeaves(tx: Db, leaves: readonly LeafRow[]): Promise<void> {
  await tx.execute(sql`
    insert into log_leaves (index, case_id, seq, hash)
    select r.index, r."caseId", r.seq, r.hash
    from ${rowsOf(leaves)} r(index bigint, "caseId" uuid, seq integer, hash text)`);
}

/** Adds complete subtrees. */
export async function insertNodes(tx: Db, nodes: readonly TreeNode[]): Promise<void> {
  const rows = nodes.map(({ hash, ...place }) => ({ ...place, hash: hash.toString('hex') }));
  await tx.execute(sql`
    insert into log_nodes (level, index, hash)
    select r.level, r.index, decode(r.hash, 'hex')
    from ${rowsOf(rows)} r(level integer, index bigint, hash text)`);
}

/** Those of the subtrees that are complete, in any order. */
export async function findNodes(db: Db, subtrees: readonly Subtree[]): Promise<TreeNode[]> {
  return db
    .select()
    .from(logNodes)
    .where(
      sql`(${logNodes.level}, ${logNodes.index}) in (
        select r.level, r.index from ${rowsOf(subtrees)} r(level integer, index bigint))`,
    );
}

/** The hashes of the leaves from `from` on and before `size`, in order; at most `limit`. */
export async function listLeafHashes(
  db: Db,
  { from, size, limit }: { from: number; size: number; limit: number },
): Promise<{ index: number; hash: Buffer }[]> {
  return db
    .select({ index: logNodes.index, hash: logNodes.hash })
    .from(logNodes)
    .where(and(eq(logNodes.level, 0), gte(logNodes.index, from), lt(logNodes.index, size)))
    .orderBy(asc(logNodes.index))
    .limit(limit);
}

/** A leaf, and what the database has now of the case that it names. */
export interface LeafWithCase extends LeafRow {
  readonly caseExists: boolean;
  /** Of the entry that the leaf names; null where there is none. */
  readonly entryHash: string | null;
}

/** The leaves from `from` on and before `size`, in order; at most `limit`. */
export async function listLeavesWithCases(
  db: Db,
  { from, size, limit }: { from: number; size: number; limit: number },
): Promise<LeafWithCase[]> {
  const rows = await db
    .select({ leaf: logLeaves, caseId: cases.caseId, entryHash: history.hash })
    .from(logLeaves)
    .leftJoin(cases, eq(cases.caseId, logLeaves.caseId))
    .leftJoin(history, and(eq(history.caseId, logLeaves.caseId), eq(history.seq, logLeaves.seq)))
    .where(and(actingAsEngine, gte(logLeaves.index, from), lt(logLeaves.index, size)))
    .orderBy(asc(logLeaves.index))
    .limit(limit);
  return rows.map(({ leaf, caseId, entryHash }) => ({
    ...leaf,
    caseExists: caseId !== null,
    entryHash,
  }));
}

/** The newest leaf of a case in the log of `size` leaves. */
export async function findNewestLeaf(
  db: Db,
  caseId: string,
  size: number,
): Promise<LeafRow | undefined> {
  const [leaf] = await db
    .select()
    .from(logLeaves)
    .where(and(eq(logLeaves.caseId, caseId), lt(logLeaves.index, size)))
    .orderBy(desc(logLeaves.seq))
    .limit(1);
  return leaf;
}

export async function insertCheckpoint(tx: Db, checkpoint: CheckpointRow): Promise<void> {
  await tx.insert(checkpoints).values(checkpoint);
}

/** The checkpoint of a log of `size` leaves. */
export async function findCheckpoint(db: Db, size: number): Promise<CheckpointRow | undefined> {
  const [row] = await db.select().from(checkpoints).where(eq(checkpoints.size, size));
  return row;
}

/** Checkpoints of fewer leaves than `before`, newest first; at most `limit`. */
export async function listCheckpoints(
  db: Db,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<CheckpointRow[]> {
  return db
    .select()
    .from(checkpoints)
    .where(before === undefined ? undefined : lt(checkpoints.size, before))
    .orderBy(desc(checkpoints.size))
    .limit(limit);
}
