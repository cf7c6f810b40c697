import { markPattern, mostMarks } from '../../../machines/events/stream-safe.ts';
import { droppedWords } from './common-words.ts';

/** One word of a text: folded, with what its surroundings and its writing tell. */
export interface Word {
  /** Lower case, without accents and invisible characters, compatibility forms resolved. */
  text: string;
  /** What stands between it and the word before. */
  gap: string;
  /** Written with one capital, at its beginning. */
  capital: boolean;
  /** First in its sentence, where a capital means nothing. */
  opens: boolean;
  /** Followed by a full stop. */
  dotted: boolean;
}

/** What a text says, word by word. */
export interface Reading {
  words: readonly Word[];
  /** Words, and what a hyphen or an apostrophe joins: O'Brien as `o`, `brien` and `obrien`. */
  known: ReadonlySet<string>;
  /** All words but articles and the like. */
  kept: readonly string[];
  /** All words without spaces, for scripts that have none. */
  run: string;
  /** The digits of each number, whatever divides them. */
  numbers: readonly string[];
}

/** A text prepared for looking many things up in it. */
export interface Index extends Reading {
  /** Where each word stands. */
  at: ReadonlyMap<string, readonly number[]>;
  /** Words right behind an @ or a #, with that sign. */
  signed: ReadonlySet<string>;
  /** All words, a space around each, and a full stop between sentences. */
  flow: string;
  /** All words but articles and the like, one after the other. */
  phrases: Sequence;
  /** All letters, one after the other. */
  letters: Sequence;
  /** The digits of all numbers, a space between two. */
  digits: string;
}

// Scripts written without spaces, or (Hangul) with particles joined to the name. Katakana is not
// among them: names in it end where it ends, and リン is not meant by オリンピック.
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const LETTERS = '[\\p{L}\\p{M}\\p{N}]';
// A word ends where the script changes: 我和Robin说.
const WORD = new RegExp(
  `[\\p{L}&&\\p{scx=Katakana}]+|[${LETTERS}&&[${UNSPACED}]]+|` +
    `[${LETTERS}--[${UNSPACED}\\p{scx=Katakana}]]+`,
  'gv',
);
const ONLY_UNSPACED = new RegExp(`^[${UNSPACED}]+$`, 'v');

// Accents, vowel points and joiners, but not the signs that carry vowels in Indic scripts, nor the
// marks that tell か from が.
const MARKS =
  /[[\p{Mn}&&[\p{sc=Inherited}\p{sc=Hebrew}\p{sc=Arabic}]]--[\u3099\u309A]]|\p{Default_Ignorable_Code_Point}|\p{Cf}/gv;

// Letters that Unicode does not decompose, in lower case.
const PLAIN = table('ß ss, ø o, ł l, đ d, ð d, þ th, æ ae, œ oe, ı i, ħ h, ŧ t, ŋ n, ς σ');
const SPELLED_OUT = table('ä ae, ö oe, ü ue, å aa, ø oe, Ä Ae, Ö Oe, Ü Ue, Å Aa, Ø Oe');

const HEAPED = new RegExp(`(?<!${markPattern})(${markPattern}{${mostMarks}})${markPattern}+`, 'gu');

