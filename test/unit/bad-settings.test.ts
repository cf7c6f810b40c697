/** What the start says of settings that will not do: which one and what is wrong, never what it holds. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';

const secret = Buffer.alloc(32, 7).toString('base64');
const server = { DATABASE_URL: 'postgres://localhost/x', RECOURSE_MASTER_KEY: secret };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-setting-'));
  file = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

/** A command in which file systems may be mounted that nobody else sees. */
const apart = (script: string) =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
    timeout: 30_000,
  });
const mayMount = () => apart(`mount -t tmpfs -o ro none '${tmpdir()}'`).status === 0;

describe('the line that ends the start', () => {
  const line = async (env: Record<string, string>) =>
    loadConfig({ ...server, ...env }).then(
      () => 'taken',
      (error: unknown) => String(error).replaceAll(folder, ''),
    );

  test.each([
    ['a key', `${secret}\n`, 'is not JSON'],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${secret}\n`, 'is not JSON'],
    ['nothing', '', 'is not JSON'],
    ['a key in quotes', `"${secret}"`, 'Invalid input: expected object, received string'],
    ['a key under a setting', `{"quorum":"${secret}"}`, /^quorum: Invalid input: .+ string$/],
    ['a key as a time', `{"meetWithin":"${secret}"}`, /^meetWithin: must be an ISO 8601 duration/],
  ])('says of a procedure of %s nothing that stands there', async (_what, text, problem) => {
    await writeFile(file, text);
    const said = await line({ RECOURSE_PROCEDURE: file });
    const before = 'BadSetting: RECOURSE_PROCEDURE: /file: ';
    expect(said.slice(0, before.length)).toBe(before);
    expect(said.slice(before.length)).toMatch(problem);
    expect(said).not.toMatch(/\n/);
    for (let at = 0; at < secret.length - 4; at += 1)
      expect(said).not.toContain(secret.slice(at, at + 4));
  });

  test('says which file is not there, or is a folder', async () => {
    expect(await line({ RECOURSE_PROCEDURE: file })).toMatch(
      /^BadSetting: RECOURSE_PROCEDURE: \/file: ENOENT: no such file/,
    );
    expect(await line({ RECOURSE_PROCEDURE: folder })).toMatch(/: EISDIR: /);
    const { RECOURSE_MASTER_KEY: _, ...keyless } = server;
    const env = { ...keyless, RECOURSE_MASTER_KEY_FILE: file };
    await expect(loadConfig(env)).rejects.toThrow(/^RECOURSE_MASTER_KEY_FILE: .+ENOENT/);
  });

  test('says of a password in a file what is wrong with it, and nothing of a password', async () => {
    const DATABASE_PASSWORD_FILE = file;
    const before = 'BadSetting: DATABASE_PASSWORD_FILE: ';
    expect(await line({ DATABASE_PASSWORD_FILE })).toMatch(new RegExp(`^${before}/file: ENOENT`));
    await writeFile(file, '\n');
    expect(await line({ DATABASE_PASSWORD_FILE })).toBe(`${before}/file: holds no password`);
    await writeFile(file, 'hunter2\n');
    const beside = { DATABASE_URL: 'postgres://me:hunter1@localhost/x', DATABASE_PASSWORD_FILE };
    expect(await line(beside)).toBe(
      `${before}is given beside a password in DATABASE_URL: one of them is enough`,
    );
    expect(await line({ DATABASE_URL: 'postgres:///x', DATABASE_PASSWORD_FILE })).toBe(
      `${before}is for a DATABASE_URL that names a host`,
    );
    expect(await line({ DATABASE_URL: '', DATABASE_PASSWORD_FILE })).toBe(
      `${before}is for DATABASE_URL, which is not given`,
    );
  });

  test('says of a data directory that it lies under a file', async () => {
    await writeFile(file, '');
    await expect(loadConfig({ RECOURSE_DATA_DIR: join(file, 'data') })).rejects.toThrow(
      /^RECOURSE_DATA_DIR: ENOTDIR: not a directory/,
    );
  });

  test.skipIf(!mayMount())('says of a data directory that the file system is read-only', () => {
    const config = join(import.meta.dirname, '../../src/config.ts');
    const load = `import(${JSON.stringify(config)}).then(({ loadConfig }) =>
      loadConfig({ RECOURSE_DATA_DIR: '${folder}/deep/data' })).catch(({ message }) => console.log(message))`;
    const { stdout, stderr } = apart(
      `mount -t tmpfs -o ro none '${folder}' && exec '${process.execPath}' -e "$(cat <<'END'\n${load}\nEND\n)"`,
    );
    expect(stdout, stderr).toMatch(/^RECOURSE_DATA_DIR: EROFS: read-only file system, .+\n$/);
  });
});

test('a password in a file is taken as it stands there, but for the end of its line', async () => {
  await writeFile(file, 'p%41 @:/ü\r\n');
  const { database } = await loadConfig({ ...server, DATABASE_PASSWORD_FILE: file });
  const { password } = new URL('url' in database ? database.url : '');
  expect(decodeURIComponent(password)).toBe('p%41 @:/ü');
});
