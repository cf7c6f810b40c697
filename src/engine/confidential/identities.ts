/** Who the people of a case are, read from the identity parts of its history. */
import { setImmediate } from 'node:timers/promises';
import { unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../store/database.ts';
import { listIdentities } from '../../store/history.ts';
import { noteAccess, type Access } from './accesses.ts';

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

/**
 * Everything that is known of everybody, entry by entry; between two of these others get their turn.
 *
 * @param onBehalf of whom, where no entry of the history will tell: then it is an access
 */
export async function identitiesOf(
  db: Db,
  caseId: string,
  dataKey: Buffer,
  onBehalf?: Omit<Access, 'caseId'>,
): Promise<Identity[]> {
  const found: Identity[] = [];
  const parts = await listIdentities(db, caseId);
  const seqs = parts.map(({ seq }) => seq);
  if (onBehalf) await noteAccess(db, { ...onBehalf, caseId }, seqs);
  for (const { seq, part, sealed } of parts) {
    await setImmediate();
    const pieces = unseal(dataKey, { caseId, seq, part }, sealed) as readonly Piece[];
    found.push({ ref: part.slice(prefix.length), words: wordsOf(pieces) });
  }
  return found;
}

/** The same when it is first asked for, and kept; nobody where the case was erased. */
export function identitiesOnce(
  db: Db,
  caseId: string,
  dataKey: Buffer | null,
  onBehalf?: Omit<Access, 'caseId'>,
): () => Promise<readonly Identity[]> {
  let opened: Promise<readonly Identity[]> | undefined;
  return async () =>
    (opened ??= dataKey ? identitiesOf(db, caseId, dataKey, onBehalf) : Promise.resolve([]));
}
