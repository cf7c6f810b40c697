/**
 * Whether a record was written by a server: asked before a case is acted on or shown, and before an entry
 * is. Whoever may write to the database, and has no key, gets nothing out of the server by that.
 */
import type { KeyObject } from 'node:crypto';
import type { CaseState } from '../../../machines/system.ts';
import {
  isEntryAuthentic,
  isHeadAuthentic,
  macOfEntry,
  macOfHead,
  type HeadMark,
} from '../../crypto/authenticity.ts';
import { hashEntry } from '../../crypto/chain.ts';
import { RecordDamaged } from '../../errors.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { Authentic, CaseChange, Step } from '../../store/commit.ts';
import type { EntryRow } from '../../store/history.ts';
import { historyKeyOf } from '../confidential/history-key.ts';
import type { Engine } from '../engine.ts';
import { bodyOf, stateHash } from './entry.ts';
import { contextOf } from './present.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** What no step changes. */
type Lasting = Pick<CaseRow, 'caseId' | 'codename' | 'openedBy' | 'openedAt' | 'macsFrom'>;
/** What a refusal leaves as it is. */
type Moving = Pick<
  CaseRow,
  'status' | 'version' | 'stages' | 'machineId' | 'machineVersion' | 'updatedAt'
>;
type Head = Pick<CaseRow, 'headSeq' | 'headHash'> & { readonly snapshotHash: string };

const markOf = (row: Lasting & Moving & Head): HeadMark => ({
  caseId: row.caseId,
  codename: row.codename,
  status: row.status,
  version: row.version,
  headSeq: row.headSeq,
  headHash: row.headHash,
  stages: row.stages,
  snapshotHash: row.snapshotHash,
  machineId: row.machineId,
  machineVersion: row.machineVersion,
  openedBy: row.openedBy,
  openedAt: row.openedAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  macsFrom: row.macsFrom,
});

/**
 * Whether a server wrote the row as it stands, snapshot and all. What can't be read is not authentic, nor
 * is a key that is gone from a case which was not erased.
 */
export function isRowAuthentic(key: KeyObject, row: CaseRow): boolean {
  try {
    const snapshotHash = stateHash(row.snapshot as CaseState);
    const isErased = contextOf(row).erased;
    return (
      isErased === (row.dataKey === null) &&
      isHeadAuthentic(key, markOf({ ...row, snapshotHash }), row.headMac)
    );
  } catch {
    return false;
  }
}

/**
 * The row, where it proves itself.
 *
 * @throws {RecordDamaged} where it does not
 */
export async function proven(keys: Keys, row: CaseRow): Promise<CaseRow> {
  if (!isRowAuthentic(await historyKeyOf(keys), row)) throw new RecordDamaged(row.caseId);
  return row;
}

/** Whether a server wrote the entry as it stands; of one from before there were MACs, whether its hash is right. */
export function isEntryProven(
  key: KeyObject,
  { macsFrom }: Pick<CaseRow, 'macsFrom'>,
  entry: EntryRow,
): boolean {
  try {
    const isHashed = hashEntry(bodyOf(entry)) === entry.hash;
    return isHashed && (entry.seq < macsFrom || isEntryAuthentic(key, entry, entry.mac));
  } catch {
    return false;
  }
}

/**
 * The entries of a case, where each proves itself.
 *
 * @throws {RecordDamaged} where one does not
 */
export async function provenEntries<Entry extends EntryRow>(
  keys: Keys,
  row: Pick<CaseRow, 'caseId' | 'macsFrom'>,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  const key = await historyKeyOf(keys);
  if (!entries.every((entry) => isEntryProven(key, row, entry)))
    throw new RecordDamaged(row.caseId);
  return entries;
}

const movedTo = ({ status, version, stages, machine, updatedAt }: CaseChange): Moving => ({
  status,
  version,
  stages,
  machineId: machine.id,
  machineVersion: machine.version,
  updatedAt,
});

/** The MAC of a row whose snapshot has this hash. */
export const headMacOf = async (keys: Keys, row: Lasting & Moving & Head): Promise<string> =>
  macOfHead(await historyKeyOf(keys), markOf(row));

/** A step as it is written: each entry with its MAC, and the MAC of the row that it makes. */
export async function authenticated<Judged extends Step>(
  keys: Keys,
  before: Lasting & Partial<Moving>,
  step: Judged,
): Promise<Judged & Authentic> {
  const key = await historyKeyOf(keys);
  const last = step.entries.at(-1);
  const moving = step.change ? movedTo(step.change) : (before as Moving);
  if (!last) throw new RangeError('a step without an entry');
  const { seq: headSeq, hash: headHash, snapshotHash } = last;
  const head = { ...before, ...moving, headSeq, headHash, snapshotHash };
  const headMac = await headMacOf(keys, head);
  const entries = step.entries.map((entry) => ({ ...entry, mac: macOfEntry(key, entry) }));
  return { ...step, entries, headMac };
}
