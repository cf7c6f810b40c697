/** What a verification finds. */
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../../crypto/chain.ts';
import type { CaseLists } from '../../store/case-lists.ts';
import type { CaseRow } from '../../store/cases.ts';

export interface Failure {
  readonly seq: number;
  /** What was compared, such as `hash`, `previousHash`, `stages`; `unreadable` where it could not be. */
  readonly check: string;
  readonly expected: unknown;
  readonly found: unknown;
}

export type Checked = 'ok' | 'failed' | 'other-version';

export interface Verification {
  readonly ok: boolean;
  readonly entries: number;
  readonly checked: {
    readonly chain: Checked;
    readonly replay: Checked;
    /** Whether a server wrote it all, by its MACs; that takes the history key. */
    readonly authenticity: 'ok' | 'failed' | 'not-checked';
    /** Whether the case's key is the one that it was opened with, if the opening says so. */
    readonly dataKey: 'ok' | 'failed' | 'erased' | 'not-checked';
  };
  readonly failures: readonly Failure[];
}

/** What a history is compared with at its end. */
export interface Stored {
  readonly row: CaseRow;
  readonly lists?: CaseLists;
  /** SHA-256 of the case's key; null where no master key opens it. */
  readonly dataKeyHash?: string | null;
}

/** Whether two values are the same JSON. Mostly they are, which is seen sooner than both are written. */
export const same = (a: unknown, b: unknown): boolean =>
  a === b || isDeepStrictEqual(a, b) || canonicalJson(a) === canonicalJson(b);
