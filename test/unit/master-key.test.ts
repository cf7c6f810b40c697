/** How the master key comes to the server, and what it says of one that will not do. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { fitsDatabase, wrongKey } from '../../src/engine/confidential/rotate.ts';
import { countPeople } from '../../src/store/people.ts';
import { cloneDatabase } from '../support/database.ts';

const key = randomBytes(32);
const base64 = key.toString('base64');
const server = { DATABASE_URL: 'postgres://nobody@localhost/none' };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-key-'));
  file = join(folder, 'key');
  await writeFile(file, `${base64}\n`);
});
afterEach(() => rm(folder, { recursive: true }));

describe('the master key is taken', () => {
  test.each([
    ['its variable', 'RECOURSE_MASTER_KEY', () => base64],
    ['a file', 'RECOURSE_MASTER_KEY_FILE', () => file],
  ])('from %s', async (_, variable, value) => {
    const config = await loadConfig({ ...server, [variable]: value() });
    expect(config).toMatchObject({ masterKey: key, masterKeyFrom: variable });
    expect(config).not.toHaveProperty('previousMasterKey');
  });

  test.each([
    ['its variable', 'RECOURSE_PREVIOUS_MASTER_KEY', () => base64],
    ['a file', 'RECOURSE_PREVIOUS_MASTER_KEY_FILE', () => file],
  ])('with the one before, from %s', async (_, variable, value) => {
    const current = randomBytes(32).toString('base64');
    const env = { ...server, RECOURSE_MASTER_KEY: current, [variable]: value() };
    expect((await loadConfig(env)).previousMasterKey).toEqual(key);
  });

  test('from the data directory, unless another is given', async () => {
    const kept = await loadConfig({ RECOURSE_DATA_DIR: folder });
    expect((await loadConfig({ RECOURSE_DATA_DIR: folder })).masterKey).toEqual(kept.masterKey);
    const given = await loadConfig({ RECOURSE_DATA_DIR: folder, RECOURSE_MASTER_KEY_FILE: file });
    expect(given.masterKey).toEqual(key);
  });
});

describe('the start ends with a line that names', () => {
  test.each([
    ['the key that is missing', {}, 'RECOURSE_MASTER_KEY: '],
    ['one that is too short', { RECOURSE_MASTER_KEY: 'c2hvcnQ=' }, 'RECOURSE_MASTER_KEY: '],
    [
      'a file that is not there',
      { RECOURSE_MASTER_KEY_FILE: '/nowhere' },
      'RECOURSE_MASTER_KEY_FILE: ',
    ],
    [
      'a file without a key',
      { RECOURSE_MASTER_KEY_FILE: import.meta.filename },
      'RECOURSE_MASTER_KEY_FILE: ',
    ],
    [
      'one that is given twice',
      { RECOURSE_MASTER_KEY: base64, RECOURSE_MASTER_KEY_FILE: '/anywhere' },
      'RECOURSE_MASTER_KEY_FILE: ',
    ],
    [
      'one before that will not do',
      { RECOURSE_MASTER_KEY: base64, RECOURSE_PREVIOUS_MASTER_KEY: 'old' },
      'RECOURSE_PREVIOUS_MASTER_KEY: ',
    ],
  ])('%s', async (_, env, line) => {
    // one line, and no key in it
    const expected = new RegExp(`^${line}(?!.*${RegExp.escape(base64)}).+$`);
    await expect(loadConfig({ ...server, ...env })).rejects.toThrow(expected);
  });

  test('the variable of a key that is not the database’s, and nothing is written', async () => {
    const database = await cloneDatabase();
    const { db, url } = database;
    expect(await fitsDatabase({ db, keyring: keyringOf(randomBytes(32)) })).toBe(true);
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
    const env = { ...process.env, DATABASE_URL: url, RECOURSE_MASTER_KEY_FILE: file, PORT: '0' };
    const started = spawn(process.execPath, [main], { env });
    const [said, problem, [code]] = await Promise.all([
      text(started.stdout),
      text(started.stderr),
      once(started, 'exit') as Promise<[number | null]>,
    ]);
    expect({ said, problem, code }).toEqual({
      said: '',
      problem: `RECOURSE_MASTER_KEY_FILE: ${wrongKey}\n`,
      code: 2,
    });
    expect(await countPeople(db)).toBe(0);
    await database.close();
  });
});
