/**
 * The statements that write steps: one step of each of some cases, all of which change the same kinds of
 * things. There is one for every such combination, made when it is first needed: what a step leaves as it
 * is costs nothing, and each is prepared. What is written travels as JSON, by the names of its columns.
 */
import { sql, type SQL } from 'drizzle-orm';
import { insertDigests } from './digests.ts';
import { given, statement, type Statement } from './statement.ts';
import { actingAs } from './visibility.ts';

/** What a step changes, besides its entries and the head. */
export interface Shape {
  readonly opening?: boolean;
  readonly change?: boolean;
  readonly parts?: boolean;
  readonly answer?: boolean;
  readonly outsiders?: boolean;
  readonly assignments?: boolean;
  readonly deadlines?: boolean;
  readonly digests?: boolean;
  readonly erased?: boolean;
  readonly removed?: boolean;
}

/** A case whose row was reached; `written` unless its head had moved. */
export interface Outcome {
  readonly case_id: string;
  readonly written: boolean;
}

const made = new Map<string, Statement<Outcome>>();

/** What tells shapes apart. */
export const nameOf = (shape: Shape): string =>
  Object.entries(shape)
    .flatMap(([what, is]) => (is ? [what] : []))
    .toSorted()
    .join(' ');

/**
 * @param several whether steps of several cases are to be written. Then a case that somebody else holds is
 *   passed over instead of waited for: it holds up no other, and no two servers wait for each other.
 */
export function committing(shape: Shape, several: boolean): Statement<Outcome> {
  const key = `${several ? 'several ' : ''}${nameOf(shape)}`;
  const before = made.get(key);
  if (before) return before;
  const fresh = statement<Outcome>(written(shape, several && !shape.opening));
  made.set(key, fresh);
  return fresh;
}

const identity = actingAs(given('identity'));

const rows = (name: string, columns: string): SQL =>
  sql`jsonb_to_recordset(${given(name)}::jsonb) as ${sql.raw(columns)}`;

/** The heads first, and everything else where a head has moved: `moved` holds those steps. */
const written = (shape: Shape, passesOver: boolean): SQL => sql`
  with step as materialized (select * from ${rows('steps', columnsOf(shape))}),
  ${passesOver ? free : sql``}
  head as (${shape.opening ? newCase : movedHead(shape, passesOver)}),
  moved as (select step.*, head.opened_at from head join step using (case_id)),
  ${shape.outsiders ? keepPeople('outsiders') : sql``}
  ${shape.assignments ? keepPeople('assignments', sql`, opened_at`) : sql``}
  ${shape.deadlines ? keepDeadlines : sql``}
  ${shape.erased ? withoutTraces : shape.digests ? newDigests : sql``}
  ${shape.removed ? withoutParts : sql``}
  ${shape.answer ? newAnswer(shape) : sql``}
  ${shape.parts ? newParts : sql``}
  unlogged as (${newHead}),
  entries as (${newEntries})
  ${
    passesOver
      ? sql`select case_id, head.case_id is not null as written from free left join head using (case_id)`
      : sql`select case_id, true as written from head`
  }`;

const columnsOf = (shape: Shape): string => `step(
  case_id uuid, seq_before int, hash_before text, seq int, hash text, head_mac text
  ${shape.opening ? ', codename text, opened_by text, data_key text' : ''}
  ${shape.change ? changedColumns : ''}
  ${shape.outsiders ? ', outsiders text[]' : ''}
  ${shape.assignments ? ', assignments text[]' : ''}
  ${shape.deadlines ? ', deadlines jsonb' : ''}
  ${shape.digests && !shape.erased ? ', digests jsonb' : ''}
  ${shape.removed ? ', removed_parts jsonb, removed_digests jsonb, removed_names jsonb' : ''}
  ${shape.answer ? answerColumns : ''})`;

const changedColumns = `, status text, version int, stages jsonb, snapshot jsonb, machine_id text,
  machine_version text, updated_at timestamptz, erase_due_at timestamptz, next_due_at timestamptz,
  overdue boolean`;

const answerColumns = `, person text, method text, path text, key text, request_hash text, sealed text,
  created_at timestamptz`;

/** Only what nobody holds. */
const free = sql`
  free as materialized (
    select case_id from cases
    where ${identity} and case_id in (select case_id from step)
    order by case_id for no key update skip locked),`;

const movedHead = ({ change, erased }: Shape, passesOver: boolean): SQL => sql`
  update cases set head_seq = step.seq, head_hash = step.hash, head_mac = step.head_mac
    ${change ? changes : sql``} ${erased ? sql`, data_key = null` : sql``}
  from step
  where ${identity} and cases.case_id = step.case_id
    and head_seq = step.seq_before and head_hash = step.hash_before
    ${passesOver ? sql`and step.case_id in (select case_id from free)` : sql``}
  returning cases.case_id, opened_at`;

const changes = sql`,
  status = step.status, version = step.version, stages = step.stages, snapshot = step.snapshot,
  machine_id = step.machine_id, machine_version = step.machine_version, updated_at = step.updated_at,
  closed_at = case when step.status = 'open' then null else coalesce(closed_at, step.updated_at) end,
  erase_due_at = step.erase_due_at, next_due_at = step.next_due_at, overdue = step.overdue`;

