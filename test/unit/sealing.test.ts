import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deriveKey,
  newDataKey,
  seal,
  SealBroken,
  unseal,
  unwrapKey,
  wrapKey,
} from '../../src/crypto/sealing.ts';

const key = newDataKey();
const place = { caseId: 'case-1', seq: 4, part: 'content' };

describe('confidential content', () => {
  test('comes back as it was sealed, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string(),
        fc.nat(),
        fc.string(),
        (value, caseId, seq, part) => {
          const sealed = seal(key, { caseId, seq, part }, value);
          const opened = unseal(key, { caseId, seq, part }, sealed);
          // As JSON, because JSON has no negative zero.
          expect(opened).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  test('is refused when any bit was changed', () => {
    const sealed = seal(key, place, { name: 'Robin Quill' });
    for (let i = 0; i < sealed.length * 8; i += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(i >> 3) ^ (1 << (i & 7)), i >> 3);
      expect(() => unseal(key, place, changed)).toThrow(SealBroken);
    }
  });

  test('is refused when bytes are missing or added', () => {
    const sealed = seal(key, place, 'text');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => unseal(key, place, sealed.subarray(0, length))).toThrow(SealBroken);
    }
    expect(() => unseal(key, place, Buffer.concat([sealed, Buffer.of(0)]))).toThrow(SealBroken);
  });

  test.each([
    ['another case', { ...place, caseId: 'case-2' }],
    ['another entry', { ...place, seq: 5 }],
    ['another part', { ...place, part: 'identity:reporter' }],
    ['another purpose', { caseId: 'case-1', purpose: '4' }],
    ['a case whose id holds the rest', { ...place, caseId: 'case-1","seq":4,"' }],
    ['a part whose name holds the rest', { ...place, part: 'content","seq":4' }],
  ])('does not open in %s', (_, elsewhere) => {
    const sealed = seal(key, place, 'text');
    expect(() => unseal(key, elsewhere, sealed)).toThrow(SealBroken);
  });

  test('does not open under another key', () => {
    const sealed = seal(key, place, 'text');
    expect(() => unseal(newDataKey(), place, sealed)).toThrow(SealBroken);
  });

  test('is sealed differently each time, and shows nothing of itself', () => {
    const [one, two] = [seal(key, place, 'Robin Quill'), seal(key, place, 'Robin Quill')];
    expect(one.equals(two)).toBe(false);
    expect(one.includes('Robin')).toBe(false);
  });

  test('does not depend on the order in which its place is written', () => {
    const sealed = seal(key, { part: 'content', seq: 4, caseId: 'case-1' }, 'text');
    expect(unseal(key, place, sealed)).toBe('text');
  });

  test('cannot be nothing', () => {
    expect(() => seal(key, place, undefined)).toThrow(TypeError);
  });

  test('is not quoted by the error', () => {
    // Bytes that authenticate but are no JSON: a wrapped key is sealed in the same way.
    const wrapped = wrapKey(key, Buffer.alloc(32, 'Quill'), 'case-1');
    const failure = caught(() => unseal(key, { caseId: 'case-1', purpose: 'data-key' }, wrapped));
    expect(failure).toBeInstanceOf(SealBroken);
    expect(failure.name).toBe('SealBroken');
    expect(failure.message).not.toContain('Quill');
    expect(failure.cause).toBeUndefined();
  });
});

describe("a case's data key", () => {
  const master = newDataKey();
  const wrapped = wrapKey(master, key, 'case-1');

  test('is wrapped by the master key', () => {
    expect(unwrapKey(master, wrapped, 'case-1').equals(key)).toBe(true);
    expect(wrapped.includes(key)).toBe(false);
    expect(wrapped[0]).toBe(1);
  });

  test('is refused in another case, under another master key, and in another format', () => {
    expect(() => unwrapKey(master, wrapped, 'case-2')).toThrow(SealBroken);
    expect(() => unwrapKey(newDataKey(), wrapped, 'case-1')).toThrow(SealBroken);
    const changed = Buffer.from(wrapped);
    changed.writeUInt8(2, 0);
    expect(() => unwrapKey(master, changed, 'case-1')).toThrow(SealBroken);
  });

  test('is another for every case, and has 32 bytes', () => {
    expect(newDataKey()).toHaveLength(32);
    expect(newDataKey().equals(newDataKey())).toBe(false);
    expect(() => wrapKey(master, Buffer.alloc(16), 'case-1')).toThrow(RangeError);
    expect(() => seal(Buffer.alloc(16), place, 'text')).toThrow(RangeError);
  });
});

test('derived keys are the same each time, and one per purpose and master key', () => {
  const master = Buffer.alloc(32, 7);
  // Extract and expand (RFC 5869, section 2) worked out with HMAC alone.
  expect(deriveKey(master, 'people').toString('hex')).toBe(
    'fdd420225ae5ac22f77e7aad9e64c472bde39c3a7001485199452886178767c3',
  );
  expect(deriveKey(master, 'people').equals(deriveKey(master, 'answers'))).toBe(false);
  expect(deriveKey(master, 'people').equals(deriveKey(Buffer.alloc(32, 8), 'people'))).toBe(false);
});

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
