/** What happens in all cases, in one order, as streams over real connections. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { unlimited } from '../../src/config/limits.ts';
import { buildApp } from '../../src/http/app.ts';
import { ordinaryPace } from '../../src/http/feed-stream.ts';
import { Announcements } from '../../src/store/announcements.ts';
import { ada, cleo, dov } from '../support/cast.ts';
import { recorded, reported } from '../support/chapters.ts';
import {
  addressOf,
  everything,
  follow,
  marks,
  settled,
  told,
  urlOf,
  whileHeld,
  type Follower,
} from '../support/feed.ts';
import { asOwner, caseAfter, openCase, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ feedPace: { ...ordinaryPace, poll: 100, heartbeat: 200 } }, { per: 'test' });

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
    // `now` is behind what was recorded, once nothing else is under way
    await settled(app);
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
    expect(ben.events.map(({ entry }) => entry)).toEqual(await everything(app, 50));
  });

  test('goes on where it broke off, by id, without gap or repetition', async () => {
    const { id } = await caseAfter(app, recorded);
    const all = marks(await everything(app, 50));
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

  test('misses nothing that a transaction wrote which began before others and ends behind them', async () => {
    const [slow, fast] = [await openCase(app), await openCase(app)];
    const ben = await following('ben', { query: '?after=now' });
    await whileHeld(app, slow.id, async () => {
      await tell(app, fast.id, [cleo('intake.offerQuietSpace', { accepted: true })]);
      // it has looked, more than once, and has nothing to say
      const before = ben.said().length;
      while (!ben.said().slice(before).includes('id: ')) await delay(10);
    });
    await ben.until((events) => events.length >= 2);
    expect(told(ben)).toEqual([`${slow.id} 2`, `${fast.id} 2`]);
  });

  describe('of two servers on one database', () => {
    const announcing: Announcements[] = [];
    const servers: FastifyInstance[] = [];
    afterEach(async () => {
      for (const follower of followers) follower.leave();
      await Promise.all(servers.splice(0).map((one) => one.close()));
      await Promise.all(announcing.splice(0).map((one) => one.close()));
    });

    /** A server beside the first, which looks by itself once an hour only. */
    async function server(): Promise<FastifyInstance> {
      const announcements = new Announcements(await urlOf(app), unlimited);
      announcing.push(announcements);
      const built = await buildApp({
        engine: { ...app.engine, announcements },
        logLevel: 'silent',
        feedPace: { ...ordinaryPace, poll: 3_600_000 },
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
