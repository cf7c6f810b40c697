/** Where the first admin's token is left: a file for whoever runs the server, since output ends up in journals. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadSetting, reason } from './bad-setting.ts';

/**
 * Writes the token to `first-admin-token` in the data directory, readable by its owner alone.
 *
 * @returns the file
 * @throws {BadSetting} where it could not be written
 */
export async function leaveFirstToken(dataDir: string, token: string): Promise<string> {
  const file = join(dataDir, 'first-admin-token');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // of a database before, whose mode and links are anybody's
    await rm(file, { force: true });
    await writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    const problem = `the first admin's token could not be left there (${reason(error)})`;
    throw new BadSetting('RECOURSE_DATA_DIR', `${problem}; or give it as RECOURSE_ADMIN_TOKEN`);
  }
  return file;
}
