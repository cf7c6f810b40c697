/** Bearer tokens: made, shown once, stored by their hash, and ended with their holder's access. */
import { randomUUID } from 'node:crypto';
import { hashToken, newToken } from '../../crypto/tokens.ts';
import type { Db } from '../../store/database.ts';
import { holdPerson, updatePerson, type Person, type PersonChange } from '../../store/people.ts';
import { holdToken, insertToken, revokeTokensOf } from '../../store/tokens.ts';

export interface IssuedToken {
  readonly id: string;
  /** The token itself. It is shown this once. */
  readonly token: string;
  readonly label: string;
  /** ISO 8601; null: it does not expire. */
  readonly expiresAt: string | null;
}

interface Wanted {
  readonly person: string;
  readonly label: string;
  readonly expiresAt: Date | null;
  /** The id of the token that whoever asks for it came with, if that is one of ours. */
  readonly madeWith?: string | undefined;
  readonly now: Date;
}

/** Makes a token for a person who exists. */
export async function issueToken(
  db: Db,
  { person, label, expiresAt, madeWith, now }: Wanted,
): Promise<IssuedToken> {
  const [id, token] = [randomUUID(), newToken()];
  const hash = hashToken(token);
  await insertToken(db, {
    id,
    personId: person,
    label,
    hash,
    createdAt: now,
    expiresAt,
    madeWith: madeWith ?? null,
  });
  return { id, token, label, expiresAt: expiresAt?.toISOString() ?? null };
}

/**
 * Makes a token for a person whom nobody deactivates meanwhile, with one that nobody revokes: else it
 * would not be revoked with the others, and come to life with its holder, or outlive what made it.
 *
 * @returns undefined when nobody has the handle, or nobody who is `active` where that is asked for, or
 *   the token that it is made with was revoked
 */
export async function issueTokenTo(
  db: Db,
  wanted: Wanted & { readonly active: boolean },
): Promise<IssuedToken | undefined> {
  return db.transaction(async (tx) => {
    const holder = await holdPerson(tx, wanted.person);
    if (!holder || (wanted.active && !holder.active)) return undefined;
    if (wanted.madeWith !== undefined && !(await holdToken(tx, wanted.madeWith))) return undefined;
    return issueToken(tx, wanted);
  });
}

/**
 * Changes a person. Whoever is deactivated loses all tokens for good: to be activated again gives
 * none of them back.
 *
 * @returns the person as changed; undefined when nobody has this handle, or the last admin has it
 */
export async function changePerson(
  db: Db,
  id: string,
  { at, ...change }: PersonChange & { readonly at: Date },
): Promise<Person | undefined> {
  return db.transaction(async (tx) => {
    const person = await updatePerson(tx, id, change);
    // a statement of its own: it sees the tokens that were made while the first one waited
    if (person && change.active === false) await revokeTokensOf(tx, id, at);
    return person;
  });
}
