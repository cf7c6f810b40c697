/** What the master key wraps: proofs of it, the signing key, and the cases' keys. */
import { and, asc, count, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { cases, keychain } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { insertDigests, rowsOfDigests, type NewDigest } from './digests.ts';
import { actingAsEngine } from './visibility.ts';

/** Keeps a proof under a name that has none yet; of several servers at once, one is first. */
export async function insertProof(db: Db, name: string, proof: Buffer): Promise<void> {
  await db.insert(keychain).values({ name, proof }).onConflictDoNothing();
}

export async function findProof(db: Db, name: string): Promise<Buffer | undefined> {
  const [row] = await db
    .select({ proof: keychain.proof })
    .from(keychain)
    .where(eq(keychain.name, name));
  return row?.proof;
}

/** The names that begin so, in order. */
export async function listProofNames(db: Db, prefix = ''): Promise<string[]> {
  const rows = await db
    .select({ name: keychain.name })
    .from(keychain)
    .where(sql`starts_with(${keychain.name}, ${prefix})`)
    .orderBy(asc(keychain.name));
  return rows.map(({ name }) => name);
}

/** Puts another proof in the place of `from`, where that still stands. */
export async function replaceProof(
  db: Db,
  name: string,
  { from, to }: { from: Buffer; to: Buffer },
): Promise<void> {
  await db
    .update(keychain)
    .set({ proof: to })
    .where(and(eq(keychain.name, name), eq(keychain.proof, from)));
}

export interface WrappedKey {
  readonly caseId: string;
  readonly dataKey: Buffer;
}

/** How many cases have a key: all that were not erased. */
export async function countDataKeys(db: Db): Promise<number> {
  const [row] = await db
    .select({ cases: count() })
    .from(cases)
    .where(and(actingAsEngine, isNotNull(cases.dataKey)));
  return row?.cases ?? 0;
}

/** The wrapped keys of the cases after `after`, by id; at most `limit`. Erased cases have none. */
export async function listDataKeys(
  db: Db,
  { after, limit }: { after: string; limit: number },
): Promise<WrappedKey[]> {
  const rows = await db
    .select({ caseId: cases.caseId, dataKey: cases.dataKey })
    .from(cases)
    .where(and(actingAsEngine, isNotNull(cases.dataKey), gt(cases.caseId, after)))
    .orderBy(asc(cases.caseId))
    .limit(limit);
  return rows.flatMap(({ caseId, dataKey }) => (dataKey ? [{ caseId, dataKey }] : []));
}

/**
 * Puts a case's key, wrapped anew, in the place of `from`, and digests under the new master key in
 * the place of those under the old one.
 *
 * @returns false where the key is not `from` any more: another rotation was faster, or the case was erased
 */
export async function replaceDataKey(
  db: Db,
  { caseId, dataKey: from }: WrappedKey,
  to: Buffer,
  digests: { readonly gone: readonly Buffer[]; readonly added: readonly NewDigest[] },
): Promise<boolean> {
  const gone = sql.join(
    [sql`null::bytea`, ...digests.gone.map((digest) => sql`${digest}::bytea`)],
    sql`, `,
  );
  const rows = await db.execute<{ replaced: boolean }>(sql`
    with head as (
      update cases set data_key = ${to}::bytea
      where ${actingAsEngine} and case_id = ${caseId}::uuid and data_key = ${from}::bytea
      returning case_id),
    digests_gone as (
      delete from digests t using head
      where ${actingAsEngine} and t.case_id = head.case_id and t.digest in (${gone})),
    digests_new as (${insertDigests(sql`head`, sql`${rowsOfDigests(digests.added)}`, actingAsEngine)})
    select exists (select from head) as replaced`);
  return rows[0]?.replaced === true;
}
