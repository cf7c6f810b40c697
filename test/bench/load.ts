/**
 * The load, in a process of its own so that it takes no turns from whoever is measured: some connections,
 * each with one request under way, for a while.
 */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

export interface Load {
  readonly base: string;
  readonly token?: string;
  readonly connections: number;
  readonly seconds: number;
  /** In turn, begun again at the end. */
  readonly calls: readonly Call[];
  /** Whether each request has an idempotency key of its own. */
  readonly keyed?: boolean;
}

export interface Loaded {
  readonly answered: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** How many answers of each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Before anything counts: connections are opened, statements prepared, code compiled. */
const warmUp = 0.25;

async function run({ base, token, connections, seconds, calls, keyed }: Load): Promise<Loaded> {
  const pool = new Pool(base, { connections, pipelining: 1 });
  const fixed = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    'content-type': 'application/json',
  };
  const took: number[] = [];
  const statuses: Record<string, number> = {};
  let turn = 0;
  const begin = performance.now() + seconds * warmUp * 1000;
  const end = begin + seconds * 1000;
  const worker = async () => {
    // a slow answer is waited for: at least one of each connection counts
    for (let counted = 0; performance.now() < end || counted === 0;) {
      const {
        method,
        path,
        body = null,
      } = calls[(turn += 1) % calls.length] ?? calls[0] ?? never();
      const headers = keyed ? { ...fixed, 'idempotency-key': randomUUID() } : fixed;
      const start = performance.now();
      const { statusCode, body: answer } = await pool.request({ method, path, headers, body });
      await answer.dump({ limit: Infinity });
      const now = performance.now();
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      if (now < begin) continue;
      took.push(now - start);
      counted += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsed = (performance.now() - begin) / 1000;
  await pool.close();
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.floor((took.length - 1) * part)] ?? Number.NaN;
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return { answered, perSecond: took.length / elapsed, p50: at(0.5), p99: at(0.99), statuses };
}

function never(): never {
  throw new RangeError('a load without a call');
}

process.on('message', (load: Load) => {
  void run(load).then(
    (loaded) => process.send?.({ loaded }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
