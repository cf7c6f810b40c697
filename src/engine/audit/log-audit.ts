/**
 * Is the log what it says it is, and are the cases what the log says of them? Finds a history that
 * was rewritten or cut off, and a case that vanished. Whoever rewrote the log too, and signed it
 * anew, is found by a checkpoint that somebody kept.
 */
import { GrowingTree, type TreeNode } from '../../crypto/merkle.ts';
import { verifyInclusion } from '../../crypto/merkle-proof.ts';
import { readCheckpoint, type Checkpoint } from '../../crypto/note.ts';
import {
  findNodes,
  listCheckpointsAfter,
  listLeavesBehind,
  listLeavesWithCases,
  listNodesBehind,
  type CheckpointRow,
  type LeafWithCase,
} from '../../store/log.ts';
import { extensionsOf, headLeafHash, latestCheckpoint, type Inclusion } from './checkpoint.ts';
import { knownVerifierKeys, readSigned } from './signing-keys.ts';
import type { Engine } from '../engine.ts';

/** One thing that is not as a checkpoint or a leaf says. */
export interface LogDifference {
  /**
   * `signer`: a checkpoint is signed by a key that is not known here, which says neither good nor bad;
   * `signature`: it is not what its key signed; `time`: it was taken at another time than stands beside
   * it; `previous`: the checkpoint that it names as the one before is gone or another; `size`: the log is
   * shorter than a checkpoint says; `root`: its leaves are others; `node`: a subtree is not that of its
   * leaves; `leaf`: a leaf that no checkpoint covers, which the server never leaves; `case`: the case of a
   * leaf is gone; `entry`: the entry that a leaf names has another hash (the history was rewritten) or is
   * gone (cut off).
   */
  readonly check:
    | 'signer'
    | 'signature'
    | 'time'
    | 'previous'
    | 'size'
    | 'root'
    | 'node'
    | 'leaf'
    | 'case'
    | 'entry';
  /** Of the checkpoint. */
  readonly size?: number;
  /** Of the subtree: it covers 2^level leaves. */
  readonly level?: number;
  /** Of the leaf, or of the subtree on its level. */
  readonly index?: number;
  readonly caseId?: string;
  readonly seq?: number;
  readonly expected: unknown;
  readonly found: unknown;
}

export interface LogAuditOptions {
  /** The keys that are trusted; those that this server knows if left out. */
  readonly verifierKeys?: readonly string[];
  /** Told how many leaves were looked at so far, of how many. */
  readonly progress?: (leaves: number, of: number) => void;
}

type TreeHead = Pick<Checkpoint, 'size' | 'root'>;

/** Rows that are read at once. */
const batch = 1000;

/**
 * Rebuilds the log's tree from its leaves, and compares it with every node, with every checkpoint, each
 * of which is held to the one before, with one that was kept, and with the cases. Memory does not grow
 * with the log.
 *
 * @param kept a signed note that was taken from this log at some time
 * @throws {NoteBroken} where `kept` is no checkpoint at all
 */
export async function* auditLog(
  engine: Pick<Engine, 'db' | 'keyring' | 'signer'>,
  kept?: string,
  { verifierKeys, progress }: LogAuditOptions = {},
): AsyncGenerator<LogDifference> {
  const { db } = engine;
  const trusted = verifierKeys ?? (await knownVerifierKeys(engine));
  const claim = kept === undefined ? undefined : readCheckpoint(kept);
  if (kept !== undefined && claim) yield* checkSigner(claim.size, kept, trusted);

  const latest = (await latestCheckpoint(db))?.size ?? 0;
  const size = Math.max(latest, claim?.size ?? 0);
  const tree = new GrowingTree();
  const stored = new StoredCheckpoints(db, trusted);
  const checkRoots = async function* (): AsyncGenerator<LogDifference> {
    if (claim) yield* checkRoot(tree, claim);
    yield* stored.upTo(tree);
  };
  yield* checkRoots();
  for await (const leaves of leavesOf(db, size)) {
    const nodes: TreeNode[] = [];
    for (const leaf of leaves) {
      yield* checkCase(leaf);
      progress?.(leaf.index + 1, size);
      // A leaf that is missing: from here on it is another log, and its end is too early.
      if (leaf.index !== tree.size) continue;
      nodes.push(...tree.add(headLeafHash(leaf)));
      yield* checkRoots();
    }
    yield* checkNodes(db, nodes);
  }
  const found = Math.min(tree.size, latest);
  if (claim && claim.size > found) yield tooShort(claim.size, found);
  yield* stored.beyond(found);
  yield* checkBehind(db);
}

async function* leavesOf(db: Engine['db'], size: number): AsyncGenerator<LeafWithCase[]> {
  for (let from = 0; from < size;) {
    const leaves = await listLeavesWithCases(db, { from, size, limit: batch });
    yield leaves;
    from = (leaves.at(-1)?.index ?? size) + 1;
  }
}

/** The checkpoints of the database, met one after another while the tree grows. */
class StoredCheckpoints {
  readonly #rows: AsyncGenerator<CheckpointRow, void>;
  readonly #trusted: readonly string[];
  #next: CheckpointRow | undefined;
  #previous: CheckpointRow | undefined;
  #isStarted = false;

