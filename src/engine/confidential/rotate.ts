/** The master key: proving at the start that it is the right one, and changing it while servers run. */
import type { Context } from '../../../machines/context.ts';
import { SealBroken } from '../../crypto/sealing.ts';
import { findCaseAsEngine } from '../../store/cases.ts';
import {
  countDataKeys,
  findProof,
  listDataKeys,
  listProofNames,
  replaceDataKey,
  replaceProof,
  type WrappedKey,
} from '../../store/keychain.ts';
import { digestKeys, digestsAmong, staffIdentities } from './digests.ts';
import { identitiesOf } from './identities.ts';
import { ensureHistoryKey } from './history-key.ts';
import { isProved, prove, provedAs } from './proof.ts';
import type { Engine } from '../engine.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** What to tell whoever gave another. */
export const wrongKey =
  'is not the key that this database is sealed with: give the one that was kept with its backup';

/** The name of the master key's own proof. */
const proofName = 'master-key';
/**
 * What it proves besides, since heads carry MACs. It is not a row of its own, which a thief would take away
 * for the database to look like an older one: what an older one proves takes the master key.
 */
const withMacs = Buffer.from('this key vouches for every head.');

/**
 * Whether a master key of the ring is the one that the cases of this database are sealed with. On a
 * database that has not seen one, the current key becomes that one; of several servers that start at
 * once, the first one's.
 */
export async function fitsDatabase(keys: Keys): Promise<boolean> {
  await prove(keys, proofName, withMacs);
  if (!(await provedAs(keys, proofName))) return false;
  await ensureHistoryKey(keys);
  return true;
}

/** Whether heads may be without MACs: only in a database from before there were any, and only once. */
export const isFromBeforeMacs = (keys: Keys): Promise<boolean> => isProved(keys, proofName);

/** Says for good that every head has its MAC. */
export async function proveMacs({ db, keyring }: Keys): Promise<void> {
  const from = await findProof(db, proofName);
  const to = await keyring.wrap(withMacs, proofName);
  if (from) await replaceProof(db, proofName, { from, to });
}

/** Cases that are read from the database at once. */
const batch = 100;

/** How far a rotation has come. */
export interface Progress {
  /** Cases looked at in this round, of `total` at its beginning. */
  readonly seen: number;
  readonly total: number;
  /** In all rounds. */
  readonly rewrapped: number;
}

export interface Rotation {
  readonly rewrapped: number;
  /** Ids of cases whose key no master key of the ring opens: damaged, and as lost as before. */
  readonly unreadable: readonly string[];
}

/**
 * Rewraps every case's key with the current master key, and makes its digests anew, case by case,
 * while servers that have both keys run. What is done already is left as it is, so it can be broken
 * off and begun again. It goes round until there is nothing left to do, since a server that knew the
 * old key alone may have opened a case meanwhile; then the keychain follows.
 */
export async function rotate(
  keys: Keys,
  report: (progress: Progress) => void = () => undefined,
): Promise<Rotation> {
  let rewrapped = 0;
  let isDone = false;
  const unreadable = new Set<string>();
  while (!isDone) {
    const before = rewrapped;
    const total = await countDataKeys(keys.db);
    let seen = 0;
    for await (const wrapped of dataKeysOf(keys)) {
      const outcome = await rewrap(keys, wrapped);
      if (outcome === 'rewrapped') rewrapped += 1;
      if (outcome === 'unreadable') unreadable.add(wrapped.caseId);
      report({ seen: (seen += 1), total, rewrapped });
    }
    isDone = rewrapped === before;
  }
  await rewrapKeychain(keys);
  return { rewrapped, unreadable: [...unreadable] };
}

async function* dataKeysOf({ db }: Keys): AsyncGenerator<WrappedKey> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = await listDataKeys(db, { after, limit: batch });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.caseId;
  }
}

async function rewrap(
  keys: Keys,
  wrapped: WrappedKey,
): Promise<'rewrapped' | 'left' | 'unreadable'> {
  try {
    return (await renew(keys, wrapped)) ? 'rewrapped' : 'left';
  } catch (error) {
    if (error instanceof SealBroken) return 'unreadable';
    throw error;
  }
}

/** Whether the case's key was under another master key, and is under the current one by this. */
async function renew({ db, keyring }: Keys, wrapped: WrappedKey): Promise<boolean> {
  const { caseId, dataKey } = wrapped;
  const renewed = await keyring.rewrap(dataKey, caseId);
  if (!renewed) return false;
  const row = await findCaseAsEngine(db, caseId);
  if (!row) return false;
  const { reported } = (row.snapshot as { context: Context }).context.people;
  const opened = await keyring.unwrap(dataKey, caseId);
  const under = async (keys: readonly Buffer[]) => [
    ...(await digestsAmong(keys, identitiesOf(db, caseId, opened))),
    ...(await digestsAmong(keys, staffIdentities(reported))),
  ];
  const [current, ...previous] = digestKeys(keyring);
  return replaceDataKey(db, wrapped, renewed, {
    // those of a report that comes in meanwhile are under the current key already
    gone: (await under(previous)).map(({ digest }) => digest),
    added: await under([current]),
  });
}

/** The signing key and what vouches for its likes; last the master key's own proof, which ends the rotation. */
async function rewrapKeychain({ db, keyring }: Keys): Promise<void> {
  const names = await listProofNames(db);
  for (const name of [...names.filter((found) => found !== proofName), proofName]) {
    const from = await findProof(db, name);
    // what no master key of the ring opens is as lost as before, and not believed
    const to = from && (await keyring.rewrap(from, name).catch(nullIfBroken));
    if (from && to) await replaceProof(db, name, { from, to });
  }
}

function nullIfBroken(error: unknown): null {
  if (error instanceof SealBroken) return null;
  throw error;
}
