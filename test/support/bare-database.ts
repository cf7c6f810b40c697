import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { connect, type Database } from '../../src/store/database.ts';

/** A database with the driver beside it, for what drizzle cannot say. */
export interface BareDatabase extends Database {
  readonly sql: postgres.Sql;
}

/** Opens a pool of few, and the driver's own with the same role. */
export function connectBare(
  url: string,
  { role, max = 4 }: { role?: string; max?: number } = {},
): BareDatabase {
  const database = connect(url, { max, ...(role !== undefined && { role }) });
  const connection = { TimeZone: 'UTC', ...(role !== undefined && { role }) };
  const sql = postgres(url, { max: 2, onnotice: () => undefined, connection });
  // it gives times as the database writes them, as drizzle has them given
  drizzle(sql);
  const close = async () => void (await Promise.all([database.close(), sql.end({ timeout: 5 })]));
  return { ...database, sql, close };
}
