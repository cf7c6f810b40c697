/**
 * The process of the embedded PostgreSQL: started on a free port, one per data directory, stopped
 * with ours.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account, Running } from './binaries.ts';

/** What a caller may choose. */
export interface ServerOptions {
  /** On 127.0.0.1; a free one if left out. */
  readonly port?: number;
  /** PostgreSQL's own, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** After a crash, how long a new start lets the last server finish: 300 times 100 ms. */
const patience = { tries: 300, pause: 100 };

/**
 * Starts PostgreSQL on a cluster and returns once it accepts connections. `stop` ends its
 * connections and resolves when it is gone.
 *
 * @param data the cluster's folder, as its real path
 * @throws with PostgreSQL's own words, or when the cluster is in use
 */
export async function startServer(
  data: string,
  account: Account,
  { port: fixed, settings }: ServerOptions,
): Promise<{ port: number; stop: () => Promise<void> }> {
  for (let tries = patience.tries; ; tries -= 1) {
    await removeStaleLock(data);
    const port = fixed ?? (await freePort());
    const server = launch(data, account, {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      timezone: 'UTC',
      log_line_prefix: '',
      ...settings,
    });
    const watcher = stopWithUs(server, account);
    const problem = await untilReady(server);
    if (problem === undefined) {
      // Neither of them keeps this process alive.
      for (const handle of [server, server.stderr, watcher, watcher.stdin]) {
        if ('unref' in handle) handle.unref();
      }
      return { port, stop: () => stop(server) };
    }
    if (problem.includes('lock file "postmaster.pid" already exists')) {
      const lock = await readLock(data);
      if (lock && (lock.status !== 'stopping' || tries === 0)) {
        throw new Error(`${data} is in use by another server (process ${lock.pid})`);
      }
      await delay(patience.pause);
    } else if (fixed !== undefined || !problem.includes('could not bind') || tries === 0) {
      // Else someone took the port since it was found free.
      throw new Error(problem);
    }
  }
}

function launch(
  data: string,
  account: Account,
  settings: Readonly<Record<string, string>>,
): Running {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return account.run('postgres', ['-D', data, ...flags]);
}

/** Resolves to nothing once the server is ready, or to its complaints when it has ended. */
async function untilReady(server: Running): Promise<string | undefined> {
  await once(server, 'spawn');
  const complaints: string[] = [];
  let ready = false;
  for await (const line of createInterface({ input: server.stderr })) {
    ready = line.includes('database system is ready to accept connections');
    if (ready) break;
    if (!line.startsWith('LOG:')) complaints.push(line);
  }
  // Whatever it says from here on is read and dropped: a full pipe would block it.
  server.stderr.resume();
  return ready ? undefined : complaints.join('\n') || 'it ended without a word';
}

/**
 * A shell that waits for our end of a pipe to close, which the kernel does however we end, and then
 * asks the server for a fast shutdown.
 */
function stopWithUs(server: Running, { owner }: Account) {
  const script = 'read -r _; kill -INT "$0"';
  const watcher = spawn('/bin/sh', ['-c', script, String(server.pid)], {
    ...owner,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  server.once('exit', () => watcher.kill('SIGKILL'));
  return watcher;
}

async function stop(server: Running): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.ref();
  server.kill('SIGINT');
  await ended;
}

/** What stands in postmaster.pid: the process, and on line 8 its status. */
async function readLock(data: string): Promise<{ pid: string; status: string } | undefined> {
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid = '', , , , , , , status = ''] = lock.split('\n').map((line) => line.trim());
  return pid === '' ? undefined : { pid, status };
}

/**
 * PostgreSQL believes a lock whose process exists, and after a restart of a container the number
 * is soon someone else's. Where /proc tells that it isn't this cluster's server, the lock goes.
 */
async function removeStaleLock(data: string): Promise<void> {
  const lock = await readLock(data);
  if (!lock) return;
  const command = await readFile(`/proc/${lock.pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command !== undefined && !command.split('\0').includes(data)) {
    await rm(join(data, 'postmaster.pid'), { force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
