/**
 * A database from before there were MACs: the first server with its keys authenticates every head, once.
 * The entries before it follow by the chain.
 */
import { listUnmarkedHeads, markHead } from '../../store/heads.ts';
import { isFromBeforeMacs, proveMacs } from '../confidential/rotate.ts';
import type { Engine } from '../engine.ts';
import { headMacOf } from '../step/authenticity.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Heads that are read at once. */
const batch = 500;

/**
 * Gives every head a MAC where they have none yet, and says for good that they have. After that a head
 * without one is a forgery. Several servers may do so at once.
 */
export async function authenticateOldHeads(keys: Keys): Promise<void> {
  if (!(await isFromBeforeMacs(keys))) return;
  for (let after: string | undefined; ;) {
    const heads = await listUnmarkedHeads(keys.db, { after, limit: batch });
    for (const { snapshotHash, ...head } of heads) {
      const row = { ...head, macsFrom: head.headSeq + 1 };
      const headMac = await headMacOf(keys, { ...row, snapshotHash });
      await markHead(keys.db, { ...row, headMac });
    }
    after = heads.at(-1)?.caseId;
    if (after === undefined) break;
  }
  await proveMacs(keys);
}
