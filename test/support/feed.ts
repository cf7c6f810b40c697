/** Whoever follows the feed over a real connection, as browsers do (WHATWG HTML, 9.2.6). */
import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { expect, inject } from 'vitest';
import type { FeedEntry } from '../../src/engine/audit/feed.ts';
import type { TestApp } from './app.ts';
import { asOwner, countWaiting, send } from './telling.ts';

interface Event {
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

/** As the owner of the application's database, for who connects by themself. */
export const urlOf = async (app: TestApp): Promise<string> =>
  asOwner(app, async ({ sql: { options } }) => {
    const url = new URL(inject('templateUrl'));
    url.pathname = options.database;
    return url.href;
  });

interface Page {
  readonly items: readonly FeedEntry[];
  readonly next: string;
  readonly more: boolean;
}

/** Waits until nothing is under way, in the whole cluster, that began before now: other tests write there too. */
export async function settled(app: TestApp): Promise<void> {
  await asOwner(app, async ({ db }) => {
    const [now] = await db.execute<{ moment: string }>(sql`select feed_moment() as moment`);
    for (;;) {
      const [row] = await db.execute<{ over: boolean }>(
        sql`select feed_horizon() > ${now?.moment}::bigint as over`,
      );
      if (row?.over) return;
      await delay(10);
    }
  });
}

/** A page as it is now. */
export async function pageNow(app: TestApp, query: string, by = 'ada'): Promise<Page> {
  const { status, body, text } = await app.as(by).get<Page>(`/v1/feed${query}`);
  expect(status, text).toBe(200);
  return body;
}

/** A page with all that was recorded before. */
export async function pageOf(app: TestApp, query = '', by = 'ada'): Promise<Page> {
  await settled(app);
  return pageNow(app, query, by);
}

/** All that there is after a position, in pages of so many. */
export async function everything(
  app: TestApp,
  limit: number,
  by = 'ada',
  after?: string,
): Promise<FeedEntry[]> {
  const found: FeedEntry[] = [];
  for (let from = after; ;) {
    const query = `?limit=${limit}${from === undefined ? '' : `&after=${from}`}`;
    const page = await pageOf(app, query, by);
    found.push(...page.items);
    from = page.next;
    if (!page.more) return found;
  }
}

/** Entries by what tells them apart. */
export const marks = (entries: readonly Pick<FeedEntry, 'case' | 'seq'>[]): string[] =>
  entries.map(({ case: id, seq }) => `${id} ${seq}`);

export const told = ({ events }: Follower): string[] => marks(events.map(({ entry }) => entry));

/** Holds the row of a case; a step in it waits, and has a place before what commits meanwhile. */
export async function whileHeld(
  app: TestApp,
  caseId: string,
  work: () => Promise<void>,
): Promise<void> {
  let step: Promise<unknown> | undefined;
  await asOwner(app, async (owner) =>
    owner.db.transaction(async (tx) => {
      await tx.execute(sql`select from cases where case_id = ${caseId} for update`);
      step = send(app, 'cleo', caseId, { type: 'intake.offerQuietSpace', accepted: true });
      while ((await countWaiting(app)) === 0) await delay(10);
      await work();
    }),
  );
  expect(await step).toMatchObject({ status: 200 });
}
