import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

// A server with a database of its own takes its time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-stop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs the server; `whenListening` is called once, when it says so. */
async function serve(
  env: Record<string, string>,
  whenListening: (kill: (signal: NodeJS.Signals) => boolean) => void,
): Promise<{ code: number | null; errors: string }> {
  const server = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], RECOURSE_DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
  });
  let errors = '';
  server.stderr.on('data', (chunk) => (errors += String(chunk)));
  server.stdout.on('data', (chunk) => {
    if (String(chunk).includes('listening on')) whenListening((signal) => server.kill(signal));
  });
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

  test('comes at once with a setting that will not do, in one line that names it', async () => {
    const { code, errors } = await serve({ PORT: 'many' }, () => undefined);
    expect(code).toBe(2);
    expect(errors).toMatch(/^PORT: .+\n$/);
  });
});
