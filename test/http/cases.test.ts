import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, cleo, rui } from '../support/cast.ts';
import { closed, met, recorded, reported } from '../support/chapters.ts';
import { clock, day, hour, openCase, tell, type Page, type Problem } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });

const idsOf = (page: Page<CaseView>) => page.items.map(({ id }) => id);
const list = async (query = '', by = 'ada') => {
  const answer = await app.as(by).get<Page<CaseView>>(`/v1/cases${query}`);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body;
};

describe('a case', () => {
  test('is opened, and is where its address says', async () => {
    const { status, headers, body } = await app
      .as('cleo')
      .post<CaseView>('/v1/cases', { channel: 'phone', excluded: ['cam'] });
    expect(status).toBe(201);
    expect(headers['location']).toBe(`/v1/cases/${body.id}`);
    expect(headers['etag']).toBe('"1"');
    expect(body).toMatchObject({
      status: 'open',
      version: 1,
      openedAt: time.now().toISOString(),
      updatedAt: time.now().toISOString(),
      stages: { intake: 'receiving', leadsMeeting: 'idle', publicCommunication: 'quiet' },
      facts: { channel: 'phone', openedBy: 'cleo', staff: { outside: [{ person: 'cam' }] } },
      deadlines: [],
      machine: { id: 'case', version: '1' },
    });
    const read = await app.as('cleo').get(String(headers['location']));
    expect(read).toMatchObject({ status: 200, body, headers: { etag: '"1"' } });
  });

  test('has an id that nobody guesses and a codename that no other case has', async () => {
    const views: CaseView[] = [];
    for (let i = 0; i < 20; i++) views.push(await openCase(app));
    expect(new Set(views.map(({ id }) => id)).size).toBe(20);
    expect(new Set(views.map(({ codename }) => codename)).size).toBe(20);
    for (const { id } of views) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test('keeps its version in the ETag, moves with time, and stands where it stood when closed', async () => {
    const { id } = await openCase(app);
    time.advance(hour);
    const told = await tell(app, id, closed);
    const { headers, body } = await app.as('ada').get<CaseView>(`/v1/cases/${id}`);
    expect(body).toEqual(told);
    expect(headers['etag']).toBe(`"${closed.length + 1}"`);
    expect(body).toMatchObject({ status: 'closed', deadlines: [], stages: { appeal: 'open' } });
    expect(new Date(body.updatedAt).getTime() - new Date(body.openedAt).getTime()).toBe(hour);
  });

  test('is opened by handlers, with staff excluded that there are', async () => {
    for (const person of ['eve', 'admin'])
      expect(await app.as(person).post('/v1/cases', { channel: 'web' })).toMatchObject({
        status: 403,
        body: { type: 'urn:recourse:problem:not-a-handler' },
      });
    const refused = (excluded: string[]) =>
      app.as('cleo').post<Problem>('/v1/cases', { channel: 'web', excluded });
    const before = idsOf(await list('?limit=200'));
    expect(await refused(['nobody-here'])).toMatchObject({
      status: 409,
      body: { violations: [{ rule: 'known-reference' }], allowed: [] },
    });
    expect(await refused(['cleo'])).toMatchObject({
      body: { violations: [{ rule: 'recused-take-no-part' }] },
    });
    expect(await refused(['cam', 'cam'])).toMatchObject({ status: 400 });
    expect(idsOf(await list('?limit=200'))).toEqual(before);
  });

  test.each([
    randomUUID(),
    '00000000-0000-0000-0000-000000000000',
    'not-an-id',
    '1',
    '%00',
    `${randomUUID()}'--`,
    'x'.repeat(3000),
  ])('is not found where there is none: %.40s', async (id) => {
    const answers = await Promise.all(
      ['', '/options', '/history', '/history/1', '/verification'].map((rest) =>
        app.as('ada').get(`/v1/cases/${id}${rest}`),
      ),
    );
    const events = app.as('ada').post(`/v1/cases/${id}/events`, { type: 'case.close' });
    const erasure = app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
    for (const answer of [...answers, await events, await erasure])
      expect(answer).toMatchObject({
        status: 404,
        body: { type: 'urn:recourse:problem:not-found' },
      });
  });
});

describe('the list', () => {
  let young: CaseView, late: CaseView, met1: CaseView, done: CaseView;
  beforeAll(async () => {
    time.advance(30 * day);
    late = await openCase(app);
    await tell(app, late.id, recorded);
    time.advance(2 * day);
    met1 = await openCase(app, 'kim');
    await tell(app, met1.id, [
      ...reported.map((said) => ({ ...said, by: 'kim' })),
      ...met.slice(6),
    ]);
    done = await openCase(app);
    await tell(app, done.id, closed);
    young = await openCase(app, 'rui');
  });

  test.each([
    ['status=open', () => [young, met1, late]],
    ['status=closed', () => [done]],
    ['stage=intake&state=reported', () => [done, met1]],
    ['stage=leadsMeeting&state=concluded&status=open', () => [met1]],
    ['stage=intake&state=nonsense', () => []],
    ['overdue=true', () => [late]],
    ['overdue=false', () => [young, done, met1]],
    ['overdue=true&status=closed', () => []],
    ['assignee=rui', () => [done, met1]],
    ['assignee=rui&status=open', () => [met1]],
    ['assignee=ben', () => []],
    ['assignee=me', () => []],
    ['overdue=false&status=open&stage=intake&state=receiving', () => [young]],
  ])('filters by %s', async (query, expected) => {
    const mine = new Set([young, late, met1, done].map(({ id }) => id));
    const found = idsOf(await list(`?limit=200&${query}`)).filter((id) => mine.has(id));
    expect(found.toSorted()).toEqual(
      expected()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  test('finds by codename, and what is mine', async () => {
    expect(idsOf(await list(`?codename=${late.codename}`))).toEqual([late.id]);
    expect(idsOf(await list(`?codename=${late.codename}&status=closed`))).toEqual([]);
    expect(idsOf(await list('?codename=no-such-name'))).toEqual([]);
    const mine = idsOf(await list('?assignee=me&limit=200', 'rui'));
    expect(mine.slice(0, 2).toSorted()).toEqual([done.id, met1.id].toSorted());
    expect(mine).not.toContain(young.id);
  });

  test('shows a case as reading it does', async () => {
    const [first] = (await list('?status=closed&limit=1')).items;
    expect((await app.as('ada').get(`/v1/cases/${first?.id}`)).body).toEqual(first);
  });

  test('runs newest first, each case once, whatever the size of a page and the ties', async () => {
    time.advance(hour);
    // at one and the same moment
    const tied = await Promise.all(Array.from({ length: 5 }, () => openCase(app)));
    const all = (await list('?limit=200')).items;
    const keys = all.map(({ openedAt, id }) => `${openedAt} ${id}`);
    expect(keys).toEqual(keys.toSorted().toReversed());
    expect(idsOf({ items: all.slice(0, 5), next: null }).toSorted()).toEqual(
      tied.map(({ id }) => id).toSorted(),
    );
    for (const limit of [1, 2, 3, 7, all.length - 1, all.length]) {
      const paged: string[] = [];
      let next: string | null = null;
      let pages = 0;
      do {
        const page: Page<CaseView> = await list(`?limit=${limit}${next ? `&cursor=${next}` : ''}`);
        expect(page.items.length).toBe(Math.min(limit, all.length - paged.length));
        paged.push(...idsOf(page));
        next = page.next;
        pages += 1;
      } while (next);
      expect(paged).toEqual(all.map(({ id }) => id));
      expect(pages).toBe(Math.ceil(all.length / limit));
    }
  });

  test('does not shift when a case is opened between two pages', async () => {
    const first = await list('?limit=2');
    time.advance(1);
    await openCase(app);
    const rest = await list(`?limit=200&cursor=${first.next}`);
    const all = idsOf(await list('?limit=200'));
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(all.slice(1));
  });

  test('keeps its filters on the next page', async () => {
    const first = await list('?status=open&limit=1');
    const second = await list(`?status=open&limit=1&cursor=${first.next}`);
    expect(idsOf(second)).toEqual(idsOf(await list('?status=open&limit=2')).slice(1));
  });

  test.each([
    ['limit=0', '/query/limit'],
    ['limit=201', '/query/limit'],
    ['limit=ten', '/query/limit'],
    ['limit=1.5', '/query/limit'],
    ['status=ended', '/query/status'],
    ['stage=intake', '/query/state'],
    ['state=recorded', '/query/stage'],
    ['stage=lunch&state=eaten', '/query/stage'],
    ['overdue=maybe', '/query/overdue'],
    ['assignee=Not%20A%20Handle', '/query/assignee'],
    ['page=2', '/query/page'],
    ['status=open&status=closed', '/query/status'],
    ['cursor=', '/query/cursor'],
    ['cursor=garbage', '/query/cursor'],
    [`cursor=${btoa('["2026-01-01T00:00:00.000Z","x"]')}`, '/query/cursor'],
    [`cursor=${btoa('["yesterday","3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11"]')}`, '/query/cursor'],
    [`cursor=${btoa('{"0":"a"}')}`, '/query/cursor'],
    [`cursor=${'x'.repeat(2000)}`, '/query/cursor'],
  ])('is told what is wrong with ?%.40s', async (query, pointer) => {
    const { status, body } = await app.as('ada').get<Problem>(`/v1/cases?${query}`);
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.pointer)).toContain(pointer);
  });

  test('a cursor of another list is none of this', async () => {
    const people = await app.as('ada').get<Page<unknown>>('/v1/people?limit=1');
    const { status } = await app.as('ada').get(`/v1/cases?cursor=${people.body.next}`);
    expect(status).toBe(400);
  });
});

test('whoever helped sees the case from then on, and only then', async () => {
  const { id } = await openCase(app, 'cleo');
  expect((await app.as('rui').get(`/v1/cases/${id}`)).status).toBe(404);
  await tell(app, id, [cleo('case.bringIn', { person: 'rui' }), rui('intake.thankReporter')]);
  expect(idsOf(await list('?limit=1', 'rui'))).toEqual([id]);
  await tell(app, id, [ada('case.recuse', { person: 'rui' })]);
  expect((await app.as('rui').get(`/v1/cases/${id}`)).status).toBe(404);
});
