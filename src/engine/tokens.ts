/** Bearer tokens, as they are made: shown once, stored by their hash. */
import { randomUUID } from 'node:crypto';
import { hashToken, newToken } from '../crypto/tokens.ts';
import type { Db } from '../store/database.ts';
import { insertToken } from '../store/tokens.ts';

export interface IssuedToken {
  readonly id: string;
  /** The token itself. It is shown this once. */
  readonly token: string;
  readonly label: string;
  /** ISO 8601; null: it does not expire. */
  readonly expiresAt: string | null;
}

/** Makes a token for a person who exists. */
export async function issueToken(
  db: Db,
  {
    person,
    label,
    expiresAt,
    now,
  }: {
    person: string;
    label: string;
    expiresAt: Date | null;
    now: Date;
  },
): Promise<IssuedToken> {
  const [id, token] = [randomUUID(), newToken()];
  const hash = hashToken(token);
  await insertToken(db, { id, personId: person, label, hash, createdAt: now, expiresAt });
  return { id, token, label, expiresAt: expiresAt?.toISOString() ?? null };
}
