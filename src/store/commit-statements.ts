/**
 * The statements that write a step. There is one for every combination of what a step can change, made
 * when it is first needed: what a step leaves as it is costs nothing, and each is prepared.
 */
import { sql, type SQL } from 'drizzle-orm';
import { insertDigests } from './digests.ts';
import { given, statement, type Statement } from './statement.ts';
import { actingAs } from './visibility.ts';

/** What a step changes, besides its entry and the head. */
export interface Shape {
  readonly opening?: boolean;
  readonly change?: boolean;
  readonly several?: boolean;
  readonly parts?: boolean;
  readonly answer?: boolean;
  readonly outsiders?: boolean;
  readonly assignments?: boolean;
  readonly deadlines?: boolean;
  readonly digests?: boolean;
  readonly erased?: boolean;
  readonly removed?: boolean;
}

interface Written {
  readonly written: boolean;
}

const made = new Map<string, Statement<Written>>();

export function committing(shape: Shape): Statement<Written> {
  const wanted = Object.entries(shape).flatMap(([what, is]) => (is ? [what] : []));
  const key = wanted.toSorted().join(' ');
  const before = made.get(key);
  if (before) return before;
  const fresh = statement<Written>(written(shape));
  made.set(key, fresh);
  return fresh;
}

const identity = actingAs(given('identity'));

/** One statement: the head first, and everything else where the head has a row. */
const written = (shape: Shape): SQL => sql`
  with head as (${shape.opening ? newCase : movedHead(shape)}),
  ${shape.outsiders ? keepPeople('outsiders', sql`case_id, person`) : sql``}
  ${shape.assignments ? keepPeople('assignments', sql`case_id, person, opened_at`) : sql``}
  ${shape.deadlines ? keepDeadlines : sql``}
  ${shape.erased ? withoutTraces : shape.digests ? newDigests : sql``}
  ${shape.removed ? withoutParts : sql``}
  ${shape.answer ? newAnswer(shape) : sql``}
  ${shape.parts ? newParts : sql``}
  unlogged as (${newHead}),
  entries as (${shape.several ? newEntries : newEntry})
  select exists (select from head) as written`;

const movedHead = ({ change, erased }: Shape): SQL => sql`
  update cases set head_seq = ${given('seq')}::int, head_hash = ${given('hash')}
    ${change ? sql`, ${changes}` : sql``} ${erased ? sql`, data_key = null` : sql``}
  where ${identity} and case_id = ${given('caseId')}::uuid
    and head_seq = ${given('seqBefore')}::int and head_hash = ${given('hashBefore')}
  returning case_id, opened_at`;

const changes = sql`
  status = ${given('status')}, version = ${given('caseVersion')}::int,
  stages = ${given('caseStages')}::jsonb, snapshot = ${given('snapshot')}::jsonb,
  machine_id = ${given('caseMachineId')}, machine_version = ${given('caseMachineVersion')},
  updated_at = ${given('updatedAt')}::timestamptz,
  closed_at = case when ${given('status')} = 'open' then null
                   else coalesce(closed_at, ${given('updatedAt')}::timestamptz) end,
  erase_due_at = ${given('eraseDueAt')}::timestamptz, overdue = ${given('overdue')}::boolean`;

const newCase = sql`
  insert into cases (case_id, codename, status, version, head_seq, head_hash, stages, snapshot, machine_id,
                     machine_version, opened_by, opened_at, updated_at, data_key)
  select ${given('caseId')}::uuid, ${given('codename')}, ${given('status')}, ${given('caseVersion')}::int,
         ${given('seq')}::int, ${given('hash')}, ${given('caseStages')}::jsonb, ${given('snapshot')}::jsonb,
         ${given('caseMachineId')}, ${given('caseMachineVersion')}, ${given('openedBy')},
         ${given('updatedAt')}::timestamptz, ${given('updatedAt')}::timestamptz, ${given('dataKey')}::bytea
  where ${identity}
  on conflict (case_id) do nothing
  returning case_id, opened_at`;

/** For the next checkpoint. Only a head that was cut off can be there already. */
const newHead = sql`
  insert into unlogged_heads (case_id, seq)
  select case_id, ${given('seq')}::int from head on conflict do nothing`;

const columns = sql`case_id, seq, outcome, type, facts, parts, by, at, version, stages, snapshot_hash,
  violations, machine_id, machine_version, previous_hash, hash, snapshot`;

