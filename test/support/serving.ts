/** The server as a process of its own, on a database of PostgreSQL's: what no test in its process could outlive. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Role } from '../../machines/vocabulary.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Reply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
  readonly text: string;
  /** From the request to its answer, in milliseconds. */
  readonly took: number;
}

export interface Serving {
  /** Sends a request as somebody who was hired, `admin`, or `nobody`; with a body it is a POST. */
  readonly ask: (person: string, path: string, body?: object, method?: string) => Promise<Reply>;
  readonly hire: (people: Readonly<Record<string, readonly Role[]>>) => Promise<void>;
  /** The exit code; null while it runs. */
  readonly exitCode: () => number | null;
  /** All that it wrote so far: the log on standard output, faults on standard error. */
  readonly log: () => string;
  readonly faults: () => string;
  /** Ends it, and says how it ended. */
  readonly stop: () => Promise<number | null>;
}

/** Starts the server with so many settings; returns once it listens. */
export async function serve(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const tokens = new Map([['admin', randomBytes(24).toString('hex')]]);
  const server = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      RECOURSE_MASTER_KEY: randomBytes(32).toString('base64'),
      RECOURSE_ADMIN_TOKEN: tokens.get('admin'),
      ...settings,
    },
  });
  const ended = once(server, 'exit');
  let [log, faults] = ['', ''];
  server.stderr.on('data', (chunk) => (faults += String(chunk)));
  const base = await new Promise<string>((resolve, reject) => {
    server.stdout.on('data', (chunk) => {
      log += String(chunk);
      const [, address] = /^listening on (\S+)$/m.exec(log) ?? [];
      if (address !== undefined) resolve(address);
    });
    server.once('exit', () => reject(new Error(`the server did not start: ${faults}`)));
  });

  const ask: Serving['ask'] = async (person, path, body, method = body ? 'POST' : 'GET') => {
    const begun = performance.now();
    const reply = await fetch(base + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(person !== 'nobody' && { authorization: `Bearer ${tokens.get(person)}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await reply.text();
    const isJson = reply.headers.get('content-type')?.includes('json') === true;
    return {
      status: reply.status,
      retryAfter: reply.headers.get('retry-after'),
      body: isJson && !text.includes('\n') ? JSON.parse(text) : undefined,
      text,
      took: performance.now() - begun,
    };
  };
  return {
    ask,
    async hire(people) {
      for (const [id, roles] of Object.entries(people)) {
        expect(await ask('admin', '/v1/people', { id, name: id, roles })).toMatchObject({
          status: 201,
        });
        const { body } = await ask('admin', `/v1/people/${id}/tokens`, { label: 'test' });
        tokens.set(id, (body as { token: string }).token);
      }
    },
    exitCode: () => server.exitCode,
    log: () => log,
    faults: () => faults,
    async stop() {
      if (server.exitCode === null) server.kill('SIGTERM');
      await ended;
      return server.exitCode;
    },
  };
}

/** Holds for every answer in an outage. */
export function thenNotReady(reply: Reply, kind: RegExp): void {
  expect(reply, reply.text).toMatchObject({
    status: 503,
    body: { type: 'urn:recourse:problem:not-ready' },
  });
  expect((reply.body as { detail: string }).detail).toMatch(kind);
  expect(Number(reply.retryAfter)).toBeGreaterThan(0);
}
