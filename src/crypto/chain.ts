import { hash } from 'node:crypto';

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

/** SHA-256 (FIPS 180-4) of bytes, or of a text in UTF-8, as 64 lowercase hexadecimal digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/**
 * The one way to write a JSON value (RFC 8785): keys sorted, no space, numbers as ECMAScript does.
 * Written in one pass, which is half of the time of a library's and a check beside it; the tests hold
 * it to the library's. Throws a TypeError for whatever JSON cannot hold, and an Error for lone
 * surrogates and cycles.
 */
export const canonicalJson = (value: unknown): string => write(value, false, 0);

/** The canonical JSON of a value as it is stored: members that are undefined are not there. */
export const storedJson = (value: unknown): string => write(value, true, 0);

/** SHA-256 of the canonical JSON of a value, in lowercase hex; throws as `canonicalJson` does. */
export function canonicalHash(value: unknown): string {
  return sha256Hex(canonicalJson(value));
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

/** Nothing of ours is that deep, so it must be a cycle. */
const deepest = 500;

// what JSON.stringify would escape, or refuse to be UTF-8
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const plain = /^[^"\\\u0000-\u001f\ud800-\udfff]*$/;

function writeText(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Error('a lone surrogate is no Unicode');
  return JSON.stringify(text);
}

function write(value: unknown, omitting: boolean, depth: number): string {
  if (typeof value === 'string') return writeText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (depth > deepest) throw new Error('contains itself');
  if (Array.isArray(value)) {
    let items = '';
    // By index: a sparse array has holes, which are undefined.
    for (let i = 0; i < value.length; i += 1)
      items += `${i === 0 ? '' : ','}${write(value[i], omitting, depth + 1)}`;
    return `[${items}]`;
  }
  if (!isPlainObject(value)) throw new TypeError('not JSON');
  let members = '';
  for (const key of Object.keys(value).toSorted()) {
    // oxlint-disable-next-line lookups/own-names -- a key of its own, by Object.keys
    const member = value[key];
    if (member === undefined && omitting) continue;
    members += `${members === '' ? '' : ','}${writeText(key)}:${write(member, omitting, depth + 1)}`;
  }
  return `{${members}}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}
