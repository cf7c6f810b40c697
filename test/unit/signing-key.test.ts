import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { makeSigner } from '../../src/engine/audit/checkpoint.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'recourse-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const key = Buffer.alloc(32, 3);
const server = {
  DATABASE_URL: 'postgres://nobody@localhost/none',
  RECOURSE_MASTER_KEY: Buffer.alloc(32, 4).toString('base64'),
};

test('with the embedded database it is made once, for its owner alone', async () => {
  const env = { RECOURSE_DATA_DIR: dataDir };
  const { signingKey } = await loadConfig(env);
  expect(signingKey).toHaveLength(32);
  const file = join(dataDir, 'signing.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(`${signingKey?.toString('base64')}\n`);
  expect((await loadConfig(env)).signingKey).toEqual(signingKey);
  await writeFile(file, 'not a key');
  await expect(loadConfig(env)).rejects.toThrow('RECOURSE_SIGNING_KEY: ');
});

test('it may be given, and is then of nobody else', async () => {
  const given = { ...server, RECOURSE_SIGNING_KEY: key.toString('base64') };
  expect((await loadConfig(given)).signingKey).toEqual(key);
  const keyFile = join(dataDir, 'key');
  await writeFile(keyFile, `${key.toString('base64')}\n`);
  expect((await loadConfig({ ...server, RECOURSE_SIGNING_KEY_FILE: keyFile })).signingKey).toEqual(
    key,
  );
  await expect(loadConfig({ ...server, RECOURSE_SIGNING_KEY: 'short' })).rejects.toThrow(
    'RECOURSE_SIGNING_KEY: must be base64 of exactly 32 bytes',
  );
});

test('on a database of several servers all sign alike, as long as the master key is the same', async () => {
  const { signingKey, masterKey } = await loadConfig(server);
  expect(signingKey).toBeUndefined();
  const derived = makeSigner(signingKey, keyringOf(masterKey));
  expect(makeSigner(undefined, keyringOf(masterKey)).verifierKey).toBe(derived.verifierKey);
  expect(makeSigner(undefined, keyringOf(key)).verifierKey).not.toBe(derived.verifierKey);
  expect(checkpointSigner(masterKey).verifierKey).not.toBe(derived.verifierKey);
  for (const ring of [keyringOf(masterKey), keyringOf(key)]) {
    expect(makeSigner(key, ring).verifierKey).toBe(checkpointSigner(key).verifierKey);
  }
});

test('a checkpoint is taken every hundred entries, unless told otherwise', async () => {
  expect((await loadConfig(server)).checkpointEvery).toBe(100);
  const every = (RECOURSE_CHECKPOINT_EVERY: string) =>
    loadConfig({ ...server, RECOURSE_CHECKPOINT_EVERY });
  expect((await every('7')).checkpointEvery).toBe(7);
  for (const text of ['0', '-1', '1.5', 'ten']) {
    await expect(every(text)).rejects.toThrow('RECOURSE_CHECKPOINT_EVERY: must be a positive');
  }
});
