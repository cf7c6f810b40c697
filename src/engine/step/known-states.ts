/**
 * The states of cases in which a step was lately taken, as they stand in memory. The database's head says
 * whether one still stands: then neither the snapshot is sent and parsed, nor the case's key opened
 * again, which is a tenth of a step's time.
 */
import { LRUCache } from 'lru-cache';
import type { CaseState } from '../../../machines/system.ts';
import type { Engine } from '../engine.ts';

interface KnownState {
  readonly headHash: string;
  readonly state: CaseState;
  /** The case's key, open. */
  readonly dataKey: Buffer;
}

const most = 4096;
/** In milliseconds. A key that was destroyed elsewhere is not kept in memory longer than that. */
const atMost = 60_000;

const caches = new WeakMap<Engine['keyring'], LRUCache<string, KnownState>>();

/** By case id. */
export function knownStates({ keyring }: Engine): LRUCache<string, KnownState> {
  const known = caches.get(keyring) ?? new LRUCache({ max: most, ttl: atMost, ttlAutopurge: true });
  caches.set(keyring, known);
  return known;
}
