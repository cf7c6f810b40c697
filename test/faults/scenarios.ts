/** What happens to servers on one PostgreSQL, each while they are under load. */
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import { sessionsOf, whileFrozen, whileHeld, type Database } from './database.ts';
import type { Load, Target } from './load.ts';

export interface Scenario {
  readonly name: string;
  /** How long it goes on in the short run, and in the long one. */
  readonly seconds: readonly [number, number];
  readonly run: (stage: Stage, seconds: number) => Promise<void>;
}

interface Stage extends Target {
  readonly database: Database;
  readonly load: Load;
}

/** Again and again for so long. */
async function repeatedly(seconds: number, work: (round: number) => Promise<unknown>) {
  const until = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < until; round += 1) await work(round);
}

const inTurn = <Item>(items: readonly Item[], round: number) => items[round % items.length] as Item;

const kills: Scenario = {
  name: 'servers are killed',
  seconds: [8, 50],
  run: ({ servers }, seconds) =>
    repeatedly(seconds, async (round) => {
      await delay(300);
      await inTurn(servers, round).kill();
    }),
};

const restarts: Scenario = {
  name: 'PostgreSQL ends, fast, at once or killed, and comes back',
  seconds: [9, 50],
  run: ({ database }, seconds) =>
    repeatedly(seconds, async (round) => {
      const signal = inTurn(['SIGINT', 'SIGQUIT', 'SIGKILL'] as const, round);
      process.kill(await database.postmaster(), signal);
      await delay(3_000);
    }),
};

const terminations: Scenario = {
  name: 'sessions are terminated',
  seconds: [6, 40],
  run: ({ database }, seconds) =>
    database.asked((sql) =>
      repeatedly(seconds, async () => {
        for (const pid of await sessionsOf(sql)) await sql`select pg_terminate_backend(${pid})`;
        await delay(50);
      }),
    ),
};

const tables = ['cases', 'history', 'log_nodes', 'checkpoints', 'tokens', 'deadlines'];

const waiting: Scenario = {
  name: 'sessions that wait for a lock are terminated, and so in any statement and transaction',
  seconds: [5, 40],
  run: ({ database }, seconds) =>
    database.asked((sql) =>
      repeatedly(seconds, (round) =>
        whileHeld(database, `lock table ${inTurn(tables, round)}`, async () => {
          await delay(300);
          await sql`select pg_terminate_backend(pid) from pg_stat_activity
            where usename = 'recourse' and wait_event_type = 'Lock'`;
        }),
      ),
    ),
};

const exhaustion: Scenario = {
  name: 'others use up the connections',
  seconds: [6, 40],
  run: async ({ database }, seconds) => {
    const others: Sql[] = [];
    try {
      await database.asked((sql) =>
        repeatedly(seconds, async (round) => {
          // what a server loses, others take
          const pids = await sessionsOf(sql);
          if (pids.length > 3) await sql`select pg_terminate_backend(${inTurn(pids, round)})`;
          const other = postgres(database.url, {
            max: 1,
            connection: { application_name: 'others' },
          });
          if (await other`select 1`.catch(() => undefined)) others.push(other);
          else await Promise.all([other.end({ timeout: 0 }), delay(100)]);
        }),
      );
    } finally {
      await Promise.all(others.map((other) => other.end({ timeout: 0 })));
    }
  },
};

const rowLock: Scenario = {
  name: 'another session locks a case, to which many write',
  seconds: [12, 30],
  run: async ({ database, cases, acknowledged, load, faults }, seconds) => {
    const locked = String(cases[0]);
    const lock = `select from cases where case_id = '${locked}' for update`;
    const before = acknowledged.length;
    let rush: Promise<void> | undefined;
    await whileHeld(database, lock, async () => {
      rush = load.rush(locked, 20);
      await delay(seconds * 1000);
      const others = acknowledged.slice(before).filter(({ caseId }) => caseId !== locked);
      if (others.length < seconds) faults.add('one locked case holds up the others');
    });
    await rush;
  },
};

const tableLock: Scenario = {
  name: 'another session locks the history',
  seconds: [0, 15],
  run: ({ database }, seconds) =>
    whileHeld(database, 'lock table history', () => delay(seconds * 1000)),
};

const someFrozen: Scenario = {
  name: 'half of the sessions are frozen',
  seconds: [12, 30],
  run: async ({ database }, seconds) => {
    const pids = await database.asked(sessionsOf);
    await whileFrozen(
      pids.filter((_, i) => i % 2 === 0),
      () => delay(seconds * 1000),
    );
  },
};

const allFrozen: Scenario = {
  name: 'PostgreSQL is frozen',
  seconds: [12, 30],
  run: async ({ database }, seconds) => {
    const rows = await database.asked(
      (sql) => sql<{ pid: number }[]>`
        select pid from pg_stat_activity where pid <> pg_backend_pid()`,
    );
    const pids = [await database.postmaster(), ...rows.map(({ pid }) => pid)];
    await whileFrozen(pids, () => delay(seconds * 1000));
  },
};

/** In the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  kills,
  restarts,
  terminations,
  waiting,
  exhaustion,
  rowLock,
  tableLock,
  someFrozen,
  allFrozen,
];
