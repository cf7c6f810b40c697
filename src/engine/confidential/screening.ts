import { commonWords, functionWords, particles, titles } from './common-words.ts';
import { clip, index, isUnspaced, read, spellings } from './reading.ts';
import type { Index, Word } from './reading.ts';
import { takingTurns } from '../turns.ts';

/** What is known of a person of a case that could give them away; every list may be empty. */
export interface Identifiable {
  ref: string;
  names: string[];
  contacts: string[];
  badges: string[];
  descriptions: string[];
}

/**
 * The references of the people whom a text identifies, in the order of `people`, without
 * duplicates. Found are, whatever the case, accents, punctuation, order and line breaks:
 *
 * - any part of a name that is not a common English word (`common-words.ts`), has two letters or
 *   more and is no particle, title or initial; in scripts without spaces between words, as substring;
 * - a common word only beside another part of the same name (`Grace May`, `May, Grace A.`), or
 *   capitalised beside an initial or a title (`G. May`, `Ms. May`);
 * - a name that is one common word only where it is capitalised inside a sentence: `we thank Grace`;
 * - contacts: addresses, what stands before their @, handles, telephone numbers by their last nine
 *   digits; a handle that is a common word only behind an @;
 * - badges as a whole; one that is short or a common word only beside "badge" or behind #;
 * - descriptions, divided at commas and the like, as whole phrases: two words that say something,
 *   or one that is not common.
 *
 * Letters of another script that merely look alike are not found. Nor is what stands behind the
 * first 2,000 characters (UTF-16 units) of a name, a contact or a badge or the first 20,000 of a description,
 * compatibility forms resolved; of a phrase twelve words are compared, of one in a script without
 * spaces and of a name written as one 64 letters.
 *
 * Takes time linear in the text, and about linear in what is known of the people.
 */
export function identify(text: string, people: readonly Identifiable[]): string[] {
  const shows = screening(text);
  return [...new Set(people.filter(shows).map((person) => person.ref))];
}

/**
 * The same for several texts and a whole case, of which nobody knows how much it says: between two
 * people others get their turn. One person keeps them waiting for what the limits above allow,
 * and the total still grows with the case. The order is that of the texts, then of the people.
 */
export async function identifyAmong(
  texts: readonly string[],
  people: AsyncIterable<Identifiable> | Iterable<Identifiable>,
): Promise<string[]> {
  const othersTurn = takingTurns();
  const screened: { shows: (person: Identifiable) => boolean; found: Set<string> }[] = [];
  for (const text of new Set(texts)) {
    screened.push({ shows: screening(text), found: new Set() });
    await othersTurn();
  }
  for await (const person of people)
    for (const { shows, found } of screened) {
      if (!found.has(person.ref) && shows(person)) found.add(person.ref);
      await othersTurn();
    }
  return [...new Set(screened.flatMap(({ found }) => [...found]))];
}

/** As many letters of what is written as one tell enough, and bound the work. */
const LETTERS = 64;

type Shown = (text: Index) => boolean;

/** Tells of people whether a text identifies them; what is known of several is looked up once. */
function screening(text: string): (person: Identifiable) => boolean {
  const readings = spellings(text).map(index);
  const lookUp = (limit: number, shown: (spelling: string) => Shown) => {
    const before = new Map<string, boolean>();
    return (written: string): boolean => {
      const known = before.get(written);
      if (known !== undefined) return known;
      const found = spellings(clip(written, limit)).some((it) => readings.some(shown(it)));
      before.set(written, found);
      return found;
    };
  };
  const name = lookUp(2_000, showsName);
  const contact = lookUp(2_000, showsContact);
  const badge = lookUp(2_000, showsBadge);
  const description = lookUp(20_000, showsDescription);
  return ({ names, contacts, badges, descriptions }) =>
    names.some(name) ||
    contacts.some(contact) ||
    badges.some(badge) ||
    descriptions.some(description);
}

// Names

function showsName(written: string): Shown {
  const name = read(written);
  // Small words in small letters are no part of it: "the speaker", "Robin (they/them)"; but Will So.
  const meant = name.words.filter((word) => word.capital || !functionWords.has(word.text));
  const words = (meant.length > 0 ? meant : name.words).map((word) => word.text);
  const telling = [...name.known].filter(tells);
  // Written as one: #GraceMay, grace_may. Shorter ones turn up inside words (Wan Ting, wanting).
  const whole = words.length < 2 ? [] : [words.join(''), words.toReversed().join('')];
  const company = new Company(words);
  const parts = words.filter((word) => word.length > 1 && !accompanies(word));
  const sought = new Set(parts.length > 0 ? parts : words);
  return (text) => {
    if (telling.some((part) => showsWord(text, part))) return true;
    if (words.length < 2) {
      return positions(text, words[0]).some((i) => {
        const word = text.words[i];
        return word !== undefined && word.capital && !word.opens;
      });
    }
    if (whole.some((one) => isUnspaced(one) && showsLetters(text, one))) return true;
    if (whole.some((one) => one.length >= 8 && isSpelledOut(text, one))) return true;
    return [...sought].some((part) =>
      positions(text, part).some((at) => company.isBeside(text.words, at)),
    );
  };
}

/** Whether a part of a name points to somebody by itself. */
function tells(part: string): boolean {
  if (!/\p{L}/u.test(part) || [...part].length < 2) return false;
  return !commonWords.has(part) && !accompanies(part);
}

function accompanies(word: string): boolean {
  return particles.has(word) || titles.has(word);
}

