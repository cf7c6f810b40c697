/**
 * Writing steps: one statement, so all of it or nothing. It applies only where the case's head still
 * stands where the steps were judged; otherwise it writes nothing and says so.
 */
import type { AnswerKey } from './answers.ts';
import type { CaseLists } from './case-lists.ts';
import { committing, type Shape } from './commit-statements.ts';
import type { Db } from './database.ts';
import { rowsOfDigests, type NewDigest } from './digests.ts';
import type { EntryRow, SealedEntry } from './history.ts';
import type { RemovedName } from './removed-names.ts';
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
  return write(db, step, {});
}

/**
 * Writes the first step of a case.
 *
 * @returns whether it was written; if not, the case was there already
 */
export async function commitOpening(db: Db, step: OpeningStep): Promise<boolean> {
  const { codename, openedBy, dataKey } = step;
  return write(db, step, { codename, openedBy, dataKey });
}

type Values = Readonly<Record<string, unknown>>;

async function write(db: Db, step: Step, opening: Values): Promise<boolean> {
  const { entries, change, answer } = step;
  const [first, last] = [entries.at(0), entries.at(-1)];
  if (!first || !last) throw new RangeError('a step without an entry');
  const parts = entries.flatMap(partsOf);
  const shape: Shape = {
    opening: 'codename' in opening,
    change: change !== null,
    several: entries.length > 1,
    parts: parts.length > 0,
    answer: answer !== null,
    ...(change && changed(change, step.before)),
  };
  const [row] = await committing(shape)(db, {
    // whoever acts in an entry is the identity of the statement that writes it
    identity: last.by?.person ?? engineIdentity,
    caseId: first.caseId,
    seqBefore: first.seq - 1,
    hashBefore: first.previousHash,
    seq: last.seq,
    hash: last.hash,
    ...opening,
    ...(change && valuesOfChange(change)),
    ...(entries.length > 1
      ? { entries: JSON.stringify(entries.map(valuesOfEntry)) }
      : inText(valuesOfEntry(last))),
    parts: JSON.stringify(parts),
    ...(answer && { ...answer, createdAt: answer.createdAt.toISOString() }),
  });
  return row?.written === true;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What of it stands beside the row as it is, and need not be written. */
function changed(change: CaseChange, before: CaseLists | undefined): Omit<Shape, 'change'> {
  const { outsiders, assignments, deadlines, digests, erased, removed } = change;
  return {
    outsiders: !same(outsiders, before?.outsiders),
    assignments: !same(assignments, before?.assignments),
    deadlines: !same(deadlines, before?.deadlines),
    digests: digests.length > 0,
    erased,
    removed: removed !== null,
  };
}

const inHex = (rows: readonly RemovedName[]) =>
  JSON.stringify(rows.map(({ ref, digest }) => ({ ref, digest: digest.toString('hex') })));

const valuesOfChange = (change: CaseChange): Values => ({
  status: change.status,
  caseVersion: change.version,
  caseStages: JSON.stringify(change.stages),
  snapshot: change.snapshot,
  caseMachineId: change.machine.id,
  caseMachineVersion: change.machine.version,
  updatedAt: change.updatedAt.toISOString(),
  eraseDueAt: change.eraseDueAt,
  overdue: change.overdue,
  outsiders: [...change.outsiders],
  assignments: [...change.assignments],
  deadlines: JSON.stringify(change.deadlines),
  digests: rowsOfDigests(change.digests),
  ...(change.removed && {
    removedParts: JSON.stringify(change.removed.parts),
    removedDigests: inHex(change.removed.digests),
    removedNames: inHex(change.removed.names),
  }),
});

/** By the names of the columns, as JSON holds them. */
const valuesOfEntry = (entry: EntryRow) => ({
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
  snapshot: entry.snapshot,
});

/** Each as a value of its own: JSON as text. */
const inText = (values: ReturnType<typeof valuesOfEntry>): Values =>
  Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      `entry_${column}`,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );

/** The bytes travel as base64. */
const partsOf = ({ seq, sealed }: SealedEntry) =>
  Object.entries(sealed).map(([part, bytes]) => ({ seq, part, sealed: bytes.toString('base64') }));
