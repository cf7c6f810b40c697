/**
 * Writing steps: one statement, so all of it or nothing. It applies only where the case's head still
 * stands where the steps were judged; otherwise it writes nothing and says so.
 */
import type { AnswerKey } from './answers.ts';
import type { CaseLists } from './case-lists.ts';
import { committing, nameOf, type Shape } from './commit-statements.ts';
import type { Db } from './database.ts';
import type { NewDigest } from './digests.ts';
import type { EntryRow, SealedEntry } from './history.ts';
import type { RemovedName } from './removed-names.ts';
import { together } from './together.ts';
import { engineIdentity } from './visibility.ts';

export interface NewAnswer extends AnswerKey {
  readonly requestHash: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

/** What accepted steps change in the case's row and beside it. */
export interface CaseChange extends CaseLists {
  readonly status: 'open' | 'closed';
  readonly version: number;
  readonly stages: Readonly<Record<string, string>>;
  /** JSON. */
  readonly snapshot: string;
  readonly machine: { readonly id: string; readonly version: string };
  readonly updatedAt: Date;
  readonly erased: boolean;
  /** When the retention will erase the case; null if it will not. */
  readonly eraseDueAt: string | null;
  /** When the next of its deadlines runs out; null if none is pending. */
  readonly nextDueAt: string | null;
  /** Whether a deadline has run out, and what it was for is still owed. */
  readonly overdue: boolean;
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
  /** What stood beside the row at the head; what is the same is not written again. Nothing, if absent. */
  readonly before?: CaseLists;
}

/** What proves that a server wrote the step; its entries have their own. */
export interface Authentic {
  /** Of the case's row after the step. */
  readonly headMac: string;
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
export async function commitStep(db: Db, step: Step & Authentic): Promise<boolean> {
  return writing(db, prepared(step));
}

/**
 * Writes the first step of a case.
 *
 * @returns whether it was written; if not, the case was there already
 */
export async function commitOpening(db: Db, step: OpeningStep & Authentic): Promise<boolean> {
  const { codename, openedBy, dataKey } = step;
  return writing(
    db,
    prepared(step, { codename, opened_by: openedBy, data_key: dataKey.toString('base64') }),
  );
}

/** A step on its way into the database. */
interface Prepared {
  readonly caseId: string;
  readonly shape: Shape;
  /** Whoever acts in it. */
  readonly identity: string;
  /** JSON: a row, and lists of rows without their brackets. */
  readonly step: string;
  readonly entries: string;
  readonly parts: string;
}

const writing = together<Prepared, boolean>({
  kindOf: ({ shape }) => nameOf(shape),
  caseOf: ({ caseId }) => caseId,
  go: write,
});

/** Whether each was written; undefined for one that has to be written alone. */
async function write(db: Db, steps: readonly Prepared[]): Promise<(boolean | undefined)[]> {
  const [first] = steps;
  if (!first) return [];
  const { shape, identity } = first;
  const several = steps.length > 1;
  const list = (rows: readonly string[]) => `[${rows.filter((row) => row !== '').join(',')}]`;
  const rows = await committing(shape, several)(db, {
    // The second wall stands where one step is written. What several are was judged when each was loaded,
    // and the heads vouch for that: whatever changes who may see a case moves its head.
    identity: several ? engineIdentity : identity,
    steps: list(steps.map(({ step }) => step)),
    entries: list(steps.map(({ entries }) => entries)),
    parts: list(steps.map(({ parts }) => parts)),
  });
  const reached = new Map(rows.map(({ case_id, written }) => [case_id, written]));
  return steps.map(({ caseId }) => reached.get(caseId) ?? (several ? undefined : false));
}

type Columns = Readonly<Record<string, unknown>>;

function prepared(step: Step & Authentic, opening?: Columns): Prepared {
  const { entries, change, answer, headMac } = step;
  const [first, last] = [entries.at(0), entries.at(-1)];
  if (!first || !last) throw new RangeError('a step without an entry');
  const parts = entries.flatMap(partsOf);
  const head = {
    case_id: first.caseId,
    seq_before: first.seq - 1,
    hash_before: first.previousHash,
    seq: last.seq,
    hash: last.hash,
    head_mac: headMac,
  };
  const row = { ...head, ...opening, ...(change && changed(change)), ...(answer && kept(answer)) };
  return {
    caseId: first.caseId,
    shape: {
      opening: opening !== undefined,
      change: change !== null,
      parts: parts.length > 0,
      answer: answer !== null,
      ...(change && differences(change, step.before)),
    },
    // whoever acts in an entry is the identity of the statement that writes it
    identity: last.by?.person ?? engineIdentity,
    step: change ? withJson(row, 'snapshot', change.snapshot) : JSON.stringify(row),
    entries: inList(entries.map(columnsOf)),
    parts: inList(parts),
  };
}

const inList = (rows: readonly object[]) => JSON.stringify(rows).slice(1, -1);

/** An object as JSON, with a member that is JSON already. */
const withJson = (object: object, name: string, json: string) =>
  `${JSON.stringify(object).slice(0, -1)},"${name}":${json}}`;

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What of it stands beside the row as it is, and need not be written. */
function differences(
  { outsiders, assignments, deadlines, digests, erased, removed }: CaseChange,
  before: CaseLists | undefined,
): Shape {
  return {
    outsiders: !same(outsiders, before?.outsiders),
    assignments: !same(assignments, before?.assignments),
    deadlines: !same(deadlines, before?.deadlines),
    digests: digests.length > 0,
    erased,
    removed: removed !== null,
  };
}

const inHex = (rows: readonly (RemovedName | NewDigest)[]) =>
  rows.map((row) => ({ ...row, digest: row.digest.toString('hex') }));

const changed = (change: CaseChange): Columns => ({
  status: change.status,
  version: change.version,
  stages: change.stages,
  machine_id: change.machine.id,
  machine_version: change.machine.version,
  updated_at: change.updatedAt,
  erase_due_at: change.eraseDueAt,
  next_due_at: change.nextDueAt,
  overdue: change.overdue,
  outsiders: change.outsiders,
  assignments: change.assignments,
  deadlines: change.deadlines,
  digests: inHex(change.digests),
  ...(change.removed && {
    removed_parts: change.removed.parts,
    removed_digests: inHex(change.removed.digests),
    removed_names: inHex(change.removed.names),
  }),
});

const kept = (answer: NewAnswer): Columns => ({
  person: answer.person,
  method: answer.method,
  path: answer.path,
  key: answer.key,
  request_hash: answer.requestHash,
  sealed: answer.sealed.toString('base64'),
  created_at: answer.createdAt,
});

const columnsOf = (entry: EntryRow): Columns => ({
  case_id: entry.caseId,
  seq: entry.seq,
  outcome: entry.outcome,
  type: entry.type,
  facts: entry.facts,
  parts: entry.parts,
  by: entry.by,
  at: entry.at,
  version: entry.version,
  stages: entry.stages,
  snapshot_hash: entry.snapshotHash,
  violations: entry.violations,
  machine_id: entry.machineId,
  machine_version: entry.machineVersion,
  previous_hash: entry.previousHash,
  hash: entry.hash,
  snapshot: entry.snapshot,
  mac: entry.mac,
});

const partsOf = ({ caseId, seq, sealed }: SealedEntry): Columns[] =>
  Object.entries(sealed).map(([part, bytes]) => ({
    case_id: caseId,
    seq,
    part,
    sealed: bytes.toString('base64'),
  }));
