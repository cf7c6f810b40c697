/** The real server, started as anyone would start it, on a database that goes when it goes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly base: string;
  readonly adminToken: string;
  /** Ends the server, then removes its folder. Throws where the server ended badly. */
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** How long the server may take to be ready, and to end, in milliseconds. */
const patience = 60_000;

/**
 * Starts the server. An abort lets it come up first and ends it then, so that no half-made database
 * is left behind.
 *
 * @throws what the server said where it did not start, and the signal's reason where that aborted
 */
export async function startServer(signal: AbortSignal): Promise<Server> {
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'recourse-demo-'));
  const adminToken = randomBytes(24).toString('hex');
  const server = spawn(process.execPath, [main], {
    env: {
      ...withoutSettings(process.env),
      HOST: '127.0.0.1',
      PORT: '0',
      RECOURSE_DATA_DIR: folder,
      RECOURSE_ADMIN_TOKEN: adminToken,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of reach of the terminal's Ctrl-C: when it ends is for us to say.
    detached: true,
  });
  const complaints: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (said: string) => complaints.push(said));
  const stop = async () => {
    try {
      await end(server);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    }
  };
  try {
    const tooLate = setTimeout(() => server.kill('SIGKILL'), patience);
    const base = await listening(server).finally(() => clearTimeout(tooLate));
    if (base === undefined) {
      throw new Error(`the server did not start: ${complaints.join('').trim() || 'no word why'}`);
    }
    signal.throwIfAborted();
    return { base, adminToken, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** What the caller has set for a server of their own is not meant for this one. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings = /^(RECOURSE_.*|DATABASE_URL)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !settings.test(name)));
}

/** The address that the server says it listens on; undefined when it ended without saying so. */
async function listening(server: ChildProcess): Promise<string | undefined> {
  if (!server.stdout) return undefined;
  const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error));
  const said = (async () => {
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
      const address = /^listening on (\S+)$/.exec(line)?.[1];
      if (address !== undefined) return address;
    }
    return undefined;
  })();
  const address = await Promise.race([said, failed]);
  server.stdout.resume();
  return address;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    const ended = once(server, 'exit');
    const tooLate = setTimeout(() => server.kill('SIGKILL'), patience);
    server.kill('SIGTERM');
    await ended;
    clearTimeout(tooLate);
  }
  if (server.exitCode !== 0) throw new Error('the server ended badly');
}
