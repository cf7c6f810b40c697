import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { canonicalJson } from './chain.ts';

/** What sealed bytes belong to; they open nowhere else. */
export type Belonging =
  { caseId: string; seq: number; part: string } | { caseId: string; purpose: string };

/** Sealed bytes are malformed, changed, of another place, or under another key. Says no more. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  constructor() {
    // No cause: a parser's message would quote the content.
    super('the sealed content cannot be opened');
  }
}

// AES-256-GCM (NIST SP 800-38D). Random 96-bit nonces are safe for 2^32 messages under one key:
// a case has a data key of its own, and the master key only wraps one of those per case.
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Layout: format version (1 byte), nonce (12), ciphertext, tag (16).
const FORMAT = 1;

/** A fresh random key for one case, 32 bytes. */
export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * A case's data key, encrypted under the master key (both 32 bytes) and bound to the case's id.
 * Throws a RangeError when a key has another length.
 */
export function wrapKey(masterKey: Uint8Array, dataKey: Uint8Array, caseId: string): Buffer {
  requireKey(dataKey);
  return encrypt(masterKey, { caseId, purpose: 'data-key' }, dataKey);
}

/** The data key that `wrapKey` wrapped for this case; throws SealBroken when it is not that. */
export function unwrapKey(masterKey: Uint8Array, wrapped: Uint8Array, caseId: string): Buffer {
  const dataKey = decrypt(masterKey, { caseId, purpose: 'data-key' }, wrapped);
  if (dataKey.length !== KEY_BYTES) throw new SealBroken();
  return dataKey;
}

/**
 * A JSON value, encrypted under a case's data key and bound to its place in that case. Members
 * that are `undefined` are left out, as in JSON. Throws a TypeError when there is no value at all.
 */
export function seal(dataKey: Uint8Array, aad: Belonging, value: unknown): Buffer {
  // The library's type says string, but undefined and functions have no JSON.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError('nothing to seal');
  return encrypt(dataKey, aad, Buffer.from(text, 'utf8'));
}

/** The value that `seal` sealed under the same key for the same place; else throws SealBroken. */
export function unseal(dataKey: Uint8Array, aad: Belonging, sealed: Uint8Array): unknown {
  const plain = decrypt(dataKey, aad, sealed);
  try {
    return JSON.parse(plain.toString('utf8'));
  } catch {
    throw new SealBroken();
  }
}

/**
 * A key of 32 bytes for one purpose (HMAC digests, say), from the master key by HKDF-SHA-256
 * (RFC 5869): two purposes give independent keys, and neither gives the master key away.
 */
export function deriveKey(masterKey: Uint8Array, purpose: string): Buffer {
  requireKey(masterKey);
  // The master key is uniformly random, so no salt is needed (RFC 5869, section 3.1).
  return Buffer.from(hkdfSync('sha256', masterKey, '', `recourse/${purpose}`, KEY_BYTES));
}

function encrypt(key: Uint8Array, aad: Belonging, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secretKey(key), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(aad));
  const body = [cipher.update(plain), cipher.final()];
  return Buffer.concat([Buffer.of(FORMAT), nonce, ...body, cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, aad: Belonging, sealed: Uint8Array): Buffer {
  const secret = secretKey(key);
  if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw new SealBroken();
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(aad));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const body = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw new SealBroken();
  }
}

/** Canonical JSON, so that no two places share an encoding; the format stands before it. */
function additionalData(aad: Belonging): Buffer {
  return Buffer.concat([Buffer.of(FORMAT), Buffer.from(canonicalJson(aad), 'utf8')]);
}

/** Node takes five times as long for a key that is bytes as for one that is a key. */
function secretKey(key: Uint8Array): KeyObject {
  requireKey(key);
  return createSecretKey(key);
}

function requireKey(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
}
