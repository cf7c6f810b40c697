/**
 * The log of all cases' heads (RFC 9162), and its checkpoints: one function per statement. It is
 * append only, and what it holds of hidden cases shows to nobody: routes ask for the case first.
 */
import { and, asc, desc, eq, gt, gte, lt, sql, type SQL } from 'drizzle-orm';
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

// With an aggregate it stays a look into the index, however many leaves the planner knows of.
const loggedOf = (caseId: SQL) =>
  sql`coalesce((select max(l.seq) from log_leaves l where l.case_id = ${caseId}), 0)`;

/**
 * Cases with steps that no checkpoint has taken yet; `offset 0` has each looked up by its id. A head
 * that stands no higher than the newest leaf was cut off: it is for the audit of the log to find.
 */
const unlogged = sql`
  (select distinct case_id from unlogged_heads where ${actingAsEngine}) u
  cross join lateral (
    select head_seq as seq, head_hash as hash, ${loggedOf(sql`u.case_id`)} as logged from cases
    where ${actingAsEngine} and case_id = u.case_id offset 0) head
  where head.seq > head.logged`;

/** Heads that the log does not have yet, by case id; at most `limit`. */
export async function listMovedHeads(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<CaseHead[]> {
  const beyond = after === undefined ? sql`` : sql`and u.case_id > ${after}::uuid`;
  return db.execute<CaseHead & Record<string, unknown>>(sql`
    select u.case_id as "caseId", head.seq, head.hash from ${unlogged} ${beyond}
    order by u.case_id limit ${limit}`);
}

/** Entries of all histories beyond the newest leaves: how many, and when the first was made (null: none). */
export async function measureBeyondLog(db: Db): Promise<{ entries: number; since: number | null }> {
  const [row] = await db.execute<{ entries: number; since: number | null }>(sql`
    select coalesce(sum(head.seq - head.logged), 0)::float as entries,
      (extract(epoch from min((
        select h.at from history h
        where ${actingAsEngine} and h.case_id = u.case_id and h.seq = head.logged + 1))) * 1000)::float
        as since
    from ${unlogged}`);
  return row ?? { entries: 0, since: null };
}

/** Forgets the steps that leaves cover; those that were taken meanwhile stay. */
export async function deleteLogged(tx: Db): Promise<void> {
  await tx.execute(sql`
    delete from unlogged_heads u
    where ${actingAsEngine} and u.seq <= ${loggedOf(sql`u.case_id`)}`);
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

/**
 * Leaves behind the latest checkpoint, in order; at most `limit`. One statement sees both, and the two are
 * written together: the server leaves none.
 */
export async function listLeavesBehind(db: Db, limit: number): Promise<LeafRow[]> {
  return db
    .select()
    .from(logLeaves)
    .where(gte(logLeaves.index, latestSize))
    .orderBy(asc(logLeaves.index))
    .limit(limit);
}

/** Subtrees that reach beyond the latest checkpoint, or are none of any tree; at most `limit`. */
export async function listNodesBehind(db: Db, limit: number): Promise<TreeNode[]> {
  const { level, index } = logNodes;
  return db
    .select()
    .from(logNodes)
    .where(sql`${level} < 0 or ${index} < 0 or (${index} + 1) * 2 ^ ${level} > ${latestSize}`)
    .orderBy(asc(level), asc(index))
    .limit(limit);
}

const latestSize = sql`(select coalesce(max(size), 0) from ${checkpoints})`;

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

/** Whether a checkpoint of this origin was ever taken. */
export async function hasCheckpointOf(db: Db, origin: string): Promise<boolean> {
  const rows = await db
    .select({ size: checkpoints.size })
    .from(checkpoints)
    .where(sql`starts_with(${checkpoints.note}, ${`${origin}\n`})`)
    .limit(1);
  return rows.length > 0;
}

/** Checkpoints of more leaves than `after`, oldest first; at most `limit`. */
export async function listCheckpointsAfter(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<CheckpointRow[]> {
  return db
    .select()
    .from(checkpoints)
    .where(gt(checkpoints.size, after))
    .orderBy(asc(checkpoints.size))
    .limit(limit);
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