/** A normal form (UAX #15), of as many marks on a letter as Stream-Safe Text has: what was written before is bounded, too. */
export const normal = (text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string =>
  text.replace(HEAPED, '$1').normalize(form);

/** A text as it stands and, where it differs, as those write it who lack the letters: Mueller. */
export function spellings(text: string): string[] {
  const composed = normal(text, 'NFC');
  const other = composed.replace(/[äöüåø]/gi, (letter) => SPELLED_OUT.get(letter) ?? letter);
  return other === composed ? [text] : [text, other];
}

/**
 * The beginning of a text: its first characters as it is written, and no more than as many once
 * compatibility forms are resolved, of which one may stand for eighteen characters.
 */
export function clip(text: string, limit: number): string {
  const start = text.slice(0, limit);
  const resolved = normal(start, 'NFKC');
  return resolved.length > limit ? resolved.slice(0, limit) : start;
}

/** Reads a text, in time linear in its length. */
export function read(text: string): Reading {
  const plain = clean(text);
  const words: Word[] = [];
  const known = new Set<string>();
  let end = 0;
  for (const { 0: written, index: start } of plain.matchAll(WORD)) {
    const gap = plain.slice(end, start);
    end = start + written.length;
    const before = words.at(-1);
    const word = {
      text: fold(written),
      gap,
      capital: /^\p{Lu}\p{Ll}*$/u.test(written),
      opens: before === undefined || endsSentence(gap, before),
      dotted: plain.charAt(end) === '.',
    };
    known.add(word.text);
    if (before !== undefined && joins(gap, word.text)) known.add(before.text + word.text);
    words.push(word);
  }
  const all = words.map((word) => word.text);
  return {
    words,
    known,
    kept: all.filter((word) => !droppedWords.has(word)),
    run: all.join(''),
    numbers: Array.from(plain.matchAll(/\d[\d\s()./\p{Pd}]*/gu), ([run]) => run.replace(/\D/g, '')),
  };
}

/** Reads a text to look things up in it, in time linear in its length. */
export function index(text: string): Index {
  const reading = read(text);
  const { words, kept, run, numbers } = reading;
  const all = words.map((word) => word.text);
  const marked = all.map((word, i) => (i > 0 && words[i]?.opens ? `. ${word}` : word));
  const signed = words.flatMap((word) => /[@#]$/.exec(word.gap)?.map((it) => it + word.text) ?? []);
  return {
    ...reading,
    at: placesOf(all),
    signed: new Set(signed),
    flow: ` ${marked.join(' ')} `,
    phrases: new Sequence(kept),
    letters: new Sequence([...run]),
    digits: numbers.join(' '),
  };
}

/** Words or letters one after the other, in which shorter sequences of them can be found. */
class Sequence {
  readonly #units: readonly string[];
  readonly #at: ReadonlyMap<string, readonly number[]>;

  constructor(units: readonly string[]) {
    this.#units = units;
    this.#at = placesOf(units);
  }

  /** Looks only where the rarest of the units stands: most often nowhere. */
  has(sought: readonly string[]): boolean {
    const places = sought.map((unit) => this.#at.get(unit) ?? []);
    const fewest = Math.min(...places.map(({ length }) => length));
    const rarest = places.findIndex(({ length }) => length === fewest);
    return (places.at(rarest) ?? []).some((place) =>
      sought.every((unit, i) => this.#units[place - rarest + i] === unit),
    );
  }
}

function placesOf(units: readonly string[]): Map<string, number[]> {
  const at = new Map<string, number[]>();
  for (const [i, unit] of units.entries()) {
    const places = at.get(unit);
    if (places === undefined) at.set(unit, [i]);
    else places.push(i);
  }
  return at;
}

/** Whether a folded word belongs to a script in which words are not divided by spaces. */
export function isUnspaced(word: string): boolean {
  return ONLY_UNSPACED.test(word);
}

/** One form for what looks the same (UAX #15): full width, ligatures, accents, soft hyphens. */
function clean(text: string): string {
  const bare = normal(text, 'NFKD').replace(MARKS, '').normalize('NFC');
  // Apostrophes that count as letters, as in Oʻahu.
  return bare.replace(/\r\n?/g, '\n').replace(/[ʻʼ]/g, "'");
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[ßøłđðþæœıħŧŋς]/g, (letter) => PLAIN.get(letter) ?? letter);
}

/** Whether between two words a sentence ends: by its mark, an empty line or the next list item. */
function endsSentence(gap: string, before: Word): boolean {
  if (/\n[^\S\n]*(?:\n|[*•\p{Pd}])/u.test(gap)) return true;
  const abbreviated = before.dotted && before.capital && before.text.length <= 4;
  return !abbreviated && /[.!?。]\p{P}{0,3}\s/u.test(gap);
}

/** Whether a gap may stand inside a word: O'Brien, Jean-Luc, Quil-⏎ler; but not we'll. */
function joins(gap: string, next: string): boolean {
  return /^\p{Pd}\n\s*$/u.test(gap) || (next.length > 2 && /^(?:['’‘`´]|\p{Pd})$/u.test(gap));
}

function table(pairs: string): ReadonlyMap<string, string> {
  return new Map(pairs.split(', ').map((pair) => [pair.slice(0, 1), pair.slice(2)]));
}
