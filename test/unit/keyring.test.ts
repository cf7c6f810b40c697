import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { SealBroken } from '../../src/crypto/sealing.ts';

const newKey = () => randomBytes(32);

describe('a keyring', () => {
  const [current, previous] = [newKey(), newKey()];
  const both = keyringOf(current, previous);
  const dataKey = newKey();

  test('opens what either master key wrapped, for the case that it was wrapped for', async () => {
    for (const ring of [keyringOf(current), keyringOf(previous)]) {
      const wrapped = await ring.wrap(dataKey, 'case-1');
      expect(await both.unwrap(wrapped, 'case-1')).toEqual(dataKey);
      await expect(both.unwrap(wrapped, 'case-2')).rejects.toThrow(SealBroken);
    }
    const stranger = await keyringOf(newKey()).wrap(dataKey, 'case-1');
    await expect(both.unwrap(stranger, 'case-1')).rejects.toThrow(SealBroken);
  });

  test('wraps with the current one', async () => {
    const wrapped = await both.wrap(dataKey, 'case-1');
    expect(await keyringOf(current).unwrap(wrapped, 'case-1')).toEqual(dataKey);
    await expect(keyringOf(previous).unwrap(wrapped, 'case-1')).rejects.toThrow(SealBroken);
  });

  test('rewraps what is under another, and nothing else', async () => {
    const old = await keyringOf(previous).wrap(dataKey, 'case-1');
    const renewed = await both.rewrap(old, 'case-1');
    expect(await keyringOf(current).unwrap(renewed ?? old, 'case-1')).toEqual(dataKey);
    expect(await both.rewrap(renewed ?? old, 'case-1')).toBeNull();
    await expect(both.rewrap(old, 'case-2')).rejects.toThrow(SealBroken);
  });

  test('derives a key for each purpose from each master key, the current one first', () => {
    const [one, two, ...more] = both.derive('digests');
    expect([one, two]).toEqual([
      ...keyringOf(current).derive('digests'),
      ...keyringOf(previous).derive('digests'),
    ]);
    expect(more).toEqual([]);
    expect(new Set([one, two, ...both.derive('case-id')].map(String)).size).toBe(4);
  });
});
