/** The database of the environment, opened for one command and closed behind it. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BadSetting, loadConfig } from '../config.ts';
import { keyringOf } from '../crypto/keyring.ts';
import { establishSigner } from '../engine/audit/signing-keys.ts';
import type { Engine } from '../engine/engine.ts';
import { fitsDatabase, isFromBeforeMacs, wrongKey } from '../engine/confidential/rotate.ts';
import { readClock } from '../store/clock.ts';
import { connect, pendingMigrations, serverRole } from '../store/database.ts';
import { Misuse } from './outcome.ts';

/**
 * Does something with the engine, on the database that the server uses too. Changes nothing of the
 * database by itself: what is not there yet is for the server to make.
 *
 * @throws {BadSetting} for a setting that will not do
 * @throws {Misuse} where there is no database, or it is not up to date
 */
export async function withEngine<Result>(
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  await requireDatabase(process.env);
  const config = await loadConfig(process.env);
  if ('url' in config.database) return withDatabase(config.database.url, config, work);
  const { startEmbedded } = await import('../embedded/start.ts');
  const embedded = await startEmbedded(config.database.embedded).catch((error: unknown) => {
    if (!String(error).includes('is in use')) throw error;
    throw new Misuse('a server runs on this embedded database: stop it first, or use DATABASE_URL');
  });
  try {
    return await withDatabase(embedded.url, config, work);
  } finally {
    await embedded.stop();
  }
}

/** Nothing is made in a folder where somebody only asked. */
async function requireDatabase(env: NodeJS.ProcessEnv): Promise<void> {
  if (env['DATABASE_URL']?.trim()) return;
  const folder = resolve(env['RECOURSE_DATA_DIR']?.trim() || '.data');
  await access(join(folder, 'postgres')).catch(() => {
    throw new Misuse(
      `there is no database in ${folder}: set DATABASE_URL or RECOURSE_DATA_DIR as the server has it`,
    );
  });
}

async function withDatabase<Result>(
  url: string,
  config: Awaited<ReturnType<typeof loadConfig>>,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const database = connect(url, { role: serverRole });
  try {
    const { db } = database;
    if ((await pendingMigrations(db)) > 0)
      throw new Misuse('the database is not up to date: start the server, which migrates it');
    const keyring = keyringOf(config.masterKey, config.previousMasterKey);
    if (!(await fitsDatabase({ db, keyring })))
      throw new BadSetting(config.masterKeyFrom, wrongKey);
    if (await isFromBeforeMacs({ db, keyring }))
      throw new Misuse('the database is not up to date: start the server, which brings it there');
    const { settings, signingKey } = config;
    const signer = await establishSigner({ db, keyring }, signingKey);
    const clocks = { now: () => new Date(), databaseNow: () => readClock(db) };
    return await work({ db, keyring, signer, settings, ...clocks });
  } finally {
    await database.close();
  }
}