  constructor(db: Engine['db'], trusted: readonly string[]) {
    this.#rows = checkpointsOf(db);
    this.#trusted = trusted;
  }

  /** What is wrong with those of the tree as it is now. */
  async *upTo(tree: GrowingTree): AsyncGenerator<LogDifference> {
    for await (const row of this.#take(tree.size)) {
      const root = Buffer.from(row.rootHash, 'base64');
      yield* checkRoot(tree, { size: row.size, root });
      yield* this.#check(row);
    }
  }

  /** What is wrong with those of a larger tree than there is. */
  async *beyond(found: number): AsyncGenerator<LogDifference> {
    for await (const row of this.#take(Infinity)) {
      yield* this.#check(row);
      yield tooShort(row.size, found);
    }
  }

  async *#take(size: number): AsyncGenerator<CheckpointRow> {
    if (!this.#isStarted) await this.#advance();
    for (let row = this.#next; row && row.size <= size; row = this.#next) {
      yield row;
      this.#previous = row;
      await this.#advance();
    }
  }

  async #advance(): Promise<void> {
    this.#isStarted = true;
    const row = await this.#rows.next();
    this.#next = row.done ? undefined : row.value;
  }

  /** Whether one is signed, says what stands beside it, and follows the one that it says. */
  *#check(row: CheckpointRow): Generator<LogDifference> {
    const { size, note } = row;
    yield* checkSigner(size, note, this.#trusted);
    const head = readSigned(note, this.#trusted)?.head;
    if (!head) return;
    if (head.size !== size) yield { check: 'size', size, expected: head.size, found: size };
    const root = Buffer.from(row.rootHash, 'base64');
    if (!head.root.equals(root)) yield rootDiffers(size, head.root, root);
    const [at, previous] = head.extensions ?? [];
    // those of versions before said neither
    if (at === undefined || previous === undefined) return;
    const [foundAt, foundPrevious] = extensionsOf(row.at, this.#previous);
    if (at !== foundAt) yield { check: 'time', size, expected: at, found: foundAt };
    if (previous !== foundPrevious)
      yield { check: 'previous', size, expected: previous, found: foundPrevious };
  }
}

async function* checkpointsOf(db: Engine['db']): AsyncGenerator<CheckpointRow, void> {
  for (let after = -1; ;) {
    const rows = await listCheckpointsAfter(db, { after, limit: batch });
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.size;
  }
}

/** Whether one of the keys signed the note. */
function* checkSigner(
  size: number,
  note: string,
  trusted: readonly string[],
): Generator<LogDifference> {
  const signed = readSigned(note, trusted);
  const place = { size, expected: trusted, found: note };
  if (!signed) yield { check: 'signature', ...place };
  else if (signed.signedBy === null) yield { check: 'signer', ...place };
}

function* checkRoot(tree: GrowingTree, claim: TreeHead): Generator<LogDifference> {
  if (claim.size !== tree.size) return;
  const root = tree.root();
  if (!root.equals(claim.root)) yield rootDiffers(claim.size, claim.root, root);
}

const tooShort = (size: number, found: number): LogDifference => ({
  check: 'size',
  size,
  expected: size,
  found,
});

const rootDiffers = (size: number, expected: Buffer, found: Buffer): LogDifference => ({
  check: 'root',
  size,
  expected: expected.toString('base64'),
  found: found.toString('base64'),
});

/** Whether the subtrees are stored as the leaves make them. Inclusion and consistency are proved from these. */
async function* checkNodes(
  db: Engine['db'],
  nodes: readonly TreeNode[],
): AsyncGenerator<LogDifference> {
  const key = ({ level, index }: TreeNode) => `${level}/${index}`;
  const stored = new Map((await findNodes(db, nodes)).map((node) => [key(node), node.hash]));
  for (const node of nodes) {
    const { level, index, hash } = node;
    const found = stored.get(key(node));
    if (found?.equals(hash)) continue;
    const [expected, other] = [hash.toString('base64'), found?.toString('base64') ?? null];
    yield { check: 'node', level, index, expected, found: other };
  }
}

/** What stands behind the latest checkpoint, and is the server's no more than a change before it: the first of it. */
async function* checkBehind(db: Engine['db']): AsyncGenerator<LogDifference> {
  for (const { index, caseId, seq, hash } of await listLeavesBehind(db, batch))
    yield { check: 'leaf', index, caseId, seq, expected: null, found: hash };
  for (const { level, index, hash } of await listNodesBehind(db, batch))
    yield { check: 'node', level, index, expected: null, found: hash.toString('base64') };
}

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
  const signed = readSigned(inclusion.checkpoint, [verifierKey]);
  const { index, caseId, seq, hash } = inclusion.leaf;
  const path = inclusion.path.map((sibling) => Buffer.from(sibling, 'base64'));
  const leaf = { index, hash: headLeafHash({ caseId, seq, hash }) };
  return signed?.signedBy === verifierKey && verifyInclusion(leaf, signed.head, path);
}
