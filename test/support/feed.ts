/** Whoever follows the feed over a real connection, as browsers do (WHATWG HTML, 9.2.6). */
import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { FeedEntry } from '../../src/engine/audit/feed.ts';

export interface Event {
  readonly id: string;
  readonly entry: FeedEntry;
}

export interface Follower {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All that came so far. */
  readonly events: readonly Event[];
  /** All bytes that came so far. */
  readonly said: () => string;
  /** What to come back with: the last id, whether or not an event came with it. */
  readonly lastEventId: () => string;
  /** Resolves once it holds of what came so far. */
  readonly until: (holds: (events: readonly Event[]) => boolean) => Promise<void>;
  /** All bytes, once the server has ended the stream. */
  readonly ended: Promise<string>;
  readonly leave: () => void;
}

export const addressOf = (app: FastifyInstance): string =>
  `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

/** Opens a stream. */
export async function follow(
  app: FastifyInstance,
  token: string,
  { query = '', lastEventId }: { query?: string; lastEventId?: string } = {},
): Promise<Follower> {
  // a connection of its own: `fetch` keeps some in reserve, on which nothing is said
  const request = get(`${addressOf(app)}/v1/feed${query}`, {
    agent: false,
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const events: Event[] = [];
  let [all, rest, last] = ['', '', lastEventId ?? ''];
  const take = (message: string) => {
    const fields = message.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line) ?? []);
    const [id, data] = ['id', 'data'].map((name) => fields.find(([, it]) => it === name)?.[2]);
    last = id ?? last;
    if (data !== undefined) events.push({ id: last, entry: JSON.parse(data) as FeedEntry });
  };
  const ended = new Promise<string>((resolve) => {
    answer.once('close', () => resolve(all));
  });
  // whoever leaves breaks it off
  answer.on('error', () => undefined);
  answer.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    const messages = (rest + text).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) take(message);
    answer.emit('came');
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    said: () => all,
    lastEventId: () => last,
    until: async (holds) => {
      while (!holds(events)) await once(answer, 'came');
    },
    ended,
    leave: () => void request.destroy(),
  };
}
