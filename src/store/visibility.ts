/** Who sees a case: one predicate, part of every query on cases, so that no page, count or cursor tells more. */
import { sql, type SQL } from 'drizzle-orm';
import { cases } from '../../drizzle/schema.ts';
import type { Role } from '../../machines/vocabulary.ts';

/**
 * Says on whose behalf a statement asks: row-level security, the second wall, shows nothing to a
 * statement that does not. An uncorrelated sub-select is evaluated before any row is looked at; each
 * part of a statement that reads or changes rows of cases needs its own.
 */
export const actingAs = (person: string | SQL): SQL => sql`(select act_as(${person}))`;

/** Nobody's handle: what the engine does on its own, for deadlines, retention and the log. */
export const engineIdentity = '#engine';
export const actingAsEngine: SQL = actingAs(engineIdentity);

/** Stands for every ombud among those who are assigned to a case; nobody's handle. */
export const everyOmbud = '#ombud';

/** Whose roles show every case (README.md, "Security"). */
const rolesSeeingAll: readonly Role[] = ['lead', 'coordinator', 'organizer', 'auditor'];
const seeingAll = sql.raw(`array['${rolesSeeingAll.join("', '")}']`);
const handlers = sql`array['responder', 'lead', 'coordinator', 'organizer', 'ombud']`;

/** Somebody who looks at cases. */
export interface Seer {
  readonly person: string;
  readonly roles: readonly Role[];
}

/** Whether somebody sees every case that they are not kept out of. */
export const seesAll = ({ person, roles }: Seer): boolean =>
  person === engineIdentity || roles.some((role) => rolesSeeingAll.includes(role));

/**
 * Whether `person` sees the row of `cases` at hand. Recused, excluded or reported people see nothing,
 * whatever their role; leads, coordinators, organizers and auditors see the rest; other handlers what
 * they opened or are assigned to; an ombud those in which somebody of an office is reported, and those
 * referred to them, until they close. Roles are read from the directory at that moment. The engine
 * sees every case, as it does behind the second wall. `offset 0` has people looked up case by
 * case, where PostgreSQL would read all that there is of somebody.
 */
export function visibleTo(person: string | SQL): SQL {
  if (person === engineIdentity) return actingAsEngine;
  return sql`(${actingAs(person)} and
    not exists (
      select from case_outsiders o where o.case_id = ${cases.caseId} and o.person = ${person} offset 0)
    and exists (
      select from people p where p.id = ${person} and p.active and (
        p.roles && ${seeingAll}
        or 'ombud' = any(p.roles) and exists (
          select from case_assignments a
          where a.case_id = ${cases.caseId} and a.person = ${everyOmbud} offset 0)
        or p.roles && ${handlers} and (
          ${cases.openedBy} = ${person}
          or exists (
            select from case_assignments a
            where a.case_id = ${cases.caseId} and a.person = ${person} offset 0)))))`;
}
