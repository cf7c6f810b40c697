import type { CaseState } from '../../../machines/system.ts';
import { sha256Hex, storedJson } from '../../crypto/chain.ts';

/**
 * Hashes states that follow from one another, as `stateHash` does each of them: what a state shares
 * with the one before it, which is most of it, is written once. A state never changes.
 */
export class StateHasher {
  #state: CaseState | undefined;
  #hash = '';
  /** The members of the state before and how they were written, by where they stand. */
  readonly #written = new Map<string, { readonly value: unknown; readonly text: string }>();

  hash(state: CaseState): string {
    if (state === this.#state) return this.#hash;
    const parts = membersOf<object>({ ...state }).map(
      ([name, part]) => `"${name}":{${this.#membersIn(name, { ...part }).join()}}`,
    );
    this.#state = state;
    this.#hash = sha256Hex(`{${parts.join()}}`);
    return this.#hash;
  }

  #membersIn(name: string, part: Readonly<Record<string, unknown>>): string[] {
    return membersOf(part).map(([key, value]) => {
      const place = `${name} ${key}`;
      const before = this.#written.get(place);
      if (before && before.value === value) return before.text;
      const text = `${storedJson(key)}:${storedJson(value)}`;
      this.#written.set(place, { value, text });
      return text;
    });
  }
}

/** In the order of canonical JSON, without what is undefined. */
const membersOf = <Value>(value: { readonly [key: string]: Value }): [string, Value][] =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
