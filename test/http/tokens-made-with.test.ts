/** Tokens that somebody makes with a token of theirs: how they end with it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { hashToken } from '../../src/crypto/tokens.ts';
import { countWaiting } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Token {
  readonly id: string;
  readonly token: string;
}

describe('tokens made with a token', () => {
  const clock = new Date('2026-03-01T12:00:00.000Z');
  const app = useApp({ now: () => clock });
  const { as } = app;
  const me = (token: string) =>
    app.app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } });

  describe('that expires', () => {
    const inHours = (hours: number) => new Date(clock.getTime() + hours * 3_600_000).toISOString();
    const makeWith = async (token: string, body: { expiresAt?: string }, person = 'ben') => {
      const reply = await app.app.inject({
        method: 'POST',
        url: `/v1/people/${person}/tokens`,
        headers: { authorization: `Bearer ${token}` },
        payload: { label: 'child', ...body },
      });
      return { status: reply.statusCode, body: reply.json<Token & { expiresAt: string | null }>() };
    };
    const parentOf = async (person: string) => {
      const body = { label: 'parent', expiresAt: inHours(2) };
      return (await as(person).post<Token>(`/v1/people/${person}/tokens`, body)).body.token;
    };

    test('expire with it where nothing is said, and earlier where that is', async () => {
      const parent = await parentOf('ben');
      const child = await makeWith(parent, {});
      expect(child).toMatchObject({ status: 201, body: { expiresAt: inHours(2) } });
      const grandchild = await makeWith(child.body.token, {});
      expect(grandchild).toMatchObject({ status: 201, body: { expiresAt: inHours(2) } });
      for (const hours of [1, 2]) {
        const expiresAt = inHours(hours);
        expect(await makeWith(parent, { expiresAt })).toMatchObject({
          status: 201,
          body: { expiresAt },
        });
      }
    });

    test('do not expire later', async () => {
      const answer = await makeWith(await parentOf('ben'), { expiresAt: inHours(2.5) });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/expiresAt' }] } });
    });

    test('are bound for admins too where they are for themselves, and not for others', async () => {
      const parent = await parentOf('admin');
      const own = await makeWith(parent, {}, 'admin');
      expect(own).toMatchObject({ status: 201, body: { expiresAt: inHours(2) } });
      const other = await makeWith(parent, {}, 'ben');
      expect(other).toMatchObject({ status: 201, body: { expiresAt: null } });
    });
  });

  describe('that is revoked', () => {
    const make = async (by: string, person: string): Promise<Token> => {
      const reply = await app.app.inject({
        method: 'POST',
        url: `/v1/people/${person}/tokens`,
        headers: { authorization: `Bearer ${by}` },
        payload: { label: 'child' },
      });
      expect(reply.statusCode, reply.body).toBe(201);
      return reply.json<Token>();
    };
    const opens = async (...tokens: Token[]) => {
      const replies = await Promise.all(tokens.map(({ token }) => me(token)));
      return replies.map(({ statusCode }) => statusCode === 200);
    };

    test('for oneself end with it, and so do those made with these', async () => {
      const parent = await make(app.tokenOf('ben'), 'ben');
      const [child, other] = [await make(parent.token, 'ben'), await make(parent.token, 'ben')];
      const grandchild = await make(child.token, 'ben');
      await as('ben').delete(`/v1/tokens/${child.id}`);
      expect(await opens(parent, child, grandchild, other)).toEqual([true, false, false, true]);
      await as('ben').delete(`/v1/tokens/${parent.id}`);
      expect(await opens(parent, other)).toEqual([false, false]);
      expect((await as('ben').get('/v1/me')).status).toBe(200);
    });

    test('for others stay, and end with it where an admin says so, then or later', async () => {
      for (const asked of [['?forOthers=true'], ['', '?forOthers=true']]) {
        const stolen = await make(app.tokenOf('admin'), 'admin');
        const own = await make(stolen.token, 'admin');
        const given = await make(own.token, 'cleo');
        const further = await make(given.token, 'cleo');
        for (const query of asked) {
          expect(await opens(given, further)).toEqual([true, true]);
          const { status } = await as('admin').delete(`/v1/tokens/${stolen.id}${query}`);
          expect(status, query).toBe(204);
          expect(await opens(stolen, own)).toEqual([false, false]);
        }
        expect(await opens(given, further)).toEqual([false, false]);
        const again = await as('admin').delete(`/v1/tokens/${stolen.id}?forOthers=true`);
        expect(again.status).toBe(404);
      }
      const own = await make(app.tokenOf('ben'), 'ben');
      const refused = await as('ben').delete(`/v1/tokens/${own.id}?forOthers=true`);
      expect(refused).toMatchObject({
        status: 403,
        body: { type: 'urn:recourse:problem:not-an-admin' },
      });
    });

    test('in that moment end with it, or are not made', async () => {
      const parent = await make(app.tokenOf('ben'), 'ben');
      const early = await make(parent.token, 'ben');
      const [made, revoked] = await app.db.transaction(async (tx) => {
        // its row is held, as by somebody who makes a token with it and is not done
        await tx.execute(sql`select from tokens where id = ${early.id} for share`);
        const revoking = as('ben').delete(`/v1/tokens/${parent.id}`);
        await vi.waitFor(async () => expect(await countWaiting(app)).toBe(1));
        const id = randomUUID();
        await tx.execute(sql`
          insert into tokens (id, person_id, label, hash, created_at, made_with)
          values (${id}, 'ben', 'late', ${hashToken('late')}, now(), ${early.id})`);
        return [{ id, token: 'late' }, revoking];
      });
      expect(await revoked).toMatchObject({ status: 204 });
      expect(await opens(parent, early, made)).toEqual([false, false, false]);

      const maker = await make(app.tokenOf('ben'), 'ben');
      const making = await app.db.transaction(async (tx) => {
        await tx.execute(sql`update tokens set revoked_at = now() where id = ${maker.id}`);
        const late = app.app.inject({
          method: 'POST',
          url: '/v1/people/ben/tokens',
          headers: { authorization: `Bearer ${maker.token}` },
          payload: { label: 'late' },
        });
        const answer = late.then(({ statusCode }) => statusCode);
        await vi.waitFor(async () => expect(await countWaiting(app)).toBe(1));
        return [answer];
      });
      expect(await making[0]).toBe(404);
    });
  });
});
