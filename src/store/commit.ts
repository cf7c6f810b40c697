/**
 * Writing a step: one statement, so all of it or nothing. It applies only where the case's head still
 * stands where the step was judged; otherwise it writes nothing and says so.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import type { AnswerKey } from './answers.ts';
import { insertDigests, type NewDigest } from './digests.ts';
import type { EntryRow } from './history.ts';
import { actingAs, engineIdentity } from './visibility.ts';

export interface NewAnswer extends AnswerKey {
  readonly requestHash: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

/** What an accepted step changes in the case's row and beside it. */
export interface CaseChange {
  readonly status: 'open' | 'closed';
  readonly version: number;
  readonly stages: Readonly<Record<string, string>>;
  readonly snapshot: unknown;
  readonly machine: { readonly id: string; readonly version: string };
  readonly updatedAt: Date;
  readonly erased: boolean;
  /** When the retention will erase the case; null if it will not. */
  readonly eraseDueAt: string | null;
  readonly outsiders: readonly string[];
  readonly assignments: readonly string[];
  readonly deadlines: readonly { name: string; stage: string; dueAt: string; pending: boolean }[];
  /** Of reported persons whom the step names; those of others stay, until the case is erased. */
  readonly digests: readonly NewDigest[];
}

export interface Step {
  readonly entry: EntryRow;
  /** Null where the step was refused: then only the head moves. */
  readonly change: CaseChange | null;
  readonly answer: NewAnswer | null;
}

export interface OpeningStep extends Step {
  readonly change: CaseChange;
  readonly codename: string;
  readonly openedBy: string;
  readonly dataKey: Buffer;
}

const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
const time = (date: Date) => sql`${date.toISOString()}::timestamptz`;

/** The entry, written where `head` has a row. */
const insertEntry = (entry: EntryRow, identity: SQL): SQL => sql`
  insert into history (case_id, seq, outcome, type, facts, sealed, sealed_hash, by, at, version, stages,
                       snapshot_hash, violations, machine_id, machine_version, previous_hash, hash)
  select case_id, ${entry.seq}, ${entry.outcome}, ${entry.type}, ${json(entry.facts)}, ${entry.sealed}::bytea,
         ${entry.sealedHash}, ${entry.by === null ? null : JSON.stringify(entry.by)}::jsonb, ${time(entry.at)},
         ${entry.version}, ${json(entry.stages)}, ${entry.snapshotHash}, ${json(entry.violations)},
         ${entry.machineId}, ${entry.machineVersion}, ${entry.previousHash}, ${entry.hash}
  from head where ${identity}`;

const insertAnswer = (answer: NewAnswer | null, identity: SQL, replacing: SQL): SQL =>
  answer === null
    ? sql`select`
    : sql`
  insert into stored_answers (case_id, person, method, path, key, request_hash, sealed, created_at)
  select case_id, ${answer.person}, ${answer.method}, ${answer.path}, ${answer.key}, ${answer.requestHash},
         ${answer.sealed}::bytea, ${time(answer.createdAt)}
  from head where ${identity} ${replacing}`;

/** An answer that is not kept any more makes room. */
const replacingOld = sql`
  on conflict (case_id, person, method, path, key) do update
    set request_hash = excluded.request_hash, sealed = excluded.sealed, created_at = excluded.created_at
    where stored_answers.created_at <= excluded.created_at - interval '24 hours'`;

/** Makes a list beside the case hold these people: who is gone is deleted, who is new is added. */
const keepPeople = (
  table: SQL,
  people: readonly string[],
  identity: SQL,
): { deleting: SQL; inserting: SQL } => {
  const list = sql`${sql.param([...people])}::text[]`;
  return {
    deleting: sql`delete from ${table} t using head
      where ${identity} and t.case_id = head.case_id and t.person <> all(${list})`,
    inserting: sql`insert into ${table} (case_id, person)
      select head.case_id, person from head, unnest(${list}) person
      where ${identity} on conflict do nothing`,
  };
};

const deleteDigests = (identity: SQL): SQL => sql`
  delete from digests t using head where ${identity} and t.case_id = head.case_id`;

