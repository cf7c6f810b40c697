/** Deadlines: one function per statement. They are written by `commit.ts`, with the step that moves them. */
import { and, asc, eq, sql } from 'drizzle-orm';
import { cases, deadlines } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { visibleTo } from './visibility.ts';

type DeadlineRow = typeof deadlines.$inferSelect;

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
