/**
 * Finding the same person in other cases, whether they report or are reported: what identifies them is brought into one form,
 * and only keyed digests of that are kept.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { Keyring } from '../../crypto/keyring.ts';
import type { NewDigest } from '../../store/digests.ts';
import type { Identity } from './identities.ts';
import { takingTurns } from '../turns.ts';
import { isUnspaced, normal, read, spellings } from './reading.ts';

/** Something that identifies somebody, in the form in which it is compared. */
export interface Identifier {
  readonly kind: NewDigest['kind'];
  readonly form: string;
}

// Reports have no field for a reported person's contact: where nothing else is known, it is the name.
const address = /(?<![^\s@,;<>()])[^\s@,;<>()]+@[^\s@,;<>()]+\p{L}/gu;
const telephone = /\+?\d(?:[\s()./-]*\d){8,}/g;

/** The words of a name, whatever their order, case, accents and punctuation: `Quill, Robin`, `robin quill`. */
function nameForm(name: string): string {
  // an apostrophe that somebody left out divides nothing: O'Brien, OBrien
  const words = read(name.replaceAll(/['’‘`´ʻʼ]/g, '')).words.map(({ text }) => text);
  return words.every(isUnspaced) ? words.join('') : words.toSorted().join(' ');
}

/** An address without its sub-address (RFC 5233); of a number the last nine digits, as in screening. */
const contactForm = (contact: string): string =>
  contact.includes('@')
    ? normal(contact, 'NFKC')
        .toLowerCase()
        .replace(/\+[^@]*@/, '@')
    : contact.replaceAll(/\D/g, '').slice(-9);

const badgeForm = (badge: string): string => read(badge.replaceAll(/\bbadge\b/gi, '')).run;

/** Everything that identifies somebody who reports or is reported. */
export function identifiersOf(words: Identity['words']): Identifier[] {
  const { staff = '', name = '', badge = '', contact = '' } = words;
  const contacts = [address, telephone].flatMap(
    (pattern) => `${name} ${contact}`.match(pattern) ?? [],
  );
  const rest = name.replaceAll(address, ' ').replaceAll(telephone, ' ');
  const all: Identifier[] = [
    ...spellings(rest).map((spelling) => ({ kind: 'name' as const, form: nameForm(spelling) })),
    ...contacts.map((found) => ({ kind: 'contact' as const, form: contactForm(found) })),
    { kind: 'badge', form: badgeForm(badge) },
    { kind: 'staff', form: staff },
  ];
  return all.filter(({ form }) => form !== '');
}

/** The digests of those who report and are reported under one key: HMAC-SHA-256 (RFC 2104). */
export function digestsOf(key: Buffer, identities: readonly Identity[]): NewDigest[] {
  const secret = createSecretKey(key);
  return identities
    .filter(({ ref }) => !ref.startsWith('other-'))
    .flatMap(({ ref, words }) =>
      // which member of staff reports is said nowhere, by a match neither
      identifiersOf(ref.startsWith('reporter') ? { ...words, staff: '' } : words).map(
        ({ kind, form }) => ({
          ref,
          kind,
          // with its kind, so that a badge is not taken for a name
          digest: createHmac('sha256', secret).update(`${kind} ${form}`).digest(),
        }),
      ),
    );
}

/** The same under several keys, for all that a case says of its people; what is there twice, once. */
export async function digestsAmong(
  keys: readonly Buffer[],
  identities: AsyncIterable<Identity> | Iterable<Identity>,
): Promise<NewDigest[]> {
  const found = new Map<string, NewDigest>();
  const othersTurn = takingTurns();
  for await (const identity of identities) {
    for (const key of keys)
      for (const digest of digestsOf(key, [identity]))
        found.set(`${digest.ref} ${digest.digest.toString('base64')}`, digest);
    await othersTurn();
  }
  return [...found.values()];
}

/** The keys of digests, of each master key of the ring: the current one's first. */
export const digestKeys = (keyring: Keyring) => keyring.derive('digests');

/** Members of staff among the reported, who are known by their handles. */
export const staffIdentities = (
  reported: readonly { readonly ref: string; readonly staff: string | null }[],
): Identity[] =>
  reported.flatMap(({ ref, staff }) => (staff === null ? [] : [{ ref, words: { staff } }]));
