/** Judging the proofs of a Merkle log, as RFC 9162 words it: step by step, with nothing but hashes. */
import { nodeHash, rootOf } from './merkle.ts';

/** Proofs come from outside: half a leaf has no place in a tree. */
const isCount = (n: number) => Number.isSafeInteger(n) && n >= 0;
const isOdd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

/**
 * Whether `path` proves that the tree with this root holds the leaf at `index` (RFC 9162, 2.1.3.2).
 * A root says nothing of its tree's size: take both from one signed checkpoint.
 */
export function verifyInclusion(
  leaf: { readonly hash: Buffer; readonly index: number },
  tree: { readonly size: number; readonly root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (!isCount(leaf.index) || !isCount(tree.size) || leaf.index >= tree.size) return false;
  let [fn, sn, r] = [leaf.index, tree.size - 1, leaf.hash];
  for (const p of path) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      r = nodeHash(p, r);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = nodeHash(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && r.equals(tree.root);
}

/** Whether `path` proves that the one tree begins with the other (RFC 9162, 2.1.4.2). */
export function verifyConsistency(
  from: { readonly size: number; readonly root: Buffer },
  to: { readonly size: number; readonly root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size > to.size) return false;
  // The RFC leaves these two out: nothing is to be proved where they hold.
  if (from.size === 0) return path.length === 0 && from.root.equals(rootOf([]));
  if (from.size === to.size) return path.length === 0 && from.root.equals(to.root);

  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...path] : path;
  // Where the older tree is a subtree of the newer, the path is never empty: something came after it.
  if (first === undefined || path.length === 0) return false;
  let [fn, sn] = [from.size - 1, to.size - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [first, first];
  for (const c of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && fr.equals(from.root) && sr.equals(to.root);
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));
