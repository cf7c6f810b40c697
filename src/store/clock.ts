import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { statement } from './statement.ts';

// as a number, since a time without a time zone is read as each driver likes
const clock = statement<{ at: string }>(
  sql`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as at`,
);

/** What the database's own clock says. */
export async function readClock(db: Db): Promise<Date> {
  const [row] = await clock(db, {});
  return new Date(Number(row?.at));
}
