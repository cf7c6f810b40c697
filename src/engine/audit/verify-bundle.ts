/**
 * Verifying a bundle by itself: no database, no server, no key but the log's public one. Line by line,
 * in constant memory.
 */
import { createHash } from 'node:crypto';
import type { CaseState } from '../../../machines/system.ts';
import {
  BundleUnreadable,
  endSchema,
  entrySchema,
  headerSchema,
  linesOf,
  parseLine,
  verifiable,
  type BundleEnd,
  type BundleEntry,
  type BundleHeader,
} from './bundle.ts';
import {
  checkpointDifferences,
  contentDifferences,
  endDifferences,
  headDifferences,
  headerSeq,
  openingDifferences,
  redactionDifferences,
  timeDifferences,
} from './bundle-checks.ts';
import type { Failure, Verification } from './verification.ts';
import { HistoryVerifier } from './verify.ts';

export interface BundleVerification extends Verification {
  readonly checked: Verification['checked'] & {
    /** Whether header, entries and end belong to each other. */
    readonly bundle: 'ok' | 'failed';
    /** Whether the log's signed checkpoint covers the case; `none` where the bundle has no checkpoint. */
    readonly checkpoint: 'ok' | 'failed' | 'none';
  };
}

/** An entry of a bundle, and the case before and after it, judged again. */
export interface BundleStep {
  readonly entry: BundleEntry;
  readonly before: CaseState | null;
  readonly after: CaseState | null;
  /** What is not as it should be with this entry. */
  readonly differences: readonly Failure[];
}

/** More would tell nobody more. */
const maxFailures = 1000;

/**
 * Begins to read a bundle.
 *
 * @param trustedKeys the log's verifier keys, from a source that is trusted; the bundle's own key if empty
 * @throws {BundleUnreadable} where the first line is no header of a bundle
 */
export async function openBundle(
  chunks: AsyncIterable<Uint8Array>,
  trustedKeys: readonly string[] = [],
): Promise<BundleReading> {
  const lines = linesOf(chunks);
  const first = await lines.next();
  if (first.done) throw new BundleUnreadable('it is empty');
  const parsed = parseLine(headerSchema, first.value);
  if ('problem' in parsed) throw new BundleUnreadable(`line 1 is no header: ${parsed.problem}`);
  const digest = createHash('sha256').update(first.value).update('\n');
  const header = parsed.value;
  const trustedKey = trustedKeys.find((key) => key === header.verifierKey) ?? trustedKeys[0];
  return new BundleReading({ header, lines, digest, trustedKey });
}

interface Opened {
  readonly header: BundleHeader;
  readonly lines: AsyncGenerator<Buffer>;
  readonly digest: ReturnType<typeof createHash>;
  readonly trustedKey: string | undefined;
}

/** A bundle that is being read: all its `steps` first, then `finish`. */
export class BundleReading {
  readonly header: BundleHeader;
  readonly #opened: Opened;
  readonly #history = new HistoryVerifier();
  readonly #failures: Failure[] = [];
  #entries = 0;
  #last: BundleEntry | undefined;
  /** The last entry that was not refused. */
  #moved: BundleEntry | undefined;
  #loggedHash: string | undefined;
  /** Parts that are said to be gone, by entry. */
  readonly #redacted = new Map<number, readonly string[]>();
  #checkpoint: BundleVerification['checked']['checkpoint'] = 'none';

  constructor(opened: Opened) {
    this.header = opened.header;
    this.#opened = opened;
  }

  /** The key that the checkpoint is verified with, and whether it came from elsewhere than the bundle. */
  get key(): { readonly verifierKey: string; readonly trusted: boolean } | null {
    const { trustedKey = null } = this.#opened;
    const verifierKey = trustedKey ?? this.header.verifierKey;
    return verifierKey === null ? null : { verifierKey, trusted: trustedKey !== null };
  }

