/** A PostgreSQL of somebody's own: the one that Debian packages bring, with its tools beside it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, glob, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { chooseAccount, handOver } from '../../src/embedded/binaries.ts';
import { startServer } from '../../src/embedded/server.ts';

/** Everything that a dump and its restore need. */
const programs = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore'];

/** The newest installation that has all programs, its `bin` within; undefined where there is none. */
export async function installedPostgres(): Promise<string | undefined> {
  const versions = await Array.fromAsync(glob('/usr/lib/postgresql/*'));
  return versions
    .filter((folder) => programs.every((program) => existsSync(join(folder, 'bin', program))))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
}

/** A cluster that runs. */
export interface Cluster {
  readonly port: number;
  /** With which `psql` is its superuser. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Makes a cluster and starts it. */
export async function startCluster(installation: string): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'recourse-cluster-'));
  if (process.getuid?.() === 0) await chmod(folder, 0o711);
  const own = join(folder, 'cluster');
  const account = chooseAccount(installation, folder);
  const password = randomBytes(12).toString('hex');
  const pwfile = join(folder, 'password');
  await writeFile(pwfile, password, { mode: 0o644 });
  await mkdir(own, { mode: 0o700 });
  await handOver(own, account);
  const data = join(own, 'data');
  const initdb = account.run('initdb', [
    `--pgdata=${data}`,
    `--pwfile=${pwfile}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  const [said] = await Promise.all([text(initdb.stderr), once(initdb, 'close')]);
  if (initdb.exitCode !== 0) throw new Error(said);
  const server = await startServer(data, account, { settings: { fsync: 'off' } });
  return {
    port: server.port,
    env: {
      PGHOST: '127.0.0.1',
      PGPORT: String(server.port),
      PGUSER: 'postgres',
      PGPASSWORD: password,
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
