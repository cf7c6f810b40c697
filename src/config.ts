/**
 * The environment, read once. The settings are those of README.md, "Run it".
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, parseSettings, type Settings } from '../machines/procedure.ts';
import { BadSetting, reason } from './config/bad-setting.ts';
import { databaseUrl, databaseVariables } from './config/database-url.ts';
import { checkTrust, trustSettings, trustVariables, type TrustSettings } from './config/trust.ts';
import { limitSettings, limitVariables, type Limits } from './config/limits.ts';
import { keySettings, keyVariables, type KeySettings } from './config/keys.ts';

export { BadSetting };

/** All that the environment decides. */
export interface Config extends TrustSettings, KeySettings {
  readonly host: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
  /** How long the database may take. */
  readonly limits: Limits;
  /** A server to connect to, or the data directory to start the embedded one in. */
  readonly database: { readonly url: string } | { readonly embedded: string };
  /** An absolute path. */
  readonly dataDir: string;
  /** Of how many cases steps may travel in one statement. */
  readonly casesPerStatement: number;
  /** A checkpoint is taken once `every` entries have come together, or one waits for `interval` (ISO 8601). */
  readonly checkpoints: { readonly every: number; readonly interval: string };
  /** The first admin's, on a database with no people. */
  readonly adminToken?: string;
  /** The procedure's, `boston-python` where RECOURSE_PROCEDURE is silent. */
  readonly settings: Settings;
  /** How many connections one address may have open at once. */
  readonly connectionsPerAddress: number;
  readonly logLevel: z.infer<typeof environment>['LOG_LEVEL'];
}

// No message repeats a value: some are secrets, and standard error ends up in logs.
const environment = z
  .object({
    PORT: z
      .string()
      .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
      .transform(Number)
      .refine((port) => port <= 65_535, 'must be a port number, 0 to 65535')
      .default(3000),
    HOST: z.string().default('127.0.0.1'),
    ...databaseVariables,
    RECOURSE_DATA_DIR: z.string().default('.data'),
    ...limitVariables,
    ...keyVariables,
    RECOURSE_CHECKPOINT_EVERY: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'must be a positive whole number')
      .transform(Number)
      .default(100),
    RECOURSE_CASES_PER_STATEMENT: z
      .string()
      .regex(/^[1-9]\d?$/, 'must be a whole number, 1 to 99')
      .transform(Number)
      .default(16),
    RECOURSE_CHECKPOINT_INTERVAL: duration.default('PT1H'),
    RECOURSE_ADMIN_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, 'must be at least 16 visible ASCII characters, without spaces')
      .optional(),
    RECOURSE_PROCEDURE: z.string().optional(),
    ...trustVariables,
    RECOURSE_CONNECTIONS_PER_ADDRESS: z
      .string()
      .regex(/^[1-9]\d{0,4}$/, 'must be a whole number, 1 to 99999')
      .transform(Number)
      .default(256),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be one of fatal, error, warn, info, debug, trace, silent',
      })
      .default('info'),
  })
  .superRefine(checkTrust);

/**
 * Reads the environment. With the embedded database, makes the data directory and its keys at
 * the first start. A variable set to nothing counts as unset.
 *
 * @throws {BadSetting} for the first setting that will not do
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadSetting(String(issue?.path[0]), issue?.message ?? 'is not valid');
  }
  const { RECOURSE_ADMIN_TOKEN: adminToken, ...rest } = parsed.data;
  const url = await databaseUrl(rest);
  const dataDir = resolve(rest.RECOURSE_DATA_DIR);
  const settings = await readSettings(rest.RECOURSE_PROCEDURE);
  const keys = await keySettings(rest, url === undefined ? { keptIn: dataDir } : {});
  return {
    host: rest.HOST,
    port: rest.PORT,
    database: url === undefined ? { embedded: dataDir } : { url },
    limits: limitSettings(rest),
    dataDir,
    ...keys,
    casesPerStatement: rest.RECOURSE_CASES_PER_STATEMENT,
    checkpoints: {
      every: rest.RECOURSE_CHECKPOINT_EVERY,
      interval: rest.RECOURSE_CHECKPOINT_INTERVAL,
    },
    ...(adminToken !== undefined && { adminToken }),
    settings,
    connectionsPerAddress: rest.RECOURSE_CONNECTIONS_PER_ADDRESS,
    logLevel: rest.LOG_LEVEL,
    ...trustSettings(rest),
  };
}

async function readSettings(path: string | undefined): Promise<Settings> {
  if (path === undefined) return parseSettings({});
  const bad = (problem: string) => new BadSetting('RECOURSE_PROCEDURE', `${path}: ${problem}`);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw bad(reason(error));
  });
  try {
    return parseSettings(JSON.parse(text));
  } catch (error) {
    // the parser's own words quote what the file holds, which may be a key that was meant for another setting
    if (!(error instanceof z.ZodError)) throw bad('is not JSON');
    const problems = error.issues.map(({ path: at, message }) =>
      [at.join('.'), message].filter(Boolean).join(': '),
    );
    throw bad(problems.join('; '));
  }
}
