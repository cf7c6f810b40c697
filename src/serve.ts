/** The composition root: configuration → database → engine → HTTP → jobs, and their end. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BadSetting, loadConfig, type Config } from './config.ts';
import { leaveFirstToken } from './config/first-token.ts';
import { keyringOf } from './crypto/keyring.ts';
import { jobsOf, runJobs } from './deadlines/loop.ts';
import { establishSigner } from './engine/audit/signing-keys.ts';
import type { Signer } from './crypto/note.ts';
import type { Engine } from './engine/engine.ts';
import { ensureFirstAdmin } from './engine/staff/first-admin.ts';
import { authenticateOldHeads } from './engine/audit/old-heads.ts';
import { fitsDatabase, wrongKey } from './engine/confidential/rotate.ts';
import { faultLine } from './fault.ts';
import { buildApp } from './http/app.ts';
import { inOneLine } from './cli/outcome.ts';
import { readClock } from './store/clock.ts';
import { Announcements } from './store/announcements.ts';
import {
  connect,
  migrate,
  RestoreIncomplete,
  serverRole,
  ServerRoleMissing,
} from './store/database.ts';
import { outageOf } from './store/outage.ts';
import { limitCompany } from './store/together.ts';
import { EmbeddedDatabaseFailed, startEmbedded } from './embedded/start.ts';
import { LogNotWhole, RecordDamaged } from './errors.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Starts everything; the result ends it in the opposite order.
 *
 * @param signal breaks it off: what was started by then is ended, and its reason thrown
 */
async function start(config: Config, signal: AbortSignal): Promise<() => Promise<void>> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const url =
      'url' in config.database
        ? config.database.url
        : await embedded(config.database.embedded, ends, signal);
    const { limits } = config;
    const database = connect(url, { role: serverRole, limits });
    // few, so that what arrives together travels together (a third faster with 32 writers than ten)
    const steps = connect(url, { role: serverRole, limits, max: 4, depth: 100 });
    // so that what is due in many cases at once takes no connection from people
    const background = connect(url, { role: serverRole, limits, max: 4 });
    for (const { db } of [steps, background]) limitCompany(db, config.casesPerStatement);
    ends.push(async () => Promise.all([database.close(), steps.close(), background.close()]));
    const announcements = new Announcements(url, limits);
    ends.push(() => announcements.close());
    const keyring = keyringOf(config.masterKey, config.previousMasterKey);
    const engine: Starting = {
      db: database.db,
      stepDb: steps.db,
      announcements,
      keyring,
      signer: nobody,
      settings: config.settings,
      now: () => new Date(),
      databaseNow: () => readClock(database.db),
    };

    const { logLevel, trustProxy, openId, connectionsPerAddress } = config;
    // which asks the database nothing: it is built while that is made ready
    const building = buildApp({
      engine,
      logLevel,
      trustProxy,
      openId,
      connectionsPerAddress,
    });
    const preparing = prepare(url, engine, config, signal);
    const [app] = await Promise.race([Promise.all([building, preparing]), abortOf(signal)]);
    const ending = new AbortController();
    const all = jobsOf(
      { ...engine, db: background.db },
      {
        ...config,
        tell: ({ off }, line) => (off ? app.log.warn(line) : app.log.info(line)),
      },
    );
    const jobs = runJobs(all, ending.signal, (error, job) =>
      app.log.error(
        {
          job,
          outage: outageOf(error)?.kind,
          error: error instanceof Error ? error.name : 'unknown',
          ...(error instanceof RecordDamaged && { caseId: error.caseId }),
        },
        error instanceof LogNotWhole ? error.message : 'a round of a job failed',
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

/** An engine whose database is being made ready: that has the key which signs. */
type Starting = Omit<Engine, 'signer'> & { signer: Signer };

const nobody: Signer = {
  name: '',
  verifierKey: '',
  sign: () => {
    throw new Error('nothing is signed before the database is ready');
  },
};

/** Brings the database up to date, and makes the first admin and the signing key. */
async function prepare(
  url: string,
  engine: Starting,
  config: Config,
  signal: AbortSignal,
): Promise<void> {
  const onWait = () => print('waiting for another server to migrate the database');
  await migrate(url, { signal, onWait });
  // before anything is written: what another key sealed beside the old one could not be told apart
  if (!(await fitsDatabase(engine))) throw wrongMasterKey(config);
  await authenticateOldHeads(engine);
  const { adminToken: token, dataDir } = config;
  await ensureFirstAdmin(engine.db, {
    token,
    now: engine.now(),
    leave: async (made) => {
      const file = await leaveFirstToken(dataDir, made);
      print(`the first admin's token is in ${file}: take it from there, and delete the file`);
    },
  });
  engine.signer = await establishSigner(engine, config.signingKey);
}

async function embedded(
  dataDir: string,
  ends: (() => Promise<unknown>)[],
  signal: AbortSignal,
): Promise<string> {
  const database = await startEmbedded(dataDir, { signal, report: print });
  ends.push(() => database.stop());
  database.running.catch((error: unknown) => {
    complain(error);
    end(1);
  });
  return database.url;
}

/** Rejects when it comes. */
const abortOf = async (signal: AbortSignal): Promise<never> => {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
};

const wrongMasterKey = ({ masterKeyFrom }: Config) => new BadSetting(masterKeyFrom, wrongKey);

/** What whoever starts the server can mend is said in one line. */
const mendable = (error: unknown): error is Error =>
  error instanceof BadSetting ||
  error instanceof ServerRoleMissing ||
  error instanceof RestoreIncomplete ||
  error instanceof EmbeddedDatabaseFailed;

const complain = (error: unknown) =>
  process.stderr.write(
    mendable(error) ? `${error.message}\n` : `the server could not start: ${inOneLine(error)}\n`,
  );

/** How long requests in flight and the database may take, in milliseconds. */
const patience = 30_000;

// One listener each, for good: npm hands on a signal that the terminal or a supervisor sent to
// everybody already, so a second one is usual, and means no hurry.
const startUp = new AbortController();
const starting = loadConfig(process.env).then((config) => start(config, startUp.signal));
let ending: Promise<void> | undefined;
const end = (code: number): void => {
  if (ending) return;
  setTimeout(() => process.exit(1), patience).unref();
  startUp.abort();
  ending = starting
    // a start that was broken off has ended what it had started
    .then(
      (stop) => stop(),
      () => undefined,
    )
    .then(
      () => process.exit(code),
      () => process.exit(1),
    );
};
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
for (const fault of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(fault, (error: unknown) => {
    process.stderr.write(`a fault ends the server: ${faultLine(error)}\n`);
    end(1);
  });

try {
  await starting;
} catch (error) {
  if (!ending) {
    complain(error);
    process.exit(error instanceof BadSetting ? 2 : 1);
  }
}
