/** Sessions of the database that are terminated, in every kind of statement and of transaction. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { serve, thenNotReady, type Serving } from '../support/serving.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let server: Serving;
let id: string;
beforeAll(async () => {
  database = await cloneDatabase();
  server = await serve(database.url, { RECOURSE_LOCK_TIMEOUT: '6', LOG_LEVEL: 'warn' });
  await server.hire({ ada: ['lead'], cleo: ['responder'], eve: ['auditor'], dov: ['organizer'] });
  const opened = await server.ask('cleo', '/v1/cases', { channel: 'email' });
  ({ id } = opened.body as { id: string });
  await server.ask('cleo', `/v1/cases/${id}/events`, { type: 'case.addNote', text: 'words' });
});
afterAll(async () => {
  await server?.stop();
  await database?.close();
});

/** Whoever waits for a lock now loses their session. */
const terminateWaiting = async () => {
  const ended = await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  expect(ended.length).toBeGreaterThan(0);
};

/** Does something while somebody else holds a lock. */
async function whileLocked<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  const holder = await database.sql.reserve();
  try {
    await holder.unsafe(`begin; ${lock}`);
    return await work();
  } finally {
    await holder.unsafe('rollback');
    holder.release();
  }
}

const rowOf = (person: string) => `select from people where id = '${person}' for update`;
const table = (name: string) => `lock table ${name} in access exclusive mode`;

interface Asked {
  readonly by: string;
  readonly path: () => string;
  readonly body?: object;
  readonly method?: string;
}

const ask = ({ by, path, body, method }: Asked) => server.ask(by, path(), body, method);

test.each<[what: string, lock: () => string, asked: Asked]>([
  [
    'a checkpoint',
    () => 'select pg_advisory_xact_lock(4726552812)',
    { by: 'eve', path: () => '/v1/checkpoints', method: 'POST' },
  ],
  [
    'a token being made',
    () => rowOf('ada'),
    { by: 'admin', path: () => '/v1/people/ada/tokens', body: { label: 'one' } },
  ],
  [
    'a person being changed',
    () => rowOf('ada'),
    { by: 'admin', path: () => '/v1/people/ada', body: { name: 'Ada' }, method: 'PATCH' },
  ],
  [
    'a step',
    () => `select from cases where case_id = '${id}' for update`,
    {
      by: 'cleo',
      path: () => `/v1/cases/${id}/events`,
      body: { type: 'case.addNote', text: 'more' },
    },
  ],
  [
    'an opening',
    () => table('codenames'),
    { by: 'cleo', path: () => '/v1/cases', body: { channel: 'email' } },
  ],
  ['who is asking', () => table('tokens'), { by: 'cleo', path: () => '/v1/me' }],
  ['a list', () => table('cases'), { by: 'ada', path: () => '/v1/cases' }],
  ['a history', () => table('history'), { by: 'ada', path: () => `/v1/cases/${id}/history` }],
  [
    'an access being noted',
    () => table('accesses'),
    { by: 'ada', path: () => `/v1/cases/${id}/history` },
  ],
  [
    'a verification',
    () => table('history'),
    { by: 'eve', path: () => `/v1/cases/${id}/verification` },
  ],
  ['an export', () => table('checkpoints'), { by: 'eve', path: () => `/v1/cases/${id}/export` }],
])('%s that loses its session is answered 503, and works the next time', async (_, lock, asked) => {
  const entries = async () => {
    const [row] = await database.sql`select count(*)::int as count from history`;
    return Number(row?.['count']);
  };
  const before = await entries();
  const reply = await whileLocked(lock(), async () => {
    const asking = ask(asked);
    await vi.waitFor(terminateWaiting, { timeout: 5_000, interval: 20 });
    return asking;
  });
  thenNotReady(reply, /connection lost/);
  const isWrite = asked.body !== undefined || asked.method !== undefined;
  expect(reply.text.includes('same Idempotency-Key')).toBe(isWrite);
  expect(await entries()).toBe(before);
  const again = await ask(asked);
  expect(again.status, again.text).toBeLessThan(300);
  expect([server.exitCode(), server.faults()]).toEqual([null, '']);
});

test('a job that loses its session is done the next time', async () => {
  await whileLocked(table('claims'), () => vi.waitFor(terminateWaiting, { timeout: 5_000 }));
  await vi.waitFor(() =>
    expect(server.log()).toContain('"job":"deadlines","outage":"connection lost"'),
  );
  expect([server.exitCode(), server.faults()]).toEqual([null, '']);
});

describe('all sessions at once', () => {
  test('are made anew for whoever asks', async () => {
    for (let round = 0; round < 5; round += 1) {
      await database.sql`
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      const replies = await Promise.all(
        Array.from({ length: 30 }, () => server.ask('cleo', `/v1/cases/${id}`)),
      );
      // what was sent before the end of the session was heard is told so
      for (const reply of replies) if (reply.status !== 200) thenNotReady(reply, /connection lost/);
      await vi.waitFor(async () =>
        expect(await server.ask('nobody', '/readyz')).toMatchObject({ status: 200 }),
      );
    }
    expect([server.exitCode(), server.faults()]).toEqual([null, '']);
  });

  test('leave whole what was recorded', async () => {
    const { body } = await server.ask('eve', `/v1/cases/${id}/verification`);
    expect(body).toMatchObject({ ok: true });
    expect(await server.stop()).toBe(0);
  });
});
