/** A PostgreSQL of the test's own, which writes to the disk, and what can be done to it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import { startEmbedded } from '../../src/embedded/start.ts';

export interface Database {
  /** As the README has it: the database's owner, who is no superuser. */
  readonly url: string;
  /** Asks as the superuser, on a connection of its own. */
  readonly asked: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
  /** Its process id. */
  readonly postmaster: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** The process id of an embedded database's postmaster; waits for it where it is about to start. */
export async function postmasterOf(folder: string): Promise<number> {
  for (;;) {
    const lock = await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8').catch(
      () => '',
    );
    const [pid, , , , , , , status] = lock.split('\n');
    if (status?.startsWith('ready')) return Number(pid);
    await delay(50);
  }
}

/** Starts one with an empty database for Recourse, as the README has it made. */
export async function startDatabase(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<Database> {
  // it is ended more often than a minute here than anywhere else in a year
  const server = await startEmbedded(folder, {
    settings,
    pauses: Array.from({ length: 1_000 }, () => 200),
  });
  const at = new URL(server.url);
  const askedOf = async <Result>(name: string, work: (sql: Sql) => Promise<Result>) => {
    at.pathname = name;
    const sql = postgres(at.href, {
      max: 1,
      connection: { application_name: 'the test' },
      onnotice: () => undefined,
    });
    try {
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
  await askedOf('postgres', async (sql) => {
    await sql`create role recourse login password 'a-password'`;
    await sql`create database faults owner recourse`;
    await sql`create role recourse_server nologin`;
    await sql`grant recourse_server to recourse`;
  });
  return {
    url: `postgres://recourse:a-password@127.0.0.1:${at.port}/faults`,
    asked: async (work) => askedOf('faults', work),
    postmaster: () => postmasterOf(folder),
    stop: () => server.stop(),
  };
}

/** Does something while another session is inside a transaction in which it said that. */
export async function whileHeld<Result>(
  { asked }: Database,
  statement: string,
  work: () => Promise<Result>,
): Promise<Result> {
  return asked(async (sql) => {
    await sql.unsafe(`begin; ${statement}`);
    try {
      return await work();
    } finally {
      await sql`rollback`;
    }
  });
}

/** The process ids of the servers' sessions. */
export async function sessionsOf(sql: Sql): Promise<number[]> {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where usename = 'recourse' and application_name not in ('others', 'the test')`;
  return rows.map(({ pid }) => pid);
}

/** Freezes processes of PostgreSQL's, and thaws them whatever happens. */
export async function whileFrozen(pids: readonly number[], work: () => Promise<void>) {
  const all = (signal: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // has ended
      }
    }
  };
  const thaw = () => all('SIGCONT');
  process.on('exit', thaw);
  all('SIGSTOP');
  try {
    await work();
  } finally {
    thaw();
    process.off('exit', thaw);
  }
}
