import type { CaseState } from '../../../machines/system.ts';
import { sha256Hex, storedJson } from '../../crypto/chain.ts';

/** What stood in a place of the state before, how it was written, and the places in it. */
interface Place {
  value?: object;
  text: string;
  readonly places: Map<string, Place>;
}

const empty = (): Place => ({ text: '', places: new Map() });

/**
 * Hashes states that follow from one another, as `stateHash` does each of them: what a state shares
 * with the one before it, which is most of it, is written once. A state never changes.
 */
export class StateHasher {
  readonly #whole = empty();
  #written = '';
  #hash = '';

  hash(state: CaseState): string {
    const written = write(state, this.#whole);
    if (written !== this.#written) this.#hash = sha256Hex(written);
    this.#written = written;
    return this.#hash;
  }
}

function write(value: object, place: Place): string {
  if (value === place.value) return place.text;
  const member = (key: string, item: unknown): string => {
    if (typeof item !== 'object' || item === null) return storedJson(item);
    const inside = place.places.get(key) ?? empty();
    place.places.set(key, inside);
    return write(item, inside);
  };
  place.value = value;
  place.text = Array.isArray(value)
    ? `[${value.map((item, index) => member(String(index), item)).join()}]`
    : `{${membersOf(value)
        .map(([key, item]) => `${storedJson(key)}:${member(key, item)}`)
        .join()}}`;
  return place.text;
}

/** In the order of canonical JSON, without what is undefined. */
const membersOf = (value: object): [string, unknown][] =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
