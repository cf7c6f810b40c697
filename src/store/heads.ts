/** Heads of cases from before they carried MACs: one function per statement. */
import { and, asc, eq, getTableColumns, gt, isNull } from 'drizzle-orm';
import { cases, history } from '../../drizzle/schema.ts';
import type { CaseRow } from './cases.ts';
import type { Db } from './database.ts';
import { actingAsEngine } from './visibility.ts';

/** Rows without a MAC, each with the hash of the state that its last entry led to, by case id; at most `limit`. */
export async function listUnmarkedHeads(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<(CaseRow & { readonly snapshotHash: string })[]> {
  return db
    .select({ ...getTableColumns(cases), snapshotHash: history.snapshotHash })
    .from(cases)
    .innerJoin(history, and(eq(history.caseId, cases.caseId), eq(history.seq, cases.headSeq)))
    .where(
      and(
        actingAsEngine,
        isNull(cases.headMac),
        after === undefined ? undefined : gt(cases.caseId, after),
      ),
    )
    .orderBy(asc(cases.caseId))
    .limit(limit);
}

/** Gives a row its MAC, where its head still stands and has none. */
export async function markHead(
  db: Db,
  { caseId, headHash, headMac, macsFrom }: CaseRow,
): Promise<void> {
  await db
    .update(cases)
    .set({ headMac, macsFrom })
    .where(
      and(
        actingAsEngine,
        eq(cases.caseId, caseId),
        eq(cases.headHash, headHash),
        isNull(cases.headMac),
      ),
    );
}
