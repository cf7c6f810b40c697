import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import canonicalize from 'canonicalize';
import {
  canonicalHash,
  canonicalJson,
  GENESIS_HASH,
  hashEntry,
  sha256Hex,
  storedJson,
} from '../../src/crypto/chain.ts';
import type { EntryBody } from '../../src/crypto/chain.ts';
import { hashToken, newToken } from '../../src/crypto/tokens.ts';

const entry: EntryBody = {
  caseId: 'c1',
  seq: 2,
  outcome: 'accepted',
  type: 'intake.thankReporter',
  facts: { screening: { identifies: [] } },
  parts: {},
  by: { person: 'cleo', roles: ['responder'] },
  at: '2026-05-01T12:00:00.000Z',
  version: 2,
  stages: { intake: 'receiving' },
  snapshotHash: 'aa',
  violations: [],
  machine: { id: 'case', version: '1' },
  previousHash: GENESIS_HASH,
};

describe('the canonical hash', () => {
  test('is SHA-256 in lowercase hex, over RFC 8785', () => {
    // FIPS 180-4: the digest of "abc"; RFC 8785, section 3.2.3: keys by UTF-16 code units.
    expect(sha256Hex(Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const text = '{"\\r":"Carriage Return","1":1e+30,"é":[true,null],"😀":"","\uFB33":{}}';
    const value = { '\uFB33': {}, '😀': '', é: [true, null], '1': 1e30, '\r': 'Carriage Return' };
    expect(canonicalHash(value)).toBe(sha256Hex(Buffer.from(text)));
  });

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalHash(reversed)).toBe(canonicalHash({ ...value }));
      }),
    );
  });

  test('is over what a library of RFC 8785 writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
        expect(storedJson({ value, nothing: undefined })).toBe(canonicalize({ value }));
      }),
    );
  });

  test('tells different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        expect(canonicalHash(one) === canonicalHash(two)).toBe(
          isDeepStrictEqual(...zeroed(one, two)),
        );
      }),
    );
    const [text, number] = [canonicalHash('1'), canonicalHash(1)];
    expect(text).not.toBe(number);
    expect(canonicalHash({ a: null })).not.toBe(canonicalHash({}));
    expect(canonicalHash([])).not.toBe(canonicalHash({}));
    expect(canonicalHash([1, [2]])).not.toBe(canonicalHash([[1], 2]));
  });

  test.each([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['an undefined item', [undefined]],
    ['a hole', Array.from({ length: 1 }).concat(Array(1))],
    ['a function', { a: () => 1 }],
    ['a symbol', [Symbol('a')]],
    ['a symbol as key', { [Symbol('a')]: 1 }],
    ['a big integer', { a: 1n }],
    ['NaN', { a: { b: Number.NaN } }],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['something that converts itself', { toJSON: () => 'x' }],
    ['a boxed string', Object('text')],
    ['a lone surrogate', ['\uD800']],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalHash(value)).toThrow(Error);
  });

  test('refuses a value that contains itself', () => {
    const value: Record<string, unknown> = {};
    value['self'] = value;
    expect(() => canonicalHash(value)).toThrow(Error);
  });
});

describe('the hash of an entry', () => {
  const others = {
    caseId: 'c2',
    seq: 3,
    outcome: 'refused',
    type: 'intake.reportToLeads',
    facts: { screening: { identifies: ['reporter'] } },
    parts: { content: 'bb' },
    by: null,
    at: '2026-05-01T12:00:00.001Z',
    version: 1,
    stages: { intake: 'recorded' },
    snapshotHash: 'ab',
    violations: [{ rule: 'no-identities-in-public' }],
    machine: { id: 'case', version: '2' },
    previousHash: 'f'.repeat(64),
  } satisfies EntryBody;

  test.each(Object.entries(others))('changes with its %s', (field, value) => {
    expect(hashEntry({ ...entry, [field]: value })).not.toBe(hashEntry(entry));
  });

  test.each(Object.keys(others))('is refused without its %s', (field) => {
    expect(() => hashEntry({ ...entry, [field]: undefined })).toThrow(TypeError);
  });

  test('is the hash of the whole body and of nothing else', () => {
    expect(hashEntry(entry)).toBe(canonicalHash(entry));
    const stored = { ...entry, hash: 'stored' };
    expect(hashEntry(stored)).toBe(hashEntry(entry));
  });

  test('binds every entry before it', () => {
    const second = (first: EntryBody) => hashEntry({ ...entry, previousHash: hashEntry(first) });
    expect(second({ ...entry, type: 'case.open' })).not.toBe(second(entry));
  });

  test('begins at 64 zeros', () => {
    expect(GENESIS_HASH).toMatch(/^0{64}$/);
  });
});

describe('a token', () => {
  test('is recognisable, has 256 random bits, and is never the same', () => {
    expect(newToken()).toMatch(/^rcs_[\w-]{43}$/);
    expect(new Set(Array.from({ length: 100 }, newToken)).size).toBe(100);
  });

  test('is stored as its SHA-256', () => {
    expect(hashToken('abc').toString('hex')).toBe(sha256Hex(Buffer.from('abc')));
  });
});

/** Values as JSON writes them, which has no negative zero. */
function zeroed(...values: [unknown, unknown]): [unknown, unknown] {
  return JSON.parse(JSON.stringify(values)) as [unknown, unknown];
}
