import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';

/**
 * Whether the database takes what is written. Nothing stays of it: sorting in too little memory
 * writes a temporary file of some hundred kilobytes, beside the tables.
 *
 * @returns false where it only reads, such as a standby
 * @throws what PostgreSQL says where there is no room (53100)
 */
export async function canWrite(db: Db): Promise<boolean> {
  // The limit is set before the sort begins, being asked for once, above it; 0.3 MB go past 64 kB.
  const [row] = await db.execute<{ writes: boolean }>(sql`
    select current_setting('transaction_read_only') = 'off' as writes, count(line)
    from (select i, repeat(md5(i::text), 8) as line from generate_series(1, 1000) i
          order by line offset 0) sorted
    where (select set_config('work_mem', '64kB', true)) is not null and i > 0`);
  return row?.writes === true;
}
