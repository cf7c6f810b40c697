/** The composition root: configuration → database → engine → HTTP → jobs, and their end. */
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import { BadSetting, loadConfig, type Config } from './config.ts';
import { keyringOf } from './crypto/keyring.ts';
import { jobsOf, runJobs } from './deadlines/loop.ts';
import { makeSigner } from './engine/checkpoint.ts';
import type { Engine } from './engine/engine.ts';
import { ensureFirstAdmin } from './engine/first-admin.ts';
import { fitsDatabase } from './engine/rotate.ts';
import { buildApp } from './http/app.ts';
import { connect, migrate, serverRole, ServerRoleMissing } from './store/database.ts';
import { EmbeddedDatabaseFailed, startEmbedded } from './store/embedded.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Starts everything; the result ends it in the opposite order. */
async function start(config: Config): Promise<() => Promise<void>> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const url =
      'url' in config.database
        ? config.database.url
        : await embedded(config.database.embedded, ends);
    await migrate(url);
    const database = connect(url, { role: serverRole });
    ends.push(() => database.close());
    const keyring = keyringOf(config.masterKey, config.previousMasterKey);
    const engine: Engine = {
      db: database.db,
      keyring,
      signer: makeSigner(config.signingKey, keyring),
      settings: config.settings,
      now: () => new Date(),
    };

    // before anything is written: what another key sealed beside the old one could not be told apart
    if (!(await fitsDatabase(engine))) throw wrongMasterKey(config);
    const generated = await ensureFirstAdmin(engine.db, {
      token: config.adminToken,
      now: engine.now(),
    });
    if (generated !== undefined) print(`the first admin's token, shown this once: ${generated}`);

    const { logLevel, trustProxy, openId } = config;
    const app = await buildApp({ engine, logLevel, trustProxy, openId });
    const ending = new AbortController();
    const jobs = runJobs(jobsOf(engine, config), ending.signal, (error, job) =>
      app.log.error(
        { job, error: error instanceof Error ? error.name : 'unknown' },
        'a round of a job failed',
      ),
    );
    ends.push(async () => {
      ending.abort();
      await jobs;
    });
    await app.listen({ host: config.host, port: config.port });
    ends.push(() => app.close());
    const address = app.server.address() as AddressInfo;
    print(
      `listening on http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    );
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function embedded(dataDir: string, ends: (() => Promise<unknown>)[]): Promise<string> {
  const database = await startEmbedded(dataDir);
  ends.push(() => database.stop());
  return database.url;
}

const wrongMasterKey = ({ masterKeyFrom }: Config) =>
  new BadSetting(masterKeyFrom, 'is not the key that this database is sealed with');

/** What whoever starts the server can mend is said in one line. */
const mendable = (error: unknown): error is Error =>
  error instanceof BadSetting ||
  error instanceof ServerRoleMissing ||
  error instanceof EmbeddedDatabaseFailed;

try {
  const stop = await start(await loadConfig(process.env));
  closeWithGrace(
    {
      delay: 30_000,
      logger: false,
      // npm hands on a signal that the terminal sent to everybody already: one is enough
      onSecondSignal: () => undefined,
    },
    async ({ err }) => {
      // by name and place alone: a message may hold what nobody should read
      if (err) process.stderr.write(`${err.name}\n${err.stack?.split('\n').slice(1).join('\n')}\n`);
      await stop();
    },
  );
} catch (error) {
  process.stderr.write(
    mendable(error) ? `${error.message}\n` : `the server could not start: ${String(error)}\n`,
  );
  process.exitCode = error instanceof BadSetting ? 2 : 1;
}
