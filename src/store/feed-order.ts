/** Keeps the order of the feed where the numbers of transactions begin anew. */
import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';

/** Which numbers these are. A dump goes into another database, a backup onto another timeline. */
const present = sql`
  select system_identifier || '/' || timeline_id || '/' || oid
  from pg_control_system(), pg_control_checkpoint(), pg_database where datname = current_database()`;

/**
 * Where the database is not the one that the order was made in, has what is written from now on go behind
 * all that was, and behind every position that anybody may have kept: one who had read further than the
 * backup misses nothing that comes after it.
 */
export async function renewFeedOrder(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.execute<{ known: string; origin: string; epoch: string }>(sql`
      select feed_origin() as known, (${present}) as origin,
        -- more than a cluster ever counts; and the minute, as a backup can be put back twice
        greatest(feed_epoch() + (1::bigint << 44),
                 floor(extract(epoch from now()) / 60)::bigint << 37)::text as epoch`);
    if (!row || row.known === row.origin) return;
    // who writes meanwhile would do so by the old one
    await tx.execute(sql`lock table history in share row exclusive mode`);
    for (const [name, type, value] of [
      ['feed_epoch', 'bigint', row.epoch],
      ['feed_origin', 'text', row.origin],
    ] as const)
      await tx.execute(
        sql.raw(`create or replace function ${name}() returns ${type} language sql immutable
                 parallel safe as $$ select '${value}'::${type} $$`),
      );
  });
}
