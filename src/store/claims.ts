/**
 * Cases in which something is due, claimed in batches: each is handed to one server, soonest first. A
 * claim keeps two servers from doing the same work; that nothing is done twice, the head of the case sees to.
 */
import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { cases } from '../../drizzle/schema.ts';
import { caseColumns, caseOf, type ReadCase } from './case-row.ts';
import type { CaseRow } from './cases.ts';
import type { Db } from './database.ts';
import { given, statement } from './statement.ts';
import { actingAsEngine } from './visibility.ts';

/** What can be due in a case: the next of its deadlines, or its erasure. */
export type Due = 'nextDueAt' | 'eraseDueAt';

/** A case in which something is due, as it stands. */
export interface DueCase extends Omit<CaseRow, 'snapshot'> {
  /** JSON, to be parsed when the case's turn comes: so many at once would hold up everything else. */
  readonly snapshot: string;
}

/** Where a batch ends: the last case that it came upon, and when something was due in it. */
export interface Place {
  readonly dueAt: string;
  readonly caseId: string;
}

/** Before every case. */
export const beginning: Place = {
  dueAt: '-infinity',
  caseId: '00000000-0000-0000-0000-000000000000',
};

export interface Batch {
  /** In the order in which they are due. */
  readonly claimed: readonly DueCase[];
  /** Undefined where nothing more is due. */
  readonly end: Place | undefined;
}

interface Row extends Omit<ReadCase, 'head_seq'> {
  readonly found: string;
  readonly due_at: string;
  /** Null where another server was faster. */
  readonly head_seq: number | null;
  readonly snapshot: string;
}

/** After so long another server may see to a case, if the one that claimed it has ended. */
const claimedFor = sql.raw(`interval '10 seconds'`);

// `offset 0`: claims are few, and looked up case by case, so that the index's order is kept
const claiming = (due: PgColumn) =>
  statement<Row>(sql`
  with due as materialized (
    select case_id, ${due} as due_at from ${cases}
    where ${actingAsEngine}
      and machine_id = ${given('machineId')} and machine_version = ${given('machineVersion')}
      and ${due} <= ${given('until')}::timestamptz
      and (${due}, case_id) > (${given('dueAt')}::timestamptz, ${given('caseId')}::uuid)
      and not exists (
        select from claims k where k.case_id = ${cases.caseId} and k.until > clock_timestamp() offset 0)
    order by ${due}, case_id limit ${given('most')}::int),
  claimed as (
    insert into claims (case_id, until)
    select case_id, clock_timestamp() + ${claimedFor} from due where ${actingAsEngine}
    on conflict (case_id) do update set until = excluded.until where claims.until <= clock_timestamp()
    returning case_id)
  select due.case_id as found, due.due_at, c.*
  from due left join claimed using (case_id) left join lateral (
    select ${caseColumns}, snapshot::text as snapshot from cases
    where ${actingAsEngine} and case_id = claimed.case_id offset 0) c on true
  order by due.due_at, due.case_id`);

const claimNext = claiming(cases.nextDueAt);
const claimErasures = claiming(cases.eraseDueAt);

/**
 * Claims the next cases of a machine in which something is due, after a place in their order.
 *
 * @param wanted `until`: up to when something counts as due; `most`: cases
 */
export async function claimDue(
  db: Db,
  due: Due,
  wanted: {
    readonly machine: { readonly id: string; readonly version: string };
    readonly until: Date;
    readonly after: Place;
    readonly most: number;
  },
): Promise<Batch> {
  const { machine, until, after, most } = wanted;
  const claim = due === 'nextDueAt' ? claimNext : claimErasures;
  const rows = await claim(db, {
    machineId: machine.id,
    machineVersion: machine.version,
    until: until.toISOString(),
    ...after,
    most,
  });
  const last = rows.at(-1);
  return {
    claimed: rows.flatMap(({ head_seq, ...row }) =>
      head_seq === null
        ? []
        : [{ ...caseOf({ ...row, head_seq }, row.found), snapshot: row.snapshot }],
    ),
    end: last && { dueAt: last.due_at, caseId: last.found },
  };
}

const releasing = statement(sql`
  delete from claims where ${actingAsEngine} and case_id = any(${given('caseIds')}::uuid[])`);

/** Leaves cases to whoever finds something due in them next. */
export async function releaseClaims(db: Db, claimed: readonly DueCase[]): Promise<void> {
  if (claimed.length > 0) await releasing(db, { caseIds: claimed.map(({ caseId }) => caseId) });
}
