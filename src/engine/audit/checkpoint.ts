/**
 * Checkpoints: signed tree heads of one append-only log over all cases' heads (RFC 9162), so that
 * whoever kept one notices when the past was rewritten or cut off since, by anybody.
 */
import { createHash } from 'node:crypto';
import { addDuration } from '../../../machines/time.ts';
import { canonicalJson } from '../../crypto/chain.ts';
import {
  consistencyPath,
  GrowingTree,
  inclusionPath,
  leafHash,
  subtreesOf,
  type NodeReader,
} from '../../crypto/merkle.ts';
import { checkpointText } from '../../crypto/note.ts';
import { LogNotWhole } from '../../errors.ts';
import type { Db } from '../../store/database.ts';
import {
  deleteLogged,
  findNewestLeaf,
  findNodes,
  insertCheckpoint,
  insertLeaves,
  insertNodes,
  listCheckpoints,
  listLeavesBehind,
  listMovedHeads,
  lockLog,
  measureBeyondLog,
  type CaseHead,
  type CheckpointRow,
  type LeafRow,
} from '../../store/log.ts';
import type { Engine } from '../engine.ts';
import { knownVerifierKeys, readSigned } from './signing-keys.ts';

type Log = Pick<Engine, 'db' | 'keyring' | 'signer' | 'now'>;

/** Leaves that are appended by one statement. */
const batch = 1000;

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
 * @throws {LogNotWhole} where the log is not what the latest checkpoint says: tampering
 */
export async function takeCheckpoint(log: Log): Promise<CheckpointRow> {
  const { db, signer, now } = log;
  return db.transaction(async (tx) => {
    // First of all, so that what is read afterwards has the work of whoever held it before.
    await lockLog(tx);
    const latest = await latestCheckpoint(tx);
    const tree = await treeOf({ ...log, db: tx }, latest);
    await appendMovedHeads(tx, tree);
    await deleteLogged(tx);
    const [size, root] = [tree.size, tree.root()];
    if (latest?.size === size) return latest;
    const at = now();
    const extensions = extensionsOf(at, latest);
    const note = signer.sign(checkpointText({ origin: signer.name, size, root, extensions }));
    const taken = { size, rootHash: root.toString('base64'), note, at };
    await insertCheckpoint(tx, taken);
    return taken;
  });
}

/**
 * What a checkpoint says beyond its tree: when it was taken, and which one came before, so that none can
 * be changed or taken out from between two others. Extension lines are the log's own affair: others sign
 * and verify them unread (https://c2sp.org/tlog-checkpoint).
 */
export const extensionsOf = (
  at: Date,
  previous: Pick<CheckpointRow, 'size' | 'note'> | undefined,
): string[] => [
  `at ${at.toISOString()}`,
  previous
    ? `previous ${previous.size} ${createHash('sha256').update(previous.note).digest('base64')}`
    : 'previous none',
];

/** The tree to append to. What is signed next rests on it, so it has to be the one that was signed last. */
async function treeOf(log: Log, latest: CheckpointRow | undefined): Promise<GrowingTree> {
  const { db } = log;
  const [behind] = await listLeavesBehind(db, 1);
  if (behind) throw new LogNotWhole(`leaf ${behind.index} is in no checkpoint`);
  if (!latest) return new GrowingTree();
  const nodes = await nodesIn(db)(subtreesOf(latest.size));
  // From left to right, the subtrees get smaller.
  const tree = new GrowingTree(nodes.toSorted((a, b) => b.level - a.level));
  const signed = readSigned(latest.note, await knownVerifierKeys(log));
  if (signed?.head.size !== tree.size || !signed.head.root.equals(tree.root()))
    throw new LogNotWhole(`it is not what the checkpoint of ${latest.size} leaves says`);
  return tree;
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

/** When a checkpoint is due by itself. */
export interface CheckpointPace {
  /** Entries that have come together. */
  readonly every: number;
  /** How long an entry waits at most, however few there are: an ISO 8601 duration. */
  readonly interval: string;
}

/**
 * Takes a checkpoint when it is due. Several servers may look at once: who comes second finds nothing
 * left to append.
 *
 * @returns the checkpoint; undefined where none was due
 * @throws {LogNotWhole} as `takeCheckpoint`
 */
export async function checkpointWhenDue(
  engine: Log,
  { every, interval }: CheckpointPace,
): Promise<CheckpointRow | undefined> {
  const { entries, since } = await measureBeyondLog(engine.db);
  const now = engine.now();
  const patience = Date.parse(addDuration(now.toISOString(), interval)) - now.getTime();
  const isDue = entries >= every || (since !== null && now.getTime() - since >= patience);
  return isDue ? takeCheckpoint(engine) : undefined;
}

/** That a checkpoint covers the head of a case: all that is needed to verify it without this server. */
export interface Inclusion {
  /** A signed note; it holds the size of the tree and its root. */
  readonly checkpoint: string;
  /** Of the key that signed it. An auditor compares it with those they know. */
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
export async function inclusionOf(log: Log, caseId: string): Promise<Inclusion | null> {
  const { db, signer } = log;
  const latest = await latestCheckpoint(db);
  const leaf = latest && (await findNewestLeaf(db, caseId, latest.size));
  if (!latest || !leaf) return null;
  const path = await inclusionPath(leaf.index, latest.size, nodesIn(db));
  const signed = readSigned(latest.note, await knownVerifierKeys(log));
  return {
    checkpoint: latest.note,
    verifierKey: signed?.signedBy ?? signer.verifierKey,
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

/** Reads the log's subtrees from the database. Throws {@link LogNotWhole} where one is missing. */
const nodesIn =
  (db: Db): NodeReader =>
  async (subtrees) => {
    const nodes = await findNodes(db, subtrees);
    if (nodes.length < subtrees.length) throw new LogNotWhole('nodes of its tree are missing');
    return nodes;
  };
