/** Who the people of a case are, read from the identity parts of its history. */
import { unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../store/database.ts';
import { findIdentitySpan, listIdentities } from '../../store/history.ts';
import { noteAccess, type Access } from './accesses.ts';
import { takingTurns } from '../turns.ts';

/** What an entry says of somebody: name, contact, badge, and whatever else tells who they are. */
export interface Identity {
  readonly ref: string;
  readonly words: Readonly<Record<string, string>>;
}

const prefix = 'identity:';
export const identityPart = (ref: string): string => prefix + ref;

/** Something that identifies a person, and where in the content it stood (a JSON Pointer, RFC 6901). */
export interface Piece {
  readonly pointer: string;
  readonly value: unknown;
}

/** The words that pieces hold, whether one of them is an object of words or a single word. */
export const wordsOf = (pieces: readonly Piece[]): Identity['words'] =>
  Object.fromEntries(
    pieces.flatMap(({ pointer, value }) =>
      typeof value === 'string'
        ? [[pointer.split('/').at(-1) ?? '', value]]
        : Object.entries(value as Readonly<Record<string, string>>),
    ),
  );

/** Where an identity stands: the part of an entry. */
export interface IdentityPart {
  readonly seq: number;
  readonly part: string;
}

/** What an identity part of an entry says. */
export const identityIn = (
  dataKey: Buffer,
  place: IdentityPart & { readonly caseId: string },
  sealed: Buffer,
): Identity => ({
  ref: place.part.slice(prefix.length),
  words: wordsOf(unseal(dataKey, place, sealed) as readonly Piece[]),
});

/** Everything that is known of everybody, entry by entry, of which a few are in memory at once. */
export async function* identitiesOf(
  db: Db,
  caseId: string,
  dataKey: Buffer,
): AsyncGenerator<Identity & IdentityPart> {
  const othersTurn = takingTurns();
  let after: IdentityPart = { seq: 0, part: '' };
  for (;;) {
    const page = await listIdentities(db, caseId, after);
    for (const { seq, part, sealed } of page) {
      await othersTurn();
      yield { seq, part, ...identityIn(dataKey, { caseId, seq, part }, sealed) };
    }
    const last = page.at(-1);
    if (!last) return;
    after = last;
  }
}

/**
 * The same as often as it is asked for; nobody where the case was erased.
 *
 * @param onBehalf of whom, where no entry of the history will tell: then it is an access, the first time
 */
export function identitiesFor(
  db: Db,
  caseId: string,
  dataKey: Buffer | null,
  onBehalf?: Omit<Access, 'caseId'>,
): () => AsyncGenerator<Identity & IdentityPart> {
  let noted: Promise<void> | undefined;
  const note = async (access: Omit<Access, 'caseId'>) =>
    noteAccess(db, { ...access, caseId }, await findIdentitySpan(db, caseId));
  return async function* () {
    if (dataKey === null) return;
    if (onBehalf) await (noted ??= note(onBehalf));
    yield* identitiesOf(db, caseId, dataKey);
  };
}