function showsWord(text: Index, word: string): boolean {
  if (isUnspaced(word)) return showsLetters(text, word);
  // Plurals and the genitive of other languages: "the Quills", "Robins Vortrag"; but not Les, less.
  const plural = `${word}s`;
  return (
    text.known.has(word) || (word.length > 3 && !commonWords.has(plural) && text.known.has(plural))
  );
}

/** The parts of a name, to be found beside each other. */
class Company {
  /** How often the name has each part, and each initial. */
  readonly #parts: ReadonlyMap<string, number>;
  readonly #initials: ReadonlyMap<string, number>;

  constructor(words: readonly string[]) {
    this.#parts = counts(words);
    this.#initials = counts(words.map((word) => word.slice(0, 1)));
  }

  /** Whether beside a part there is another, with at most initials and particles between. */
  isBeside(words: readonly Word[], at: number): boolean {
    const part = words.at(at);
    if (part === undefined) return false;
    return [-1, 1].some((step) => {
      for (let i = at + step; Math.abs(i - at) <= 4; i += step) {
        const [word, later] = [words[i], words[step > 0 ? i : i + 1]];
        if (word === undefined || later === undefined || later.opens) return false;
        const { text, dotted } = word;
        if (text.length > 1 && others(this.#parts, text, part.text)) return true;
        if (word.capital && part.capital) {
          if (step < 0 && titles.has(text)) return true;
          const initial = dotted && text.length === 1;
          if (initial && others(this.#initials, text, part.text.slice(0, 1))) return true;
        }
        if (text.length > 1 && !particles.has(text)) return false;
      }
      return false;
    });
  }
}

function counts(units: readonly string[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const unit of units) all.set(unit, (all.get(unit) ?? 0) + 1);
  return all;
}

/** Whether there is such a unit besides the one that was found already. */
function others(all: ReadonlyMap<string, number>, unit: string, found: string): boolean {
  return (all.get(unit) ?? 0) > (unit === found ? 1 : 0);
}

// Contacts, badges, descriptions

function showsContact(contact: string): Shown {
  // Nine digits leave out country codes and the zero that stands for them.
  const numbers = read(contact).numbers.filter((digits) => digits.length >= 6);
  const ends = new Set(numbers.map((digits) => digits.slice(-9)));
  const pieces = new Set(contact.split(/[,;\n]|:\s|\s(?:on|via|or|and)\s/i));
  const addresses = [...pieces].flatMap((piece) => {
    const chunks = piece.split(/\s/).filter(Boolean);
    return chunks.filter((chunk) => chunks.length === 1 || /[@/]/.test(chunk));
  });
  const shown = [...[...pieces].map(showsPhrase), ...[...new Set(addresses)].map(showsAddress)];
  return (text) =>
    [...ends].some((end) => text.digits.includes(end)) || shown.some((shows) => shows(text));
}

function showsAddress(written: string): Shown {
  // A sub-address (RFC 5233) leads to the same person as the address without it.
  const address = written.replace(/^\w+:\/*/, '').replace(/\+[^@+]*@/, '@');
  const separator = address.includes('/') ? '/' : '@';
  const sides = address.split(separator).filter(Boolean);
  const user = (separator === '/' ? sides.at(-1) : sides[0]) ?? '';
  const [handle] = read(user).words;
  const phrases = [address, user].map(showsPhrase);
  return (text) =>
    (handle !== undefined && text.signed.has(`@${handle.text}`)) ||
    phrases.some((shows) => shows(text));
}

function showsBadge(written: string): Shown {
  const badge = read(written);
  const whole = badge.run;
  const short = whole.length < 3 || /^\d{3}$/.test(whole) || commonWords.has(whole);
  const labels = badge.words.map((word) => word.text);
  const marks = new Set(labels.filter((label) => labels.length === 1 || /\d/.test(label)));
  return (text) => {
    if (!short && isSpelledOut(text, whole)) return true;
    return [...marks].some((mark) => {
      if (text.signed.has(`#${mark}`)) return true;
      return positions(text, mark).some((i) =>
        [-2, -1, 1].some((step) => text.words[i + step]?.text === 'badge'),
      );
    });
  };
}

function showsDescription(description: string): Shown {
  const phrases = new Set(description.split(/[;\n，、]|[.,]\s/));
  const shown = [...phrases].map(showsPhrase);
  return (text) => shown.some((shows) => shows(text));
}

function showsPhrase(phrase: string): Shown {
  const { kept, run } = read(phrase);
  if (isUnspaced(run)) return (text) => run.length > 1 && showsLetters(text, run);
  // Twelve words tell enough, and bound the work.
  const words = kept.slice(0, 12);
  const [first = '', ...more] = words.filter((word) => !functionWords.has(word));
  const telling = more.length > 0 || (first.length > 2 && tells(first));
  return (text) => telling && text.phrases.has(words);
}

function showsLetters(text: Index, letters: string): boolean {
  return text.letters.has([...letters].slice(0, LETTERS));
}

/** Whether the letters stand in the text as whole words, wherever these are divided. */
function isSpelledOut(text: Index, written: string): boolean {
  const letters = [...written].slice(0, LETTERS);
  // The pattern is far slower, and needed only to see where the words are divided.
  if (!text.run.includes(letters.join(''))) return false;
  const end = letters.length < LETTERS ? ' ' : '';
  return new RegExp(` ${letters.join(' ?')}${end}`, 'u').test(text.flow);
}

function positions(text: Index, word = ''): readonly number[] {
  return text.at.get(word) ?? [];
}
