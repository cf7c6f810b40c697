/** What the keychain keeps under a name was put there by who has the master key: anybody else's does not open. */
import { SealBroken } from '../../crypto/sealing.ts';
import { findProof, insertProof } from '../../store/keychain.ts';
import type { Engine } from '../engine.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Known to everybody, and as long as a key: what shows is whether it was wrapped by the right one. */
const proofText = Buffer.from('this key opens every sealed case');

/**
 * Keeps a proof under a name, where there is none yet. The name is no case's id: the two share a space.
 *
 * @param text what is proved, 32 bytes, where one name may prove several things
 */
export async function prove({ db, keyring }: Keys, name: string, text = proofText): Promise<void> {
  await insertProof(db, name, await keyring.wrap(text, name));
}

/** What is proved under this name; undefined where it is nothing, or no master key of the ring made the proof. */
export async function provedAs({ db, keyring }: Keys, name: string): Promise<Buffer | undefined> {
  const proof = await findProof(db, name);
  try {
    return proof && (await keyring.unwrap(proof, name));
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

/** Whether a master key of the ring made the proof under this name. */
export const isProved = async (keys: Keys, name: string, text = proofText): Promise<boolean> =>
  (await provedAs(keys, name))?.equals(text) === true;
