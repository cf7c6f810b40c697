/**
 * Is the log what it says it is, and are the cases what the log says of them? Finds a history that
 * was rewritten or cut off, and a case that vanished. Whoever rewrote the log too, and signed it
 * anew, is found by a checkpoint that somebody kept.
 */
import { GrowingTree } from '../../crypto/merkle.ts';
import { verifyInclusion } from '../../crypto/merkle-proof.ts';
import {
  NoteBroken,
  readCheckpoint,
  verifyCheckpoint,
  type Checkpoint,
} from '../../crypto/note.ts';
import { listLeavesWithCases, type LeafWithCase } from '../../store/log.ts';
import { headLeafHash, latestCheckpoint, type Inclusion } from './checkpoint.ts';
import type { Engine } from '../engine.ts';

/** One thing that is not as a checkpoint or a leaf says. */
export interface LogDifference {
  /**
   * `signature`: a checkpoint is not signed by a key that was given; `size`: the log is shorter than
   * a checkpoint says; `root`: its leaves are others; `case`: the case of a leaf is gone; `entry`:
   * the entry that a leaf names has another hash (the history was rewritten) or is gone (cut off).
   */
  readonly check: 'signature' | 'size' | 'root' | 'case' | 'entry';
  /** Of the checkpoint. */
  readonly size?: number;
  /** Of the leaf. */
  readonly index?: number;
  readonly caseId?: string;
  readonly seq?: number;
  readonly expected: unknown;
  readonly found: unknown;
}

export interface LogAuditOptions {
  /** The keys that are trusted; the server's own if left out. A kept checkpoint may have an older one's. */
  readonly verifierKeys?: readonly string[];
  /** Told how many leaves were looked at so far, of how many. */
  readonly progress?: (leaves: number, of: number) => void;
}

type TreeHead = Pick<Checkpoint, 'size' | 'root'>;

/** Leaves that are read at once. */
const batch = 1000;

/**
 * Compares the log with its latest checkpoint, with one that was kept, and with the cases. Memory
 * does not grow with the log.
 *
 * @param kept a signed note that was taken from this log at some time
 * @throws {NoteBroken} where `kept` is no checkpoint at all
 */
export async function* auditLog(
  { db, signer }: Pick<Engine, 'db' | 'signer'>,
  kept?: string,
  { verifierKeys = [signer.verifierKey], progress }: LogAuditOptions = {},
): AsyncGenerator<LogDifference> {
  const latest = await latestCheckpoint(db);
  const claims: TreeHead[] = kept === undefined ? [] : [readCheckpoint(kept)];
  if (latest) {
    const head = { size: latest.size, root: Buffer.from(latest.rootHash, 'base64') };
    claims.push(head);
    yield* checkNote(latest.note, verifierKeys, head);
  }
  if (kept !== undefined) yield* checkNote(kept, verifierKeys);

  const size = Math.max(0, ...claims.map((claim) => claim.size));
  const tree = new GrowingTree();
  yield* checkRoots(tree, claims);
  for await (const leaf of leavesOf(db, size)) {
    // A leaf that is missing: from here on it is another log, and its end is too early.
    if (leaf.index === tree.size) {
      tree.add(headLeafHash(leaf));
      yield* checkRoots(tree, claims);
    }
    yield* checkCase(leaf);
    progress?.(leaf.index + 1, size);
  }
  const found = Math.min(tree.size, latest?.size ?? 0);
  for (const claim of claims) {
    if (claim.size > found) yield { check: 'size', size: claim.size, expected: claim.size, found };
  }
}

async function* leavesOf(db: Engine['db'], size: number): AsyncGenerator<LeafWithCase> {
  for (let from = 0; from < size;) {
    const leaves = await listLeavesWithCases(db, { from, size, limit: batch });
    yield* leaves;
    from = (leaves.at(-1)?.index ?? size) + 1;
  }
}

/** Whether one of the keys signed the note; and whether it says what is stored beside it. */
function* checkNote(
  note: string,
  verifierKeys: readonly string[],
  stored?: TreeHead,
): Generator<LogDifference> {
  const signed = verifierKeys.map((key) => verified(note, key)).find((found) => found !== null);
  if (!signed) {
    const size = stored?.size ?? readCheckpoint(note).size;
    yield { check: 'signature', size, expected: verifierKeys, found: note };
    return;
  }
  if (!stored) return;
  const { size } = stored;
  if (signed.size !== size) yield { check: 'size', size, expected: signed.size, found: size };
  if (!signed.root.equals(stored.root)) yield rootDiffers(size, signed.root, stored.root);
}

function verified(note: string, verifierKey: string): Checkpoint | null {
  try {
    return verifyCheckpoint(note, verifierKey);
  } catch (error) {
    if (error instanceof NoteBroken) return null;
    throw error;
  }
}

function* checkRoots(tree: GrowingTree, claims: readonly TreeHead[]): Generator<LogDifference> {
  const { size } = tree;
  for (const claim of claims) {
    if (claim.size !== size) continue;
    const root = tree.root();
    if (!root.equals(claim.root)) yield rootDiffers(size, claim.root, root);
  }
}

const rootDiffers = (size: number, expected: Buffer, found: Buffer): LogDifference => ({
  check: 'root',
  size,
  expected: expected.toString('base64'),
  found: found.toString('base64'),
});

function* checkCase(leaf: LeafWithCase): Generator<LogDifference> {
  const { index, caseId, seq, hash, caseExists, entryHash } = leaf;
  const place = { index, caseId, seq };
  if (!caseExists) yield { check: 'case', ...place, expected: 'a case', found: null };
  else if (entryHash !== hash) yield { check: 'entry', ...place, expected: hash, found: entryHash };
}

/**
 * Whether a proof holds: the checkpoint is signed by this key and covers the head. Needs no server.
 *
 * @param verifierKey one that the auditor trusts, rather than the one in the proof
 */
export function verifyHeadInclusion(inclusion: Inclusion, verifierKey: string): boolean {
  const tree = verified(inclusion.checkpoint, verifierKey);
  const { index, caseId, seq, hash } = inclusion.leaf;
  const path = inclusion.path.map((sibling) => Buffer.from(sibling, 'base64'));
  const leaf = { index, hash: headLeafHash({ caseId, seq, hash }) };
  return tree !== null && verifyInclusion(leaf, tree, path);
}
