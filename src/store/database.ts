/**
 * The one way to PostgreSQL: postgres.js below, drizzle on top.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getTableName, is, sql, type SQL } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { PgTable, type PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsDatabase, PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import * as schema from '../../drizzle/schema.ts';
import { unlimited, type Limits } from '../config/limits.ts';
import { clientOver, drizzleOver, inTransaction } from './client.ts';
import { Connection, connectionOptions } from './connection.ts';
import { renewFeedOrder } from './feed-order.ts';
import { codeOf } from './outage.ts';
import { Pool } from './pool.ts';

/** A database or a transaction: what every function of the store takes first. */
export type Db = PgDatabase<PostgresJsQueryResultHKT>;

/** A pool of connections. */
export interface Database {
  readonly db: Db;
  /** Lets running statements finish, for up to five seconds. */
  close(): Promise<void>;
}

/**
 * The role that the server works under. It owns nothing and is no superuser, so row-level security
 * and the guard of the history hold for it; the migrations say what it may do.
 */
export const serverRole = 'recourse_server';

const migrationsFolder = fileURLToPath(new URL('../../drizzle/migrations', import.meta.url));

/** Any number will do, as long as all servers agree on it. */
const migrationLock = 4_726_552_811;

/** duplicate_object, unique_violation, and internal_error for a tuple that is updated twice at once. */
const wonByAnother = new Set(['42710', '23505', 'XX000']);

/** The migrating user may not create the server's role. The message says, in a line, what to run. */
export class ServerRoleMissing extends Error {
  override readonly name = 'ServerRoleMissing';

  constructor(user: string) {
    super(
      `the database user may not set up the role ${serverRole}: have a superuser run ` +
        `CREATE ROLE ${serverRole} NOLOGIN; GRANT ${serverRole} TO "${user}"; ` +
        '(leave out what is there already)',
    );
  }
}

/** A dump went in where the server's role was missing, or not wholly. The message says, in a line, what to do. */
export class RestoreIncomplete extends Error {
  override readonly name = 'RestoreIncomplete';

  constructor() {
    super(
      `the database was restored in part, or before there was the role ${serverRole}: ` +
        'drop it, and restore it in the order that README.md says under "Restore"',
    );
  }
}

/** How long a statement with others behind it waits for a lock, in milliseconds, before it is sent again. */
const shortWait = 200;

/**
 * Opens a pool. It connects at the first statement.
 *
 * @param options `max`: connections, 10 if left out; `role`: the role to work under; `limits`: none if
 *   left out; `depth`: how many statements may travel together on one connection, 1 if left out
 */
export function connect(
  url: string,
  options: { max?: number; role?: string; limits?: Limits; depth?: number } = {},
): Database {
  const { max = 10, role, limits = unlimited, depth = 1 } = options;
  const lock = depth > 1 ? Math.min(shortWait, limits.lock) : limits.lock;
  const settings = {
    TimeZone: 'UTC',
    // statements are made so that one plan suits whatever they ask; planning anew costs lists more than reading
    plan_cache_mode: 'force_generic_plan',
    // what row-level security is said to cost (0005) would have PostgreSQL compile each list
    jit: 'off',
    ...(role !== undefined && { role }),
  };
  const pool = new Pool(connectionOptions(url, { ...limits, lock }, settings), {
    limits,
    max,
    depth,
    lockPause: lock,
  });
  return { db: drizzleOver(pool.client), close: async () => pool.close() };
}

/**
 * Brings the database up to date. Several processes may do so at once: one works, the others wait
 * and find nothing left to do.
 *
 * @param url of the owner of the tables, who creates the server's role as well
 * @param options `signal`: ends the waiting; `onWait`: called where there is waiting to do
 * @throws {ServerRoleMissing} when the owner may not create the role
 * @throws {RestoreIncomplete} when the tables that the migrations made are not all there for the server
 */
export async function migrate(url: string, waiting: Waiting = {}): Promise<void> {
  // One connection from the beginning to the end: the lock belongs to it.
  const options = connectionOptions(url, unlimited);
  const connection = new Connection(options);
  await connection.open(unlimited.connect);
  const db = drizzleOver(
    clientOver(
      options,
      async (sending) => connection.send(sending, 0),
      async (work) => inTransaction(connection, options, 0, work),
    ),
  );
  try {
    await lockMigrations(db, waiting);
    await ensureServerRole(db, options.user);
    await runMigrations(db as PostgresJsDatabase, { migrationsFolder });
    // So that the server can tell whether it is up to date.
    await db.execute(sql`grant usage on schema drizzle to ${theRole}`);
    await db.execute(sql`grant select on drizzle.__drizzle_migrations to ${theRole}`);
    await requireTables(db);
    await renewFeedOrder(db);
  } finally {
    await connection.close();
  }
}

interface Waiting {
  readonly signal?: AbortSignal;
  readonly onWait?: () => void;
}

/** Asks again and again: a session that waits in PostgreSQL goes on waiting when we are gone, and locks in vain. */
async function lockMigrations(db: Db, { signal, onWait }: Waiting): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const [lock] = await db.execute(sql`select pg_try_advisory_lock(${migrationLock}) as ours`);
    if (lock?.['ours'] === true) return;
    if (tries === 0) onWait?.();
    await delay(100, undefined, { ...(signal && { signal }) });
  }
}

/** Counts the migrations that this code knows and the database has not seen. */
export async function pendingMigrations(db: Db): Promise<number> {
  const known = readMigrationFiles({ migrationsFolder });
  const [table] = await db.execute(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
  );
  if (table?.['exists'] !== true) return known.length;
  const [newest] = await db.execute(
    sql`select coalesce(max(created_at), 0) as applied from drizzle.__drizzle_migrations`,
  );
  // As drizzle judges it: by the time that the journal gives.
  return known.filter((migration) => migration.folderMillis > Number(newest?.['applied'])).length;
}

const theRole: SQL = sql`${sql.identifier(serverRole)}`;

/** That the server may read every table: a restore may have left out tables, or rights. */
async function requireTables(db: Db): Promise<void> {
  const tables = Object.values(schema).filter((table) => is(table, PgTable));
  const usable = await db.execute(sql`
    select from unnest(${sql.param(tables.map(getTableName))}::text[]) name
    where to_regclass(quote_ident(name)) is not null
      and has_table_privilege(${serverRole}, quote_ident(name), 'select')`);
  if (usable.length < tables.length) throw new RestoreIncomplete();
}

/** Creates the role and makes the current user a member, in as many steps as are missing. */
async function ensureServerRole(db: Db, user: string): Promise<void> {
  for (let tries = 10; ; tries -= 1) {
    const [role] = await db.execute(sql`
      select pg_has_role(oid, case when current_setting('server_version_num')::int < 160000
                                   then 'MEMBER' else 'SET' end) as ours
      from pg_roles where rolname = ${serverRole}`);
    if (role?.['ours'] === true) return;
    try {
      await db.execute(
        role ? sql`grant ${theRole} to current_user` : sql`create role ${theRole} nologin`,
      );
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === '42501') throw new ServerRoleMissing(user);
      // Roles belong to the whole cluster, this lock to one database: someone else was first.
      if (!wonByAnother.has(code) || tries === 0) throw error;
    }
  }
}