  /** What was found so far. */
  get failures(): readonly Failure[] {
    return [...this.#history.failures, ...this.#failures];
  }

  /** All entries in order, each verified. Ends at a line that can't be read: what follows means nothing. */
  async *steps(): AsyncGenerator<BundleStep> {
    let end: BundleEnd | undefined;
    for await (const line of this.#opened.lines) {
      const read = end ? 'a line after the end' : this.#read(line);
      if (typeof read === 'string') {
        const seq = this.#seq + 1;
        this.#add([{ seq, check: 'line', expected: 'an entry, or the end', found: read }]);
        return;
      }
      if ('end' in read) ({ end } = read);
      else yield read;
    }
    this.#close(end);
  }

  /** What was found, once all steps were taken. */
  finish(): BundleVerification {
    const { entries, checked, ok } = this.#history.finish();
    const bundle = this.#failures.length === 0 ? 'ok' : 'failed';
    return {
      ok: ok && bundle === 'ok',
      entries,
      checked: { ...checked, bundle, checkpoint: this.#checkpoint },
      failures: this.failures,
    };
  }

  /** What a line holds, or what is wrong with it. */
  #read(line: Buffer): BundleStep | { end: BundleEnd } | string {
    const isEnd = line.subarray(0, endMark.length).equals(endMark);
    const parsed = isEnd ? parseLine(endSchema, line) : parseLine(entrySchema, line);
    if ('problem' in parsed) return parsed.problem;
    return 'end' in parsed.value ? parsed.value : this.#take(line, parsed.value);
  }

  #take(line: Buffer, entry: BundleEntry): BundleStep | string {
    const before = this.#history.state;
    const seen = [this.#history.failures.length, this.#failures.length] as const;
    try {
      this.#history.add(verifiable(this.header.case.id, entry));
      this.#add([...contentDifferences(this.header, entry), ...timeDifferences(entry)]);
      if (!this.#last) this.#add(openingDifferences(this.header, entry));
    } catch (error) {
      // broken Unicode, or bottomless nesting: nothing that was ever hashed
      return error instanceof Error ? error.message : 'not JSON';
    }
    this.#opened.digest.update(line).update('\n');
    this.#entries += 1;
    this.#last = entry;
    if (entry.redacted.length > 0) this.#redacted.set(entry.seq, entry.redacted);
    if (entry.outcome !== 'refused') this.#moved = entry;
    if (entry.seq === this.header.loggedSeq) this.#loggedHash = entry.hash;
    const differences = [
      ...this.#history.failures.slice(seen[0]),
      ...this.#failures.slice(seen[1]),
    ];
    return { entry, before, after: this.#history.state, differences };
  }

  #close(end: BundleEnd | undefined): void {
    const seq = this.#seq;
    const [last, moved, { state }] = [this.#last, this.#moved, this.#history];
    if (last && moved) this.#add(headDifferences(this.header, { last, moved, state }));
    else this.#add([{ seq, check: 'entries', expected: 'an opening', found: null }]);
    if (state) this.#add(redactionDifferences(state, this.#redacted));
    if (!end) {
      this.#add([{ seq, check: 'end', expected: 'an end', found: null }]);
      return;
    }
    const { trustedKey } = this.#opened;
    const digest = this.#opened.digest.digest('hex');
    const [entries, headHash, loggedHash] = [this.#entries, last?.hash, this.#loggedHash];
    this.#add(endDifferences(end, { entries, seq, headHash, digest }));
    const found = checkpointDifferences(this.header, end, { trustedKey, loggedHash });
    if (found.length > 0) this.#checkpoint = 'failed';
    else if (end.checkpoint !== null) this.#checkpoint = 'ok';
    this.#add(found);
  }

  get #seq(): number {
    return this.#last?.seq ?? headerSeq;
  }

  #add(failures: readonly Failure[]): void {
    this.#failures.push(...failures.slice(0, maxFailures - this.#failures.length));
  }
}

const endMark = Buffer.from('{"end":');
