import { sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { countWaiting } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Token {
  readonly id: string;
  readonly token: string;
}

const problem = (name: string) => ({ type: `urn:recourse:problem:${name}` });
describe('tokens', () => {
  let clock = new Date('2026-03-01T12:00:00.000Z');
  const app = useApp({ now: () => clock });
  const { as, hire } = app;
  const me = (token: string) =>
    app.app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } });

  test('are made by an admin for others, and by everybody for themselves', async () => {
    for (const [maker, holder] of [
      ['admin', 'cleo'],
      ['cleo', 'cleo'],
      ['eve', 'eve'],
    ] as const) {
      const made = await as(maker).post<Token>(`/v1/people/${holder}/tokens`, { label: 'phone' });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ label: 'phone', expiresAt: null });
      expect((await me(made.body.token)).json()).toMatchObject({ person: holder });
    }
  });

  test('are not made for others by anybody else, whether these exist or not', async () => {
    for (const holder of ['cleo', 'admin', 'no-one']) {
      const { status, body } = await as('dov').post(`/v1/people/${holder}/tokens`, { label: 'x' });
      expect(status).toBe(403);
      expect(body).toMatchObject(problem('not-an-admin'));
    }
    expect((await as('admin').post('/v1/people/no-one/tokens', { label: 'x' })).status).toBe(404);
  });

  test('end when they expire', async () => {
    const expiresAt = '2026-03-01T13:00:00.000Z';
    const { body } = await as('cleo').post<Token>('/v1/people/cleo/tokens', {
      label: 'x',
      expiresAt,
    });
    expect(body).toMatchObject({ expiresAt });
    clock = new Date('2026-03-01T12:59:59.999Z');
    expect((await me(body.token)).statusCode).toBe(200);
    clock = new Date(expiresAt);
    expect((await me(body.token)).statusCode).toBe(401);
  });

  test.each([
    '2026-03-01T13:00:00.000Z',
    '2020-01-01T00:00:00Z',
    'tomorrow',
    '2027-02-30T00:00:00Z',
  ])('do not expire at %s', async (expiresAt) => {
    const { status, body } = await as('cleo').post('/v1/people/cleo/tokens', {
      label: 'x',
      expiresAt,
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ pointer: '/expiresAt' }] });
  });

  test('end when they are revoked, by their owner or an admin', async () => {
    for (const revoker of ['cleo', 'admin']) {
      const { body } = await as('cleo').post<Token>('/v1/people/cleo/tokens', { label: 'x' });
      // Somebody else's is not there for others, so nothing can be learned by trying.
      expect((await as('ada').delete(`/v1/tokens/${body.id}`)).status).toBe(404);
      expect((await me(body.token)).statusCode).toBe(200);
      const revoked = await as(revoker).delete(`/v1/tokens/${body.id}`);
      expect(revoked.status).toBe(204);
      expect(revoked.text).toBe('');
      expect((await me(body.token)).statusCode).toBe(401);
      expect((await as(revoker).delete(`/v1/tokens/${body.id}`)).status).toBe(404);
    }
    expect((await as('admin').delete('/v1/tokens/not-an-id')).status).toBe(404);
  });

  test('end when their holder is deactivated, for good', async () => {
    const { body } = await as('rui').post<Token>('/v1/people/rui/tokens', { label: 'x' });
    const another = await as('kim').post<Token>('/v1/people/kim/tokens', { label: 'x' });
    expect((await me(body.token)).statusCode).toBe(200);
    await as('admin').patch('/v1/people/rui', { active: false });
    expect((await as('rui').get('/v1/me')).status).toBe(401);
    expect((await me(body.token)).statusCode).toBe(401);
    await as('admin').patch('/v1/people/rui', { active: true });
    expect((await as('rui').get('/v1/me')).status).toBe(401);
    expect((await me(body.token)).statusCode).toBe(401);
    expect((await as('admin').get('/v1/people/rui/tokens')).body).toEqual({
      items: [],
      next: null,
    });
    expect((await me(another.body.token)).statusCode).toBe(200);
    const anew = await as('admin').post<Token>('/v1/people/rui/tokens', { label: 'anew' });
    expect((await me(anew.body.token)).statusCode).toBe(200);
    await as('admin').patch('/v1/people/rui', { name: 'Rui', active: true });
    expect((await me(anew.body.token)).statusCode).toBe(200);
  });

  test('made while their holder is deactivated are made before, and end, or not at all', async () => {
    await hire({ pia: ['lead'] });
    // The holder's row is held, as by a deactivation that has not ended.
    const [made, deactivated] = await app.db.transaction(async (tx) => {
      await tx.execute(sql`update people set active = false where id = 'pia'`);
      const making = as('pia').post<Token>('/v1/people/pia/tokens', { label: 'late' });
      await vi.waitFor(async () => expect(await countWaiting(app)).toBe(1));
      return [making, as('admin').patch('/v1/people/pia', { active: false })];
    });
    expect(await made).toMatchObject({ status: 404 });
    expect(await deactivated).toMatchObject({ status: 200 });
  });

  test('have labels that read as what they are', async () => {
    for (const label of ['a\u202Eb', 'a\u202Ab', 'a\u2068b', '\u2067']) {
      const answer = await as('cleo').post('/v1/people/cleo/tokens', { label });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/label' }] } });
    }
    const hebrew = { label: 'טלפון\u200F' };
    expect((await as('cleo').post('/v1/people/cleo/tokens', hebrew)).status).toBe(201);
  });

  describe('in a list', () => {
    type Listed = { id: string; label: string; createdAt: string; expiresAt: string | null };
    const list = (by: string, query = '', of = 'oli') =>
      as(by).get<{ items: Listed[]; next: string | null }>(`/v1/people/${of}/tokens${query}`);

    test('are found, newest first, and revoked', async () => {
      const made: Token[] = [];
      for (const label of ['one', 'two', 'three']) {
        clock = new Date(clock.getTime() + 1000);
        made.unshift((await as('oli').post<Token>('/v1/people/oli/tokens', { label })).body);
      }
      const { status, body } = await list('oli');
      expect(status).toBe(200);
      expect(body.items.map(({ label }) => label)).toEqual(['three', 'two', 'one', 'test']);
      const [newest] = body.items;
      const createdAt = clock.toISOString();
      expect(newest).toEqual({
        id: made[0]?.id,
        label: 'three',
        createdAt,
        expiresAt: null,
        madeWith: body.items.at(-1)?.id,
      });
      expect(JSON.stringify(body)).not.toContain('rcs_');
      expect((await list('admin')).body).toEqual(body);

      expect((await as('admin').delete(`/v1/tokens/${newest?.id}`)).status).toBe(204);
      expect((await list('oli')).body.items).toEqual(body.items.slice(1));
    });

    test('come page by page, those of one moment too', async () => {
      await Promise.all(
        ['a', 'b', 'c'].map((label) => as('oli').post('/v1/people/oli/tokens', { label })),
      );
      const all = (await list('oli')).body.items;
      const seen: Listed[] = [];
      for (let next: string | null | undefined; next !== null;) {
        const { body } = await list('oli', `?limit=2${next ? `&cursor=${next}` : ''}`);
        expect(body.items.length).toBeLessThanOrEqual(2);
        seen.push(...body.items);
        next = body.next;
      }
      expect(seen).toEqual(all);
      const garbage = await list('oli', '?cursor=garbage');
      expect(garbage).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/query/cursor' }] },
      });
    });

    test('are not there for others, whosever they are', async () => {
      for (const by of ['ada', 'dov', 'eve']) {
        expect((await list(by)).status).toBe(404);
        expect((await list(by, '', 'no-one')).status).toBe(404);
        expect((await list(by, '?cursor=garbage')).status).toBe(404);
      }
      expect((await list('admin', '', 'no-one')).status).toBe(404);
    });
  });
});
