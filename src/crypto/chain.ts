import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What one entry of the history binds: everything it records, but for its own hash. */
export interface EntryBody {
  caseId: string;
  seq: number;
  outcome: 'accepted' | 'refused' | 'elapsed';
  type: string;
  facts: unknown;
  /** SHA-256 of each sealed part, by its name: it can still be checked when the part or its key is gone. */
  parts: Readonly<Record<string, string>>;
  by: { person: string; roles: readonly string[] } | null;
  at: string;
  version: number;
  stages: Readonly<Record<string, string>>;
  snapshotHash: string;
  violations: readonly unknown[];
  machine: { id: string; version: string };
  previousHash: string;
}

/** What the first entry of a chain names as the hash before it. */
export const GENESIS_HASH = '0'.repeat(64);

/** SHA-256 (FIPS 180-4) of bytes, as 64 lowercase hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The one way to write a JSON value (RFC 8785): keys sorted, no space, numbers as ECMAScript does.
 * Throws a TypeError for whatever JSON cannot hold, and an Error for lone surrogates and cycles.
 */
export function canonicalJson(value: unknown): string {
  // The library refuses cycles, so the walk below ends; it also drops `undefined` and calls
  // `toJSON`, which would give two different values one text. The walk refuses those.
  const text = canonicalize(value);
  refuseWhatIsNotJson(value, '$');
  if (text === undefined) throw new TypeError('not JSON at $');
  return text;
}

/** SHA-256 of the canonical JSON of a value, in lowercase hex; throws as `canonicalJson` does. */
export function canonicalHash(value: unknown): string {
  return sha256Hex(Buffer.from(canonicalJson(value), 'utf8'));
}

/**
 * The hash of a history entry. Fields beyond the body's (a stored `hash`, say) play no part, and a
 * field that is absent throws a TypeError: nothing ambiguous is hashed.
 */
export function hashEntry(body: EntryBody): string {
  return canonicalHash({
    caseId: body.caseId,
    seq: body.seq,
    outcome: body.outcome,
    type: body.type,
    facts: body.facts,
    parts: body.parts,
    by: body.by,
    at: body.at,
    version: body.version,
    stages: body.stages,
    snapshotHash: body.snapshotHash,
    violations: body.violations,
    machine: body.machine,
    previousHash: body.previousHash,
  });
}

function refuseWhatIsNotJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    // By index: forEach would step over the holes of a sparse array.
    for (let i = 0; i < value.length; i += 1) refuseWhatIsNotJson(value[i], `${path}[${i}]`);
    return;
  }
  if (!isPlainObject(value)) throw new TypeError(`not JSON at ${path}`);
  for (const [key, member] of Object.entries(value)) refuseWhatIsNotJson(member, `${path}.${key}`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}