const newEntry = sql`
  insert into history (${columns})
  select head.case_id, ${given('entry_seq')}::int, ${given('entry_outcome')}, ${given('entry_type')},
         ${given('entry_facts')}::jsonb, ${given('entry_parts')}::jsonb, ${given('entry_by')}::jsonb,
         ${given('entry_at')}::timestamptz, ${given('entry_version')}::int, ${given('entry_stages')}::jsonb,
         ${given('entry_snapshot_hash')}, ${given('entry_violations')}::jsonb, ${given('entry_machine_id')},
         ${given('entry_machine_version')}, ${given('entry_previous_hash')}, ${given('entry_hash')},
         ${given('entry_snapshot')}
  from head where ${identity}`;

const newEntries = sql`
  insert into history (${columns})
  select head.case_id, e.* from head, jsonb_to_recordset(${given('entries')}::jsonb) as e(
    seq int, outcome text, type text, facts jsonb, parts jsonb, by jsonb, at timestamptz, version int,
    stages jsonb, snapshot_hash text, violations jsonb, machine_id text, machine_version text,
    previous_hash text, hash text, snapshot text)
  where ${identity}`;

const newParts = sql`
  parts as (
    insert into sealed_parts (case_id, seq, part, sealed)
    select head.case_id, p.seq, p.part, decode(p.sealed, 'base64')
    from head, jsonb_to_recordset(${given('parts')}::jsonb) as p(seq int, part text, sealed text)
    where ${identity}),`;

/** An answer that is not kept any more makes room; a new case has none. */
const newAnswer = ({ opening }: Shape): SQL => sql`
  answer as (
    insert into stored_answers (case_id, person, method, path, key, request_hash, sealed, created_at)
    select case_id, ${given('person')}, ${given('method')}, ${given('path')}, ${given('key')},
           ${given('requestHash')}, ${given('sealed')}::bytea, ${given('createdAt')}::timestamptz
    from head where ${identity}
    ${
      // its rows are not to be seen before it is there
      opening ? sql`` : replacingOld
    }),`;

const replacingOld = sql`
  on conflict (case_id, person, method, path, key) do update
    set request_hash = excluded.request_hash, sealed = excluded.sealed, created_at = excluded.created_at
    where stored_answers.created_at <= excluded.created_at - interval '24 hours'`;

/** Makes a list beside the case hold these people: who is gone is deleted, who is new is added. */
const keepPeople = (list: 'outsiders' | 'assignments', kept: SQL): SQL => sql`
  ${sql.raw(list)}_gone as (
    delete from case_${sql.raw(list)} t using head
    where ${identity} and t.case_id = head.case_id and t.person <> all(${given(list)}::text[])),
  ${sql.raw(list)}_new as (
    insert into case_${sql.raw(list)} (${kept})
    select ${kept} from head, unnest(${given(list)}::text[]) person
    where ${identity} on conflict do nothing),`;

const deadlines = sql`jsonb_to_recordset(${given('deadlines')}::jsonb)
  as d(name text, ref text, stage text, "dueAt" timestamptz, pending boolean)`;

const keepDeadlines = sql`
  deadlines_gone as (
    delete from deadlines t using head
    where ${identity} and t.case_id = head.case_id
      and (t.name, t.ref) not in (select name, ref from ${deadlines})),
  deadlines_new as (
    insert into deadlines (case_id, name, ref, stage, due_at, pending)
    select head.case_id, d.name, d.ref, d.stage, d."dueAt", d.pending from head, ${deadlines}
    where ${identity}
    on conflict (case_id, name, ref) do update
      set stage = excluded.stage, due_at = excluded.due_at, pending = excluded.pending),`;

const newDigests = sql`digests_new as (${insertDigests(given('digests'), identity)}),`;

const deleteAll = (table: SQL): SQL => sql`
  delete from ${table} t using head where ${identity} and t.case_id = head.case_id`;

/** Of whom a case was about nothing stays when it is erased. */
const withoutTraces = sql`
  digests_gone as (${deleteAll(sql`digests`)}), names_gone as (${deleteAll(sql`removed_names`)}),`;

/** Parts go for good, with the digests and stored answers that were made from them. */
const withoutParts = sql`
  parts_removed as (
    delete from sealed_parts t using head
    where ${identity} and t.case_id = head.case_id and (t.seq, t.part) in (
      select p.seq, p.part from jsonb_to_recordset(${given('removedParts')}::jsonb) as p(seq int, part text))),
  digests_removed as (
    delete from digests t using head
    where ${identity} and t.case_id = head.case_id and (t.ref, t.digest) in (
      select d.ref, decode(d.digest, 'hex')
      from jsonb_to_recordset(${given('removedDigests')}::jsonb) as d(ref text, digest text))),
  answers_removed as (${deleteAll(sql`stored_answers`)}),
  names_removed as (
    insert into removed_names (case_id, ref, digest)
    select head.case_id, n.ref, decode(n.digest, 'hex')
    from head, jsonb_to_recordset(${given('removedNames')}::jsonb) as n(ref text, digest text)
    where ${identity} on conflict do nothing),`;
