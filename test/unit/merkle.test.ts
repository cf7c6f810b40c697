import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyPath,
  GrowingTree,
  inclusionPath,
  leafHash,
  nodeHash,
  rootOf,
  subtreesOf,
  type NodeReader,
  type TreeNode,
} from '../../src/crypto/merkle.ts';
import { verifyConsistency, verifyInclusion } from '../../src/crypto/merkle-proof.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** The leaves of Certificate Transparency's reference tests (RFC 6962), and their roots by size. */
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(bytes(hex)));
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** A tree that keeps all of its complete subtrees, as the database does. */
function grown(hashes: readonly Buffer[]) {
  const tree = new GrowingTree();
  const nodes = hashes.flatMap((hash) => tree.add(hash));
  const read: NodeReader = async (wanted) =>
    nodes.filter((node) => wanted.some((w) => w.level === node.level && w.index === node.index));
  return { tree, nodes, read };
}

/** RFC 9162, 2.1.1, as it is written there. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only === undefined) return createHash('sha256').digest();
  if (hashes.length === 1) return only;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)));
}

const rootAt = (hashes: readonly Buffer[], size: number) => rootOf(hashes.slice(0, size));
const hexOf = (path: readonly Buffer[]) => path.map((hash) => hash.toString('hex'));

describe('the reference vectors of RFC 6962', () => {
  test.each(roots.map((root, size) => ({ size, root })))(
    'root of $size leaves',
    ({ size, root }) => {
      expect(rootAt(leaves, size).toString('hex')).toBe(root);
    },
  );

  test.each([
    [0, 1, []],
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
    [
      1,
      5,
      [
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('inclusion of leaf %i among %i', async (index, size, path) => {
    expect(hexOf(await inclusionPath(index, size, grown(leaves).read))).toEqual(path);
  });

  test.each([
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('consistency of %i with %i', async (from, to, path) => {
    expect(hexOf(await consistencyPath(from, to, grown(leaves).read))).toEqual(path);
  });
});

const many = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.of(i)));

describe('a growing tree', () => {
  test('has the root that RFC 9162 defines, at every size', () => {
    for (const size of many.keys()) {
      expect(rootAt(many, size)).toEqual(treeHash(many.slice(0, size)));
    }
  });

  test('goes on from its largest complete subtrees alone', () => {
    for (const size of many.keys()) {
      const { nodes } = grown(many.slice(0, size));
      const peaks = subtreesOf(size).map(({ level, index }) =>
        nodes.find((node) => node.level === level && node.index === index),
      ) as TreeNode[];
      const tree = new GrowingTree(peaks);
      expect(tree.size).toBe(size);
      for (const hash of many.slice(size)) tree.add(hash);
      expect(tree.root()).toEqual(rootOf(many));
    }
  });

  test('has places beyond 32 bits', async () => {
    const size = 2 ** 40 + 3;
    expect(subtreesOf(size)).toEqual([
      { level: 40, index: 0 },
      { level: 1, index: 2 ** 39 },
      { level: 0, index: 2 ** 40 + 2 },
    ]);
    // All leaves alike, so that every level has one hash.
    const read: NodeReader = async (wanted) =>
      wanted.map((place) => {
        let hash = leafHash(Buffer.alloc(0));
        for (let level = 0; level < place.level; level += 1) hash = nodeHash(hash, hash);
        return { ...place, hash };
      });
    const root = new GrowingTree(await read(subtreesOf(size))).root();
    const path = await inclusionPath(2 ** 40 + 1, size, read);
    const leaf = { index: 2 ** 40 + 1, hash: leafHash(Buffer.alloc(0)) };
    expect(verifyInclusion(leaf, { size, root }, path)).toBe(true);
    const from = {
      size: 2 ** 40,
      root: (await read([{ level: 40, index: 0 }]))[0]?.hash as Buffer,
    };
    const consistency = await consistencyPath(from.size, size, read);
    expect(verifyConsistency(from, { size, root }, consistency)).toBe(true);
  });

  test('proves nothing that it does not have', async () => {
    const { read } = grown(leaves);
    for (const index of [-1, 0.5, 8, Number.NaN]) {
      await expect(inclusionPath(index, 8, read)).rejects.toThrow(RangeError);
    }
    await expect(consistencyPath(9, 8, read)).rejects.toThrow(RangeError);
    await expect(inclusionPath(0, 9, read)).rejects.toThrow('lacks the subtree 8 at level 0');
  });
});

const shapes = fc
  .integer({ min: 1, max: many.length })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

const flipped = (hash: Buffer, at: number): Buffer => {
  const other = Buffer.from(hash);
  other[at % 32] = (other[at % 32] ?? 0) ^ 1;
  return other;
};

/** Every path that differs from this one in one hash, or by one hash. */
const altered = (path: readonly Buffer[], at: number): Buffer[][] => [
  ...path.map((hash, i) => path.with(i, flipped(hash, at))),
  ...path.map((_, i) => path.toSpliced(i, 1)),
  [...path, leafHash(Buffer.of(at))],
  [leafHash(Buffer.of(at)), ...path],
];

