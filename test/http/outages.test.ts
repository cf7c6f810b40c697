/** The database goes away, or does not do its work: what those are answered who ask meanwhile. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startEmbedded, type EmbeddedDatabase } from '../../src/embedded/start.ts';
import { codeOf } from '../../src/store/outage.ts';
import { serve, thenNotReady, type Reply, type Serving } from '../support/serving.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** A PostgreSQL of this file's own, for what would happen to the others too. */
let folder: string;
let cluster: EmbeddedDatabase;
let owner: postgres.Sql;
let server: Serving;
let [held, free] = ['', ''];
const cluttered = { fsync: 'off', max_connections: '20', superuser_reserved_connections: '0' };
const limits = {
  RECOURSE_CONNECT_TIMEOUT: '1.5',
  RECOURSE_LOCK_TIMEOUT: '1',
  RECOURSE_STATEMENT_TIMEOUT: '2',
  RECOURSE_ANSWER_TIMEOUT: '2.5',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-outage-'));
  cluster = await startEmbedded(folder, { settings: cluttered });
  owner = postgres(cluster.url, { max: 2, onnotice: () => undefined, backoff: false });
  server = await serve(cluster.url, { ...limits, LOG_LEVEL: 'warn' });
  await server.hire({ ada: ['lead'], cleo: ['responder'], eve: ['auditor'] });
  [held, free] = await Promise.all([open(), open()]);
});
afterAll(async () => {
  await server?.stop();
  await owner?.end({ timeout: 1 });
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const open = async () => {
  const { body } = await server.ask('cleo', '/v1/cases', { channel: 'email' });
  return (body as { id: string }).id;
};
const note = (id: string) =>
  server.ask('cleo', `/v1/cases/${id}/events`, {
    type: 'case.addNote',
    text: 'a secret of theirs',
  });
const ready = () => server.ask('nobody', '/readyz');
const many = <Result>(count: number, ask: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, ask));
const worksAgain = () =>
  vi.waitFor(
    async () => {
      expect(await ready()).toMatchObject({ status: 200 });
      for (const id of [held, free]) expect(await note(id)).toMatchObject({ status: 200 });
    },
    { timeout: 30_000, interval: 50 },
  );
const slowest = (replies: readonly Reply[]) => Math.max(...replies.map(({ took }) => took));

test('a case whose row somebody holds takes no steps, and holds up no other case', async () => {
  const holder = await owner.reserve();
  await holder.unsafe(`begin; select from cases where case_id = '${held}' for update`);
  const waiting = many(30, () => note(held));
  const others: Reply[] = [];
  for (let round = 0; round < 15; round += 1)
    others.push(
      ...(await Promise.all([ready(), note(free), server.ask('ada', `/v1/cases/${held}`)])),
    );
  for (const reply of others) expect(reply.status, reply.text).toBe(200);
  expect(slowest(others)).toBeLessThan(3_000);
  const replies = await waiting;
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([503]));
  thenNotReady(replies[0] as Reply, /locked/);
  expect(slowest(replies)).toBeLessThan(9_000);
  await holder.unsafe('rollback');
  holder.release();
  await worksAgain();
});

test('without a connection left, work goes on over those that it has', async () => {
  const taken: postgres.Sql[] = [];
  try {
    for (let full = false; !full;) {
      const one = postgres(cluster.url, { max: 1, onnotice: () => undefined });
      taken.push(one);
      full = await one`select`.then(
        () => false,
        (error: unknown) => codeOf(error) === '53300',
      );
    }
    const replies = await many(60, () => server.ask('ada', '/v1/cases'));
    for (const reply of replies)
      if (reply.status !== 200) thenNotReady(reply, /too many connections/);
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  } finally {
    await Promise.all(taken.map((one) => one.end({ timeout: 1 })));
  }
  await worksAgain();
});

test('what PostgreSQL refuses is told by its kind, and not in its words', async () => {
  await owner.unsafe(`
    create function no_room() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend: %', new.type using errcode = '53100'; end $$;
    create trigger no_room before insert on history for each row execute function no_room()`);
  const reply = await note(free);
  thenNotReady(reply, /^The database: storage full\. /);
  await owner.unsafe('drop function no_room cascade');
  expect(server.log()).toContain('"outage":"storage full","code":"53100"');
  expect(server.log() + reply.text).not.toMatch(/could not extend|a secret of theirs/);
  await worksAgain();
});

describe('whether it is ready says', () => {
  /** For sessions that begin from then on. */
  const withSetting = async (setting: string, kind: RegExp) => {
    const renewed = async (change: string) => {
      await owner.unsafe(`alter database recourse ${change}`);
      await owner`select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
    };
    await renewed(`set ${setting}`);
    await vi.waitFor(async () => thenNotReady(await ready(), kind), 10_000);
    const refused = await note(free);
    await owner`set default_transaction_read_only = off`;
    await renewed(`reset ${setting.split(' ')[0]}`);
    await worksAgain();
    return refused;
  };

  test('that the database only reads', async () => {
    const refused = await withSetting('default_transaction_read_only = on', /: read only\./);
    thenNotReady(refused, /: read only\./);
  });

  test('that there is no room to write', async () => {
    // as a disk would that is full: a temporary file can't grow
    const taken = await withSetting("temp_file_limit = '64kB'", /: out of resources\./);
    expect(taken.status).toBe(200);
  });
});

test('a PostgreSQL that has stopped answering keeps nobody waiting', async () => {
  const lock = await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8');
  const postmaster = lock.split('\n', 1)[0] ?? '';
  const backends = execFileSync('ps', ['-o', 'pid=', '--ppid', postmaster], { encoding: 'utf8' });
  const processes = [postmaster, ...backends.trim().split(/\s+/)].map(Number);
  for (const pid of processes) process.kill(pid, 'SIGSTOP');
  try {
    const asking = () => Promise.all([note(free), server.ask('ada', '/v1/cases'), ready()]);
    for (const reply of (await many(10, asking)).flat()) {
      thenNotReady(reply, /no answer|out of reach|busy/);
      expect(reply.took).toBeLessThan(8_000);
    }
    // whoever comes now finds no connection, and learns it as soon
    for (const reply of await asking()) thenNotReady(reply, /no answer|out of reach|busy/);
  } finally {
    for (const pid of processes) process.kill(pid, 'SIGCONT');
  }
  await worksAgain();
});

test('a PostgreSQL that is gone is told at once, and found again when it is back', async () => {
  const port = Number(new URL(cluster.url).port);
  const back = new AbortController();
  const asking = (async () => {
    const replies: Reply[] = [];
    while (!back.signal.aborted)
      replies.push(...(await Promise.all([note(free), note(held), ready()])));
    return replies;
  })();
  try {
    await cluster.stop();
    await vi.waitFor(async () => thenNotReady(await ready(), /out of reach/), 10_000);
    cluster = await startEmbedded(folder, { port, settings: cluttered });
    await worksAgain();
  } finally {
    back.abort();
  }
  const replies = await asking;
  expect(slowest(replies)).toBeLessThan(8_000);
  for (const reply of replies) if (reply.status !== 200) thenNotReady(reply, /./);
  expect([server.exitCode(), server.faults()]).toEqual([null, '']);
});

test('what was recorded is whole', async () => {
  for (const id of [held, free]) {
    const { body } = await server.ask('eve', `/v1/cases/${id}/verification`);
    expect(body).toMatchObject({ ok: true });
  }
  expect(await server.stop()).toBe(0);
});
