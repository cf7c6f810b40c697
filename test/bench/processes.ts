/** The processes of a bench: servers as their users start them, floors, the load; and the time they take. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, Loaded } from './load.ts';
import { freePort } from '../../src/embedded/server.ts';

/** A module of the project, by its path. */
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface Server {
  readonly base: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** What a caller has set for a server of their own is not meant for these. */
const environment = (settings: Readonly<Record<string, string>>) => ({
  PATH: process.env['PATH'],
  NODE_ENV: 'production',
  ...settings,
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Starts the server, its output in a file; returns once it is ready. */
export async function startServer(
  settings: Readonly<Record<string, string>>,
  log: string,
): Promise<Server> {
  const port = await freePort();
  const file = await open(log, 'a');
  const child = spawn(process.execPath, [at('src/main.ts')], {
    env: environment({ ...settings, PORT: String(port) }),
    stdio: ['ignore', file.fd, file.fd],
  });
  await file.close();
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server did not start: see ${log}`);
    const ready = await fetch(`${base}/readyz`).catch(() => undefined);
    if (ready?.status === 200) return { base, pid: child.pid ?? 0, stop: () => stop(child) };
    await sleep(5);
  }
}

/** The next message of a process; throws where it ends before. */
async function messageOf<Message>(child: ChildProcess): Promise<Message> {
  const heard = new AbortController();
  const ended = once(child, 'exit', { signal: heard.signal }).then(() => {
    throw new Error('a process of the bench has ended');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [Message];
    return message;
  } finally {
    heard.abort();
  }
}

/** Starts one of the floors, by its module. */
export async function startFloor(module: string, database: string): Promise<Server> {
  const child = fork(new URL(module), { env: environment({ DATABASE_URL: database }) });
  const { port } = await messageOf<{ port: number }>(child);
  return { base: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** Runs a script of the project to its end. */
export async function runScript(
  path: string,
  args: readonly string[],
  { settings, signal }: { settings: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<void> {
  const child = spawn(process.execPath, [at(path), ...args], {
    env: environment(settings),
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${path} failed`);
}

/** A process that answers one message at a time. */
export function startHelper(path: string, settings: Readonly<Record<string, string>> = {}) {
  const child = fork(at(path), { env: environment(settings) });
  const ask = async (message: object): Promise<unknown> => {
    child.send(message);
    const answer = await messageOf<object>(child);
    if ('failed' in answer) throw new Error(String(answer.failed));
    return answer;
  };
  return { ask, stop: () => stop(child) };
}

export interface Loader {
  /** @throws where an answer is no success */
  readonly load: (load: Load) => Promise<Loaded>;
  readonly stop: () => Promise<void>;
}

export function startLoader(): Loader {
  const { ask, stop: end } = startHelper('test/bench/load.ts');
  const load = async (wanted: Load) => {
    const { loaded } = (await ask(wanted)) as { loaded: Loaded };
    const bad = Object.entries(loaded.statuses).filter(([status]) => !status.startsWith('2'));
    if (bad.length > 0)
      throw new Error(
        `${wanted.calls[0]?.path}: answered ${JSON.stringify(Object.fromEntries(bad))}`,
      );
    return loaded;
  };
  return { load, stop: end };
}

/** Of a process since it began: milliseconds of CPU, where Linux tells. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return (user + system + childUser + childSystem) * (1000 / ticksPerSecond);
}
const ticksPerSecond = 100;

/** The same of a PostgreSQL server with all of its processes. */
export async function cpuOfDatabase(folder: string): Promise<number> {
  const lock = await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8');
  const postmaster = Number(lock.split('\n', 1)[0]);
  const children = `/proc/${postmaster}/task/${postmaster}/children`;
  const pids = (await readFile(children, 'utf8').catch(() => '')).split(' ').map(Number);
  const took = await Promise.all([postmaster, ...pids.filter(Boolean)].map(cpuOf));
  return took.reduce((sum, own) => sum + own, 0);
}
