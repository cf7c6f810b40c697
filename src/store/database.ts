/**
 * The one way to PostgreSQL: postgres.js below, drizzle on top.
 */
import { fileURLToPath } from 'node:url';
import { getTableName, is, sql as statement } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { PgTable, type PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Options, type PostgresType, type Sql } from 'postgres';
import * as schema from '../../drizzle/schema.ts';

/** A database or a transaction: what every function of the store takes first. */
export type Db = PgDatabase<PostgresJsQueryResultHKT>;

/** A pool of connections. */
export interface Database {
  readonly db: Db;
  /** For what drizzle cannot say. */
  readonly sql: Sql;
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

/**
 * Opens a pool. It connects at the first statement.
 *
 * @param options `max`: connections, 10 if left out; `role`: the role to work under
 */
export function connect(url: string, options: { max?: number; role?: string } = {}): Database {
  const { max = 10, role } = options;
  const sql = open(url, {
    max,
    connection: {
      TimeZone: 'UTC',
      // statements are made so that one plan suits whatever they ask; planning anew costs lists more than reading
      plan_cache_mode: 'force_generic_plan',
      // what row-level security is said to cost (0005) would have PostgreSQL compile each list
      jit: 'off',
      ...(role !== undefined && { role }),
    },
  });
  return { db: drizzle(preparing(sql)), sql, close: () => sql.end({ timeout: 5 }) };
}

/**
 * Drizzle sends its statements to be parsed and planned each time; prepared, under their text, they are
 * planned once a connection. It saves a round trip, and half of the database's time for a step.
 */
const preparing = (sql: Sql): Sql =>
  new Proxy(sql, {
    get: (target, key, receiver) =>
      key === 'unsafe'
        ? (query: string, parameters?: never[]) =>
            target.unsafe(query, parameters, { prepare: true })
        : (Reflect.get(target, key, receiver) as unknown),
  });

/**
 * Brings the database up to date. Several processes may do so at once: one works, the others wait
 * and find nothing left to do.
 *
 * @param url of the owner of the tables, who creates the server's role as well
 * @throws {ServerRoleMissing} when the owner may not create the role
 * @throws {RestoreIncomplete} when the tables that the migrations made are not all there for the server
 */
export async function migrate(url: string): Promise<void> {
  // One connection that is never renewed: the lock belongs to it.
  const sql = open(url, { max: 1, max_lifetime: null });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    await ensureServerRole(sql);
    await runMigrations(drizzle(sql), { migrationsFolder });
    // So that the server can tell whether it is up to date.
    await sql`grant usage on schema drizzle to ${sql(serverRole)}`;
    await sql`grant select on drizzle.__drizzle_migrations to ${sql(serverRole)}`;
    await requireTables(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Counts the migrations that this code knows and the database has not seen. */
export async function pendingMigrations(db: Db): Promise<number> {
  const known = readMigrationFiles({ migrationsFolder });
  const [table] = await db.execute(
    statement`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
  );
  if (table?.['exists'] !== true) return known.length;
  const [newest] = await db.execute(
    statement`select coalesce(max(created_at), 0) as applied from drizzle.__drizzle_migrations`,
  );
  // As drizzle judges it: by the time that the journal gives.
  return known.filter((migration) => migration.folderMillis > Number(newest?.['applied'])).length;
}

function open(url: string, options: Options<Record<string, PostgresType>>): Sql {
  // Notices would go to standard output, which is for whoever started the server.
  return postgres(url, { prepare: true, onnotice: () => undefined, ...options });
}

/** That the server may read every table: a restore may have left out tables, or rights. */
async function requireTables(sql: Sql): Promise<void> {
  const tables = Object.values(schema).filter((table) => is(table, PgTable));
  const usable = await sql`
    select from unnest(${tables.map(getTableName)}::text[]) name
    where to_regclass(quote_ident(name)) is not null
      and has_table_privilege(${serverRole}, quote_ident(name), 'select')`;
  if (usable.length < tables.length) throw new RestoreIncomplete();
}

/** Creates the role and makes the current user a member, in as many steps as are missing. */
async function ensureServerRole(sql: Sql): Promise<void> {
  for (let tries = 10; ; tries -= 1) {
    const [role] = await sql`
      select pg_has_role(oid, case when current_setting('server_version_num')::int < 160000
                                   then 'MEMBER' else 'SET' end) as ours
      from pg_roles where rolname = ${serverRole}`;
    if (role?.['ours'] === true) return;
    try {
      await (role
        ? sql`grant ${sql(serverRole)} to current_user`
        : sql`create role ${sql(serverRole)} nologin`);
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
      if (error.code === '42501') throw new ServerRoleMissing(sql.options.user);
      // Roles belong to the whole cluster, this lock to one database: someone else was first.
      if (!wonByAnother.has(error.code) || tries === 0) throw error;
    }
  }
}
