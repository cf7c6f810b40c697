/** The lists kept with a case, written with every step: visibility and deadlines rest on them. */
import { asc, eq, and } from 'drizzle-orm';
import { caseAssignments, caseOutsiders, deadlines } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAs } from './visibility.ts';

export interface CaseLists {
  readonly outsiders: readonly string[];
  readonly assignments: readonly string[];
  readonly deadlines: readonly {
    readonly name: string;
    readonly ref: string;
    readonly stage: string;
    readonly dueAt: string;
    readonly pending: boolean;
  }[];
}

/** People sorted by handle, deadlines soonest first, as the engine makes them. */
export async function loadCaseLists(db: Db, person: string, caseId: string): Promise<CaseLists> {
  const outsiders = await db
    .select({ person: caseOutsiders.person })
    .from(caseOutsiders)
    .where(eq(caseOutsiders.caseId, caseId))
    .orderBy(asc(caseOutsiders.person));
  const assignments = await db
    .select({ person: caseAssignments.person })
    .from(caseAssignments)
    .where(eq(caseAssignments.caseId, caseId))
    .orderBy(asc(caseAssignments.person));
  const clocks = await db
    .select()
    .from(deadlines)
    .where(and(actingAs(person), eq(deadlines.caseId, caseId)))
    .orderBy(asc(deadlines.dueAt), asc(deadlines.name), asc(deadlines.ref));
  return {
    outsiders: outsiders.map((row) => row.person),
    assignments: assignments.map((row) => row.person),
    deadlines: clocks.map(({ name, ref, stage, dueAt, pending }) => ({
      name,
      ref,
      stage,
      // which is no text for what is no moment, and does not throw
      dueAt: dueAt.toJSON(),
      pending,
    })),
  };
}
