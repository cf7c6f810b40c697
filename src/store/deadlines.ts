/** Deadlines: one function per statement. They are written by `commit.ts`, with the step that moves them. */
import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { cases, deadlines } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAsEngine, visibleTo } from './visibility.ts';

export type DeadlineRow = typeof deadlines.$inferSelect;

/** The deadlines of the cases that the person sees, soonest first; at most `limit`. */
export async function listDeadlines(
  db: Db,
  person: string,
  filter: {
    overdue?: boolean | undefined;
    after?: readonly [dueAt: string, caseId: string, name: string, ref: string] | undefined;
    limit: number;
    now: Date;
  },
): Promise<(DeadlineRow & { codename: string })[]> {
  const late = sql`(not ${deadlines.pending} or ${deadlines.dueAt} <= ${filter.now.toISOString()}::timestamptz)`;
  const { overdue, after } = filter;
  const rows = await db
    .select({ deadline: deadlines, codename: cases.codename })
    .from(deadlines)
    .innerJoin(cases, eq(cases.caseId, deadlines.caseId))
    .where(
      and(
        visibleTo(person),
        overdue === undefined ? undefined : overdue ? late : sql`not ${late}`,
        after &&
          sql`(${deadlines.dueAt}, ${deadlines.caseId}, ${deadlines.name}, ${deadlines.ref})
            > (${after[0]}::timestamptz, ${after[1]}::uuid, ${after[2]}, ${after[3]})`,
      ),
    )
    .orderBy(asc(deadlines.dueAt), asc(deadlines.caseId), asc(deadlines.name), asc(deadlines.ref))
    .limit(filter.limit);
  return rows.map(({ deadline, codename }) => ({ ...deadline, codename }));
}

/**
 * Claims one deadline that is due, by locking its case, and calls `fire` in the same transaction:
 * another process skips it, and a writer of the case waits for the outcome. The lock is on the case
 * because every writer locks that first.
 *
 * @param passedOver deadlines that could not be fired in this round
 * @returns the deadline; undefined when none is due
 */
export async function claimDueDeadline(
  db: Db,
  { now, passedOver }: { now: Date; passedOver: readonly DeadlineRow[] },
  fire: (tx: Db, due: DeadlineRow) => Promise<void>,
): Promise<DeadlineRow | undefined> {
  return db.transaction(async (tx) => {
    const failed = passedOver.map(
      ({ caseId, name, ref }) => sql`(${caseId}::uuid, ${name}, ${ref})`,
    );
    const [claimed] = await tx
      .select({ due: deadlines })
      .from(deadlines)
      .innerJoin(cases, eq(cases.caseId, deadlines.caseId))
      .where(
        and(
          actingAsEngine,
          deadlines.pending,
          lte(deadlines.dueAt, now),
          failed.length > 0
            ? sql`(${deadlines.caseId}, ${deadlines.name}, ${deadlines.ref}) not in (${sql.join(failed, sql`, `)})`
            : undefined,
        ),
      )
      .orderBy(asc(deadlines.dueAt))
      .limit(1)
      .for('update', { of: cases, skipLocked: true });
    if (claimed) await fire(tx, claimed.due);
    return claimed?.due;
  });
}
