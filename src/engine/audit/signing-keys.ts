/**
 * The keys that sign checkpoints. The server's own is made at the first start and kept in the database,
 * wrapped by the master key, so that all servers sign alike and no change of the master key touches it;
 * or it is given. Each that ever signed is kept by its verifier key, which the master key vouches for:
 * a row that somebody wrote without it is not believed.
 */
import { randomBytes } from 'node:crypto';
import { BadSetting } from '../../config/bad-setting.ts';
import {
  checkpointSigner,
  NoteBroken,
  readCheckpoint,
  signerAmong,
  verifyCheckpoint,
  type Checkpoint,
  type Signer,
} from '../../crypto/note.ts';
import { SealBroken } from '../../crypto/sealing.ts';
import { findProof, insertProof, listProofNames } from '../../store/keychain.ts';
import { hasCheckpointOf } from '../../store/log.ts';
import { isProved, prove } from '../confidential/proof.ts';
import type { Engine } from '../engine.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Where the server's own key stands in the keychain, and before what those stand that verify. */
const ownName = 'signing-key';
const verifierPrefix = 'verifier-key ';

/**
 * Who signs from now on; at the first start, makes the key.
 *
 * @param given the seed (32 bytes) of a key that is kept elsewhere: it is never written to the database
 * @throws {BadSetting} where the key that is kept in the database was damaged, and none is given
 */
export async function establishSigner(keys: Keys, given?: Buffer): Promise<Signer> {
  const derived = await derivedThatSigned(keys);
  const signer = checkpointSigner(given ?? (await ownSeed(keys, derived[0])));
  for (const { verifierKey } of [signer, ...derived.map(checkpointSigner)])
    await prove(keys, verifierPrefix + verifierKey);
  return signer;
}

/** The server's own seed. What signed before there was a key of its own goes on doing so. */
async function ownSeed({ db, keyring }: Keys, before: Buffer | undefined): Promise<Buffer> {
  await insertProof(db, ownName, await keyring.wrap(before ?? randomBytes(32), ownName));
  try {
    return await keyring.unwrap((await findProof(db, ownName)) ?? Buffer.alloc(0), ownName);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    const problem = 'is needed, since the signing key that the database keeps cannot be opened';
    throw new BadSetting('RECOURSE_SIGNING_KEY', problem);
  }
}

/** Servers without a key of its own once signed with one that was derived from the master key. */
async function derivedThatSigned({ db, keyring }: Keys): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (const seed of keyring.derive('checkpoint-signing'))
    if (await hasCheckpointOf(db, checkpointSigner(seed).name)) found.push(seed);
  return found;
}

/** The verifier keys (https://c2sp.org/signed-note) of all who signed here, the present one first. */
export async function knownVerifierKeys(
  keys: Keys & Pick<Engine, 'signer'>,
): Promise<[string, ...string[]]> {
  const present = keys.signer.verifierKey;
  const before: string[] = [];
  for (const name of await listProofNames(keys.db, verifierPrefix)) {
    const verifierKey = name.slice(verifierPrefix.length);
    if (verifierKey !== present && (await isProved(keys, name))) before.push(verifierKey);
  }
  return [present, ...before];
}

/** What a checkpoint says, and which of some keys signed it; null: none of them. */
export interface SignedHead {
  readonly head: Checkpoint;
  readonly signedBy: string | null;
}

/** Reads a checkpoint; null where it is none, or does not hold under the key that it names. */
export function readSigned(note: string, verifierKeys: readonly string[]): SignedHead | null {
  try {
    const signedBy = signerAmong(note, verifierKeys) ?? null;
    const head = signedBy === null ? readCheckpoint(note) : verifyCheckpoint(note, signedBy);
    return { head, signedBy };
  } catch (error) {
    if (error instanceof NoteBroken) return null;
    throw error;
  }
}
