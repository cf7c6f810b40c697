/** `recourse keys rotate`, as an operator goes about it. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { fitsDatabase } from '../../src/engine/confidential/rotate.ts';
import { recorded } from '../support/chapters.ts';
import { asOwner, caseAfter } from '../support/telling.ts';
import { recourse } from '../support/terminal.ts';
import { useApp } from '../support/use-app.ts';

// Every command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [old, young] = [randomBytes(32), randomBytes(32)];
const app = useApp({ keyring: keyringOf(old) });
let url: string;
beforeAll(async () => {
  await fitsDatabase(app.engine);
  for (let i = 0; i < 3; i++) await caseAfter(app, recorded);
  const [database] = await asOwner(
    app,
    ({ sql }) => sql<{ name: string }[]>`select current_database() as name`,
  );
  url = new URL(database?.name ?? '', inject('templateUrl')).href;
});

const recourseWith = (env: Record<string, string>, ...args: string[]) =>
  recourse(args, { cwd: tmpdir(), env: { DATABASE_URL: url, ...env } });
const run = (env: Record<string, string>, ...options: string[]) =>
  recourseWith(env, 'keys', 'rotate', ...options);
const keys = {
  RECOURSE_MASTER_KEY: young.toString('base64'),
  RECOURSE_PREVIOUS_MASTER_KEY: old.toString('base64'),
};

test('needs the key before, and says so', async () => {
  const { code, out, err } = await run({ RECOURSE_MASTER_KEY: keys.RECOURSE_MASTER_KEY });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^recourse: RECOURSE_MASTER_KEY: .*\n$/);
});

let signedBefore: string;
test('comes after a checkpoint, signed by a key of its own', async () => {
  const before = { RECOURSE_MASTER_KEY: old.toString('base64') };
  expect(await recourseWith(before, 'checkpoint')).toMatchObject({ code: 0 });
  signedBefore = (await recourseWith(before, 'keys', 'list')).out;
  expect(signedBefore).toMatch(/^recourse\/[0-9a-f]{16}\+[0-9a-f]{8}\+\S+\n$/);
});

test('rewraps every case, says how many, and has nothing to do the second time', async () => {
  expect(await run(keys)).toMatchObject({
    code: 0,
    out: '3 cases rewrapped; all are under the current master key\n',
    err: '',
  });
  expect(await fitsDatabase({ ...app.engine, keyring: keyringOf(young) })).toBe(true);
  const again = await run(keys, '--json');
  expect(JSON.parse(again.out)).toEqual({ rewrapped: 0, unreadable: [] });
});

test('leaves every checkpoint as it was signed, and verification without a false alarm', async () => {
  const after = { RECOURSE_MASTER_KEY: keys.RECOURSE_MASTER_KEY };
  const verified = await recourseWith(after, 'audit', 'verify', '--all');
  expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/\nwhole\n$/) as string });
  expect((await recourseWith(after, 'keys', 'list')).out).toBe(signedBefore);
  const given = { ...after, RECOURSE_SIGNING_KEY: randomBytes(32).toString('base64') };
  expect(await recourseWith(given, 'audit', 'verify', '--all')).toMatchObject({ code: 0 });
  const { out } = await recourseWith(given, 'keys', 'list', '--json');
  expect(JSON.parse(out)).toEqual([
    { verifierKey: expect.any(String) as string, present: true },
    { verifierKey: signedBefore.trim(), present: false },
  ]);
});

test('reports a checkpoint of a key that is not known as that, and as nothing worse', async () => {
  const after = { RECOURSE_MASTER_KEY: keys.RECOURSE_MASTER_KEY };
  const stranger = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const { code, out } = await recourseWith(after, 'audit', 'verify', '--all', '--key', stranger);
  expect(code).toBe(1);
  expect(out).toMatch(
    /size 3 {2}signed by none of the keys given\nwhole, if you trust who signed: .*\n$/,
  );
  expect(out).not.toContain('NOT WHOLE');
});

test('names a case whose key is damaged, and exits with 1', async () => {
  const [damaged] = await asOwner(
    app,
    ({ sql }) => sql<{ id: string }[]>`
      update cases set data_key = '\\x00' where case_id = (select case_id from cases limit 1)
      returning case_id as id`,
  );
  const { code, err } = await run(keys);
  expect(code).toBe(1);
  expect(err).toContain(damaged?.id);
});
