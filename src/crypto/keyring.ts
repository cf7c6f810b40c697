/** What wraps the cases' keys: one small interface, with keys held in memory behind it. */
import { deriveKey, SealBroken, unwrapKey, wrapKey } from './sealing.ts';

/**
 * Holds the master key, and during a rotation the one before it. Wrapping may take a round trip, so
 * that a key management service can stand here; what is derived is held from the start.
 */
export interface Keyring {
  /** A case's data key (32 bytes), wrapped by the current master key and bound to the case's id. */
  readonly wrap: (dataKey: Uint8Array, caseId: string) => Promise<Buffer>;
  /** The data key; throws SealBroken when no master key of the ring wrapped it for this case. */
  readonly unwrap: (wrapped: Uint8Array, caseId: string) => Promise<Buffer>;
  /** The same data key under the current master key; null where it is under that already. */
  readonly rewrap: (wrapped: Uint8Array, caseId: string) => Promise<Buffer | null>;
  /** A key of 32 bytes for one purpose, from each master key of the ring: the current one's first. */
  readonly derive: (purpose: string) => readonly [Buffer, ...Buffer[]];
}

/** A ring of master keys of 32 bytes, `previous` while the cases are being rewrapped and for a day after. */
export function keyringOf(current: Uint8Array, previous?: Uint8Array): Keyring {
  const unwrap = (wrapped: Uint8Array, caseId: string): Buffer => {
    try {
      return unwrapKey(current, wrapped, caseId);
    } catch (error) {
      if (!previous || !(error instanceof SealBroken)) throw error;
      return unwrapKey(previous, wrapped, caseId);
    }
  };
  const isCurrent = (wrapped: Uint8Array, caseId: string): boolean => {
    try {
      unwrapKey(current, wrapped, caseId);
      return true;
    } catch {
      return false;
    }
  };
  const derived = new Map<string, readonly [Buffer, ...Buffer[]]>();
  const derive = (purpose: string): readonly [Buffer, ...Buffer[]] => [
    deriveKey(current, purpose),
    ...(previous ? [deriveKey(previous, purpose)] : []),
  ];
  return {
    wrap: async (dataKey, caseId) => wrapKey(current, dataKey, caseId),
    unwrap: async (wrapped, caseId) => unwrap(wrapped, caseId),
    rewrap: async (wrapped, caseId) =>
      isCurrent(wrapped, caseId) ? null : wrapKey(current, unwrap(wrapped, caseId), caseId),
    derive: (purpose) => {
      const keys = derived.get(purpose) ?? derive(purpose);
      derived.set(purpose, keys);
      return keys;
    },
  };
}
