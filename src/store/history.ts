/** Reading the history: one function per statement. Visibility is that of the case. */
import { and, asc, eq, exists, gt, inArray, sql } from 'drizzle-orm';
import { cases, history } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAs, actingAsEngine, visibleTo } from './visibility.ts';

export type EntryRow = typeof history.$inferSelect;

const ofVisibleCase = (db: Db, person: string) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(cases)
      .where(and(eq(cases.caseId, history.caseId), visibleTo(person))),
  );

/** Entries after `after`, in order; at most `limit`. Empty as well where the person does not see the case. */
export async function listEntries(
  db: Db,
  person: string,
  { caseId, after, limit }: { caseId: string; after: number; limit: number },
): Promise<EntryRow[]> {
  return db
    .select()
    .from(history)
    .where(
      and(
        actingAs(person),
        eq(history.caseId, caseId),
        gt(history.seq, after),
        ofVisibleCase(db, person),
      ),
    )
    .orderBy(asc(history.seq))
    .limit(limit);
}

/** The sealed entries of some types that were accepted, in order: the engine reads whom the case names. */
export async function listSealed(
  db: Db,
  caseId: string,
  types: readonly string[],
): Promise<Pick<EntryRow, 'seq' | 'type' | 'facts' | 'sealed'>[]> {
  return db
    .select({ seq: history.seq, type: history.type, facts: history.facts, sealed: history.sealed })
    .from(history)
    .where(
      and(
        actingAsEngine,
        eq(history.caseId, caseId),
        inArray(history.type, [...types]),
        eq(history.outcome, 'accepted'),
      ),
    )
    .orderBy(asc(history.seq));
}
