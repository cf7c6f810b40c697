/** Brings the embedded PostgreSQL back where it ends before we do: killed, or for want of space. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './binaries.ts';
import { startServer, type Server, type ServerOptions } from './server.ts';

export interface KeepOptions extends ServerOptions {
  /** Breaks the first start off. */
  readonly signal: AbortSignal;
  /** Told what happens, in a line. */
  readonly report?: (line: string) => void;
  /** Before each try to bring it back, in milliseconds. */
  readonly pauses?: readonly number[];
}

/** A PostgreSQL that is started again when it ends: on the same port, where pools look for it. */
interface Kept {
  readonly port: number;
  /** Resolves once stopped; rejects where it can't be brought back. */
  readonly running: Promise<void>;
  /** Ends its connections, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** Half a minute, in which a disk may be cleared. */
const halfAMinute = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000];
/** How long it must have run, in milliseconds, to be tried as often again. */
const settled = 60_000;

/**
 * Starts PostgreSQL and keeps it running.
 *
 * @throws as {@link startServer}
 */
export async function keepServer(
  data: string,
  account: Account,
  { signal, report = () => undefined, pauses = halfAMinute, ...options }: KeepOptions,
): Promise<Kept> {
  const ending = new AbortController();
  let server = await startServer(data, account, options, signal);
  const { port } = server;
  let tries = 0;

  const startAgain = async (how: string): Promise<Server> => {
    let problem: unknown = new Error(`it ended at once (${how}), again and again`);
    while (tries < pauses.length) {
      await delay(pauses.at(tries), undefined, { signal: ending.signal, ref: false });
      tries += 1;
      try {
        return await startServer(data, account, { ...options, port }, ending.signal);
      } catch (error) {
        ending.signal.throwIfAborted();
        problem = error;
      }
    }
    throw problem;
  };
  const keep = async (): Promise<void> => {
    for (let since = performance.now(); ; since = performance.now()) {
      const how = await server.ended;
      if (ending.signal.aborted) return;
      if (performance.now() - since > settled) tries = 0;
      report(`the embedded PostgreSQL ended (${how}); starting it again`);
      server = await startAgain(how);
      report('the embedded PostgreSQL is back');
    }
  };
  const running = keep().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  const stop = async () => {
    ending.abort();
    await server.stop();
    await running.catch(() => undefined);
  };
  return { port, running, stop };
}
