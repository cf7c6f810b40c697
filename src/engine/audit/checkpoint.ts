/**
 * Checkpoints: signed tree heads of one append-only log over all cases' heads (RFC 9162), so that
 * whoever kept one notices when the past was rewritten or cut off since, by anybody.
 */
import { canonicalJson } from '../../crypto/chain.ts';
import type { Keyring } from '../../crypto/keyring.ts';
import {
  consistencyPath,
  GrowingTree,
  inclusionPath,
  leafHash,
  subtreesOf,
  type NodeReader,
} from '../../crypto/merkle.ts';
import { checkpointSigner, checkpointText, type Signer } from '../../crypto/note.ts';
import type { Db } from '../../store/database.ts';
import {
  countEntriesBeyondLog,
  deleteLogged,
  findNewestLeaf,
  findNodes,
  insertCheckpoint,
  insertLeaves,
  insertNodes,
  listCheckpoints,
  listMovedHeads,
  lockLog,
  type CaseHead,
  type CheckpointRow,
  type LeafRow,
} from '../../store/log.ts';
import type { Engine } from '../engine.ts';

type Log = Pick<Engine, 'db' | 'signer' | 'now'>;

/** Leaves that are appended by one statement. */
const batch = 1000;

/**
 * Who signs the checkpoints: the key given for it, which no other key tells anything about, or one
 * derived from the master key, so that all servers sign alike and nobody has to keep another secret.
 */
export const makeSigner = (signingKey: Buffer | undefined, keyring: Keyring): Signer =>
  checkpointSigner(signingKey ?? keyring.derive('checkpoint-signing')[0]);

/** The hash of the leaf for a case's head: over the canonical JSON (RFC 8785) of these three fields. */
export const headLeafHash = ({ caseId, seq, hash }: CaseHead): Buffer =>
  leafHash(Buffer.from(canonicalJson({ caseId, seq, hash }), 'utf8'));

/** The newest checkpoint; undefined before the first. */
export async function latestCheckpoint(db: Db): Promise<CheckpointRow | undefined> {
  const [latest] = await listCheckpoints(db, { limit: 1 });
  return latest;
}

/**
 * Appends the head of every case that has moved since, and signs the log as it then stands. Where
 * nothing moved, it is the latest checkpoint again. Writers of cases are not held up: what they
 * commit meanwhile is part of the next one.
 *
 * @throws a unique violation where leaves stand in the log that no checkpoint covers: tampering
 */
export async function takeCheckpoint({ db, signer, now }: Log): Promise<CheckpointRow> {
  return db.transaction(async (tx) => {
    // First of all, so that what is read afterwards has the work of whoever held it before.
    await lockLog(tx);
    const latest = await latestCheckpoint(tx);
    const tree = new GrowingTree(await peaksOf(tx, latest?.size ?? 0));
    await appendMovedHeads(tx, tree);
    await deleteLogged(tx);
    const [size, root] = [tree.size, tree.root()];
    if (latest?.size === size) return latest;
    const note = signer.sign(checkpointText({ origin: signer.name, size, root }));
    const taken = { size, rootHash: root.toString('base64'), note, at: now() };
    await insertCheckpoint(tx, taken);
    return taken;
  });
}

async function peaksOf(tx: Db, size: number) {
  const nodes = await findNodes(tx, subtreesOf(size));
  // From left to right, the subtrees get smaller.
  return nodes.toSorted((a, b) => b.level - a.level);
}

async function appendMovedHeads(tx: Db, tree: GrowingTree): Promise<void> {
  // By their ids, so that a case that moves again meanwhile is not found twice.
  for (let after: string | undefined; ;) {
    const heads = await listMovedHeads(tx, { after, limit: batch });
    if (heads.length === 0) return;
    const size = tree.size;
    const leaves: LeafRow[] = heads.map((head, i) => ({ index: size + i, ...head }));
    await insertLeaves(tx, leaves);
    await insertNodes(
      tx,
      heads.flatMap((head) => tree.add(headLeafHash(head))),
    );
    after = heads.at(-1)?.caseId;
  }
}

/** How many entries of all cases no checkpoint covers yet. */
export const entriesSinceCheckpoint = ({ db }: Log): Promise<number> => countEntriesBeyondLog(db);

/**
 * Takes a checkpoint once `every` entries have come together. Several servers may look at once: who
 * comes second finds nothing left to append.
 *
 * @returns the checkpoint; undefined where none was due
 */
export async function checkpointWhenDue(
  engine: Log,
  every: number,
): Promise<CheckpointRow | undefined> {
  return (await entriesSinceCheckpoint(engine)) < every ? undefined : takeCheckpoint(engine);
}

/** That a checkpoint covers the head of a case: all that is needed to verify it without this server. */
export interface Inclusion {
  /** A signed note; it holds the size of the tree and its root. */
  readonly checkpoint: string;
  /** This server's. An auditor compares it with the one they know. */
  readonly verifierKey: string;
  readonly leaf: CaseHead & { readonly index: number };
  /** RFC 9162, 2.1.3: from the leaf's sibling up; base64. */
  readonly path: readonly string[];
}

/**
 * The proof that the latest checkpoint covers a case, by the case's newest leaf. Whether the reader
 * may see the case is for the caller to ask before.
 *
 * @returns null where no checkpoint covers it yet
 */
export async function inclusionOf({ db, signer }: Log, caseId: string): Promise<Inclusion | null> {
  const latest = await latestCheckpoint(db);
  const leaf = latest && (await findNewestLeaf(db, caseId, latest.size));
  if (!latest || !leaf) return null;
  const path = await inclusionPath(leaf.index, latest.size, nodesIn(db));
  return {
    checkpoint: latest.note,
    verifierKey: signer.verifierKey,
    leaf,
    path: path.map((hash) => hash.toString('base64')),
  };
}

/**
 * The proof that the log of `to` leaves begins with that of `from` leaves (RFC 9162, 2.1.4); base64.
 *
 * @throws RangeError where `from` is larger than `to`, or the log is shorter than `to`
 */
export async function consistencyOf(
  { db }: Pick<Engine, 'db'>,
  from: number,
  to: number,
): Promise<string[]> {
  const path = await consistencyPath(from, to, nodesIn(db));
  return path.map((hash) => hash.toString('base64'));
}

/** Reads the log's subtrees from the database. */
const nodesIn =
  (db: Db): NodeReader =>
  (subtrees) =>
    findNodes(db, subtrees);
