/** Deadlines: one function per statement. They are written by `commit.ts`, with the step that moves them. */
import { and, asc, eq, getTableColumns, sql, Subquery } from 'drizzle-orm';
import { cases, deadlines } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAs, everyOmbud, seesAll, visibleTo, type Seer } from './visibility.ts';

type DeadlineRow = typeof deadlines.$inferSelect;

/**
 * Where the reader's deadlines are looked for: along all, in their order, or, for whoever sees few cases,
 * in those alone. So the time that it takes tells nothing of the others.
 */
function deadlinesBefore(reader: Seer): typeof deadlines {
  if (seesAll(reader)) return deadlines;
  const { person, roles } = reader;
  const assigned = [person, ...(roles.includes('ombud') ? [everyOmbud] : [])];
  const own = sql`
    select d.* from deadlines d where ${actingAs(person)} and d.case_id = any(array(
      select c.case_id from cases c where ${actingAs(person)} and c.opened_by = ${person}
      union select a.case_id from case_assignments a
      where a.person = any(${sql.param(assigned)}::text[]))) offset 0`;
  const found: unknown = new Subquery(own, getTableColumns(deadlines), 'deadlines');
  return found as typeof deadlines;
}

/** The deadlines of the cases that the reader sees, soonest first; at most `limit`. */
export async function listDeadlines(
  db: Db,
  reader: Seer,
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
    .select({ deadline: getTableColumns(deadlines), codename: cases.codename })
    .from(deadlinesBefore(reader))
    .innerJoin(cases, eq(cases.caseId, deadlines.caseId))
    .where(
      and(
        visibleTo(reader.person),
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
