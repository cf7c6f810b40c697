/**
 * Is a history whole and unaltered, and does every state follow from what was done? Walks the chain
 * and judges every step again, entry by entry, without keeping them.
 */
import { isDeepStrictEqual } from 'node:util';
import { stagesOf, statusOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { canonicalJson, GENESIS_HASH, hashEntry, sha256Hex } from '../../crypto/chain.ts';
import type { Violation } from '../../errors.ts';
import type { CaseLists } from '../../store/case-lists.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { EntryRow, SealedEntry } from '../../store/history.ts';
import { asStored, bodyOf } from '../step/entry.ts';
import { assignedTo } from '../step/present.ts';
import { isReplayed, replayEntry } from '../step/replay.ts';
import { deadlinesOf, eraseDueAt, isOverdue } from '../step/clocks.ts';
import { StateHasher } from './state-hasher.ts';

/**
 * An entry as far as it can be checked: a bundle holds the hashes of the sealed parts and of the state,
 * not what they are the hashes of.
 */
export type VerifiableEntry = Omit<EntryRow, 'snapshot'> &
  Partial<Pick<SealedEntry, 'sealed' | 'snapshot'>>;

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

/** What a refusal decided: the wording of a rule may get better without a history getting worse. */
const judged = (violations: readonly unknown[]) =>
  (violations as readonly Violation[]).map(({ rule, detail }) => ({
    rule,
    detail: detail ?? null,
  }));

const moment = (at: Date | null) => at?.toISOString() ?? null;

/** Whether two values are the same JSON. Mostly they are, which is seen sooner than both are written. */
export const same = (a: unknown, b: unknown): boolean =>
  a === b || isDeepStrictEqual(a, b) || canonicalJson(a) === canonicalJson(b);

/** Verifies a history as it is read, one entry after another; `finish` compares it with the case's row. */
export class HistoryVerifier {
  #entries = 0;
  #seq = 0;
  #version = 0;
  #head = GENESIS_HASH;
  #state: CaseState | null = null;
  readonly #states = new StateHasher();
  /** Parts that are not there: each must have been taken away by a step that says so. */
  readonly #missing: { seq: number; part: string }[] = [];
  /** Once a step could not be judged again, those after it can't be either. */
  #replay: Checked = 'ok';
  #chain: Checked = 'ok';
  readonly #failures: Failure[] = [];

  /** As the case stands after the entries so far, judged again; null before its opening. */
  get state(): CaseState | null {
    return this.#state;
  }

  get failures(): readonly Failure[] {
    return this.#failures;
  }

  add(entry: VerifiableEntry): void {
    this.#entries += 1;
    this.#checkChain(entry);
    this.#checkReplay(entry);
    this.#seq = entry.seq;
    this.#head = entry.hash;
  }

  /** Compares the case as it is stored, and the lists kept with it, with what its history makes of it. */
  finish(row?: CaseRow, lists?: CaseLists): Verification {
    this.#checkMissing();
    if (row) this.#checkRow(row);
    if (lists) this.#checkLists(lists);
    return {
      ok: this.#chain === 'ok' && this.#replay === 'ok',
      entries: this.#entries,
      checked: { chain: this.#chain, replay: this.#replay },
      failures: this.#failures,
    };
  }

  /** What is gone was redacted, withdrawn or erased, and the history says so. */
  #checkMissing(): void {
    const { redactions = [], erased = false } = this.#state?.context ?? {};
    for (const { seq, part } of this.#missing) {
      const isNamed = redactions.some((gone) => gone.seq === seq && gone.parts.includes(part));
      this.#chainFails(
        seq,
        `part ${part}`,
        'there, or taken away',
        isNamed || erased ? 'there, or taken away' : 'missing',
      );
    }
  }

  #checkRow(row: CaseRow): void {
    const seq = this.#entries;
    this.#chainFails(seq, 'headSeq', seq, row.headSeq);
    this.#chainFails(seq, 'headHash', this.#head, row.headHash);
    this.#replayFails(seq, 'version', this.#version, row.version);
    if (!this.#state || !isReplayed(row)) return;
    const { context } = this.#state;
    this.#replayFails(seq, 'snapshot', asStored(this.#state), row.snapshot);
    this.#replayFails(seq, 'stages', stagesOf(this.#state), row.stages);
    this.#replayFails(seq, 'status', statusOf(this.#state), row.status);
    this.#replayFails(seq, 'openedBy', context.openedBy, row.openedBy);
    this.#replayFails(seq, 'erased', context.erased, row.dataKey === null);
    this.#replayFails(seq, 'closedAt', context.closedAt, moment(row.closedAt));
    this.#replayFails(seq, 'eraseDueAt', eraseDueAt(this.#state), moment(row.eraseDueAt));
    this.#replayFails(seq, 'overdue', isOverdue(this.#state), row.overdue);
  }

  #checkLists(lists: CaseLists): void {
    const seq = this.#entries;
    if (!this.#state) return;
    const { context } = this.#state;
    const outsiders = context.staff.outside.map(({ person }) => person).toSorted();
    this.#replayFails(seq, 'outsiders', outsiders, lists.outsiders);
    this.#replayFails(seq, 'assignments', assignedTo(context).toSorted(), lists.assignments);
    this.#replayFails(seq, 'deadlines', deadlinesOf(this.#state), lists.deadlines);
  }

  #checkChain(entry: VerifiableEntry): void {
    const { seq, sealed } = entry;
    // Said of the entry that should be here; the next one is counted from what is.
    this.#chainFails(this.#seq + 1, 'seq', this.#seq + 1, seq);
    this.#chainFails(seq, 'previousHash', this.#head, entry.previousHash);
    for (const [part, bytes] of Object.entries(sealed ?? {}))
      this.#chainFails(seq, `part ${part}`, sha256Hex(bytes), entry.parts[part] ?? null);
    if (sealed !== undefined)
      for (const part of Object.keys(entry.parts))
        if (!Object.hasOwn(sealed, part)) this.#missing.push({ seq, part });
    this.#chainFails(seq, 'hash', hashEntry(bodyOf(entry)), entry.hash);
    if (typeof entry.snapshot === 'string')
      this.#chainFails(seq, 'snapshot', entry.snapshotHash, sha256Hex(entry.snapshot));
  }

  #checkReplay(entry: VerifiableEntry): void {
    const { seq } = entry;
    if (entry.outcome !== 'refused') this.#version += 1;
    this.#replayFails(seq, 'version', this.#version, entry.version);
    // what another version did can't be judged by this one: its steps are run, and vouched for by none
    const comparable = isReplayed(entry);
    if (!comparable && this.#replay === 'ok') this.#replay = 'other-version';
    try {
      const step = replayEntry(this.#state, entry);
      this.#state = step.state;
      if (!comparable) return;
      this.#replayFails(seq, 'outcome', step.outcome, entry.outcome);
      this.#replayFails(seq, 'violations', judged(step.violations), judged(entry.violations));
    } catch {
      if (comparable) this.#replayFails(seq, 'replay', 'a step that can be judged', 'none');
      return;
    }
    if (!this.#state) return;
    this.#replayFails(seq, 'stages', stagesOf(this.#state), entry.stages);
    this.#replayFails(seq, 'snapshotHash', this.#states.hash(this.#state), entry.snapshotHash);
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
