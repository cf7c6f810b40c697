import { expect, test } from 'vitest';
import fc from 'fast-check';
import { isStreamSafe } from '../../machines/events/stream-safe.ts';

/** The same, letter by letter. */
function counted(text: string): boolean {
  let marks = 0;
  for (const letter of text) {
    marks = /[\p{M}\uFF9E\uFF9F]/u.test(letter) ? marks + 1 : 0;
    if (marks > 30) return false;
  }
  return true;
}

// marks of one and of two code units, and one of half-width kana
const row = fc.string({
  unit: fc.constantFrom('\u0301', '\u0323', '\u{1D165}', '\uFF9E'),
  minLength: 27,
  maxLength: 34,
});
const letters = fc.string({ unit: fc.constantFrom('a', '👩', 'क'), maxLength: 40 });

test('a text with too many marks on a letter is found, wherever that stands in it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(letters, row), { maxLength: 4 }), letters, (parts, end) => {
      const text = parts.flat().join('') + end;
      expect(isStreamSafe(text)).toBe(counted(text));
    }),
  );
});

test('it takes no longer than the text is', () => {
  const start = performance.now();
  expect(isStreamSafe(`a${'\u0301'.repeat(30)}`.repeat(10_000))).toBe(true);
  expect(isStreamSafe(`a${'\u0301'.repeat(100_000)}`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});
