/**
 * The Merkle tree of an append-only log (RFC 9162, section 2.1, which hashes as RFC 6962 does). All
 * hashes are SHA-256, 32 bytes. Sizes and indices may exceed 2^31, so there is no bitwise arithmetic.
 */
import { createHash } from 'node:crypto';

/** A complete subtree: at `level` l, number `index`, it covers the leaves from index · 2^l on. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends Subtree {
  readonly hash: Buffer;
}

/** Brings the hashes of complete subtrees, in any order. */
export type NodeReader = (subtrees: readonly Subtree[]) => Promise<readonly TreeNode[]>;

// RFC 9162, 2.1.1: different prefixes, or a node could pass for a leaf (second preimage).
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The hash of a leaf that holds `data`. */
export const leafHash = (data: Uint8Array): Buffer => sha256(LEAF, data);

/** The hash of a node over its two children's. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** A tree that grows by its right edge: it keeps its largest complete subtrees and no more. */
export class GrowingTree {
  readonly #peaks: TreeNode[];

  /** @param peaks the largest complete subtrees of the tree so far, from left to right */
  constructor(peaks: readonly TreeNode[] = []) {
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#peaks.reduce((size, { level }) => size + 2 ** level, 0);
  }

  /** Appends a leaf by its hash. Returns the subtrees that it completes, the leaf itself the first. */
  add(hash: Buffer): TreeNode[] {
    let node: TreeNode = { level: 0, index: this.size, hash };
    const completed = [node];
    for (;;) {
      const left = this.#peaks.at(-1);
      if (left?.level !== node.level) break;
      this.#peaks.pop();
      node = {
        level: node.level + 1,
        index: left.index / 2,
        hash: nodeHash(left.hash, node.hash),
      };
      completed.push(node);
    }
    this.#peaks.push(node);
    return completed;
  }

  /** The hash of the whole tree; of an empty one it is that of nothing (RFC 9162, 2.1.1). */
  root(): Buffer {
    return fold(this.#peaks) ?? sha256();
  }
}

/** The root over the hashes of all leaves, in order. */
export function rootOf(leafHashes: Iterable<Buffer>): Buffer {
  const tree = new GrowingTree();
  for (const hash of leafHashes) tree.add(hash);
  return tree.root();
}

/** Subtrees of falling size, put together from the right: that is how RFC 9162 splits. */
const fold = (nodes: readonly TreeNode[]): Buffer | undefined =>
  nodes
    .map(({ hash }) => hash)
    .reduceRight<Buffer | undefined>(
      (right, left) => (right ? nodeHash(left, right) : left),
      undefined,
    );

/** Leaves from the first number on, up to but not including the second. */
type Range = readonly [begin: number, end: number];

/** The largest power of two that is smaller than n (n > 1). */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/**
 * The largest complete subtrees of the leaves before `size`, from left to right; with `begin`, of
 * those from there on, where `begin` is a place at which a proof splits the tree.
 */
export function subtreesOf(size: number, begin = 0): Subtree[] {
  const found: Subtree[] = [];
  for (let at = begin; at < size;) {
    let level = 0;
    while (2 ** (level + 1) <= size - at) level += 1;
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/**
 * The inclusion proof of a leaf: the hashes from its sibling up (RFC 9162, 2.1.3.1).
 *
 * @throws RangeError where the tree has no such leaf, or `read` does not bring a subtree
 */
export async function inclusionPath(
  index: number,
  size: number,
  read: NodeReader,
): Promise<Buffer[]> {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size))
    throw new RangeError('no such leaf');
  const siblings = ([begin, end]: Range): Range[] => {
    if (end - begin === 1) return [];
    const split = begin + splitOf(end - begin);
    return index < split
      ? [...siblings([begin, split]), [split, end]]
      : [...siblings([split, end]), [begin, split]];
  };
  return hashesOf(siblings([0, size]), read);
}

/**
 * The proof that a tree of `to` leaves begins with the one of `from` leaves (RFC 9162, 2.1.4.1). It
 * is empty for the same size, and for the empty tree, with which every tree begins.
 *
 * @throws RangeError where `from` is larger than `to`, or `read` does not bring a subtree
 */
export async function consistencyPath(
  from: number,
  to: number,
  read: NodeReader,
): Promise<Buffer[]> {
  if (!(Number.isSafeInteger(from) && from >= 0 && from <= to))
    throw new RangeError('no such tree');
  const subproof = ([begin, end]: Range, known: boolean): Range[] => {
    if (from === end) return known ? [] : [[begin, end]];
    const split = begin + splitOf(end - begin);
    return from <= split
      ? [...subproof([begin, split], known), [split, end]]
      : [...subproof([split, end], false), [begin, split]];
  };
  return from === 0 ? [] : hashesOf(subproof([0, to], true), read);
}

/** The hash of each range, all of whose subtrees are read at once. */
async function hashesOf(ranges: readonly Range[], read: NodeReader): Promise<Buffer[]> {
  const parts = ranges.map(([begin, end]) => subtreesOf(end, begin));
  const key = ({ level, index }: Subtree) => `${level}/${index}`;
  const nodes = new Map((await read(parts.flat())).map((node) => [key(node), node]));
  return parts.map((subtrees) => {
    const hash = fold(subtrees.flatMap((subtree) => nodes.get(key(subtree)) ?? missing(subtree)));
    return hash ?? missing({ level: 0, index: 0 });
  });
}

function missing({ level, index }: Subtree): never {
  throw new RangeError(`the tree lacks the subtree ${index} at level ${level}`);
}