function besides(change: CaseChange, identity: SQL): SQL {
  const { outsiders, assignments, deadlines, digests, erased } = change;
  const outside = keepPeople(sql`case_outsiders`, outsiders, identity);
  const assigned = keepPeople(sql`case_assignments`, assignments, identity);
  const rows = sql`jsonb_to_recordset(${json(deadlines)})
    as d(name text, stage text, "dueAt" timestamptz, pending boolean)`;
  return sql`
    outsiders_gone as (${outside.deleting}), outsiders_new as (${outside.inserting}),
    assignments_gone as (${assigned.deleting}), assignments_new as (${assigned.inserting}),
    deadlines_gone as (
      delete from deadlines t using head
      where ${identity} and t.case_id = head.case_id and t.name not in (select name from ${rows})),
    deadlines_new as (
      insert into deadlines (case_id, name, stage, due_at, pending)
      select head.case_id, d.name, d.stage, d."dueAt", d.pending from head, ${rows}
      where ${identity}
      on conflict (case_id, name) do update
        set stage = excluded.stage, due_at = excluded.due_at, pending = excluded.pending),
    digests_moved as (${erased ? deleteDigests(identity) : insertDigests(digests, identity)}),`;
}

async function run(
  db: Db,
  head: SQL,
  { entry, change, answer }: Step,
  { identity, replacing }: { identity: SQL; replacing: SQL },
): Promise<boolean> {
  const rows = await db.execute<{ written: boolean }>(sql`
    with head as (${head}),
    ${change ? besides(change, identity) : sql``}
    answer as (${insertAnswer(answer, identity, replacing)}),
    entry as (${insertEntry(entry, identity)})
    select exists (select from head) as written`);
  return rows[0]?.written === true;
}

/** Whoever acts in an entry is the identity of the statement that writes it. */
const identityOf = ({ by }: EntryRow): SQL => actingAs(by?.person ?? engineIdentity);

/**
 * Writes a step of a case whose head is still `entry.seq - 1`.
 *
 * @returns whether it was written; if not, somebody else was faster
 * @throws a unique violation where the idempotency key was taken meanwhile
 */
export async function commitStep(db: Db, step: Step): Promise<boolean> {
  const { entry, change } = step;
  const changes = change
    ? sql`, status = ${change.status}, version = ${change.version}, stages = ${json(change.stages)},
        snapshot = ${json(change.snapshot)}, machine_id = ${change.machine.id},
        machine_version = ${change.machine.version}, updated_at = ${time(change.updatedAt)},
        closed_at = case when ${change.status} = 'open' then null
                         else coalesce(closed_at, ${time(change.updatedAt)}) end,
        data_key = case when ${change.erased} then null else data_key end,
        erase_due_at = ${change.eraseDueAt}::timestamptz`
    : sql``;
  const head = sql`
    update cases set head_seq = ${entry.seq}, head_hash = ${entry.hash}${changes}
    where ${identityOf(entry)} and case_id = ${entry.caseId}::uuid and head_seq = ${entry.seq - 1} and head_hash = ${entry.previousHash}
    returning case_id`;
  return run(db, head, step, { identity: identityOf(entry), replacing: replacingOld });
}

/**
 * Writes the first step of a case.
 *
 * @returns whether it was written; if not, the case was there already
 */
export async function commitOpening(db: Db, step: OpeningStep): Promise<boolean> {
  const { entry, change } = step;
  const head = sql`
    insert into cases (case_id, codename, status, version, head_seq, head_hash, stages, snapshot, machine_id,
                       machine_version, opened_by, opened_at, updated_at, data_key)
    select ${entry.caseId}::uuid, ${step.codename}, ${change.status}, ${change.version}, ${entry.seq},
            ${entry.hash}, ${json(change.stages)}, ${json(change.snapshot)}, ${change.machine.id},
            ${change.machine.version}, ${step.openedBy}, ${time(entry.at)}, ${time(entry.at)},
            ${step.dataKey}::bytea
    where ${identityOf(entry)}
    on conflict (case_id) do nothing
    returning case_id`;
  // a new case has no answers yet, and its rows are not to be seen before it is there
  return run(db, head, step, { identity: identityOf(entry), replacing: sql`` });
}
