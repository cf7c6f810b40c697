/** Which PostgreSQL is used: its URL, and the password where that is kept in a file. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BadSetting, reason } from './bad-setting.ts';

/** The variables, for the environment's schema. */
export const databaseVariables = {
  DATABASE_URL: z
    .string()
    .refine(
      (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
      'must be a URL that begins with postgres://',
    )
    .optional(),
  DATABASE_PASSWORD_FILE: z.string().optional(),
};

/**
 * The URL with the password in it; undefined for the embedded database.
 *
 * @throws {BadSetting} where the file holds none, or there is no URL that lacks one
 */
export async function databaseUrl({
  DATABASE_URL: given,
  DATABASE_PASSWORD_FILE: file,
}: z.infer<z.ZodObject<typeof databaseVariables>>): Promise<string | undefined> {
  if (file === undefined) return given;
  const bad = (problem: string) => new BadSetting('DATABASE_PASSWORD_FILE', problem);
  if (given === undefined) throw bad('is for DATABASE_URL, which is not given');
  const url = new URL(given);
  if (url.host === '') throw bad('is for a DATABASE_URL that names a host');
  if (url.password !== '')
    throw bad('is given beside a password in DATABASE_URL: one of them is enough');
  const held = await readFile(file, 'utf8').catch((error: unknown) => {
    throw bad(`${file}: ${reason(error)}`);
  });
  const password = held.replace(/[\r\n]+$/, '');
  if (password === '') throw bad(`${file}: holds no password`);
  url.password = encodeURIComponent(password);
  return url.href;
}
