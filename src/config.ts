/**
 * The environment, read once. The settings are those of api.md, "Running it".
 */
import { randomBytes } from 'node:crypto';
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseSettings, type Settings } from '../machines/procedure.ts';

/** A setting that the server cannot start with. The message is one line and names the variable. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';

  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem.replaceAll(/\s+/g, ' ')}`);
  }
}

/** All that the environment decides. */
export interface Config {
  readonly host: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
  /** A server to connect to, or the data directory to start the embedded one in. */
  readonly database: { readonly url: string } | { readonly embedded: string };
  /** An absolute path. */
  readonly dataDir: string;
  /** 32 bytes. */
  readonly masterKey: Buffer;
  /** The first admin's, on a database with no people. */
  readonly adminToken?: string;
  /** The procedure's, `boston-python` where RECOURSE_PROCEDURE is silent. */
  readonly settings: Settings;
  readonly logLevel: z.infer<typeof environment>['LOG_LEVEL'];
}

const decodedKey = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be base64 of exactly 32 bytes')
  .transform((text) => Buffer.from(text, 'base64'));

// No message repeats a value: some are secrets, and standard error ends up in logs.
const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number, 0 to 65535')
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
      'must be a URL that begins with postgres://',
    )
    .optional(),
  RECOURSE_DATA_DIR: z.string().default('.data'),
  RECOURSE_MASTER_KEY: decodedKey.optional(),
  RECOURSE_ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must be at least 16 visible ASCII characters, without spaces')
    .optional(),
  RECOURSE_PROCEDURE: z.string().optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

/**
 * Reads the environment. With the embedded database, makes the data directory and its master key
 * at the first start. A variable set to nothing counts as unset.
 *
 * @throws {BadSetting} for the first setting that will not do
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadSetting(String(issue?.path[0]), issue?.message ?? 'is not valid');
  }
  const { DATABASE_URL: url, RECOURSE_ADMIN_TOKEN: adminToken, ...rest } = parsed.data;
  const dataDir = resolve(rest.RECOURSE_DATA_DIR);
  const settings = await readSettings(rest.RECOURSE_PROCEDURE);
  if (url !== undefined && rest.RECOURSE_MASTER_KEY === undefined) {
    throw new BadSetting('RECOURSE_MASTER_KEY', 'is required with DATABASE_URL');
  }
  return {
    host: rest.HOST,
    port: rest.PORT,
    database: url === undefined ? { embedded: dataDir } : { url },
    dataDir,
    masterKey: rest.RECOURSE_MASTER_KEY ?? (await keptMasterKey(dataDir)),
    ...(adminToken !== undefined && { adminToken }),
    settings,
    logLevel: rest.LOG_LEVEL,
  };
}

async function readSettings(path: string | undefined): Promise<Settings> {
  if (path === undefined) return parseSettings({});
  try {
    return parseSettings(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const problem =
      error instanceof z.ZodError
        ? error.issues.map(({ path: at, message }) =>
            [at.join('.'), message].filter(Boolean).join(': '),
          )
        : [reason(error)];
    throw new BadSetting('RECOURSE_PROCEDURE', problem.join('; '));
  }
}

/** The key of the data directory: written by the first start, read by all later ones. */
async function keptMasterKey(dataDir: string): Promise<Buffer> {
  const file = join(dataDir, 'master.key');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (!(await exists(file))) {
      if (await exists(join(dataDir, 'postgres'))) {
        // A new key would start well, and leave every case so far unreadable.
        throw new Error(`needed for the database in ${dataDir}, whose master.key is gone`);
      }
      await writeOnce(file, `${randomBytes(32).toString('base64')}\n`);
    }
  } catch (error) {
    const isKeyMissing = error instanceof Error && !('code' in error);
    throw new BadSetting(isKeyMissing ? 'RECOURSE_MASTER_KEY' : 'RECOURSE_DATA_DIR', reason(error));
  }
  try {
    return decodedKey.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const problem =
      error instanceof z.ZodError ? 'does not hold base64 of 32 bytes' : reason(error);
    throw new BadSetting('RECOURSE_MASTER_KEY', `${file}: ${problem}`);
  }
}

/** Linked into place when complete: of two first starts at once, one wins and both read its key. */
async function writeOnce(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flush: true });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(await exists(file))) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