describe('an inclusion proof', () => {
  test('holds as it is, and not with anything changed', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(31), async ([size, index], at) => {
        const { tree, read } = grown(many.slice(0, size));
        const path = await inclusionPath(index, size, read);
        const hash = many[index] as Buffer;
        const root = tree.root();
        expect(verifyInclusion({ index, hash }, { size, root }, path)).toBe(true);

        const holds = [
          ...altered(path, at).map((other) =>
            verifyInclusion({ index, hash }, { size, root }, other),
          ),
          ...[...many.keys(), -1, size, 0.5]
            .filter((other) => other !== index)
            .map((other) => verifyInclusion({ index: other, hash }, { size, root }, path)),
          verifyInclusion({ index, hash: flipped(hash, at) }, { size, root }, path),
          verifyInclusion({ index, hash }, { size, root: flipped(root, at) }, path),
        ];
        expect(holds).not.toContain(true);
      }),
    );
  });
});

describe('a consistency proof', () => {
  test('holds as it is, and not with anything changed', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(31), async ([to, before], at) => {
        const from = before + 1;
        const path = await consistencyPath(from, to, grown(many).read);
        const older = { size: from, root: rootAt(many, from) };
        const newer = { size: to, root: rootAt(many, to) };
        expect(verifyConsistency(older, newer, path)).toBe(true);

        const holds = [
          ...altered(path, at).map((other) => verifyConsistency(older, newer, other)),
          verifyConsistency({ ...older, root: flipped(older.root, at) }, newer, path),
          verifyConsistency(older, { ...newer, root: flipped(newer.root, at) }, path),
          // As long a path does not reach the root of a tree that is so much larger.
          verifyConsistency(older, { ...newer, size: to * 4 }, path),
          ...[to + 1, -1, 0.5, Number.NaN].map((size) =>
            verifyConsistency({ ...older, size }, newer, path),
          ),
        ];
        expect(holds).not.toContain(true);
      }),
    );
  });

  test('every tree begins with the empty one', async () => {
    const [empty, newer] = [
      { size: 0, root: rootOf([]) },
      { size: 8, root: rootOf(leaves) },
    ];
    expect(await consistencyPath(0, 8, grown(leaves).read)).toEqual([]);
    expect(verifyConsistency(empty, newer, [])).toBe(true);
    expect(verifyConsistency({ ...empty, root: newer.root }, newer, [])).toBe(false);
    expect(verifyConsistency(empty, newer, [rootOf([])])).toBe(false);
  });

  test('no proof says that another tree of the same beginning is the same', async () => {
    const other = many.with(3, leafHash(Buffer.from('rewritten')));
    for (const from of [4, 5, 33, 64]) {
      const path = await consistencyPath(from, 70, grown(other).read);
      const [older, newer] = [
        { size: from, root: rootAt(many, from) },
        { size: 70, root: rootOf(other) },
      ];
      expect(verifyConsistency(older, newer, path)).toBe(false);
    }
  });
});
