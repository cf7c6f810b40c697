/**
 * Is a history whole and unaltered, and does every state follow from what was done? Walks the chain
 * and judges every step again, entry by entry, without keeping them.
 */
import type { KeyObject } from 'node:crypto';
import { lookUp } from '../../../machines/look-up.ts';
import { stagesOf, statusOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { isEntryAuthentic } from '../../crypto/authenticity.ts';
import { canonicalHash, GENESIS_HASH, hashEntry, sha256Hex } from '../../crypto/chain.ts';
import type { Violation } from '../../errors.ts';
import type { CaseLists } from '../../store/case-lists.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { EntryRow, SealedEntry } from '../../store/history.ts';
import { isRowAuthentic } from '../step/authenticity.ts';
import { bodyOf } from '../step/entry.ts';
import { assignedTo } from '../step/present.ts';
import { isReplayed, replayEntry } from '../step/replay.ts';
import { deadlinesOf, eraseDueAt, isOverdue, nextDueAt } from '../step/clocks.ts';
import { StateHasher } from './state-hasher.ts';
import {
  same,
  type Checked,
  type Failure,
  type Stored,
  type Verification,
} from './verification.ts';

/**
 * An entry as far as it can be checked: a bundle holds the hashes of the sealed parts and of the state,
 * not what they are the hashes of.
 */
export type VerifiableEntry = Omit<EntryRow, 'snapshot' | 'mac'> &
  Partial<Pick<SealedEntry, 'sealed' | 'snapshot' | 'mac'>>;

/** More would tell nobody more. */
const maxFailures = 1000;

/** What a refusal decided: the wording of a rule may get better without a history getting worse. */
const judged = (violations: readonly unknown[]) =>
  (violations as readonly Violation[]).map(({ rule, detail }) => ({
    rule,
    detail: detail ?? null,
  }));

/** What is no moment is the same as none that there is. */
const moment = (at: Date | null) =>
  at && (Number.isNaN(at.getTime()) ? 'no moment' : at.toISOString());

const machineOf = ({
  machineId: id,
  machineVersion: version,
}: Pick<EntryRow, 'machineId' | 'machineVersion'>) => ({ id, version });

/**
 * Verifies a history as it is read, one entry after another; `finish` compares it with the case's row.
 * Nothing that is stored makes it throw: what can't be read is a failure at its entry.
 */
export class HistoryVerifier {
  /** Null where the MACs can't be checked. */
  readonly #key: KeyObject | null;
  #entries = 0;
  #seq = 0;
  #version = 0;
  #head = GENESIS_HASH;
  #state: CaseState | null = null;
  readonly #states = new StateHasher();
  #opening: VerifiableEntry | undefined;
  #last: VerifiableEntry | undefined;
  /** The last entry that was not refused. */
  #moved: VerifiableEntry | undefined;
  /** Parts that are not there: each must have been taken away by a step that says so. */
  readonly #missing: { seq: number; part: string }[] = [];
  /** Entries without a MAC: only those from before there were any may be. */
  readonly #unmarked: number[] = [];
  /** Once a step could not be judged again, those after it can't be either. */
  #replay: Checked = 'ok';
  #chain: Checked = 'ok';
  #authenticity: Verification['checked']['authenticity'];
  #dataKey: Verification['checked']['dataKey'] = 'not-checked';
  readonly #failures: Failure[] = [];

  /** @param key the history key, where it is at hand */
  constructor(key: KeyObject | null = null) {
    this.#key = key;
    this.#authenticity = key ? 'ok' : 'not-checked';
  }

  /** As the case stands after the entries so far, judged again; null before its opening. */
  get state(): CaseState | null {
    return this.#state;
  }

  get failures(): readonly Failure[] {
    return this.#failures;
  }

  add(entry: VerifiableEntry): void {
    const { seq } = entry;
    this.#entries += 1;
    this.#reading(seq, () => this.#checkChain(entry));
    this.#reading(seq, () => this.#checkReplay(entry));
    this.#checkMac(entry);
    this.#seq = seq;
    this.#head = entry.hash;
    this.#opening ??= entry;
    this.#last = entry;
    if (entry.outcome !== 'refused') this.#moved = entry;
  }

  /** Compares the case as it is stored, and the lists kept with it, with what its history makes of it. */
  finish(stored?: Stored): Verification {
    const seq = this.#entries;
    this.#reading(seq, () => this.#checkMissing());
    if (stored) {
      this.#reading(seq, () => this.#checkHead(stored.row));
      this.#reading(seq, () => this.#checkState(stored.row));
      this.#reading(seq, () => this.#checkLists(stored.lists));
      this.#checkMacs(stored.row);
      this.#reading(seq, () => this.#checkDataKey(stored));
    }
    const [chain, replay] = [this.#chain, this.#replay];
    const [authenticity, dataKey] = [this.#authenticity, this.#dataKey];
    return {
      ok: [chain, replay].every((it) => it === 'ok') && ![authenticity, dataKey].includes('failed'),
      entries: this.#entries,
      checked: { chain, replay, authenticity, dataKey },
      failures: this.#failures,
    };
  }

  /** What is stored may be anything: a time that is none, a number that no JSON holds, another shape. */
  #reading(seq: number, check: () => void): void {
    try {
      check();
    } catch {
      const [last] = this.#failures.slice(-1);
      if (last?.seq === seq && last.check === 'unreadable') return;
      this.#chainFails(seq, 'unreadable', 'values that can be read', null);
    }
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

  /** What the row says that its entries say, whatever the version of their machine. */
  #checkHead(row: CaseRow): void {
    const seq = this.#entries;
    this.#chainFails(seq, 'headSeq', seq, row.headSeq);
    this.#chainFails(seq, 'headHash', this.#head, row.headHash);
    this.#replayFails(seq, 'version', this.#version, row.version);
    const [opening, moved, last] = [this.#opening, this.#moved, this.#last];
    if (!opening || !moved || !last) return;
    const { codename = row.codename } = opening.facts;
    this.#chainFails(seq, 'codename', codename, row.codename);
    this.#chainFails(seq, 'openedBy', opening.by?.person ?? null, row.openedBy);
    this.#chainFails(seq, 'openedAt', moment(opening.at), moment(row.openedAt));
    this.#chainFails(seq, 'updatedAt', moment(moved.at), moment(row.updatedAt));
    this.#chainFails(seq, 'machine', machineOf(moved), machineOf(row));
    this.#chainFails(seq, 'stages', moved.stages, row.stages);
    this.#chainFails(seq, 'snapshot', last.snapshotHash, canonicalHash(row.snapshot));
  }

  /** What the row has of the state, judged again. */
  #checkState(row: CaseRow): void {
    const seq = this.#entries;
    if (!this.#state || !this.#moved || !isReplayed(this.#moved)) return;
    const { context } = this.#state;
    this.#replayFails(seq, 'status', statusOf(this.#state), row.status);
    this.#replayFails(seq, 'erased', context.erased, row.dataKey === null);
    this.#replayFails(seq, 'closedAt', context.closedAt, moment(row.closedAt));
    this.#replayFails(seq, 'eraseDueAt', eraseDueAt(this.#state), moment(row.eraseDueAt));
    this.#replayFails(seq, 'nextDueAt', nextDueAt(this.#state), moment(row.nextDueAt));
    this.#replayFails(seq, 'overdue', isOverdue(this.#state), row.overdue);
  }

  #checkLists(lists: CaseLists | undefined): void {
    const seq = this.#entries;
    if (!this.#state || !lists) return;
    const { context } = this.#state;
    const outsiders = context.staff.outside.map(({ person }) => person).toSorted();
    this.#replayFails(seq, 'outsiders', outsiders, lists.outsiders);
    this.#replayFails(seq, 'assignments', assignedTo(context).toSorted(), lists.assignments);
    this.#replayFails(seq, 'deadlines', deadlinesOf(this.#state), lists.deadlines);
  }

  #checkMac(entry: VerifiableEntry): void {
    const { seq, mac = null } = entry;
    if (!this.#key) return;
    if (mac === null) this.#unmarked.push(seq);
    else if (!isEntryAuthentic(this.#key, entry, mac)) this.#authenticityFails(seq, 'mac', mac);
  }

  /** The head's MAC vouches, by the chain, for the entries from before there were any. */
  #checkMacs(row: CaseRow): void {
    if (!this.#key) return;
    for (const seq of this.#unmarked)
      if (seq >= row.macsFrom) this.#authenticityFails(seq, 'mac', null);
    if (!isRowAuthentic(this.#key, row))
      this.#authenticityFails(this.#entries, 'headMac', row.headMac);
  }

  #checkDataKey({ row, dataKeyHash: found }: Stored): void {
    const said = this.#opening?.facts['dataKeyHash'];
    if (row.dataKey === null) this.#dataKey = 'erased';
    else if (found === null || (found !== undefined && said !== undefined && found !== said)) {
      this.#dataKey = 'failed';
      this.#fails(this.#entries, 'dataKey', said ?? 'a key that can be opened', found);
    } else if (found !== undefined && said !== undefined) this.#dataKey = 'ok';
  }

  #checkChain(entry: VerifiableEntry): void {
    const { seq, sealed } = entry;
    // Said of the entry that should be here; the next one is counted from what is.
    this.#chainFails(this.#seq + 1, 'seq', this.#seq + 1, seq);
    this.#chainFails(seq, 'previousHash', this.#head, entry.previousHash);
    for (const [part, bytes] of Object.entries(sealed ?? {}))
      this.#chainFails(seq, `part ${part}`, sha256Hex(bytes), lookUp(entry.parts, part) ?? null);
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
    if (same(expected, found)) return;
    this.#chain = 'failed';
    this.#fails(seq, check, expected, found);
  }

  #replayFails(seq: number, check: string, expected: unknown, found: unknown): void {
    if (same(expected, found)) return;
    this.#replay = 'failed';
    this.#fails(seq, check, expected, found);
  }

  #authenticityFails(seq: number, check: string, found: string | null): void {
    this.#authenticity = 'failed';
    this.#fails(seq, check, 'what the history key makes of it', found);
  }

  #fails(seq: number, check: string, expected: unknown, found: unknown): void {
    if (this.#failures.length < maxFailures) this.#failures.push({ seq, check, expected, found });
  }
}
