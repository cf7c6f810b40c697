/** Who opened confidential content: one function per statement. Visibility is that of the case. */
import { and, desc, eq, exists, sql } from 'drizzle-orm';
import { accesses, cases } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAs, visibleTo } from './visibility.ts';

export type AccessRow = typeof accesses.$inferSelect;

export async function insertAccess(db: Db, access: AccessRow): Promise<void> {
  await db.insert(accesses).values(access);
}

/** The accesses to a case, newest first; at most `limit`. Empty as well where the person does not see it. */
export async function listAccesses(
  db: Db,
  person: string,
  filter: {
    caseId: string;
    after?: readonly [at: string, id: string] | undefined;
    limit: number;
  },
): Promise<AccessRow[]> {
  const { caseId, after, limit } = filter;
  const ofVisibleCase = exists(
    db
      .select({ one: sql`1` })
      .from(cases)
      .where(and(eq(cases.caseId, accesses.caseId), visibleTo(person))),
  );
  return db
    .select()
    .from(accesses)
    .where(
      and(
        actingAs(person),
        eq(accesses.caseId, caseId),
        ofVisibleCase,
        after &&
          sql`(${accesses.at}, ${accesses.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(accesses.at), desc(accesses.id))
    .limit(limit);
}
