import { commonWords, functionWords, particles, titles } from './common-words.ts';
import { isUnspaced, read, spellings } from './reading.ts';
import type { Reading, Word } from './reading.ts';

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
 * Letters of another script that merely look alike are not found. Takes time linear in the text.
 */
export function identify(text: string, people: readonly Identifiable[]): string[] {
  const readings = spellings(text).map(read);
  const found = people.filter((person) => readings.some((reading) => shows(reading, person)));
  return [...new Set(found.map((person) => person.ref))];
}

function shows(text: Reading, person: Identifiable): boolean {
  return (
    person.names.flatMap(spellings).some((name) => showsName(text, read(name))) ||
    person.contacts.flatMap(spellings).some((contact) => showsContact(text, contact)) ||
    person.badges.flatMap(spellings).some((badge) => showsBadge(text, read(badge))) ||
    person.descriptions
      .flatMap(spellings)
      .flatMap((description) => description.split(/[;\n，、]|[.,]\s/))
      .some((phrase) => showsPhrase(text, phrase))
  );
}

// Names

function showsName(text: Reading, name: Reading): boolean {
  // Small words in small letters are no part of it: "the speaker", "Robin (they/them)"; but Will So.
  const meant = name.words.filter((word) => word.capital || !functionWords.has(word.text));
  const words = (meant.length > 0 ? meant : name.words).map((word) => word.text);
  if ([...name.known].some((part) => tells(part) && showsWord(text, part))) return true;
  if (words.length < 2) {
    return positions(text, words[0]).some((at) => {
      const word = text.words[at];
      return word !== undefined && word.capital && !word.opens;
    });
  }
  // Written as one: #GraceMay, grace_may. Shorter ones turn up inside words (Wan Ting, wanting).
  const whole = [words.join(''), words.toReversed().join('')];
  if (whole.some((one) => isUnspaced(one) && text.run.includes(one))) return true;
  if (whole.some((one) => one.length >= 8 && isSpelledOut(text, one))) return true;
  const parts = words.filter((word) => word.length > 1 && !accompanies(word));
  return (parts.length > 0 ? parts : words).some((part) => {
    const others = words.toSpliced(words.indexOf(part), 1);
    return positions(text, part).some((at) => hasCompany(text.words, at, others));
  });
}

/** Whether a part of a name points to somebody by itself. */
function tells(part: string): boolean {
  if (!/\p{L}/u.test(part) || [...part].length < 2) return false;
  return !commonWords.has(part) && !accompanies(part);
}

function accompanies(word: string): boolean {
  return particles.has(word) || titles.has(word);
}

function showsWord(text: Reading, word: string): boolean {
  if (isUnspaced(word)) return text.run.includes(word);
  // Plurals and the genitive of other languages: "the Quills", "Robins Vortrag"; but not Les, less.
  const plural = `${word}s`;
  return (
    text.known.has(word) || (word.length > 3 && !commonWords.has(plural) && text.known.has(plural))
  );
}

/** Whether beside a word there is another of the name, with at most initials and particles between. */
function hasCompany(words: readonly Word[], at: number, others: readonly string[]): boolean {
  return [-1, 1].some((step) => {
    for (let i = at + step; Math.abs(i - at) <= 4; i += step) {
      const [word, later] = [words[i], words[step > 0 ? i : i + 1]];
      if (word === undefined || later === undefined || later.opens) return false;
      const { text, dotted } = word;
      if (text.length > 1 && others.includes(text)) return true;
      if (word.capital && words[at]?.capital === true) {
        if (step < 0 && titles.has(text)) return true;
        if (dotted && text.length === 1 && others.some((it) => it.startsWith(text))) return true;
      }
      if (text.length > 1 && !particles.has(text)) return false;
    }
    return false;
  });
}

// Contacts, badges, descriptions

function showsContact(text: Reading, contact: string): boolean {
  // Nine digits leave out country codes and the zero that stands for them.
  const { numbers } = read(contact);
  const ends = numbers.filter((digits) => digits.length >= 6).map((digits) => digits.slice(-9));
  if (ends.some((end) => text.numbers.some((digits) => digits.includes(end)))) return true;
  return contact.split(/[,;\n]|:\s|\s(?:on|via|or|and)\s/i).some((piece) => {
    if (showsPhrase(text, piece)) return true;
    const chunks = piece.split(/\s/).filter(Boolean);
    const addresses = chunks.filter((chunk) => chunks.length === 1 || /[@/]/.test(chunk));
    return addresses.some((address) => showsAddress(text, address));
  });
}

function showsAddress(text: Reading, written: string): boolean {
  // A sub-address (RFC 5233) leads to the same person as the address without it.
  const address = written.replace(/^\w+:\/*/, '').replace(/\+[^@+]*@/, '@');
  const separator = address.includes('/') ? '/' : '@';
  const sides = address.split(separator).filter(Boolean);
  const user = (separator === '/' ? sides.at(-1) : sides[0]) ?? '';
  const [handle] = read(user).words;
  const mentioned = positions(text, handle?.text).some((i) => text.words[i]?.gap.endsWith('@'));
  return mentioned || showsPhrase(text, address) || showsPhrase(text, user);
}

function showsBadge(text: Reading, badge: Reading): boolean {
  const whole = badge.run;
  const short = whole.length < 3 || /^\d{3}$/.test(whole) || commonWords.has(whole);
  if (!short && isSpelledOut(text, whole)) return true;
  const labels = badge.words.map((word) => word.text);
  const marks = labels.filter((label) => labels.length === 1 || /\d/.test(label));
  return marks.some((mark) =>
    positions(text, mark).some((i) => {
      const near = [text.words[i - 2], text.words[i - 1], text.words[i + 1]];
      return text.words[i]?.gap.endsWith('#') || near.some((word) => word?.text === 'badge');
    }),
  );
}

function showsPhrase(text: Reading, phrase: string): boolean {
  const { phrases, run } = read(phrase);
  if (isUnspaced(run)) return run.length > 1 && text.run.includes(run);
  // Twelve words tell enough, and bound the work.
  const words = phrases.split(' ').filter(Boolean).slice(0, 12);
  const [first = '', ...more] = words.filter((word) => !functionWords.has(word));
  const telling = more.length > 0 || (first.length > 2 && tells(first));
  return telling && text.phrases.includes(` ${words.join(' ')} `);
}

/** Whether the letters stand in the text as whole words, wherever these are divided. */
function isSpelledOut(text: Reading, letters: string): boolean {
  return new RegExp(` ${[...letters].slice(0, 64).join(' ?')} `, 'u').test(text.flow);
}

function positions(text: Reading, word = ''): readonly number[] {
  return text.at.get(word) ?? [];
}
