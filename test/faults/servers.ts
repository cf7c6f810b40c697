/** Servers as their users start them, which are killed, and come back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/embedded/server.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Server {
  readonly base: string;
  /** How often it has begun or ended to be there: an answer that broke off in between is no fault. */
  readonly turns: () => number;
  readonly isUp: () => boolean;
  /** Kills it and starts it again, where it was; resolves once it is ready. */
  readonly kill: () => Promise<void>;
  /** @returns how it ended: the exit code, or the signal */
  readonly stop: () => Promise<number | string>;
  /** The same, when it ends by itself, where that is expected from now on. */
  readonly ends: () => Promise<number | string>;
}

export interface Starting {
  readonly settings: Readonly<Record<string, string>>;
  /** A file for all that it says. */
  readonly log: string;
  /** Told when it ends and nobody ended it. It is started again. */
  readonly onFault: (what: string) => void;
}

/** Every process that was started, so that none is left behind. */
const running = new Set<ChildProcess>();
export const endsWithUs = (child: ChildProcess): void => void running.add(child);
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts one; returns once it is ready. */
export async function startServer({ settings, log, onFault }: Starting): Promise<Server> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...settings, PORT: String(port) };
  let child: ChildProcess;
  let ended: Promise<number | string>;
  let turns = 0;
  /** By us, or expected. */
  let ending = false;

  const isUp = () => turns % 2 === 1;
  const spawnIt = async () => {
    await mkdir(dirname(log), { recursive: true });
    const file = await open(log, 'a');
    const spawned = spawn(process.execPath, [main], { env, stdio: ['ignore', file.fd, file.fd] });
    await file.close();
    endsWithUs(spawned);
    child = spawned;
    ended = once(spawned, 'exit').then(([code, signal]: (number | string | null)[]) => {
      running.delete(spawned);
      if (isUp()) turns += 1;
      if (!ending) void startAfter(code ?? signal);
      return code ?? signal ?? 'nothing';
    });
    await ready(spawned);
    turns += 1;
  };
  const startAfter = async (how: unknown) => {
    onFault(`a server ended by itself (${String(how)}): see ${log}`);
    await delay(200);
    if (!ending) await spawnIt().catch((error: unknown) => onFault(String(error)));
  };
  const ready = async (spawned: ChildProcess) => {
    for (let tries = 1_200; spawned.exitCode === null && spawned.signalCode === null; tries -= 1) {
      const answer = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      if (tries === 0) throw new Error(`a server did not become ready: see ${log}`);
      await delay(50);
    }
    throw new Error(`a server did not start: see ${log}`);
  };
  const kill = async () => {
    ending = true;
    // whoever asks may see it end before we do
    if (isUp()) turns += 1;
    child.kill('SIGKILL');
    await ended;
    ending = false;
    await spawnIt();
  };
  const ends = () => {
    ending = true;
    return ended;
  };
  const stop = async () => {
    ending = true;
    child.kill('SIGTERM');
    return ended;
  };
  await spawnIt();
  return { base, turns: () => turns, isUp, kill, stop, ends };
}
