/** The embedded PostgreSQL, and what happens to it from outside. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  EmbeddedDatabaseFailed,
  startEmbedded,
  type EmbeddedDatabase,
  type EmbeddedOptions,
} from '../../src/embedded/start.ts';
import { connect, type Database } from '../../src/store/database.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let database: EmbeddedDatabase;
let said: string[];
const data = () => join(folder, 'postgres/data');
const lock = () => join(data(), 'postmaster.pid');
const start = (options: EmbeddedOptions = {}) =>
  startEmbedded(folder, {
    settings: { fsync: 'off' },
    report: (line) => said.push(line),
    ...options,
  });
const pidOf = async () => Number((await readFile(lock(), 'utf8')).split('\n', 1)[0]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-embedded-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
beforeEach(async () => {
  said = [];
  database = await start({ pauses: [50, 100, 200, 400] });
});
afterEach(() => database.stop());

/** What a client gets, asking again where it finds the connection of before. */
async function ask(client: Database, query: string): Promise<unknown> {
  const rows = async () => client.db.execute(query).catch(() => []);
  await expect.poll(rows, { timeout: 60_000 }).toHaveLength(1);
  return rows();
}

describe('a PostgreSQL that was killed', () => {
  test('comes back where its clients look for it, with what was committed', async () => {
    const client = connect(database.url, { max: 1 });
    await client.db.execute('create table kept as select 1 as one');
    process.kill(await pidOf(), 'SIGKILL');
    await expect.poll(() => said, { timeout: 60_000 }).toHaveLength(2);
    expect(said).toEqual([
      'the embedded PostgreSQL ended (SIGKILL); starting it again',
      'the embedded PostgreSQL is back',
    ]);
    expect(await ask(client, 'select one from kept')).toEqual([{ one: 1 }]);
    await client.close();
  });

  test('that cannot come back is said in one line', async () => {
    await rename(join(data(), 'PG_VERSION'), join(data(), 'moved'));
    process.kill(await pidOf(), 'SIGKILL');
    const problem = await database.running.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(EmbeddedDatabaseFailed);
    expect(String(problem)).toMatch(
      /: the embedded PostgreSQL ended and cannot be started again: .*is not a valid data directory/,
    );
    expect(String(problem)).not.toContain('\n');
    await rename(join(data(), 'moved'), join(data(), 'PG_VERSION'));
  });

  test('does not come back once it is to be stopped', async () => {
    process.kill(await pidOf(), 'SIGKILL');
    await database.stop();
    await database.running;
    expect(said).not.toContain('the embedded PostgreSQL is back');
    database = await start();
  });
});

describe('a lock', () => {
  test.each(['', '\0\0\0\0', 'what was it\n'])(
    'that says %j, as a power cut may leave it, is in nobody’s way',
    async (left) => {
      await database.stop();
      await writeFile(lock(), left);
      database = await start();
      const client = connect(database.url, { max: 1 });
      expect(await ask(client, 'select 1 as one')).toEqual([{ one: 1 }]);
      await client.close();
    },
  );

  test('that was emptied under a server that runs opens it to nobody', async () => {
    const whole = await readFile(lock());
    await writeFile(lock(), '');
    await expect(start()).rejects.toThrow(
      `is in use by another server (process ${parseInt(String(whole))})`,
    );
    await writeFile(lock(), whole);
  });
});
