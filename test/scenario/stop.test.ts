import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cloneDatabase } from '../support/database.ts';

// A server with a database of its own takes its time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-stop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

type Kill = (signal: NodeJS.Signals) => boolean;

/** Runs the server; `whenSaid` is called once, when it says that it listens, and where, or something else. */
async function serve(
  env: Record<string, string>,
  whenSaid: (kill: Kill, url: string) => unknown,
  said = 'listening on',
): Promise<{ code: number | null; errors: string }> {
  const server = run(env);
  server.stdout.on('data', (chunk) => {
    const [, url = ''] = /listening on (\S+)/.exec(String(chunk)) ?? [];
    if (String(chunk).includes(said)) whenSaid((signal) => server.kill(signal), url);
  });
  return endOf(server);
}

const run = (env: Record<string, string>) =>
  spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], RECOURSE_DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
  });

async function endOf(server: ReturnType<typeof run>) {
  let errors = '';
  server.stderr.on('data', (chunk) => (errors += String(chunk)));
  const code = await new Promise<number | null>((resolve) => {
    server.once('exit', resolve);
  });
  return { code, errors };
}

describe('the end of the server', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops the database too', async (signal) => {
    const { code } = await serve({}, (kill) => kill(signal));
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'data/postgres/data/PG_VERSION'))).toBe(true);
    expect(existsSync(join(folder, 'data/postgres/data/postmaster.pid'))).toBe(false);
  });

  test('comes in order though the signal comes twice', async () => {
    const { code } = await serve({}, (kill) => {
      kill('SIGTERM');
      setImmediate(() => kill('SIGTERM'));
    });
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'data/postgres/data/postmaster.pid'))).toBe(false);
  });

  test('comes at once while the database is being made, and leaves nothing half made', async () => {
    const server = run({});
    const ended = endOf(server);
    const inside = () => readdir(join(folder, 'data')).catch(() => []);
    while (!(await inside()).some((name) => name.startsWith('postgres-'))) await delay(5);
    server.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, errors: '' });
    expect((await inside()).filter((name) => name.startsWith('postgres'))).toEqual([]);
  });

  test('comes at once while another server migrates, for which it says that it waits', async () => {
    const database = await cloneDatabase();
    const migrating = await database.sql.reserve();
    await migrating`select pg_advisory_lock(4726552811)`;
    const env = { DATABASE_URL: database.url, RECOURSE_MASTER_KEY: 'A'.repeat(43).concat('=') };
    const waiting = 'waiting for another server to migrate the database\n';
    const ended = await serve(env, (kill) => kill('SIGTERM'), waiting);
    expect(ended).toEqual({ code: 0, errors: '' });
    migrating.release();
    await database.close();
  });

  test('comes at once with a setting that will not do, in one line that names it', async () => {
    const { code, errors } = await serve({ PORT: 'many' }, () => undefined);
    expect(code).toBe(2);
    expect(errors).toMatch(/^PORT: .+\n$/);
  });

  test('comes with one line that says nothing, where nobody caught a fault', async () => {
    const fault =
      "process.on('SIGUSR2', () => { throw new TypeError('Robin\\n    at Quillfeather'); })";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
    const { code, errors } = await serve({ NODE_OPTIONS }, (kill) => kill('SIGUSR2'));
    expect(code).toBe(1);
    expect(errors).toMatch(/^a fault ends the server: TypeError at node:\S+\n$/);
  });

  test('under load loses nothing that was acknowledged', async () => {
    const admin = 'an-admin-token-for-this-test';
    const ask = async <Body>(url: string, token: string, body?: object): Promise<Body> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(url, {
        headers,
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as Body;
    };
    const written = new Map<string, number[]>();
    let token = '';
    /** Writes until nobody is there any more: what is refused in another manner fails the test. */
    const write = async (v1: string, id: string, onAnswer: () => void) => {
      const seqs: number[] = [];
      written.set(id, seqs);
      for (;;) {
        const note = { type: 'case.addNote', text: `Note ${seqs.length}` };
        const answer = await ask<{ entry: { seq: number } }>(
          `${v1}/cases/${id}/events`,
          token,
          note,
        ).catch((error: unknown) => {
          if (error instanceof TypeError) return undefined;
          throw error;
        });
        if (!answer) return;
        seqs.push(answer.entry.seq);
        onAnswer();
      }
    };
    const load = async (kill: (signal: NodeJS.Signals) => boolean, url: string) => {
      const v1 = `${url}/v1`;
      await ask(`${v1}/people`, admin, { id: 'cleo', name: 'Cleo', roles: ['responder'] });
      ({ token } = await ask<{ token: string }>(`${v1}/people/cleo/tokens`, admin, { label: 'x' }));
      const cases = Array.from({ length: 16 }, async () =>
        ask<{ id: string }>(`${v1}/cases`, token, { channel: 'email' }),
      );
      let answers = 0;
      await Promise.all(
        (await Promise.all(cases)).map(async ({ id }) =>
          write(v1, id, () => {
            if ((answers += 1) === 200) kill('SIGTERM');
          }),
        ),
      );
    };
    let loading: Promise<void> | undefined;
    const ended = await serve({ RECOURSE_ADMIN_TOKEN: admin }, (kill, url) => {
      loading = load(kill, url);
      loading.catch(() => kill('SIGKILL'));
    });
    await loading;
    expect(ended).toEqual({ code: 0, errors: '' });

    const look = async (v1: string) => {
      for (const [id, seqs] of written) {
        const path = `${v1}/cases/${id}`;
        const { items } = await ask<{ items: { seq: number; confidential: { text?: string } }[] }>(
          `${path}/history?limit=100`,
          token,
        );
        const texts = items.flatMap(({ confidential: { text } }) => text ?? []);
        expect(texts).toEqual([...new Set(texts)]);
        expect(items.map(({ seq }) => seq)).toEqual(expect.arrayContaining(seqs));
        expect(await ask(`${path}/verification`, token)).toMatchObject({ ok: true });
      }
    };
    let looking: Promise<void> | undefined;
    await serve({ RECOURSE_ADMIN_TOKEN: admin }, (kill, url) => {
      looking = look(`${url}/v1`).finally(() => kill('SIGTERM'));
    });
    await looking;
    expect([...written.values()].flat().length).toBeGreaterThanOrEqual(200);
  });
});
