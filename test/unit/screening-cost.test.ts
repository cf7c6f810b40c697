import { afterEach, describe, expect, test, vi } from 'vitest';
import { clip, normal } from '../../src/engine/confidential/reading.ts';
import { identify, identifyAmong } from '../../src/engine/confidential/screening.ts';
import type { Identifiable } from '../../src/engine/confidential/screening.ts';

// One character that stands for eighteen, with spaces among them.
const EXPANDING = '\uFDFA';
const letters = Array.from('王国小明红色外套天地玄黄宇宙洪荒日');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what is read of a person', () => {
  test.each<[string, keyof Identifiable, number]>([
    ['a name', 'names', 2_000],
    ['a contact', 'contacts', 2_000],
    ['a badge', 'badges', 2_000],
    ['a description', 'descriptions', 20_000],
  ])('of %s is its beginning', (_, field, limit) => {
    const filler = 'a, '.repeat(limit).slice(0, limit - 6);
    expect(identify('badge zork9', [person({ [field]: [`${filler}zork9`] })])).toEqual([
      'reporter',
    ]);
    expect(identify('badge zork9', [person({ [field]: [`${filler}  , zork9`] })])).toEqual([]);
  });

  test('is bounded once compatibility forms are resolved', () => {
    expect(clip('Zork'.repeat(500), 2_000)).toHaveLength(2_000);
    expect(clip(EXPANDING.repeat(19_000), 2_000)).toHaveLength(2_000);
    expect(clip('Ｚｏｒｋ', 2_000)).toBe('Ｚｏｒｋ');
    const name = EXPANDING.repeat(19_000);
    const read = normalised(() => identify('', [person({ names: [name] })]));
    expect(read).toBeGreaterThan(2_000);
    expect(read).toBeLessThan(50_000);
  });

  test('of marks heaped on a letter is thirty, in no more time than there are marks', () => {
    const start = performance.now();
    const heap = `a${'\u0301\u0323'.repeat(100_000)}`;
    expect(normal(heap, 'NFKD').length).toBe(31);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(normal('Zo\u0308e\u0301', 'NFC')).toBe('Zöé');
  });

  test('is read once however many people share it', () => {
    const known = { names: ['Zork May'], descriptions: ['tall, a green hat'] };
    const one = normalised(() => identify('Nothing.', [person(known)]));
    const crowd = Array.from({ length: 1_000 }, (_, i) => person({ ...known, ref: `other-${i}` }));
    expect(normalised(() => identify('Nothing.', crowd))).toBe(one);
    expect(identify('Zork', crowd)).toHaveLength(1_000);
  });

  test('in a script without spaces is found by its first 64 letters', () => {
    const names = ['明'.repeat(63) + letters.join('')];
    expect(identify(`说${'明'.repeat(63)}王`, [person({ names })])).toEqual(['reporter']);
    expect(identify(`说${'明'.repeat(63)}小`, [person({ names })])).toEqual([]);
  });
});

describe('parts of a name', () => {
  test('that it has twice keep each other company, those it has once do not', () => {
    expect(identify('may may', [person({ names: ['May Will May'] })])).toEqual(['reporter']);
    expect(identify('may may', [person({ names: ['May Will'] })])).toEqual([]);
    expect(identify('as M. May said', [person({ names: ['May Mark'] })])).toEqual(['reporter']);
    expect(identify('as M. May said', [person({ names: ['May Will'] })])).toEqual([]);
  });
});

describe('the time of a screening', () => {
  const triples = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  const words = Array.from({ length: 58 }, (_, i) => `q${i.toString(36)}`);
  const pairs = words.flatMap((a) => words.map((b) => `${a} ${b}`));
  const apart = Array.from({ length: 4_000 }, (_, i) => words[(i * 7) % 58]).join(' zz ');
  const numbers = Array.from({ length: 200 }, (_, i) => String(7_654_321 + i));

  // Each took seconds, up to thirteen, or would without the limits; now some ten milliseconds.
  test.each<[string, string, Partial<Identifiable>]>([
    ['common words', 'may zq '.repeat(2_800), { names: ['may '.repeat(5_000)] }],
    ['an expanding name', 'may zq '.repeat(2_800), { names: [EXPANDING.repeat(19_000)] }],
    ['expanding phrases', apart, { descriptions: [`${EXPANDING}\n`.repeat(10_000)] }],
    ['phrases of its words', apart, { descriptions: fields(pairs.join('\n')) }],
    ['its letters', letters.slice(1).join('').repeat(1_200), { names: fields(triples.join(' ')) }],
    ['one letter', '国'.repeat(20_000), { descriptions: fields(`王${'国'.repeat(19_000)}`) }],
    ['its numbers', '1234567 x '.repeat(2_000), { contacts: fields(numbers.join(' x ')) }],
    ['handles', 'a@ '.repeat(6_600), { contacts: fields(numbers.map((n) => `@a@${n}`).join(' ')) }],
    ['marks', '1 '.repeat(10_000), { badges: fields('1 '.repeat(1_000)) }],
    ['spelled letters', 'a '.repeat(10_000), { names: fields(`${'a'.repeat(62)}b`) }],
  ])('is short for %s', (_, text, known) => {
    const start = performance.now();
    identify(text, [person(known)]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('the screening of a whole case', () => {
  test('finds what each text shows, in the order of texts and people, once', async () => {
    const people = [
      person({ ref: 'reporter', names: ['Robin Quill'] }),
      person({ ref: 'reported-1', names: ['Morgan Vale'] }),
      person({ ref: 'reported-1', contacts: ['@movale'] }),
    ];
    const texts = ['Ask movale.', 'Ask Quill or Morgan.', 'Ask movale.'];
    expect(await identifyAmong(texts, people)).toEqual(['reported-1', 'reporter']);
    expect(await identifyAmong([], people)).toEqual([]);
  });

  test('lets others have their turn', async () => {
    const people = Array.from({ length: 20 }, (_, i) =>
      person({
        descriptions: fields(Array.from({ length: 2_000 }, (__, n) => `q${i} ${n}`).join('\n')),
      }),
    );
    let [turns, screened] = [0, false];
    const count = () => {
      turns++;
      if (!screened) setImmediate(count);
    };
    setImmediate(count);
    await identifyAmong(['may zq '.repeat(2_800)], people);
    screened = true;
    expect(turns).toBeGreaterThan(2);
  });
});

/** How many characters are normalised meanwhile: whatever is read is normalised first. */
function normalised(work: () => unknown): number {
  const spy = vi.spyOn(String.prototype, 'normalize');
  work();
  const total = spy.mock.contexts.reduce<number>((sum, text) => sum + String(text).length, 0);
  spy.mockRestore();
  return total;
}

/** Five fields that differ, so that each is read. */
function fields(text: string): string[] {
  return Array.from({ length: 5 }, (_, i) => `${i}\n${text}`.slice(0, 20_000));
}

function person(known: Partial<Identifiable>): Identifiable {
  return { ref: 'reporter', names: [], contacts: [], badges: [], descriptions: [], ...known };
}
