import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codename } from '../../src/engine/step/codename.ts';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a codename is two plain words', () => {
  fc.assert(
    fc.property(fraction, fraction, (first, second) => {
      expect(codename(from(first, second))).toMatch(/^[a-z]+-[a-z]+$/);
    }),
  );
});

test('a codename depends on nothing but the random numbers', () => {
  expect(codename(from(0.3, 0.7))).toBe(codename(from(0.3, 0.7)));
  expect(codename(from(0.3, 0.7))).not.toBe(codename(from(0.3, 0.2)));
  expect(codename(from(0.3, 0.7))).not.toBe(codename(from(0.2, 0.7)));
});

test('there are enough codenames, and none is likelier than another', () => {
  const [adjectives, nouns] = [frequencies(0), frequencies(1)];
  expect(adjectives.length * nouns.length).toBeGreaterThan(20_000);
  for (const counts of [adjectives, nouns]) {
    // A word that is listed twice would come up twice as often.
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

test('a broken source of randomness is noticed', () => {
  expect(() => codename(() => 1)).toThrow(RangeError);
  expect(() => codename(() => Number.NaN)).toThrow(RangeError);
});

/** How often each word at a place comes up, over evenly spaced random numbers. */
function frequencies(place: 0 | 1): number[] {
  const counts = new Map<string, number>();
  for (let i = 0; i < 10_000; i += 1) {
    const word = codename(() => i / 10_000).split('-')[place] ?? '';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts.values()];
}

function from(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}
