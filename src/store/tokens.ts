/** Bearer tokens, by their hash: one function per statement. */
import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { people, tokens } from '../../drizzle/schema.ts';
import type { Role } from '../../machines/vocabulary.ts';
import type { Db } from './database.ts';

/** A token as it is stored. */
export interface NewToken {
  readonly id: string;
  readonly personId: string;
  readonly label: string;
  /** SHA-256, 32 bytes. */
  readonly hash: Buffer;
  readonly createdAt: Date;
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
}

/** Whom a valid token belongs to. */
export interface TokenHolder {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly tokenId: string;
  /** Null: the token does not expire. */
  readonly expiresAt: Date | null;
}

/** A token as its holder and admins may know it. */
export type TokenRow = Pick<NewToken, 'id' | 'label' | 'createdAt' | 'expiresAt'>;

/** Stores a token of a person who exists. */
export async function insertToken(db: Db, token: NewToken): Promise<void> {
  await db.insert(tokens).values(token);
}

/** Finds the holder of a token that is neither revoked nor expired at `now`, if still active. */
export async function findPersonByToken(
  db: Db,
  hash: Buffer,
  now: Date,
): Promise<TokenHolder | undefined> {
  const [holder] = await db
    .select({
      person: people.id,
      name: people.name,
      roles: people.roles,
      tokenId: tokens.id,
      expiresAt: tokens.expiresAt,
    })
    .from(tokens)
    .innerJoin(people, eq(people.id, tokens.personId))
    .where(
      and(
        eq(tokens.hash, hash),
        isNull(tokens.revokedAt),
        or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)),
        eq(people.active, true),
      ),
    );
  return holder as TokenHolder | undefined;
}

/** Revokes a token, if it is `owner`'s where one is given. Returns whether there was one to revoke. */
export async function revokeToken(
  db: Db,
  id: string,
  { owner, at }: { owner?: string | undefined; at: Date },
): Promise<boolean> {
  const revoked = await db
    .update(tokens)
    .set({ revokedAt: at })
    .where(
      and(
        eq(tokens.id, id),
        isNull(tokens.revokedAt),
        owner === undefined ? undefined : eq(tokens.personId, owner),
      ),
    )
    .returning({ id: tokens.id });
  return revoked.length === 1;
}

/** Revokes all tokens of a person. */
export async function revokeTokensOf(db: Db, personId: string, at: Date): Promise<void> {
  await db
    .update(tokens)
    .set({ revokedAt: at })
    .where(and(eq(tokens.personId, personId), isNull(tokens.revokedAt)));
}

/** A person's tokens that are not revoked, expired ones among them, newest first; at most `limit`. */
export async function listTokens(
  db: Db,
  personId: string,
  { after, limit }: { after?: readonly [createdAt: string, id: string] | undefined; limit: number },
): Promise<TokenRow[]> {
  const { id, label, createdAt, expiresAt } = tokens;
  return db
    .select({ id, label, createdAt, expiresAt })
    .from(tokens)
    .where(
      and(
        eq(tokens.personId, personId),
        isNull(tokens.revokedAt),
        after && sql`(${createdAt}, ${id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit);
}
