/** Names that were taken away are still kept out of texts, by keyed hashes alone. */
import { describe, expect, test } from 'vitest';
import { identifyRemoved, removedNamesOf } from '../../src/engine/confidential/removed-names.ts';

const key = Buffer.alloc(32, 1);
type Words = Readonly<Record<string, string>>;
const found = (words: Words, text: string) =>
  identifyRemoved([text], key, removedNamesOf(key, [{ ref: 'reporter', words }])).length > 0;

describe('a removed name is found', () => {
  test.each<[Words, string]>([
    [{ name: 'Robin Quillfeather' }, 'quillfeather'],
    [{ name: 'Robin Quillfeather' }, 'We thank QUILLFEATHER, again.'],
    [{ name: 'Núñez' }, 'Nunez was there.'],
    [{ name: 'Jürgen Müller' }, 'Juergen Mueller'],
    [{ name: 'Grace May' }, 'Grace May spoke.'],
    [{ name: 'Grace May' }, 'May, Grace'],
    [{ name: 'Grace May' }, '#GraceMay'],
    [{ contact: 'quillfeather@post.example' }, 'Ask quillfeather.'],
    [{ contact: 'info@quill.example' }, 'Write to info@quill.example.'],
    [{ contact: '@quillfeather' }, 'Follow @quillfeather'],
    [{ contact: '+1 617 555 0123' }, 'Call (617) 555-0123.'],
    [{ contact: '+1 617 555 0123' }, 'Call 0016175550123.'],
    [{ badge: 'A-117' }, 'Badge A117'],
    [{ badge: 'Speaker 14' }, 'speaker 14, please'],
  ])('%j in %j', (words, text) => {
    expect(found(words, text)).toBe(true);
  });
});

describe('nothing is found', () => {
  test.each<[Words, string]>([
    [{ name: 'Robin Quillfeather' }, 'A quill, a feather.'],
    [{ name: 'Grace May' }, 'You may ask for grace.'],
    [{ name: 'Will So' }, 'Will she? So be it.'],
    [{ contact: 'robin@python.example' }, 'Write to conduct@python.example.'],
    [{ contact: '+1 617 555 0123' }, 'Room 617, seat 0123, at 5:55.'],
    [{ badge: 'Speaker 14' }, 'The speaker begins at 14:00 in room 14.'],
    [{ badge: '14' }, 'At 14 o’clock.'],
    [{}, 'Anything.'],
    [{ name: 'Quillfeather' }, ''],
  ])('of %j in %j', (words, text) => {
    expect(found(words, text)).toBe(false);
  });

  test('under the key of another case', () => {
    const removed = removedNamesOf(key, [{ ref: 'reporter', words: { name: 'Quillfeather' } }]);
    expect(identifyRemoved(['Quillfeather'], Buffer.alloc(32, 2), removed)).toEqual([]);
  });
});

test('everybody who bore the name is found by it', () => {
  const identities = ['reporter', 'other-1'].map((ref) => ({
    ref,
    words: { name: 'Quillfeather' },
  }));
  const removed = removedNamesOf(key, identities);
  expect(identifyRemoved(['Quillfeather'], key, removed)).toEqual(['reporter', 'other-1']);
});

test('a name stands nowhere in what is kept of it', () => {
  const [one] = removedNamesOf(key, [{ ref: 'reporter', words: { name: 'Quillfeather' } }]);
  expect(one?.digest).toHaveLength(32);
  expect(one?.digest.toString('latin1').toLowerCase()).not.toContain('quill');
});

test('is found at the very end of the longest text that there may be', () => {
  const text = `${'👩 '.repeat(9_990)} quillfeather`;
  expect(found({ name: 'Quillfeather' }, text)).toBe(true);
});

test('takes a moment, whatever a text says', () => {
  const removed = removedNamesOf(key, [{ ref: 'reporter', words: { name: 'Quillfeather' } }]);
  const text = Array.from({ length: 6_000 }, (_, i) => i.toString(36))
    .join(' ')
    .slice(0, 20_000);
  const begin = performance.now();
  identifyRemoved([text], key, removed);
  expect(performance.now() - begin).toBeLessThan(3_000);
});
