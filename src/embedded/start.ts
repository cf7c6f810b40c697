/**
 * The embedded default: a PostgreSQL server of our own under the data directory, so that there is
 * one driver and one dialect. Imported only when DATABASE_URL is unset.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import postgres from 'postgres';
import { chooseAccount, handOver, killGroup, nativeFolder, type Account } from './binaries.ts';
import { keepServer, type KeepOptions } from './keeper.ts';

/** A PostgreSQL server that runs as long as this process does, and is brought back where it ends before. */
export interface EmbeddedDatabase {
  /** Of the database `recourse`, as the cluster's superuser, who migrates. */
  readonly url: string;
  /** Resolves once stopped; rejects with an {@link EmbeddedDatabaseFailed} where it can't be brought back. */
  readonly running: Promise<void>;
  /** Ends all connections, then the server. May be called twice. */
  stop(): Promise<void>;
}

/** The embedded server could not be started. The message is one line. */
export class EmbeddedDatabaseFailed extends Error {
  override readonly name = 'EmbeddedDatabaseFailed';

  constructor(what: 'did not start' | 'ended and cannot be started again', cause: unknown) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const line = problem.trim().replaceAll(/\s*\n\s*/g, '; ');
    super(`the embedded PostgreSQL ${what}: ${line}`, { cause });
  }
}

/** What a caller may choose. */
export interface EmbeddedOptions extends Omit<KeepOptions, 'signal'> {
  /** Breaks the start off, and leaves nothing running and nothing half made. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the server on 127.0.0.1, made at the first start. It stops with this process, even where
 * this process is killed.
 *
 * @param dataDir made if missing; all that belongs to the server is in its folder `postgres`
 * @param options `port`: a free one if left out; `settings`: PostgreSQL's, such as `{fsync: 'off'}`
 * @throws the signal's reason, or {EmbeddedDatabaseFailed} among others when another server uses the same data directory
 */
export async function startEmbedded(
  dataDir: string,
  { signal = new AbortController().signal, ...options }: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  try {
    signal.throwIfAborted();
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const root = await realpath(dataDir);
    // PostgreSQL's account has to pass, not to look. What is secret in here has modes of its own.
    if (process.getuid?.() === 0) await chmod(root, (await stat(root)).mode | 0o011);
    const account = chooseAccount(await nativeFolder(), root);
    const cluster = join(root, 'postgres');
    if (!(await exists(cluster))) await createCluster(root, cluster, account, signal);
    await handOver(cluster, account);

    const server = await keepServer(join(cluster, 'data'), account, { ...options, signal });
    const password = await readFile(join(cluster, 'password'), 'utf8');
    const at = (database: string) =>
      `postgres://postgres:${password}@127.0.0.1:${server.port}/${database}`;
    try {
      await createDatabase(at('postgres'));
      signal.throwIfAborted();
    } catch (error) {
      await server.stop();
      throw error;
    }
    const running = server.running.catch((error: unknown) => {
      throw new EmbeddedDatabaseFailed('ended and cannot be started again', error);
    });
    // whoever does not ask sees it by their connections
    running.catch(() => undefined);
    return { url: at('recourse'), running, stop: () => server.stop() };
  } catch (error) {
    signal.throwIfAborted();
    throw new EmbeddedDatabaseFailed('did not start', error);
  }
}

/**
 * Made aside and renamed: what has the name is whole, with the password that belongs to it, and of
 * two first starts at once one finds the other's.
 */
async function createCluster(
  root: string,
  cluster: string,
  account: Account,
  signal: AbortSignal,
): Promise<void> {
  const draft = await mkdtemp(join(root, 'postgres-'));
  try {
    const password = join(draft, 'password');
    await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600, flush: true });
    await handOver(draft, account);
    signal.throwIfAborted();
    const initdb = account.run('initdb', [
      `--pgdata=${join(draft, 'data')}`,
      `--pwfile=${password}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorts alike on every machine, whatever locales it has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
    const breakOff = () => killGroup(initdb);
    signal.addEventListener('abort', breakOff);
    const [said] = await Promise.all([text(initdb.stderr), once(initdb, 'close')]);
    signal.removeEventListener('abort', breakOff);
    signal.throwIfAborted();
    if (initdb.exitCode !== 0) throw new Error(said);
    await rename(draft, cluster).catch(async (error: unknown) => {
      if (!(await exists(cluster))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function createDatabase(maintenanceUrl: string): Promise<void> {
  const sql = postgres(maintenanceUrl, { max: 1, onnotice: () => undefined });
  try {
    const [found] = await sql`select from pg_database where datname = 'recourse'`;
    if (!found) await sql`create database recourse`;
  } finally {
    await sql.end();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
