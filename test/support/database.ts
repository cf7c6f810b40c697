import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { inject } from 'vitest';
import { migrate } from '../../src/store/database.ts';
import { connectBare, type BareDatabase } from './bare-database.ts';

/** A database of a test file's own. */
export interface TestDatabase extends BareDatabase {
  /** As the owner, who may do everything. */
  readonly url: string;
}

/**
 * Copies the migrated template.
 *
 * @param options `role`: the role that `db` and `sql` work under; the owner's if left out. `sorting`: a
 *   language by which the database sorts, of which there is no template: it is migrated anew
 * @returns the copy; `close` drops it, whoever is connected
 */
export async function cloneDatabase({
  sorting,
  ...options
}: { role?: string; sorting?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(inject('templateUrl'));
  const template = url.pathname.slice(1);
  if (sorting === undefined) await maintain((sql) => createFrom(sql, name, template));
  else
    await maintain((sql) =>
      sql.unsafe(`create database ${name} template template0 encoding utf8
        locale_provider icu icu_locale '${sorting}' locale 'C'`),
    );
  url.pathname = name;
  if (sorting !== undefined) await migrate(url.href);
  const database = connectBare(url.href, options);
  return {
    ...database,
    url: url.href,
    async close() {
      await database.close();
      await maintain((sql) => sql`drop database if exists ${sql(name)} with (force)`);
    },
  };
}

async function createFrom(sql: postgres.Sql, name: string, template: string): Promise<void> {
  for (let tries = 200; ; tries -= 1) {
    try {
      // Copying files is dearer than writing a small template to the log.
      await sql`create database ${sql(name)} template ${sql(template)} strategy wal_log`;
      return;
    } catch (error) {
      const busy = error instanceof postgres.PostgresError && error.code === '55006';
      if (!busy || tries === 0) throw error;
      // Another file is copying it.
      await delay(25);
    }
  }
}

async function maintain(work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const url = new URL(inject('templateUrl'));
  url.pathname = 'postgres';
  const sql = postgres(url.href, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
