/** The key that signs checkpoints: whence it comes, what keeps it, and what is remembered of those before. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { checkpointSigner, checkpointText, type Signer } from '../../src/crypto/note.ts';
import { establishSigner, knownVerifierKeys } from '../../src/engine/audit/signing-keys.ts';
import { fitsDatabase, rotate } from '../../src/engine/confidential/rotate.ts';
import { serverRole } from '../../src/store/database.ts';
import { insertProof, replaceProof, findProof } from '../../src/store/keychain.ts';
import { insertCheckpoint } from '../../src/store/log.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const key = Buffer.alloc(32, 3);

describe('in the environment', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'recourse-key-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));
  const server = {
    DATABASE_URL: 'postgres://nobody@localhost/none',
    RECOURSE_MASTER_KEY: Buffer.alloc(32, 4).toString('base64'),
  };

  test('it may be given, in a variable or a file', async () => {
    const given = { ...server, RECOURSE_SIGNING_KEY: key.toString('base64') };
    expect((await loadConfig(given)).signingKey).toEqual(key);
    const keyFile = join(dataDir, 'key');
    await writeFile(keyFile, `${key.toString('base64')}\n`);
    const fromFile = { ...server, RECOURSE_SIGNING_KEY_FILE: keyFile };
    expect((await loadConfig(fromFile)).signingKey).toEqual(key);
    await expect(loadConfig({ ...server, RECOURSE_SIGNING_KEY: 'short' })).rejects.toThrow(
      'RECOURSE_SIGNING_KEY: must be base64 of exactly 32 bytes',
    );
  });

  test("it need not be, and is then the database's to keep", async () => {
    expect(await loadConfig(server)).not.toHaveProperty('signingKey');
    expect(await loadConfig({ RECOURSE_DATA_DIR: dataDir })).not.toHaveProperty('signingKey');
  });

  test('the file that data directories of old have with it is still read', async () => {
    await writeFile(join(dataDir, 'signing.key'), `${key.toString('base64')}\n`);
    expect((await loadConfig({ RECOURSE_DATA_DIR: dataDir })).signingKey).toEqual(key);
    await writeFile(join(dataDir, 'signing.key'), 'not a key');
    await expect(loadConfig({ RECOURSE_DATA_DIR: dataDir })).rejects.toThrow(
      'RECOURSE_SIGNING_KEY: ',
    );
  });

  test('a checkpoint is taken every hundred entries or every hour, unless told otherwise', async () => {
    expect((await loadConfig(server)).checkpoints).toEqual({ every: 100, interval: 'PT1H' });
    const told = { RECOURSE_CHECKPOINT_EVERY: '7', RECOURSE_CHECKPOINT_INTERVAL: 'P1D' };
    expect((await loadConfig({ ...server, ...told })).checkpoints).toEqual({
      every: 7,
      interval: 'P1D',
    });
    for (const RECOURSE_CHECKPOINT_EVERY of ['0', '-1', '1.5', 'ten'])
      await expect(loadConfig({ ...server, RECOURSE_CHECKPOINT_EVERY })).rejects.toThrow(
        'RECOURSE_CHECKPOINT_EVERY: must be a positive',
      );
    for (const RECOURSE_CHECKPOINT_INTERVAL of ['1h', '60', 'P', 'PT-1H'])
      await expect(loadConfig({ ...server, RECOURSE_CHECKPOINT_INTERVAL })).rejects.toThrow(
        'RECOURSE_CHECKPOINT_INTERVAL: must be an ISO 8601 duration',
      );
  });
});

describe('in the database', () => {
  const master = randomBytes(32);
  const old = keyringOf(master);
  let database: TestDatabase;
  beforeEach(async () => {
    database = await cloneDatabase({ role: serverRole });
  });
  afterEach(() => database.close());

  const start = (given?: Buffer, keyring = old) =>
    establishSigner({ db: database.db, keyring }, given);
  const known = (signer: Signer, keyring = old) =>
    knownVerifierKeys({ db: database.db, keyring, signer });
  /** As a server of before did it, whose key came from the master key. */
  const signedBy = async (seed: Buffer, size: number) => {
    const signer = checkpointSigner(seed);
    const root = Buffer.alloc(32);
    const note = signer.sign(checkpointText({ origin: signer.name, size, root }));
    const rootHash = root.toString('base64');
    await insertCheckpoint(database.db, { size, rootHash, note, at: new Date() });
    return signer;
  };

  test('it is made by the first start, and all servers sign alike', async () => {
    const signers = await Promise.all(Array.from({ length: 6 }, () => start()));
    const [{ verifierKey } = await start()] = signers;
    expect(new Set(signers.map((signer) => signer.verifierKey))).toEqual(new Set([verifierKey]));
    expect(await known(await start())).toEqual([verifierKey]);
  });

  test('it outlives every change of the master key', async () => {
    await fitsDatabase({ db: database.db, keyring: old });
    const before = await start();
    const another = randomBytes(32);
    const both = keyringOf(another, master);
    expect((await start(undefined, both)).verifierKey).toBe(before.verifierKey);
    await rotate({ db: database.db, keyring: both });
    const after = await start(undefined, keyringOf(another));
    expect(after.verifierKey).toBe(before.verifierKey);
    expect(await known(after, keyringOf(another))).toEqual([before.verifierKey]);
    await expect(start()).rejects.toThrow('RECOURSE_SIGNING_KEY: is needed');
  });

  test('one that is given is not written there, and those before it are remembered', async () => {
    const own = await start();
    const given = await start(key);
    expect(given.verifierKey).toBe(checkpointSigner(key).verifierKey);
    expect(await known(given)).toEqual([given.verifierKey, own.verifierKey]);
    const another = await start(randomBytes(32));
    expect(await known(another)).toHaveLength(3);
    expect((await start()).verifierKey).toBe(own.verifierKey);
    const rows = await database.sql<{ proof: Buffer }[]>`select proof from keychain`;
    for (const { proof } of rows) {
      const opened = await Promise.allSettled(
        ['signing-key', 'master-key'].map((name) => old.unwrap(proof, name)),
      );
      expect(opened).not.toContainEqual({ status: 'fulfilled', value: key });
    }
  });

  test('a key that was derived from the master key, and has signed, goes on signing', async () => {
    const [derived] = old.derive('checkpoint-signing');
    const signed = await signedBy(derived, 1);
    expect((await start()).verifierKey).toBe(signed.verifierKey);
    const another = randomBytes(32);
    await rotate({ db: database.db, keyring: keyringOf(another, master) });
    const after = await start(undefined, keyringOf(another));
    expect(after.verifierKey).toBe(signed.verifierKey);
  });

  test('one that was derived and has signed is remembered beside one that is given since', async () => {
    const signed = await signedBy(old.derive('checkpoint-signing')[0], 1);
    const given = await start(key);
    expect(await known(given)).toEqual([given.verifierKey, signed.verifierKey]);
  });

  test('a row that the master key does not vouch for is not believed', async () => {
    const signer = await start();
    const forger = checkpointSigner(randomBytes(32)).verifierKey;
    const mine = (await findProof(database.db, `verifier-key ${signer.verifierKey}`)) ?? key;
    await insertProof(database.db, `verifier-key ${forger}`, mine);
    expect(await known(signer)).toEqual([signer.verifierKey]);
  });

  test('one that was damaged is not made anew in silence', async () => {
    await start();
    const from = (await findProof(database.db, 'signing-key')) ?? key;
    await replaceProof(database.db, 'signing-key', { from, to: key });
    await expect(start()).rejects.toThrow('RECOURSE_SIGNING_KEY: is needed');
    expect((await start(key)).verifierKey).toBe(checkpointSigner(key).verifierKey);
  });
});
