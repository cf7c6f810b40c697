import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ensureFirstAdmin } from '../../src/engine/staff/first-admin.ts';
import { listPeople } from '../../src/store/people.ts';
import type { TestApp } from '../support/app.ts';
import { countWaiting } from '../support/telling.ts';
import { cloneDatabase } from '../support/database.ts';
import { useApp, withApp } from '../support/use-app.ts';

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly next: string | null;
}

const problem = (name: string) => ({ type: `urn:recourse:problem:${name}` });

describe('the first admin', () => {
  const now = new Date('2026-01-01T00:00:00.000Z');

  let left: string[];
  beforeEach(() => {
    left = [];
  });
  const leave = async (token: string) => void left.push(token);

  test('gets a generated token, which is left once', async () => {
    await onFreshDatabase(async (db) => {
      await ensureFirstAdmin(db, { now, leave });
      await ensureFirstAdmin(db, { now, leave });
      expect(left).toEqual([expect.stringMatching(/^rcs_/)]);
    });
  });

  test('is not there where the token could not be left', async () => {
    await onFreshDatabase(async (db) => {
      const full = () => Promise.reject(new Error('disk full'));
      await expect(ensureFirstAdmin(db, { now, leave: full })).rejects.toThrow('disk full');
      expect(await listPeople(db, { limit: 10 })).toEqual([]);
    });
  });

  test('gets the token that is given, which nobody needs to be told', async () => {
    await onFreshDatabase(async (db) => {
      await ensureFirstAdmin(db, { token: 'chosen-by-the-operator', now, leave });
      expect(left).toEqual([]);
      expect(await listPeople(db, { limit: 10 })).toEqual([
        { id: 'admin', name: 'Admin', roles: ['admin'], active: true },
      ]);
    });
  });

  test('is made once when several processes start at once', async () => {
    await onFreshDatabase(async (db) => {
      await Promise.all(Array.from({ length: 4 }, () => ensureFirstAdmin(db, { now, leave })));
      expect(left).toHaveLength(1);
      expect(await listPeople(db, { limit: 10 })).toHaveLength(1);
    });
  });

  async function onFreshDatabase(story: (db: TestApp['db']) => Promise<void>): Promise<void> {
    const database = await cloneDatabase();
    try {
      await story(database.db);
    } finally {
      await database.close();
    }
  }
});

