/**
 * The process of the embedded PostgreSQL: started on a free port, one per data directory, stopped
 * with ours.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account, Running } from './binaries.ts';
import { findHolder } from './lock.ts';

/** What a caller may choose. */
export interface ServerOptions {
  /** On 127.0.0.1; a free one if left out. */
  readonly port?: number;
  /** PostgreSQL's own, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL that accepts connections. */
export interface Server {
  readonly port: number;
  /** How it ended, such as `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Ends its connections, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** After a crash, how long a new start lets the last server finish: 300 times 100 ms. */
const patience = { tries: 300, pause: 100 };

/**
 * Starts PostgreSQL on a cluster and returns once it accepts connections.
 *
 * @param data the cluster's folder, as its real path
 * @param signal breaks the start off, and leaves nothing running
 * @throws with PostgreSQL's own words, when the cluster is in use, or the signal's reason
 */
export async function startServer(
  data: string,
  account: Account,
  { port: fixed, settings }: ServerOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<Server> {
  for (let tries = patience.tries; ; tries -= 1) {
    signal.throwIfAborted();
    await findHolder(data);
    const port = fixed ?? (await freePort());
    const server = launch(data, account, {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      timezone: 'UTC',
      log_line_prefix: '',
      ...settings,
    });
    await once(server, 'spawn');
    const ended = endOf(server);
    const watcher = stopWithUs(server, account);
    const problem = await untilReady(server, signal);
    if (signal.aborted) await stop(server);
    signal.throwIfAborted();
    if (problem === undefined) {
      // Neither of them keeps this process alive.
      for (const handle of [server, server.stderr, watcher, watcher.stdin]) {
        if ('unref' in handle) handle.unref();
      }
      return { port, ended, stop: () => stop(server) };
    }
    const holder = isLocked.test(problem) ? await findHolder(data) : undefined;
    if (holder && (holder.status !== 'stopping' || tries === 0))
      throw new Error(`${data} is in use by another server (process ${holder.pid})`);
    const passes = isLocked.test(problem) || isTaken(problem, fixed);
    if (!passes || tries === 0) throw new Error(problem);
    await delay(patience.pause, undefined, { signal });
  }
}

/** By a server that is there, or by what is left of one that was killed, which ends by itself. */
const isLocked = /lock file "postmaster.pid"|shared memory block .* still in use/;

/** Someone took the port since it was found free. */
const isTaken = (problem: string, fixed: number | undefined) =>
  fixed === undefined && problem.includes('could not bind');

function launch(
  data: string,
  account: Account,
  settings: Readonly<Record<string, string>>,
): Running {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return account.run('postgres', ['-D', data, ...flags]);
}

async function endOf(server: Running): Promise<string> {
  const [code, killedBy] = (await once(server, 'exit')) as [number | null, string | null];
  return killedBy ?? `exit code ${code}`;
}

/** Resolves to nothing once the server is ready, or to its complaints when it has ended, as it does by the signal. */
async function untilReady(server: Running, signal: AbortSignal): Promise<string | undefined> {
  const complaints: string[] = [];
  let ready = false;
  const breakOff = () => server.kill('SIGINT');
  if (signal.aborted) breakOff();
  signal.addEventListener('abort', breakOff);
  for await (const line of createInterface({ input: server.stderr })) {
    ready = line.includes('database system is ready to accept connections');
    if (ready) break;
    if (!line.startsWith('LOG:')) complaints.push(line);
  }
  signal.removeEventListener('abort', breakOff);
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

/** A port of 127.0.0.1 on which nobody listens just now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
