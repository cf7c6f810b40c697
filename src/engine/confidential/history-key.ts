/**
 * The key that authenticates heads and entries: random, one for the database, kept there wrapped by the
 * master key. Not a case's own, which an erasure destroys: what was erased must still prove itself. Nor
 * derived from the master key, which may change while histories stay.
 */
import { randomBytes, createSecretKey, type KeyObject } from 'node:crypto';
import { EngineDefect } from '../../errors.ts';
import { findProof, insertProof } from '../../store/keychain.ts';
import type { Engine } from '../engine.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Its name in the table, and the place that it is bound to: no case has such an id. */
const name = 'history-key';

/** Opened once a process. */
const opened = new WeakMap<Engine['keyring'], KeyObject>();

/** Makes the key where there is none yet; of several servers at once, one is first. */
export async function ensureHistoryKey({ db, keyring }: Keys): Promise<void> {
  if (!(await findProof(db, name)))
    await insertProof(db, name, await keyring.wrap(randomBytes(32), name));
}

/**
 * The key, as `ensureHistoryKey` made it.
 *
 * @throws {SealBroken} where no master key of the ring wrapped it
 */
export async function historyKeyOf({ db, keyring }: Keys): Promise<KeyObject> {
  const known = opened.get(keyring);
  if (known) return known;
  const wrapped = await findProof(db, name);
  if (!wrapped) throw new EngineDefect('there is no history key');
  const key = createSecretKey(await keyring.unwrap(wrapped, name));
  opened.set(keyring, key);
  return key;
}
