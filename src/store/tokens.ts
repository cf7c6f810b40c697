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
  /** The id of the token that it was made with; null where there was none of ours. */
  readonly madeWith: string | null;
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
export type TokenRow = Omit<NewToken, 'personId' | 'hash'>;

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

/** Whether a token is not revoked, and is not until the transaction ends. */
export async function holdToken(tx: Db, id: string): Promise<boolean> {
  const held = await tx
    .select({ id: tokens.id })
    .from(tokens)
    .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
    .for('share');
  return held.length === 1;
}

/**
 * Revokes a token, if it is `owner`'s where one is given, with those that its holder made with it, and
 * with those in turn; `forOthers`: and with those that were made with them for others.
 *
 * @returns whether there was one to revoke
 */
export async function revokeToken(
  db: Db,
  id: string,
  { owner, forOthers, at }: { owner?: string | undefined; forOthers: boolean; at: Date },
): Promise<boolean> {
  const isOwners = owner === undefined ? sql`` : sql`and ${tokens.personId} = ${owner}`;
  const sameHolder = forOthers ? sql`` : sql`and made.person_id = maker.person_id`;
  const revoked = await db.execute(sql`
    with recursive ended as (
      select id, person_id from tokens where id = ${id} ${isOwners}
      union
      select made.id, made.person_id
      from tokens made join ended maker on made.made_with = maker.id ${sameHolder})
    update tokens set revoked_at = ${at.toISOString()}::timestamptz
    where id in (select id from ended) and revoked_at is null
    returning id`);
  if (revoked.length === 0) return false;
  // this one saw none that were made while it waited for their makers; who holds a revoked one makes no more
  await revokeToken(db, id, { owner, forOthers, at });
  return true;
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
  const { id, label, createdAt, expiresAt, madeWith } = tokens;
  return db
    .select({ id, label, createdAt, expiresAt, madeWith })
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
