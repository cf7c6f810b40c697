/** The settings of the keys: given in a variable or in a file, or kept beside the embedded database. */
import { randomBytes } from 'node:crypto';
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BadSetting, reason } from './bad-setting.ts';

export interface KeySettings {
  /** 32 bytes. */
  readonly masterKey: Buffer;
  /** The variable that gave it: what to name when it turns out to be the wrong one. */
  readonly masterKeyFrom: string;
  /** The one before, during a rotation and for a day after. */
  readonly previousMasterKey?: Buffer;
  /**
   * The 32-byte seed of the Ed25519 key (RFC 8032) that signs checkpoints. Absent where none is given:
   * then the database keeps one.
   */
  readonly signingKey?: Buffer;
}

const decodedKey = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be base64 of exactly 32 bytes')
  .transform((text) => Buffer.from(text, 'base64'));

const fileName = z.string().optional();

/** The variables, for the environment's schema. */
export const keyVariables = {
  RECOURSE_MASTER_KEY: decodedKey.optional(),
  RECOURSE_MASTER_KEY_FILE: fileName,
  RECOURSE_PREVIOUS_MASTER_KEY: decodedKey.optional(),
  RECOURSE_PREVIOUS_MASTER_KEY_FILE: fileName,
  RECOURSE_SIGNING_KEY: decodedKey.optional(),
  RECOURSE_SIGNING_KEY_FILE: fileName,
};

type KeyEnvironment = z.infer<z.ZodObject<typeof keyVariables>>;

/**
 * The keys that the environment gives.
 *
 * @param options `keptIn`: the data directory of the embedded database, where the first start makes
 *   the master key; without it, that has to be given
 */
export async function keySettings(
  env: KeyEnvironment,
  { keptIn }: { keptIn?: string },
): Promise<KeySettings> {
  const previous = await givenKey('RECOURSE_PREVIOUS_MASTER_KEY', env);
  const given = await givenKey('RECOURSE_MASTER_KEY', env);
  const master = given ?? (keptIn === undefined ? undefined : await keptMasterKey(keptIn));
  if (!master) throw new BadSetting('RECOURSE_MASTER_KEY', 'is required with DATABASE_URL');
  const signing = await givenKey('RECOURSE_SIGNING_KEY', env);
  const signingKey =
    signing?.key ?? (keptIn === undefined ? undefined : await keptSigningKey(keptIn));
  return {
    masterKey: master.key,
    masterKeyFrom: master.from,
    ...(previous && { previousMasterKey: previous.key }),
    ...(signingKey && { signingKey }),
  };
}

interface Key {
  readonly key: Buffer;
  /** The variable that it came by. */
  readonly from: string;
}

/** A key from a variable, or from the file that the variable's other form names. */
async function givenKey(
  variable: 'RECOURSE_MASTER_KEY' | 'RECOURSE_PREVIOUS_MASTER_KEY' | 'RECOURSE_SIGNING_KEY',
  env: KeyEnvironment,
): Promise<Key | undefined> {
  const { [variable]: key, [`${variable}_FILE` as const]: file } = env;
  if (file === undefined) return key && { key, from: variable };
  const from = `${variable}_FILE`;
  if (key) throw new BadSetting(from, `is given beside ${variable}: one of them is enough`);
  return { key: await readKey(file, from), from };
}

async function readKey(file: string, variable: string): Promise<Buffer> {
  try {
    return decodedKey.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const problem =
      error instanceof z.ZodError ? 'does not hold base64 of 32 bytes' : reason(error);
    throw new BadSetting(variable, `${file}: ${problem}`);
  }
}

/** The key of the data directory: written by the first start, read by all later ones. */
async function keptMasterKey(dataDir: string): Promise<Key> {
  const file = join(dataDir, 'master.key');
  try {
    await makeFolder(dataDir);
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
  const from = 'RECOURSE_MASTER_KEY';
  return { key: await readKey(file, from), from };
}

/** Data directories of old have a file with it; where that is gone, the database has one too. */
async function keptSigningKey(dataDir: string): Promise<Buffer | undefined> {
  const file = join(dataDir, 'signing.key');
  return (await exists(file)) ? readKey(file, 'RECOURSE_SIGNING_KEY') : undefined;
}

/** With its parents. Node says ENOENT of a file system that is read-only; a try at the first one that is missing tells. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(async (error: unknown) => {
    let missing = folder;
    while (!(await exists(dirname(missing)))) missing = dirname(missing);
    await mkdir(missing, { mode: 0o700 });
    throw error;
  });
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
