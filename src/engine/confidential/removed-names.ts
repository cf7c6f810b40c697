/**
 * Names that were taken away are still kept out of what leaves a case: of each telling word, and of
 * two words that stand together, a keyed hash stays, under a key that goes with the case's own.
 */
import { createHmac } from 'node:crypto';
import { deriveKey } from '../../crypto/sealing.ts';
import type { RemovedName } from '../../store/removed-names.ts';
import { commonWords, particles, titles } from './common-words.ts';
import type { Identity } from './identities.ts';
import { clip, read, spellings, type Word } from './reading.ts';

const keyOf = (dataKey: Buffer) => deriveKey(dataKey, 'removed-names');
const hash = (key: Buffer, form: string) => createHmac('sha256', key).update(form).digest();

/** A word that points to somebody by itself; a number alone is a time or a room as often. */
const tells = (word: string) =>
  /\p{L}/u.test(word) &&
  [...word].length > 1 &&
  !commonWords.has(word) &&
  !particles.has(word) &&
  !titles.has(word);

/** Two words that stand together, in either order: a name of common words is told by both. */
const pair = (a: string, b: string) => [a, b].toSorted().join(' ');

const pairsOf = (words: readonly Word[]): string[] =>
  words.slice(1).flatMap(({ text, opens }, i) => (opens ? [] : pair(words[i]?.text ?? '', text)));

/** Nine digits leave out country codes, and the zero that stands for them. */
const numbersIn = (numbers: readonly string[]): string[] =>
  numbers.filter((digits) => digits.length >= 6).map((digits) => `#${digits.slice(-9)}`);

const readingsOf = (text: string) =>
  spellings(text).map((spelling) => {
    const { words, numbers, run } = read(spelling);
    return {
      words: [...words.map(({ text: word }) => word), run],
      pairs: pairsOf(words),
      numbers: numbersIn(numbers),
    };
  });

/** Behind an @ stands whose server it is: by itself that says nothing of a person. */
const withoutServer = (contact: string) =>
  contact.replaceAll(/(?<=[^\s,;<>()])@[^\s,;<>()]*/g, ' ');
const withServerName = (contact: string) =>
  contact.replaceAll(/(?<=[^\s,;<>()])@([^\s.,;<>()]*)[^\s,;<>()]*/g, ' $1');

function formsOf({ name = '', contact = '', badge = '' }: Identity['words']): string[] {
  const readAll = (...texts: string[]) => texts.flatMap((text) => readingsOf(clip(text, 2_000)));
  const told = readAll(name, badge, withoutServer(contact));
  const paired = readAll(name, badge, withServerName(contact));
  return [
    ...told.flatMap(({ words }) => words.filter(tells)),
    ...paired.flatMap(({ pairs, numbers }) => [...pairs, ...numbers]),
  ];
}

/** What stays of an identity that is taken away. */
export function removedNamesOf(dataKey: Buffer, identities: readonly Identity[]): RemovedName[] {
  const key = keyOf(dataKey);
  return identities.flatMap(({ ref, words }) =>
    [...new Set(formsOf(words))].map((form) => ({ ref, digest: hash(key, form) })),
  );
}

/** The references of those whose removed names a text holds. */
export function identifyRemoved(
  texts: readonly string[],
  dataKey: Buffer,
  removed: readonly RemovedName[],
): string[] {
  if (removed.length === 0) return [];
  const key = keyOf(dataKey);
  const known = Map.groupBy(removed, ({ digest }) => digest.toString('hex'));
  const forms = texts.flatMap((text) =>
    readingsOf(text).flatMap(({ words, pairs, numbers }) => [...words, ...pairs, ...numbers]),
  );
  const found = [...new Set(forms)].flatMap(
    (form) => known.get(hash(key, form).toString('hex')) ?? [],
  );
  return [...new Set(found.map(({ ref }) => ref))];
}
