/**
 * Is a history whole and unaltered, and does every state follow from what was done? Walks the chain
 * and judges every step again, entry by entry, without keeping them.
 */
import { machineIdentity } from '../../machines/case.ts';
import { canonicalHash, GENESIS_HASH, hashEntry, sha256Hex } from '../crypto/chain.ts';
import type { CaseRow } from '../store/cases.ts';
import type { EntryRow } from '../store/history.ts';
import { bodyOf, snapshotHash } from './entry.ts';
import { replayEntry } from './replay.ts';
import { persist, stagesOf, type CaseSnapshot } from './statechart.ts';

export interface Failure {
  readonly seq: number;
  /** What was compared, such as `hash`, `previousHash`, `stages`. */
  readonly check: string;
  readonly expected: unknown;
  readonly found: unknown;
}

type Checked = 'ok' | 'failed' | 'other-version';

export interface Verification {
  readonly ok: boolean;
  readonly entries: number;
  readonly checked: { readonly chain: Checked; readonly replay: Checked };
  readonly failures: readonly Failure[];
}

/** More would tell nobody more. */
const maxFailures = 1000;

const same = (a: unknown, b: unknown) => canonicalHash(a) === canonicalHash(b);

/** Verifies a history as it is read, one entry after another; `finish` compares it with the case's row. */
export class HistoryVerifier {
  #entries = 0;
  #version = 0;
  #head = GENESIS_HASH;
  #snapshot: CaseSnapshot | null = null;
  /** Once a step could not be judged again, those after it can't be either. */
  #replay: Checked = 'ok';
  #chain: Checked = 'ok';
  readonly #failures: Failure[] = [];

  add(entry: EntryRow): void {
    this.#entries += 1;
    this.#checkChain(entry);
    this.#checkReplay(entry);
    this.#head = entry.hash;
  }

  finish(
    row: Pick<CaseRow, 'headSeq' | 'headHash' | 'version' | 'snapshot' | 'stages'>,
  ): Verification {
    const seq = this.#entries;
    this.#chainFails(seq, 'headSeq', seq, row.headSeq);
    this.#chainFails(seq, 'headHash', this.#head, row.headHash);
    if (this.#snapshot && this.#replay !== 'other-version') {
      this.#replayFails(seq, 'snapshot', persist(this.#snapshot), row.snapshot);
      this.#replayFails(seq, 'version', this.#version, row.version);
      this.#replayFails(seq, 'stages', stagesOf(this.#snapshot), row.stages);
    }
    return {
      ok: this.#chain === 'ok' && this.#replay === 'ok',
      entries: this.#entries,
      checked: { chain: this.#chain, replay: this.#replay },
      failures: this.#failures,
    };
  }

  #checkChain(entry: EntryRow): void {
    const { seq } = entry;
    this.#chainFails(seq, 'seq', this.#entries, seq);
    this.#chainFails(seq, 'previousHash', this.#head, entry.previousHash);
    this.#chainFails(seq, 'sealedHash', entry.sealed && sha256Hex(entry.sealed), entry.sealedHash);
    this.#chainFails(seq, 'hash', hashEntry(bodyOf(entry)), entry.hash);
  }

  #checkReplay(entry: EntryRow): void {
    const { seq } = entry;
    if (
      entry.machineId !== machineIdentity.id ||
      entry.machineVersion !== machineIdentity.version
    ) {
      if (this.#replay === 'ok') this.#replay = 'other-version';
      return;
    }
    try {
      const step = replayEntry(this.#snapshot, entry);
      this.#replayFails(seq, 'outcome', step.outcome, entry.outcome);
      this.#replayFails(seq, 'violations', step.violations, entry.violations);
      this.#snapshot = step.snapshot;
    } catch {
      this.#replayFails(seq, 'replay', 'a step that can be judged', 'a step that cannot');
      return;
    }
    if (entry.outcome !== 'refused') this.#version += 1;
    this.#replayFails(seq, 'version', this.#version, entry.version);
    if (!this.#snapshot) return;
    this.#replayFails(seq, 'stages', stagesOf(this.#snapshot), entry.stages);
    this.#replayFails(
      seq,
      'snapshotHash',
      snapshotHash(persist(this.#snapshot)),
      entry.snapshotHash,
    );
  }

  #chainFails(seq: number, check: string, expected: unknown, found: unknown): void {
    if (this.#differs(seq, check, expected, found)) this.#chain = 'failed';
  }

  #replayFails(seq: number, check: string, expected: unknown, found: unknown): void {
    if (this.#differs(seq, check, expected, found)) this.#replay = 'failed';
  }

  #differs(seq: number, check: string, expected: unknown, found: unknown): boolean {
    if (same(expected, found)) return false;
    if (this.#failures.length < maxFailures) this.#failures.push({ seq, check, expected, found });
    return true;
  }
}
