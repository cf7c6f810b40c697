/** What happens in all cases, in one order: as pages, and as a stream over real connections. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { FeedEntry } from '../../src/engine/audit/feed.ts';
import { buildApp } from '../../src/http/app.ts';
import { ordinaryPace, type FeedPace } from '../../src/http/feed-stream.ts';
import { unlimited } from '../../src/config/limits.ts';
import { Announcements } from '../../src/store/announcements.ts';
import { migrate } from '../../src/store/database.ts';
import type { BareDatabase } from '../support/bare-database.ts';
import { ada, cleo, dov } from '../support/cast.ts';
import { recorded, reported } from '../support/chapters.ts';
import { addressOf, follow, type Follower } from '../support/feed.ts';
import {
  asOwner,
  caseAfter,
  countWaiting,
  historyOf,
  openCase,
  send,
  tell,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ feedPace: { ...ordinaryPace, poll: 100, heartbeat: 200 } }, { per: 'test' });

const urlOf = async ({ sql: { options } }: BareDatabase) => {
  const url = new URL(inject('templateUrl'));
  url.pathname = options.database;
  return url.href;
};

interface Page {
  readonly items: readonly FeedEntry[];
  readonly next: string;
  readonly more: boolean;
}

/** Waits until nothing is under way, in the whole cluster, that began before now: other tests write there too. */
async function settled(): Promise<void> {
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

const pageOf = async (query = '', by = 'ada') => {
  await settled();
  return pageNow(query, by);
};

const pageNow = async (query: string, by = 'ada') => {
  const { status, body, text } = await app.as(by).get<Page>(`/v1/feed${query}`);
  expect(status, text).toBe(200);
  return body;
};

/** All that there is after a position, in pages of so many. */
async function everything(limit: number, by = 'ada', after?: string): Promise<FeedEntry[]> {
  const found: FeedEntry[] = [];
  for (let from = after; ;) {
    const page = await pageOf(`?limit=${limit}${from === undefined ? '' : `&after=${from}`}`, by);
    found.push(...page.items);
    from = page.next;
    if (!page.more) return found;
  }
}

const marks = (entries: readonly Pick<FeedEntry, 'case' | 'seq'>[]) =>
  entries.map(({ case: id, seq }) => `${id} ${seq}`);
const told = ({ events }: Follower) => marks(events.map(({ entry }) => entry));

describe('as pages, the feed', () => {
  test('has every entry once, each case’s in order, with what the history shows of it', async () => {
    const one = await caseAfter(app, recorded);
    const other = await openCase(app, 'rui');
    await send(app, 'cleo', one.id, { type: 'meeting.conclude' });
    for (const limit of [1, 3, 200]) {
      const all = await everything(limit, 'eve');
      for (const { id, codename } of [one, other]) {
        const history = await historyOf(app, 'eve', id);
        expect(all.filter((entry) => entry.case === id)).toEqual(
          history.map((entry) => ({ case: id, codename, ...entry })),
        );
      }
      expect(new Set(marks(all)).size).toBe(all.length);
    }
    expect((await everything(50, 'eve')).at(-1)).toMatchObject({ outcome: 'refused' });
  });

  test('goes on behind what it ended with, and from now where that is asked for', async () => {
    const { id } = await openCase(app);
    const { next, more } = await pageOf();
    expect(more).toBe(false);
    expect(await pageOf(`?after=${next}`)).toMatchObject({ items: [], more: false });
    const { next: now } = await pageOf('?after=now');
    await tell(app, id, [cleo('intake.offerQuietSpace', { accepted: true })]);
    for (const after of [next, now])
      expect(marks((await pageOf(`?after=${after}`)).items)).toEqual([`${id} 2`]);
  });

  test.each([
    ['after=x', '/query/after'],
    ['limit=0', '/query/limit'],
    ['after=', '/query/after'],
    [`after=${Buffer.from('["9223372036854775808","a",1]').toString('base64url')}`, '/query/after'],
    ['cursor=x', '/query/cursor'],
  ])('is told what is wrong with ?%s', async (query, pointer) => {
    const { status, body } = await app.as('ada').get<Problem>(`/v1/feed?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe(pointer);
  });

  test('withholds the content from everybody', async () => {
    await caseAfter(app, recorded);
    for (const { confidential } of await everything(50)) expect(confidential).toBe('withheld');
  });

  test('is nothing for admins, and for whoever has no case it is empty', async () => {
    await openCase(app);
    expect((await app.as('admin').get('/v1/feed')).status).toBe(403);
    expect(await pageOf('', 'rui')).toMatchObject({ items: [], more: false });
  });

  test('shows each person what they see, and no place tells of anything else', async () => {
    const hidden = await openCase(app);
    await tell(app, hidden.id, [ada('case.recuse', { person: 'ben' })]);
    const open = await openCase(app, 'rui');
    expect(marks(await everything(50, 'ben'))).toEqual([`${open.id} 1`]);
    expect(marks(await everything(1, 'rui'))).toEqual([`${open.id} 1`]);
    for (const by of ['ben', 'rui']) {
      const { next } = await pageOf('', by);
      expect(Buffer.from(next, 'base64url').toString()).not.toContain(hidden.id);
    }
  });

  test('does not walk all that others have at once, and gets to one’s own all the same', async () => {
    const own = await openCase(app, 'rui');
    await asOwner(app, async (owner) => {
      // what others wrote: 5,000 entries, in a transaction each hundred
      const { id } = await openCase(app);
      for (let part = 0; part < 50; part += 1)
        await owner.sql`
          insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages,
            snapshot_hash, violations, machine_id, machine_version, previous_hash, hash)
          select case_id, n + 10 + ${part} * 100, outcome, type, facts, parts, by, at, version, stages,
            snapshot_hash, violations, machine_id, machine_version, previous_hash, hash
          from history, generate_series(1, 100) n where case_id = ${id} and seq = 1`;
    });
    await tell(app, own.id, [{ ...cleo('case.bringIn', { person: 'kim' }), by: 'rui' }]);
    const first = await pageOf('', 'rui');
    expect(marks(first.items)).toEqual([`${own.id} 1`]);
    expect(first.more).toBe(true);
    expect(marks(await everything(50, 'rui'))).toEqual([`${own.id} 1`, `${own.id} 2`]);
  });
});

test('an entry that no server wrote is left out and logged, and the rest goes on', async () => {
  const forged = await openCase(app);
  const { id } = await openCase(app);
  await asOwner(app, async (owner) => {
    await owner.sql`
      insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages,
        snapshot_hash, violations, machine_id, machine_version, previous_hash, hash, mac)
      select case_id, 2, outcome, type, '{"channel":"forged"}', parts, by, at, version, stages,
        snapshot_hash, violations, machine_id, machine_version, previous_hash, hash, mac
      from history where case_id = ${forged.id}`;
  });
  expect(marks(await everything(50))).toEqual([`${forged.id} 1`, `${id} 1`]);
  expect(app.log()).toContain(`"caseId":"${forged.id}"`);
});

test('a database that was put back tells what comes to whoever had read further than the backup', async () => {
  await openCase(app);
  const [moment] = JSON.parse(Buffer.from((await pageOf()).next, 'base64url').toString()) as [
    string,
  ];
  const place = [String(BigInt(moment) + 1_000_000n), '00000000-0000-0000-0000-000000000000', 0];
  const further = Buffer.from(JSON.stringify(place)).toString('base64url');
  const begin = async () => asOwner(app, async (owner) => migrate(await urlOf(owner)));
  await begin();
  const { next } = await pageOf(`?after=${further}`);
  await asOwner(app, async ({ db }) =>
    db.execute(sql`create or replace function feed_origin() returns text language sql immutable
                   parallel safe as $$ select 'elsewhere'::text $$`),
  );
  await begin();
  const { id } = await openCase(app);
  for (const after of [further, next])
    expect(marks((await pageOf(`?after=${after}`)).items)).toEqual([`${id} 1`]);
  expect(await everything(1)).toHaveLength(2);
  const epoch = () =>
    asOwner(app, async ({ db }) => [...(await db.execute(sql`select feed_epoch()`))]);
  const raised = await epoch();
  await begin();
  expect(await epoch()).toEqual(raised);
});

describe('while a transaction is not over', () => {
  /** Holds the row of a case; a step in it waits, and has a place before what commits meanwhile. */
  async function whileHeld(caseId: string, work: () => Promise<void>): Promise<void> {
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

  test('what commits meanwhile waits, and then both are there once, in one order', async () => {
    const [slow, fast] = [await openCase(app), await openCase(app)];
    const { next } = await pageOf();
    await whileHeld(slow.id, async () => {
      await tell(app, fast.id, [cleo('intake.offerQuietSpace', { accepted: true })]);
      expect(await pageNow(`?after=${next}`)).toMatchObject({ items: [], more: false });
    });
    const after = await everything(1, 'ada', next);
    expect(marks(after)).toEqual([`${slow.id} 2`, `${fast.id} 2`]);
  });

  test('a stream misses nothing either', async () => {
    const [slow, fast] = [await openCase(app), await openCase(app)];
    await app.app.listen({ port: 0, host: '127.0.0.1' });
    const ben = await follow(app.app, app.tokenOf('ben'), { query: '?after=now' });
    await whileHeld(slow.id, async () => {
      await tell(app, fast.id, [cleo('intake.offerQuietSpace', { accepted: true })]);
      // it has looked, more than once, and has nothing to say
      const before = ben.said().length;
      while (!ben.said().slice(before).includes('id: ')) await delay(10);
    });
    await ben.until((events) => events.length >= 2);
    expect(told(ben)).toEqual([`${slow.id} 2`, `${fast.id} 2`]);
    ben.leave();
  });

  test('one that only reads, as a dump does, holds up nothing', async () => {
    const { next } = await pageOf();
    await asOwner(app, async (owner) =>
      owner.db.transaction(
        async (tx) => {
          await tx.execute(sql`select count(*) from history`);
          const { id } = await openCase(app);
          await settled();
          expect(marks((await pageNow(`?after=${next}`)).items)).toEqual([`${id} 1`]);
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      ),
    );
  });
});

describe('as a stream, the feed', () => {
  beforeEach(async () => {
    await app.app.listen({ port: 0, host: '127.0.0.1' });
  });
  let followers: Follower[] = [];
  afterEach(() => {
    for (const { leave } of followers.splice(0)) leave();
    followers = [];
  });
  const following = async (
    person: string,
    how: Parameters<typeof follow>[2] = {},
    on = app.app,
  ) => {
    const follower = await follow(on, app.tokenOf(person), how);
    followers.push(follower);
    return follower;
  };

  test('tells what was and what comes, as the pages do', async () => {
    const { id } = await caseAfter(app, reported);
    const ben = await following('ben');
    expect(ben.status).toBe(200);
    expect(ben.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    await ben.until((events) => events.length === reported.length + 1);
    await tell(app, id, [ada('case.addNote', { text: 'words' })]);
    await ben.until((events) => events.at(-1)?.entry.type === 'case.addNote');
    expect(ben.events.map(({ entry }) => entry)).toEqual(await everything(50));
  });

  test('goes on where it broke off, by id, without gap or repetition', async () => {
    const { id } = await caseAfter(app, recorded);
    const all = marks(await everything(50));
    const whole = await following('ben');
    await whole.until((events) => events.length === all.length);
    for (const [index, event] of whole.events.entries()) {
      const again = await following('ben', { lastEventId: event.id, query: '?after=now' });
      await again.until((events) => events.length === all.length - index - 1);
      expect(told(again)).toEqual(all.slice(index + 1));
      again.leave();
    }
    const last = await following('ben', { lastEventId: whole.events.at(-1)?.id ?? '' });
    await tell(app, id, [ada('case.addNote', { text: 'words' })]);
    await last.until((events) => events.length > 0);
    expect(told(last)).toEqual([`${id} ${all.length + 1}`]);
  });

  test('says something where nothing happens, and where to go on from', async () => {
    const rui = await following('rui');
    const { id } = await caseAfter(app, recorded);
    while (rui.lastEventId() === '') await delay(10);
    expect(rui.events).toEqual([]);
    expect(Buffer.from(rui.lastEventId(), 'base64url').toString()).not.toContain(id);
    const again = await following('ben', { lastEventId: rui.lastEventId() });
    const note = await tell(app, id, [ada('case.addNote', { text: 'words' })]);
    await again.until((events) => events.at(-1)?.entry.version === note?.version);
  });

  test('ends for a case at once when its reader leaves that, and goes on for the others', async () => {
    const [left, kept] = [await openCase(app), await openCase(app)];
    const ben = await following('ben', { query: '?after=now' });
    const kim = await following('kim', { query: '?after=now' });
    await tell(app, left.id, [
      ada('case.addNote', { text: 'words' }),
      dov('case.recuse', { person: 'ben' }),
      ada('case.addNote', { text: 'words' }),
    ]);
    await tell(app, kept.id, [ada('case.addNote', { text: 'words' })]);
    await ben.until((events) => events.some(({ entry }) => entry.case === kept.id));
    await kim.until((events) => events.length === 4);
    expect(told(kim)).toEqual([...[2, 3, 4].map((seq) => `${left.id} ${seq}`), `${kept.id} 2`]);
    expect(told(ben).filter((mark) => mark !== `${left.id} 2`)).toEqual([`${kept.id} 2`]);
  });

  test.each([
    ['token is revoked', () => app.as('ben').delete(`/v1/tokens/${tokenId}`)],
    ['account is closed', () => app.as('admin').patch('/v1/people/ben', { active: false })],
  ])('ends when its reader’s %s, and tells nothing of what came after', async (_, leave) => {
    const { body } = await app.as('ben').get<{ items: { id: string }[] }>('/v1/people/ben/tokens');
    tokenId = body.items[0]?.id ?? '';
    const ben = await following('ben');
    await leave();
    await openCase(app);
    expect(await ben.ended).not.toContain('data:');
    expect((await following('ben')).status).toBe(401);
  });
  let tokenId = '';

  test('ends with the server, which does not wait for it', async () => {
    const ben = await following('ben');
    const begun = performance.now();
    await app.app.close();
    await ben.ended;
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('is open ten times at most for one person, and makes room when one ends', async () => {
    const open = await Promise.all(Array.from({ length: 10 }, () => following('ben')));
    const refused = await following('ben');
    expect(refused.status).toBe(429);
    expect(await refused.ended).toContain('urn:recourse:problem:too-many-streams');
    expect((await following('kim')).status).toBe(200);
    open[0]?.leave();
    for (;;) if ((await following('ben')).status === 200) break;
  });

  test('is one question to which HEAD gives an answer that ends', async () => {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${app.tokenOf('ben')}` };
    const answer = await fetch(`${addressOf(app.app)}/v1/feed`, { method: 'HEAD', headers });
    expect(answer.status).toBe(200);
  });

  describe('of two servers on one database', () => {
    const announcing: Announcements[] = [];
    const servers: FastifyInstance[] = [];
    afterEach(async () => {
      for (const follower of followers) follower.leave();
      await Promise.all(servers.splice(0).map((server) => server.close()));
      await Promise.all(announcing.splice(0).map((one) => one.close()));
    });

    /** A server beside the first, which looks by itself once an hour only. */
    async function server(pace: Partial<FeedPace> = {}): Promise<FastifyInstance> {
      const announcements = new Announcements(await asOwner(app, urlOf), unlimited);
      announcing.push(announcements);
      const built = await buildApp({
        engine: { ...app.engine, announcements },
        logLevel: 'silent',
        feedPace: { ...ordinaryPace, poll: 3_600_000, ...pace },
      });
      servers.push(built);
      await built.listen({ port: 0, host: '127.0.0.1' });
      return built;
    }
    const note = async (on: FastifyInstance, id: string) =>
      fetch(`${addressOf(on)}/v1/cases/${id}/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${app.tokenOf('ada')}`,
        },
        body: JSON.stringify({ type: 'case.addNote', text: 'words' }),
      });

    test('each tells what the other recorded, without being asked again', async () => {
      const { id } = await openCase(app);
      const both = [await server(), await server()];
      const streams = await Promise.all(
        both.map((on) => following('ben', { query: '?after=now' }, on)),
      );
      for (const [round, on] of [...both, ...both].entries()) {
        expect((await note(on, id)).status).toBe(200);
        for (const stream of streams) await stream.until((events) => events.length === round + 1);
      }
      for (const stream of streams)
        expect(told(stream)).toEqual([2, 3, 4, 5].map((seq) => `${id} ${seq}`));
    });

    test('one whose connection for that is lost gets another, and tells what it missed', async () => {
      const { id } = await openCase(app);
      const [one, other] = [await server(), await server()];
      const ben = await following('ben', { query: '?after=now' }, other);
      await asOwner(app, async (owner) => {
        await owner.sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query like 'listen%'`;
      });
      expect((await note(one, id)).status).toBe(200);
      await ben.until((events) => events.length === 1);
    });
  });
});
