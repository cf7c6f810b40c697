/**
 * Lists of cases, newest first. Row-level security is asked about every row that is looked at, so a list
 * walks indexes that hold what it shows in the order in which it shows it, and stops with the page.
 */
import {
  and,
  desc,
  eq,
  getTableColumns,
  isNotNull,
  isNull,
  not,
  sql,
  Subquery,
  type SQL,
} from 'drizzle-orm';
import { caseAssignments, cases } from '../../drizzle/schema.ts';
import type { CaseRow } from './cases.ts';
import type { Db } from './database.ts';
import { actingAs, everyOmbud, seesAll, visibleTo, type Seer } from './visibility.ts';

export interface CaseFilter {
  readonly status?: 'open' | 'closed' | undefined;
  readonly stage?: string | undefined;
  readonly state?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly assignee?: string | undefined;
  readonly codename?: string | undefined;
  /** The case after which the page begins: when it was opened, and its id. */
  readonly after?: readonly [openedAt: string, caseId: string] | undefined;
  readonly limit: number;
  readonly now: Date;
}

/** The cases that the reader sees, newest first; at most `limit`. */
export async function listCases(db: Db, reader: Seer, filter: CaseFilter): Promise<CaseRow[]> {
  const walks = walksOf(reader, filter).map((walk) => walked(reader, walk));
  // a case that several walks come upon is one case
  const found = sql`
    select distinct on (opened_at, case_id) * from (${sql.join(walks, sql` union all `)}) found
    order by opened_at desc, case_id desc`;
  return db
    .select(getTableColumns(cases))
    .from(new Subquery(found, getTableColumns(cases), 'cases'))
    .orderBy(desc(cases.openedAt), desc(cases.caseId))
    .limit(filter.limit);
}

/** Cases along one index: of `along`, whose rows have the times and ids of cases, those that `only` leaves. */
interface Walk {
  readonly along: typeof cases | typeof caseAssignments;
  readonly only?: SQL | undefined;
  /** What of the filter is still to be asked of each. */
  readonly rest: CaseFilter;
}

/** The walks that come upon every case that the filter leaves and the reader sees, and few others. */
function walksOf(reader: Seer, filter: CaseFilter): readonly Walk[] {
  const { status, stage, state, overdue, assignee, codename } = filter;
  const { person, roles } = reader;
  const all = seesAll(reader);
  const alongCases = (only: SQL | undefined, rest = filter): Walk => ({ along: cases, only, rest });
  const assignedTo = (whom: string, rest = filter): Walk => ({
    along: caseAssignments,
    only: eq(caseAssignments.person, whom),
    rest,
  });
  if (codename !== undefined) return [alongCases(eq(cases.codename, codename))];
  if (assignee !== undefined && (all || assignee === person))
    return [assignedTo(assignee, { ...filter, assignee: undefined })];
  if (!all)
    return [
      alongCases(eq(cases.openedBy, person)),
      assignedTo(person),
      ...(roles.includes('ombud') ? [assignedTo(everyOmbud)] : []),
    ];
  if (overdue)
    return late(reader, filter).map((one) => alongCases(one, { ...filter, overdue: undefined }));
  if (stage !== undefined)
    return [alongCases(sql`${columnOf(stage)} = ${state}`, { ...filter, stage: undefined })];
  return [alongCases(status && eq(cases.status, status), { ...filter, status: undefined })];
}

/** The column that holds a stage's state: `stage_leads_meeting` of `leadsMeeting`. */
const columnOf = (stage: string) =>
  sql.identifier(`stage_${stage.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);

/** A case is overdue by what its row says, or by a deadline that is due and waits to be fired: few are. */
const late = ({ person }: Seer, { now }: CaseFilter): SQL[] => [
  sql`${cases.overdue}`,
  sql`${cases.caseId} = any(array(select d.case_id from deadlines d
    where ${actingAs(person)} and d.pending and d.due_at <= ${now.toISOString()}::timestamptz))`,
];

/** The same of one case, so that what is due in others costs nothing. */
const isOverdue = ({ person }: Seer, { now }: CaseFilter): SQL => sql`(${cases.overdue} or exists (
  select from deadlines d where ${actingAs(person)} and d.case_id = ${cases.caseId}
    and d.pending and d.due_at <= ${now.toISOString()}::timestamptz offset 0))`;

const walked = (reader: Seer, { along, only, rest }: Walk): SQL => sql`
  (select cases.* from ${along === cases ? cases : sql`${along} join ${cases} using (case_id)`}
  where ${and(only, after(along, rest), ...conditions(reader, rest), visibleTo(reader.person))}
  order by ${desc(along.openedAt)}, ${desc(along.caseId)} limit ${rest.limit})`;

const after = ({ openedAt, caseId }: Walk['along'], { after: last }: CaseFilter) =>
  last && sql`(${openedAt}, ${caseId}) < (${last[0]}::timestamptz, ${last[1]}::uuid)`;

/** Said so that no index answers it: what is walked is not for the planner to choose. */
const conditions = (reader: Seer, filter: CaseFilter): readonly (SQL | undefined)[] => {
  const { status, stage, state, overdue, assignee } = filter;
  const isLate = overdue === undefined ? undefined : isOverdue(reader, filter);
  return [
    status && (status === 'open' ? isNull(cases.closedAt) : isNotNull(cases.closedAt)),
    stage === undefined ? undefined : sql`${cases.stages} ->> ${stage} = ${state}`,
    isLate && (overdue ? isLate : not(isLate)),
    assignee === undefined
      ? undefined
      : sql`exists (select from case_assignments a
          where a.case_id = ${cases.caseId} and a.person = ${assignee} offset 0)`,
  ];
};
