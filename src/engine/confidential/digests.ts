/**
 * Finding the same reported person in other cases: what identifies them is brought into one form,
 * and only keyed digests of that are kept (architecture.md, "Confidential fields").
 */
import { createHmac } from 'node:crypto';
import type { EventInput } from '../../../machines/events.ts';
import type { Facts } from '../../../machines/rules/rule.ts';
import type { Keyring } from '../../crypto/keyring.ts';
import { unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../store/database.ts';
import type { NewDigest } from '../../store/digests.ts';
import { listSealed } from '../../store/history.ts';
import { isUnspaced, read, spellings } from './reading.ts';

/** What a report says of a reported person, as far as it tells who they are. */
export interface ReportedPerson {
  readonly ref: string;
  /** The handle of a member of staff. */
  readonly staff?: string | undefined;
  readonly name?: string | undefined;
  readonly badge?: string | undefined;
}

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
    ? contact
        .normalize('NFKC')
        .toLowerCase()
        .replace(/\+[^@]*@/, '@')
    : contact.replaceAll(/\D/g, '').slice(-9);

const badgeForm = (badge: string): string => read(badge.replaceAll(/\bbadge\b/gi, '')).run;

/** Everything that identifies a reported person. */
export function identifiersOf(person: Omit<ReportedPerson, 'ref'>): Identifier[] {
  const { staff = '', name = '', badge = '' } = person;
  const contacts = [address, telephone].flatMap((pattern) => name.match(pattern) ?? []);
  const rest = name.replaceAll(address, ' ').replaceAll(telephone, ' ');
  const all: Identifier[] = [
    ...spellings(rest).map((spelling) => ({ kind: 'name' as const, form: nameForm(spelling) })),
    ...contacts.map((contact) => ({ kind: 'contact' as const, form: contactForm(contact) })),
    { kind: 'badge', form: badgeForm(badge) },
    { kind: 'staff', form: staff },
  ];
  return all.filter(({ form }) => form !== '');
}

/** The digests of some reported persons under one key: HMAC-SHA-256 (RFC 2104). */
export function digestsOf(key: Buffer, persons: readonly ReportedPerson[]): NewDigest[] {
  return persons.flatMap(({ ref, ...person }) =>
    identifiersOf(person).map(({ kind, form }) => ({
      ref,
      kind,
      // with its kind, so that a badge is not taken for a name
      digest: createHmac('sha256', key).update(`${kind} ${form}`).digest(),
    })),
  );
}

/** The keys of digests, of each master key of the ring: the current one's first. */
export const digestKeys = (keyring: Keyring) => keyring.derive('digests');

/** The reported persons whom an event adds to those `known`, numbered as the machine does. */
export function reportedBy(event: EventInput, known: number): ReportedPerson[] {
  if (event.type !== 'intake.recordReport' && event.type !== 'intake.addClarification') return [];
  return (event.reportedPersons ?? []).map(({ staff, name, badge }, index) => ({
    ref: `reported-${known + index + 1}`,
    staff,
    name,
    badge,
  }));
}

type Told = { readonly reportedPersons?: readonly Pick<ReportedPerson, 'name' | 'badge'>[] };

/** Every reported person of a case, read from its sealed entries. */
export async function reportedIn(
  db: Db,
  caseId: string,
  dataKey: Buffer,
): Promise<ReportedPerson[]> {
  const entries = await listSealed(db, caseId, ['intake.recordReport', 'intake.addClarification']);
  const persons = entries.flatMap(({ seq, facts, sealed }) => {
    const told = (sealed ? unseal(dataKey, { caseId, seq }, sealed) : {}) as Told;
    const named = (facts as Facts).reportedPersons ?? [];
    return named.map(({ staff }, index) => ({ staff, ...told.reportedPersons?.[index] }));
  });
  return persons.map((person, index) => ({ ref: `reported-${index + 1}`, ...person }));
}
