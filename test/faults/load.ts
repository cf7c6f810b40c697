/**
 * The load, and what is expected of every answer to it: 2xx, or 503 with Retry-After, within ten seconds.
 * Each event has a key, and is sent again with it until it is acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import type { Server } from './servers.ts';

/** In milliseconds. The first is promised; by the second it counts as none. */
const promised = 10_000;
const hopeless = 30_000;

/** What is wrong, each with how often. */
export class Faults {
  readonly #counts = new Map<string, number>();
  readonly add = (what: string): void => {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  };
  /** All so far, as lines; forgets them. */
  take(): string[] {
    const lines = Array.from(this.#counts, ([what, count]) =>
      count > 1 ? `${what} (${count} times)` : what,
    );
    this.#counts.clear();
    return lines;
  }
}

/** What a server said that it had recorded. */
interface Acknowledged {
  readonly caseId: string;
  readonly seq: number;
  readonly hash: string;
}

interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly key?: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Where the load goes. */
export interface Target {
  readonly servers: readonly Server[];
  readonly tokens: Readonly<Record<string, string>>;
  readonly cases: readonly string[];
  readonly faults: Faults;
  /** Grows. */
  readonly acknowledged: Acknowledged[];
}

/** Of some time under load. */
interface Told {
  readonly acknowledged: number;
  readonly unready: number;
  /** Milliseconds. */
  readonly slowest: number;
}

export interface Load {
  /** Resolves once events are acknowledged. */
  readonly underWay: () => Promise<void>;
  /** As many events at once to one case; resolves once all are acknowledged. */
  readonly rush: (caseId: string, count: number) => Promise<void>;
  /** Lets everything that is under way be acknowledged, for up to half a minute. */
  readonly stop: () => Promise<Told>;
}

/** What names nothing: the same for every case. */
const routeOf = ({ method, path }: Sending) =>
  `${method} ${path.replaceAll(/[0-9a-f-]{36}/g, ':id').replace(/\?.*/, '')}`;

/** Starts some writers, each with cases of its own, so that one that has to wait holds up no other; and readers. */
export function startLoad(target: Target, writers = 8): Load {
  const { servers, tokens, cases, faults, acknowledged } = target;
  const dispatcher = new Agent({ connections: 64, connect: { timeout: hopeless } });
  const before = acknowledged.length;
  let [unready, slowest, turn] = [0, 0, 0];
  let until = Infinity;
  const goesOn = () => until === Infinity;

  /** Undefined where it broke off. */
  const send = async (server: Server, sending: Sending): Promise<Answer | undefined> => {
    const { method, path, token, body, key } = sending;
    const turns = server.isUp() ? server.turns() : undefined;
    const start = performance.now();
    const answer = await exchange();
    const took = performance.now() - start;
    if (answer === undefined) return undefined;
    slowest = Math.max(slowest, took);
    if (took > promised) faults.add(`${routeOf(sending)} was answered after more than 10 s`);
    return answer;

    async function exchange(): Promise<Answer | undefined> {
      try {
        const response = await fetch(`${server.base}${path}`, {
          method,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(key !== undefined && { 'idempotency-key': key }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(hopeless),
          dispatcher,
        });
        const said = await response.text();
        const { status, headers, ok } = response;
        if (status === 503) unready += 1;
        if (status === 503 && !headers.has('retry-after'))
          faults.add(`${routeOf(sending)} answered 503 without Retry-After`);
        if (!ok && status !== 503)
          faults.add(
            `${routeOf(sending)} answered ${status} ${/problem:[\w-]+/.exec(said)?.[0] ?? said}`,
          );
        return { status, body: ok && said.startsWith('{') ? JSON.parse(said) : undefined };
      } catch (error) {
        if (error instanceof Error && error.name === 'TimeoutError')
          faults.add(`${routeOf(sending)} was not answered within 30 s`);
        else if (server.turns() === turns)
          faults.add(`${routeOf(sending)} broke off: ${String((error as Error).cause ?? error)}`);
        return undefined;
      }
    }
  };

  /** Sends a new event until a server says that it is recorded. */
  const write = async (caseId: string): Promise<void> => {
    const key = randomUUID();
    const path = `/v1/cases/${caseId}/events`;
    const body = { type: 'case.addNote', text: key };
    const sending: Sending = { method: 'POST', path, token: tokens['cleo'], body, key };
    for (;;) {
      const server = servers[(turn += 1) % servers.length] as Server;
      const answer = await send(server, sending);
      if (answer && answer.status < 300) {
        const { entry } = answer.body as { entry: { seq: number; hash: string } };
        acknowledged.push({ caseId, seq: entry.seq, hash: entry.hash });
        return;
      }
      if (performance.now() > until) {
        faults.add('an event was not acknowledged within 30 s of the end of the fault');
        return;
      }
      await delay(100);
    }
  };

  const writing = async (own: readonly string[]) => {
    for (let i = 0; goesOn(); i += 1) await write(own[i % own.length] as string);
  };
  const reading = async (server: Server, some: string) => {
    const [token, auditor] = [tokens['ada'], tokens['eve']];
    const calls: Sending[] = [
      { method: 'GET', path: `/v1/cases/${some}`, token },
      { method: 'GET', path: '/v1/cases?limit=5', token },
      { method: 'GET', path: `/v1/cases/${some}/history?limit=5`, token },
      { method: 'GET', path: '/readyz' },
      { method: 'POST', path: '/v1/checkpoints', token: auditor },
      { method: 'GET', path: `/v1/cases/${some}/options`, token },
    ];
    for (let i = 0; goesOn(); i += 1) {
      await send(server, calls[i % calls.length] as Sending);
      await delay(50);
    }
  };
  const work = [
    ...Array.from({ length: writers }, (_, i) =>
      writing(cases.filter((__, place) => place % writers === i)),
    ),
    ...servers.map((server, i) => reading(server, cases[i] as string)),
  ];
  return {
    underWay: async () => {
      while (acknowledged.length < before + 2 * writers) await delay(50);
    },
    rush: async (caseId, count) => {
      await Promise.all(Array.from({ length: count }, () => write(caseId)));
    },
    stop: async () => {
      until = performance.now() + hopeless;
      await Promise.all(work);
      await dispatcher.close();
      return { acknowledged: acknowledged.length - before, unready, slowest };
    },
  };
}