describe('the directory', () => {
  const { as, hire } = useApp();

  test('tells everybody who they are', async () => {
    const { status, body } = await as('cleo').get('/v1/me');
    expect(status).toBe(200);
    expect(body).toEqual({ person: 'cleo', name: 'cleo', roles: ['responder'] });
  });

  test('takes in whom an admin adds, once', async () => {
    const zoe = { id: 'zoe', name: 'Zoë Ω 👩‍🚒', roles: ['lead', 'auditor'] };
    const { status, body } = await as('admin').post('/v1/people', zoe);
    expect(status).toBe(201);
    expect(body).toEqual({ ...zoe, active: true });

    const again = await as('admin').post('/v1/people', { ...zoe, name: 'Another' });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject(problem('already-exists'));
  });

  test('is kept by admins only', async () => {
    for (const person of ['ada', 'dov', 'eve']) {
      const added = await as(person).post('/v1/people', { nonsense: true });
      expect(added.status).toBe(403);
      expect(added.body).toMatchObject(problem('not-an-admin'));
      const changed = await as(person).patch(`/v1/people/${person}`, { roles: ['admin'] });
      expect(changed.status).toBe(403);
    }
  });

  test('is read by handlers and admins, not by auditors', async () => {
    expect((await as('cleo').get('/v1/people')).status).toBe(200);
    expect((await as('admin').get('/v1/people')).status).toBe(200);
    const auditor = await as('eve').get('/v1/people');
    expect(auditor.status).toBe(403);
    expect(auditor.body).toMatchObject(problem('not-allowed'));
  });

  test('is read page by page: everybody once, by handle', async () => {
    const seen: string[] = [];
    let path: string | null = '/v1/people?limit=4';
    while (path !== null) {
      const page: Page = (await as('kim').get<Page>(path)).body;
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items.map(({ id }) => id));
      path = page.next && `/v1/people?limit=4&cursor=${page.next}`;
    }
    const all = (await as('kim').get<Page>('/v1/people')).body;
    expect(seen).toEqual(all.items.map(({ id }) => id));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['ada', 'admin', 'zoe']));
    expect(all.next).toBeNull();
  });

  test.each([
    ['limit=0', '/query/limit'],
    ['limit=201', '/query/limit'],
    ['limit=1.5', '/query/limit'],
    ['limit=', '/query/limit'],
    ['limit=1&limit=2', '/query/limit'],
    ['cursor=!', '/query/cursor'],
    ['cursor=WyJub3QgYSBoYW5kbGUiXQ', '/query/cursor'],
    ['page=2', '/query/page'],
  ])('refuses ?%s', async (query, pointer) => {
    const { status, body } = await as('ada').get(`/v1/people?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ ...problem('invalid-request'), errors: [{ pointer }] });
  });

  test.each([
    [{ id: 'Zoe', name: 'Zoe', roles: ['lead'] }, '/id'],
    [{ id: 'z', name: 'Zoe', roles: ['lead'] }, '/id'],
    [{ id: 'z'.repeat(33), name: 'Zoe', roles: ['lead'] }, '/id'],
    [{ id: 'zed\n', name: 'Zoe', roles: ['lead'] }, '/id'],
    [{ id: 'zed', name: '', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: '   ', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'z'.repeat(201), roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\u0000', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\ud800', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\u001b[2J', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\u202Enimda', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\u2066ed', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Z\u2069ed', roles: ['lead'] }, '/name'],
    [{ id: 'zed', name: 'Zed', roles: [] }, '/roles'],
    [{ id: 'zed', name: 'Zed', roles: ['lead', 'lead'] }, '/roles'],
    [{ id: 'zed', name: 'Zed', roles: ['king'] }, '/roles/0'],
    [{ id: 'zed', name: 'Zed', roles: 'lead' }, '/roles'],
    [{ id: 'zed', name: 'Zed' }, '/roles'],
    [{ id: 'zed', name: 'Zed', roles: ['lead'], active: false }, '/active'],
  ])('does not take in %j', async (person, pointer) => {
    const { status, body } = await as('admin').post('/v1/people', person);
    expect(status).toBe(400);
    expect(body).toMatchObject({ ...problem('invalid-request'), errors: [{ pointer }] });
  });

  test('changes what is asked to be changed, and nothing else', async () => {
    await hire({ pat: ['responder'] });
    const named = await as('admin').patch('/v1/people/pat', { name: 'Pat' });
    expect(named.body).toEqual({ id: 'pat', name: 'Pat', roles: ['responder'], active: true });
    const promoted = await as('admin').patch('/v1/people/pat', { roles: ['lead', 'organizer'] });
    expect(promoted.body).toMatchObject({
      name: 'Pat',
      roles: ['lead', 'organizer'],
      active: true,
    });
    expect((await as('pat').get('/v1/me')).body).toMatchObject({ roles: ['lead', 'organizer'] });

    const { status, body } = await as('admin').patch('/v1/people/pat', {});
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ pointer: '' }] });
    expect((await as('admin').patch('/v1/people/no-one', { name: 'X' })).status).toBe(404);
    expect((await as('admin').patch('/v1/people/%00', { name: 'X' })).status).toBe(404);
  });

  test('keeps one active admin', async () => {
    for (const change of [{ roles: ['lead'] }, { active: false }]) {
      const { status, body } = await as('admin').patch('/v1/people/admin', change);
      expect(status).toBe(409);
      expect(body).toMatchObject(problem('last-admin'));
    }
    expect((await as('admin').patch('/v1/people/admin', { name: 'Root' })).status).toBe(200);
    const alsoLead = await as('admin').patch('/v1/people/admin', { roles: ['admin', 'lead'] });
    expect(alsoLead.status).toBe(200);
  });

  test.each([
    ['deactivate', { active: false }],
    ['demote', { roles: ['lead'] as const }],
  ])('keeps one of two admins who %s each other at once', async (verb, change) => {
    const other = `to-${verb}`;
    await withApp({ staff: { [other]: ['admin'] } }, async (own) => {
      // Both have begun before either can end.
      const answers = await own.db.transaction(async (tx) => {
        await tx.execute(sql`select from people where id in ('admin', ${other}) for update`);
        const removals = [
          own.as('admin').patch(`/v1/people/${other}`, change),
          own.as(other).patch('/v1/people/admin', change),
        ];
        await vi.waitFor(async () => expect(await countWaiting(own)).toBe(2));
        return removals;
      });
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200, 409]));
    });
  });
});
