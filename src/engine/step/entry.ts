/** A step that was judged, as an entry of the history: the one way to make one, and the chain that it continues. */
import { machineIdentity } from '../../../machines/case.ts';
import type { Actor } from '../../../machines/context.ts';
import { stagesOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import {
  GENESIS_HASH,
  hashEntry,
  sha256Hex,
  storedJson,
  type EntryBody,
} from '../../crypto/chain.ts';
import type { Violation } from '../../errors.ts';
import type { EntryRow } from '../../store/history.ts';

/** Where a history stands: its last entry. */
export interface Head {
  readonly caseId: string;
  readonly seq: number;
  readonly version: number;
  readonly hash: string;
}

/** Before the first entry. */
export const genesis = (caseId: string): Head => ({
  caseId,
  seq: 0,
  version: 0,
  hash: GENESIS_HASH,
});

export interface JudgedStep {
  readonly outcome: EntryRow['outcome'];
  readonly type: string;
  readonly facts: object;
  /** What is sealed, part by part. */
  readonly sealed?: Readonly<Record<string, Buffer>>;
  readonly by: Actor | null;
  readonly at: string;
  readonly violations?: readonly Violation[];
  /** As the case stands after the step. */
  readonly state: CaseState;
}

/** The body that the hash commits to: sealed parts by their own hashes, so content can go and the chain stay. */
export function bodyOf(row: Omit<EntryRow, 'hash' | 'snapshot' | 'mac'>): EntryBody {
  return {
    caseId: row.caseId,
    seq: row.seq,
    outcome: row.outcome,
    type: row.type,
    facts: row.facts,
    parts: row.parts,
    by: row.by,
    at: row.at.toISOString(),
    version: row.version,
    stages: row.stages,
    snapshotHash: row.snapshotHash,
    violations: row.violations,
    machine: { id: row.machineId, version: row.machineVersion },
    previousHash: row.previousHash,
  };
}

/** As JSON will hold it, so that what is hashed now is what is read back later: nothing undefined. */
export const asStored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const texts = new WeakMap<CaseState, string>();

/** A case's state as it is stored and hashed, written once: a state never changes. */
export function stateJson(state: CaseState): string {
  const written = texts.get(state) ?? storedJson(state);
  texts.set(state, written);
  return written;
}

const hashed = new WeakMap<CaseState, string>();

/** One hash for all machines of a case and the context that they share. */
export function stateHash(state: CaseState): string {
  const hash = hashed.get(state) ?? sha256Hex(stateJson(state));
  hashed.set(state, hash);
  return hash;
}

/** After so many entries the state itself is kept, so that a replay need not begin at the beginning. */
const snapshotEvery = 50;

/**
 * The entry that a step is, after a head. Refusals move the head, and the version they don't. It gets its
 * MAC where it is written.
 */
export function entryAfter(head: Head, step: JudgedStep): EntryRow {
  const { outcome, type, by, sealed = {}, violations = [], state } = step;
  const parts = Object.entries(sealed).map(([part, bytes]) => [part, sha256Hex(bytes)] as const);
  const row = {
    caseId: head.caseId,
    seq: head.seq + 1,
    outcome,
    type,
    facts: asStored(step.facts) as Record<string, unknown>,
    parts: Object.fromEntries(parts),
    by: by && { person: by.person, roles: [...by.roles] },
    at: new Date(step.at),
    version: head.version + (outcome === 'refused' ? 0 : 1),
    stages: { ...stagesOf(state) },
    snapshotHash: stateHash(state),
    violations: asStored(violations) as unknown[],
    machineId: machineIdentity.id,
    machineVersion: machineIdentity.version,
    previousHash: head.hash,
  };
  const snapshot = row.seq % snapshotEvery === 0 ? stateJson(state) : null;
  return { ...row, hash: hashEntry(bodyOf(row)), snapshot, mac: null };
}

export const headOf = ({ caseId, seq, version, hash }: EntryRow): Head => ({
  caseId,
  seq,
  version,
  hash,
});
