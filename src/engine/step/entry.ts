/** An entry of the history: how it is made, and the chain that it continues. */
import { machineIdentity } from '../../../machines/case.ts';
import type { Actor } from '../../../machines/context.ts';
import { canonicalHash, hashEntry, sha256Hex, type EntryBody } from '../../crypto/chain.ts';
import type { Violation } from '../../errors.ts';
import type { EntryRow } from '../../store/history.ts';
import { persist, stagesOf, type CaseSnapshot, type StoredSnapshot } from './statechart.ts';

interface Head {
  readonly caseId: string;
  readonly seq: number;
  readonly version: number;
  readonly previousHash: string;
}

export interface NewEntry {
  readonly head: Head;
  readonly outcome: EntryRow['outcome'];
  readonly type: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sealed: Buffer | null;
  readonly by: Actor | null;
  readonly at: string;
  readonly violations: readonly Violation[];
  /** As the case stands after the step. */
  readonly snapshot: CaseSnapshot;
}

/** The body that the hash commits to: the sealed bytes by their own hash, so content can go and the chain stay. */
export function bodyOf(row: Omit<EntryRow, 'hash' | 'sealed'>): EntryBody {
  return {
    caseId: row.caseId,
    seq: row.seq,
    outcome: row.outcome,
    type: row.type,
    facts: row.facts,
    sealedHash: row.sealedHash,
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

export const snapshotHash = (stored: StoredSnapshot): string => canonicalHash(stored);

/** Makes the entry and the snapshot that is stored with it. */
export function makeEntry(step: NewEntry): { entry: EntryRow; stored: StoredSnapshot } {
  const { head, sealed, by, snapshot } = step;
  const stored = persist(snapshot);
  const body = {
    caseId: head.caseId,
    seq: head.seq,
    outcome: step.outcome,
    type: step.type,
    // as JSON will hold it: nothing undefined
    facts: JSON.parse(JSON.stringify(step.facts)) as Record<string, unknown>,
    sealed,
    sealedHash: sealed && sha256Hex(sealed),
    by: by && { person: by.person, roles: [...by.roles] },
    at: new Date(step.at),
    version: head.version,
    stages: { ...stagesOf(snapshot) },
    snapshotHash: snapshotHash(stored),
    violations: JSON.parse(JSON.stringify(step.violations)) as unknown[],
    machineId: machineIdentity.id,
    machineVersion: machineIdentity.version,
    previousHash: head.previousHash,
  };
  return { entry: { ...body, hash: hashEntry(bodyOf(body)) }, stored };
}
