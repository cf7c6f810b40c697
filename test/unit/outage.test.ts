import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { outageOf } from '../../src/store/outage.ts';

const caused = (code: string) =>
  new Error('Failed query: a secret', { cause: Object.assign(new Error('a secret'), { code }) });

test.each([
  ['ECONNREFUSED', 'out of reach', false],
  ['CONNECTION_CLOSED', 'connection lost', true],
  ['57P01', 'connection lost', true],
  ['08006', 'connection lost', true],
  ['57P03', 'starting or stopping', false],
  ['NOT_ANSWERED', 'no answer', true],
  ['53300', 'too many connections', false],
  ['53100', 'storage full', false],
  ['53200', 'out of memory', false],
  ['25006', 'read only', false],
  ['55P03', 'locked', false],
  ['57014', 'too slow', false],
  ['40001', 'conflict', false],
])('%s is an outage, told as: %s', (code, kind, uncertain) => {
  expect(outageOf(caused(code))).toEqual({ kind, uncertain });
});

test.each(['23505', '42501', 'XX000', 'constructor', 'ENOENT', '5310', ''])(
  '%s is none',
  (code) => {
    expect(outageOf(caused(code))).toBeUndefined();
  },
);

test('the limits are settings, in seconds', async () => {
  const server = {
    DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
    RECOURSE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  };
  const { limits } = await loadConfig(server);
  expect(limits).toEqual({
    connect: 3000,
    lock: 2000,
    statement: 5000,
    idle: 10_000,
    answer: 7000,
  });
  const shorter = { ...server, RECOURSE_LOCK_TIMEOUT: '0.25' };
  expect((await loadConfig(shorter)).limits.lock).toBe(250);
  for (const RECOURSE_LOCK_TIMEOUT of ['0', '-1', 'soon', '1e3', '0.0', '99999'])
    await expect(loadConfig({ ...server, RECOURSE_LOCK_TIMEOUT })).rejects.toThrow(
      /^RECOURSE_LOCK_TIMEOUT: /,
    );
});

// The driver's own transactions end the process when their session does (src/store/connection.ts).
test('the server uses the driver in one place, and beside it only where a database is made', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const users: string[] = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    const text = await readFile(`${root}/${file}`, 'utf8');
    if (/^import (?!type)[^;]* from 'postgres'/m.test(text)) users.push(file);
    if (/postgres/.test(text)) expect(text, file).not.toMatch(/\b(sql|driver)\.(begin|reserve)\(/);
  }
  expect(users.toSorted()).toEqual(['src/embedded/start.ts', 'src/store/connection.ts']);
});
