/**
 * Writing steps: one statement, so all of it or nothing. It applies only where the case's head still
 * stands where the steps were judged; otherwise it writes nothing and says so.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { AnswerKey } from './answers.ts';
import type { Db } from './database.ts';
import { insertDigests, type NewDigest } from './digests.ts';
import type { EntryRow, SealedEntry } from './history.ts';
import type { RemovedName } from './removed-names.ts';
import { actingAs, engineIdentity } from './visibility.ts';

export interface NewAnswer extends AnswerKey {
  readonly requestHash: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

/** What accepted steps change in the case's row and beside it. */
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
  readonly deadlines: readonly {
    name: string;
    ref: string;
    stage: string;
    dueAt: string;
    pending: boolean;
  }[];
  /** Of people whom the steps identify; those of others stay, until the case is erased. */
  readonly digests: readonly NewDigest[];
  /** Content that is taken away for good, and what was made from it. */
  readonly removed: Removal | null;
}

export interface Removal {
  readonly parts: readonly { readonly seq: number; readonly part: string }[];
  /** Of what nothing else in the case says. */
  readonly digests: readonly Pick<NewDigest, 'ref' | 'digest'>[];
  readonly names: readonly RemovedName[];
}

export interface Step {
  /** In order, the first one following the head. */
  readonly entries: readonly SealedEntry[];
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

/**
 * Writes the steps of a case whose head is still where the first of them was judged.
 *
 * @returns whether they were written; if not, somebody else was faster
 * @throws a unique violation where the idempotency key was taken meanwhile
 */
export async function commitStep(db: Db, step: Step): Promise<boolean> {
  const [first, last] = ends(step);
  const changes = step.change ? sql`, ${changesOf(step.change)}` : sql``;
  return write(
    db,
    step,
    replacingOld,
    (identity) => sql`
    update cases set head_seq = ${last.seq}, head_hash = ${last.hash}${changes}
    where ${identity} and case_id = ${first.caseId}::uuid
      and head_seq = ${first.seq - 1} and head_hash = ${first.previousHash}
    returning case_id`,
  );
}

/**
 * Writes the first step of a case.
 *
 * @returns whether it was written; if not, the case was there already
 */
export async function commitOpening(db: Db, step: OpeningStep): Promise<boolean> {
  const [entry] = ends(step);
  const { change } = step;
  // a new case has no answers yet, and its rows are not to be seen before it is there
  return write(
    db,
    step,
    sql``,
    (identity) => sql`
    insert into cases (case_id, codename, status, version, head_seq, head_hash, stages, snapshot, machine_id,
                       machine_version, opened_by, opened_at, updated_at, data_key)
    select ${entry.caseId}::uuid, ${step.codename}, ${change.status}, ${change.version}, ${entry.seq},
            ${entry.hash}, ${json(change.stages)}, ${json(change.snapshot)}, ${change.machine.id},
            ${change.machine.version}, ${step.openedBy}, ${time(entry.at)}, ${time(entry.at)},
            ${step.dataKey}::bytea
    where ${identity}
    on conflict (case_id) do nothing
    returning case_id`,
  );
}

/** One statement: the head first, and everything else where the head has a row. */
async function write(
  db: Db,
  step: Step,
  replacing: SQL,
  headFor: (identity: SQL) => SQL,
): Promise<boolean> {
  const { entries, change, answer } = step;
  const [, last] = ends(step);
  // whoever acts in an entry is the identity of the statement that writes it
  const identity = actingAs(last.by?.person ?? engineIdentity);
  const rows = await db.execute<{ written: boolean }>(sql`
    with head as (${headFor(identity)}),
    ${change ? besides(change, identity) : sql``}
    answer as (${insertAnswer(answer, identity, replacing)}),
    entries as (${insertEntries(entries, identity)}),
    parts as (${insertParts(entries, identity)})
    select exists (select from head) as written`);
  return rows[0]?.written === true;
}

function ends({ entries }: Step): readonly [first: SealedEntry, last: SealedEntry] {
  const [first, last] = [entries.at(0), entries.at(-1)];
  if (!first || !last) throw new RangeError('a step without an entry');
  return [first, last];
}

const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
const time = (date: Date) => sql`${date.toISOString()}::timestamptz`;

const changesOf = (change: CaseChange): SQL => sql`
  status = ${change.status}, version = ${change.version}, stages = ${json(change.stages)},
  snapshot = ${json(change.snapshot)}, machine_id = ${change.machine.id},
  machine_version = ${change.machine.version}, updated_at = ${time(change.updatedAt)},
  closed_at = case when ${change.status} = 'open' then null
                   else coalesce(closed_at, ${time(change.updatedAt)}) end,
  data_key = case when ${change.erased} then null else data_key end,
  erase_due_at = ${change.eraseDueAt}::timestamptz`;

const entryColumns = sql`seq int, outcome text, type text, facts jsonb, parts jsonb, by jsonb, at timestamptz,
  version int, stages jsonb, snapshot_hash text, violations jsonb, machine_id text, machine_version text,
  previous_hash text, hash text`;
const rowOf = (entry: EntryRow) => ({
  seq: entry.seq,
  outcome: entry.outcome,
  type: entry.type,
  facts: entry.facts,
  parts: entry.parts,
  by: entry.by,
  at: entry.at.toISOString(),
  version: entry.version,
  stages: entry.stages,
  snapshot_hash: entry.snapshotHash,
  violations: entry.violations,
  machine_id: entry.machineId,
  machine_version: entry.machineVersion,
  previous_hash: entry.previousHash,
  hash: entry.hash,
});

const insertEntries = (entries: readonly EntryRow[], identity: SQL): SQL => sql`
  insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages, snapshot_hash,
                       violations, machine_id, machine_version, previous_hash, hash)
  select head.case_id, e.* from head, jsonb_to_recordset(${json(entries.map(rowOf))}) as e(${entryColumns})
  where ${identity}`;

/** The bytes travel as base64. */
function insertParts(entries: readonly SealedEntry[], identity: SQL): SQL {
  const rows = entries.flatMap(({ seq, sealed }) =>
    Object.entries(sealed).map(([part, bytes]) => ({
      seq,
      part,
      sealed: bytes.toString('base64'),
    })),
  );
  if (rows.length === 0) return sql`select`;
  return sql`
    insert into sealed_parts (case_id, seq, part, sealed)
    select head.case_id, p.seq, p.part, decode(p.sealed, 'base64')
    from head, jsonb_to_recordset(${json(rows)}) as p(seq int, part text, sealed text)
    where ${identity}`;
}

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

/** What stands beside the case's row: lists, deadlines, digests, and what content was taken away. */
function besides(change: CaseChange, identity: SQL): SQL {
  const { outsiders, assignments, deadlines, digests, erased, removed } = change;
  const outside = keepPeople(sql`case_outsiders`, outsiders, identity);
  const assigned = keepPeople(sql`case_assignments`, assignments, identity);
  const rows = sql`jsonb_to_recordset(${json(deadlines)})
    as d(name text, ref text, stage text, "dueAt" timestamptz, pending boolean)`;
  return sql`
    outsiders_gone as (${outside.deleting}), outsiders_new as (${outside.inserting}),
    assignments_gone as (${assigned.deleting}), assignments_new as (${assigned.inserting}),
    deadlines_gone as (
      delete from deadlines t using head
      where ${identity} and t.case_id = head.case_id
        and (t.name, t.ref) not in (select name, ref from ${rows})),
    deadlines_new as (
      insert into deadlines (case_id, name, ref, stage, due_at, pending)
      select head.case_id, d.name, d.ref, d.stage, d."dueAt", d.pending from head, ${rows}
      where ${identity}
      on conflict (case_id, name, ref) do update
        set stage = excluded.stage, due_at = excluded.due_at, pending = excluded.pending),
    digests_moved as (${erased ? deleteAll(sql`digests`, identity) : insertDigests(digests, identity)}),
    names_gone as (${erased ? deleteAll(sql`removed_names`, identity) : sql`select`}),
    ${removed ? removing(removed, identity) : sql``}`;
}

const deleteAll = (table: SQL, identity: SQL): SQL => sql`
  delete from ${table} t using head where ${identity} and t.case_id = head.case_id`;

/** Parts go for good, with the digests and stored answers that were made from them. */
function removing({ parts, digests, names }: Removal, identity: SQL): SQL {
  const hex = (rows: readonly { ref: string; digest: Buffer }[]) =>
    json(rows.map(({ ref, digest }) => ({ ref, digest: digest.toString('hex') })));
  return sql`
    parts_gone as (
      delete from sealed_parts t using head
      where ${identity} and t.case_id = head.case_id and (t.seq, t.part) in (
        select p.seq, p.part from jsonb_to_recordset(${json(parts)}) as p(seq int, part text))),
    digests_gone as (
      delete from digests t using head
      where ${identity} and t.case_id = head.case_id and (t.ref, t.digest) in (
        select d.ref, decode(d.digest, 'hex')
        from jsonb_to_recordset(${hex(digests)}) as d(ref text, digest text))),
    answers_gone as (${deleteAll(sql`stored_answers`, identity)}),
    names_kept as (
      insert into removed_names (case_id, ref, digest)
      select head.case_id, n.ref, decode(n.digest, 'hex')
      from head, jsonb_to_recordset(${hex(names)}) as n(ref text, digest text)
      where ${identity} on conflict do nothing),`;
}
