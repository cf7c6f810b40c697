/**
 * Signed notes (https://c2sp.org/signed-note), and the checkpoints of a log that are written as such
 * (https://c2sp.org/tlog-checkpoint). Signatures are Ed25519 (RFC 8032).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** Who signs notes. `name` is the key's, and the origin of checkpoints that are signed with it. */
export interface Signer {
  readonly name: string;
  /** What to verify the notes with: name, key id and public key in one line; nothing secret. */
  readonly verifierKey: string;
  /** The note: `text`, which ends with a newline, and the signature. */
  readonly sign: (text: string) => string;
}

/** A tree head: how many leaves the log of that origin has, and their root hash (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Lines that follow, which the format leaves to the log; none, if absent. */
  readonly extensions?: readonly string[];
}

/** A note, a checkpoint or a key is malformed, or the signature does not hold. */
export class NoteBroken extends Error {
  override readonly name = 'NoteBroken';
}

// The signature type of Ed25519 in the signed note format; RFC 8410 for the key as Node wants it.
const ED25519 = Buffer.of(1);
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
const ID_BYTES = 4;

/**
 * Signs under a name with the Ed25519 key of a seed.
 *
 * @throws RangeError when the seed has not 32 bytes, or notes cannot hold the name
 */
export function noteSigner(seed: Uint8Array, name: string): Signer {
  if (!/^[^\s+]+$/u.test(name)) throw new RangeError('a key has a name without spaces and plus');
  const { privateKey, publicKey } = keysOf(seed);
  const id = keyId(name, publicKey);
  const verifierKey = `${name}+${id.toString('hex')}+${base64(ED25519, publicKey)}`;
  return {
    name,
    verifierKey,
    sign: (text) =>
      `${text}\n— ${name} ${base64(id, sign(null, Buffer.from(text, 'utf8'), privateKey))}\n`,
  };
}

/** Signs this installation's checkpoints. The name tells keys apart: it begins their public key's hash. */
export function checkpointSigner(seed: Uint8Array): Signer {
  const hash = createHash('sha256').update(keysOf(seed).publicKey).digest('hex');
  return noteSigner(seed, `recourse/${hash.slice(0, 16)}`);
}

/**
 * The text of a note that this key signed. Signatures of other keys play no part.
 *
 * @throws {NoteBroken} when there is none of this key, or one that does not hold
 */
export function openNote(note: string, verifierKey: string): string {
  const { name, id, publicKey } = parseVerifierKey(verifierKey);
  const { text, signatures } = parseNote(note);
  const ours = signatures.filter((found) => found.name === name && found.id.equals(id));
  if (ours.length === 0) throw new NoteBroken(`the note is not signed by ${name}`);
  const bytes = Buffer.from(text, 'utf8');
  if (!ours.every(({ signature }) => verify(null, bytes, publicKey, signature))) {
    throw new NoteBroken(`the signature of ${name} does not hold`);
  }
  return text;
}

/**
 * Which of the keys a note names as one that signed it, by name and id; whether its signature holds is
 * another question.
 *
 * @throws {NoteBroken} when it is no note
 */
export function signerAmong(note: string, verifierKeys: readonly string[]): string | undefined {
  const { signatures } = parseNote(note);
  return verifierKeys.find((key) => {
    const { name, id } = parseVerifierKey(key);
    return signatures.some((found) => found.name === name && found.id.equals(id));
  });
}

/** The text of a checkpoint, to be signed. */
export const checkpointText = ({ origin, size, root, extensions = [] }: Checkpoint): string =>
  [origin, size, root.toString('base64'), ...extensions].map((line) => `${line}\n`).join('');

/**
 * What a checkpoint says, whoever signed it: to be believed only after `verifyCheckpoint`.
 *
 * @throws {NoteBroken} when it is none
 */
export function readCheckpoint(note: string): Checkpoint {
  const { text } = parseNote(note);
  const lines = /^(?<origin>.+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>.+)\n(?<more>(?:.+\n)*)$/u.exec(
    text,
  );
  const { origin = '', size = '', root = '', more = '' } = lines?.groups ?? {};
  const extensions = more.split('\n').slice(0, -1);
  const found = { origin, size: Number(size), root: decodeBase64(root), extensions };
  if (!lines || !Number.isSafeInteger(found.size) || found.root.length !== 32) {
    throw new NoteBroken('the note is not a checkpoint');
  }
  return found;
}

/**
 * What a checkpoint says that the log signed with this key.
 *
 * @throws {NoteBroken} when it did not, or the checkpoint is of another log
 */
export function verifyCheckpoint(note: string, verifierKey: string): Checkpoint {
  openNote(note, verifierKey);
  const checkpoint = readCheckpoint(note);
  if (checkpoint.origin !== parseVerifierKey(verifierKey).name) {
    throw new NoteBroken('the checkpoint is of another log');
  }
  return checkpoint;
}

function parseVerifierKey(text: string): { name: string; id: Buffer; publicKey: KeyObject } {
  const parts = /^(?<name>[^\s+]+)\+(?<hex>[0-9a-f]{8})\+(?<key>.+)$/u.exec(text)?.groups;
  const { name = '', hex, key = '' } = parts ?? {};
  const [type, x] = split(decodeBase64(key), 1);
  const id = keyId(name, x);
  if (!type.equals(ED25519) || x.length !== 32 || id.toString('hex') !== hex) {
    throw new NoteBroken('not the verifier key of an Ed25519 signer');
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
  return { name, id, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
}

interface Signature {
  readonly name: string;
  readonly id: Buffer;
  readonly signature: Buffer;
}

function parseNote(note: string): { text: string; signatures: Signature[] } {
  const end = note.lastIndexOf('\n\n') + 1;
  const lines = note.slice(end + 1).split('\n');
  // No control character but the newline: what is read must be what is signed.
  const isPlain = note.isWellFormed() && !/[^\P{Cc}\n]/u.test(note);
  if (end === 0 || !isPlain || lines.pop() !== '' || lines.length === 0) {
    throw new NoteBroken('not a signed note');
  }
  return { text: note.slice(0, end), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
  const { name, data = '' } = /^— (?<name>[^\s+]+) (?<data>\S+)$/u.exec(line)?.groups ?? {};
  const [id, signature] = split(decodeBase64(data), ID_BYTES);
  if (name === undefined || signature.length === 0) throw new NoteBroken('not a signed note');
  return { name, id, signature };
}

const keyId = (name: string, publicKey: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(ED25519)
    .update(publicKey)
    .digest()
    .subarray(0, ID_BYTES);

function keysOf(seed: Uint8Array): { privateKey: KeyObject; publicKey: Buffer } {
  if (seed.length !== SEED_BYTES) throw new RangeError(`a seed has ${SEED_BYTES} bytes`);
  const der = Buffer.concat([PKCS8, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicKey: Buffer.from(x, 'base64url') };
}

const split = (bytes: Buffer, at: number) => [bytes.subarray(0, at), bytes.subarray(at)] as const;

const base64 = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('base64');

/** Node skips what is not base64; here it makes the text empty, which no caller takes. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.alloc(0);
}