const newCase = sql`
  insert into cases (case_id, codename, status, version, head_seq, head_hash, stages, snapshot, machine_id,
                     machine_version, opened_by, opened_at, updated_at, next_due_at, data_key, head_mac)
  select case_id, codename, status, version, seq, hash, stages, snapshot, machine_id, machine_version,
         opened_by, updated_at, updated_at, next_due_at, decode(data_key, 'base64'), head_mac
  from step where ${identity}
  on conflict (case_id) do nothing
  returning case_id, opened_at`;

/** For the next checkpoint. Only a head that was cut off can be there already. */
const newHead = sql`
  insert into unlogged_heads (case_id, seq) select case_id, seq from moved on conflict do nothing`;

const newEntries = sql`
  insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages, snapshot_hash,
                       violations, machine_id, machine_version, previous_hash, hash, snapshot, mac)
  select e.* from ${rows(
    'entries',
    `e(case_id uuid, seq int, outcome text, type text, facts jsonb, parts jsonb, by jsonb, at timestamptz,
       version int, stages jsonb, snapshot_hash text, violations jsonb, machine_id text,
       machine_version text, previous_hash text, hash text, snapshot text, mac text)`,
  )}
  where ${identity} and e.case_id in (select case_id from moved)`;

const newParts = sql`
  parts as (
    insert into sealed_parts (case_id, seq, part, sealed)
    select p.case_id, p.seq, p.part, decode(p.sealed, 'base64')
    from ${rows('parts', 'p(case_id uuid, seq int, part text, sealed text)')}
    where ${identity} and p.case_id in (select case_id from moved)),`;

/** An answer that is not kept any more makes room; a new case has none. */
const newAnswer = ({ opening }: Shape): SQL => sql`
  answer as (
    insert into stored_answers (case_id, person, method, path, key, request_hash, sealed, created_at)
    select case_id, person, method, path, key, request_hash, decode(sealed, 'base64'), created_at
    from moved where ${identity}
    ${
      // its rows are not to be seen before it is there
      opening ? sql`` : replacingOld
    }),`;

const replacingOld = sql`
  on conflict (case_id, person, method, path, key) do update
    set request_hash = excluded.request_hash, sealed = excluded.sealed, created_at = excluded.created_at
    where stored_answers.created_at <= excluded.created_at - interval '24 hours'`;

/** Makes a list beside the case hold these people: who is gone is deleted, who is new is added. */
const keepPeople = (list: 'outsiders' | 'assignments', alsoOfCase = sql``): SQL => {
  const [name, kept] = [sql.raw(list), sql`moved.${sql.raw(list)}`];
  return sql`
  ${name}_gone as (
    delete from case_${name} t using moved
    where ${identity} and t.case_id = moved.case_id and t.person <> all(${kept})),
  ${name}_new as (
    insert into case_${name} (case_id, person ${alsoOfCase})
    select case_id, kept ${alsoOfCase} from moved, unnest(${kept}) kept
    where ${identity} on conflict do nothing),`;
};

const deadlines = sql`jsonb_to_recordset(moved.deadlines)
  as d(name text, ref text, stage text, "dueAt" timestamptz, pending boolean)`;

const keepDeadlines = sql`
  deadlines_gone as (
    delete from deadlines t using moved
    where ${identity} and t.case_id = moved.case_id
      and not exists (select from ${deadlines} where d.name = t.name and d.ref = t.ref)),
  deadlines_new as (
    insert into deadlines (case_id, name, ref, stage, due_at, pending)
    select moved.case_id, d.name, d.ref, d.stage, d."dueAt", d.pending from moved, ${deadlines}
    where ${identity}
    on conflict (case_id, name, ref) do update
      set stage = excluded.stage, due_at = excluded.due_at, pending = excluded.pending),`;

const newDigests = sql`
  digests_new as (${insertDigests(sql`moved`, sql`moved.digests`, identity)}),`;

const deleteAll = (table: SQL): SQL => sql`
  delete from ${table} t using moved where ${identity} and t.case_id = moved.case_id`;

/** Of whom a case was about nothing stays when it is erased. */
const withoutTraces = sql`
  digests_gone as (${deleteAll(sql`digests`)}), names_gone as (${deleteAll(sql`removed_names`)}),`;

/** Parts go for good, with the digests and stored answers that were made from them. */
const withoutParts = sql`
  parts_removed as (
    delete from sealed_parts t using moved
    where ${identity} and t.case_id = moved.case_id and (t.seq, t.part) in (
      select p.seq, p.part from jsonb_to_recordset(moved.removed_parts) as p(seq int, part text))),
  digests_removed as (
    delete from digests t using moved
    where ${identity} and t.case_id = moved.case_id and (t.ref, t.digest) in (
      select d.ref, decode(d.digest, 'hex')
      from jsonb_to_recordset(moved.removed_digests) as d(ref text, digest text))),
  answers_removed as (${deleteAll(sql`stored_answers`)}),
  names_removed as (
    insert into removed_names (case_id, ref, digest)
    select moved.case_id, n.ref, decode(n.digest, 'hex')
    from moved, jsonb_to_recordset(moved.removed_names) as n(ref text, digest text)
    where ${identity} on conflict do nothing),`;
