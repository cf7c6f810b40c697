import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaveFirstToken } from '../../src/config/first-token.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recourse-token-'));
});
afterEach(() => rm(folder, { recursive: true }));

test("the first admin's token is left for whoever runs the server, and nobody else", async () => {
  const file = await leaveFirstToken(join(folder, 'data'), 'rcs_first');
  expect(file).toBe(join(folder, 'data/first-admin-token'));
  expect(await readFile(file, 'utf8')).toBe('rcs_first\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('it goes into no file that was there before', async () => {
  const others = join(folder, 'others');
  await writeFile(others, 'theirs', { mode: 0o644 });
  await symlink(others, join(folder, 'first-admin-token'));
  const file = await leaveFirstToken(folder, 'rcs_second');
  expect(await readFile(others, 'utf8')).toBe('theirs');
  expect(await readFile(file, 'utf8')).toBe('rcs_second\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('where it cannot be left, one line says what else to do', async () => {
  await mkdir(join(folder, 'first-admin-token'));
  await expect(leaveFirstToken(folder, 'rcs_third')).rejects.toThrow(
    /^RECOURSE_DATA_DIR: the first admin's token could not be left there \(.*\); or give it as RECOURSE_ADMIN_TOKEN$/,
  );
});
