/** What the keychain keeps under a name was put there by who has the master key: anybody else's does not open. */
import { SealBroken } from '../../crypto/sealing.ts';
import { findProof, insertProof } from '../../store/keychain.ts';
import type { Engine } from '../engine.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Known to everybody, and as long as a key: what shows is whether it was wrapped by the right one. */
const proofText = Buffer.from('this key opens every sealed case');

/** Keeps a proof under a name, where there is none yet. The name is no case's id: the two share a space. */
export async function prove({ db, keyring }: Keys, name: string): Promise<void> {
  await insertProof(db, name, await keyring.wrap(proofText, name));
}

/** Whether a master key of the ring made the proof under this name. */
export async function isProved({ db, keyring }: Keys, name: string): Promise<boolean> {
  const proof = await findProof(db, name);
  try {
    return proof !== undefined && proofText.equals(await keyring.unwrap(proof, name));
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
}
