import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../machines/vocabulary.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import type { Answer } from '../support/app.ts';
import { ada, cleo, dov, rui } from '../support/cast.ts';
import { closed, met, recorded, safe } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  historyOf,
  hour,
  openCase,
  send,
  tell,
  type Page,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

// Each may send whatever can be sent, but for what keeps them out.
const everything: readonly Role[] = ['responder', 'lead', 'coordinator', 'organizer'];
const kept = { rex: everything, eli: everything, pat: everything, may: ['responder'] } as const;

const time = clock();
const app = useApp({ now: time.now, staff: kept });

const seenBy = async (person: string, id: string) =>
  (await app.as(person).get(`/v1/cases/${id}`)).status === 200;

describe('who sees a case', () => {
  test.each([
    ['ada', true, 'a lead'],
    ['kim', true, 'a coordinator'],
    ['dov', true, 'an organizer'],
    ['cleo', true, 'the responder who opened it'],
    ['rui', false, 'another responder'],
    ['eve', true, 'an auditor'],
    ['admin', false, 'an admin'],
  ])('%s: %s (%s)', async (person, sees) => {
    const { id } = await caseAfter(app, recorded);
    expect(await seenBy(person, id)).toBe(sees);
    const { body } = await app.as(person).get<Page<CaseView>>('/v1/cases?limit=200');
    expect(body.items.some((item) => item.id === id)).toBe(sees);
    if (!sees) return;
    const [, , , entry] = await historyOf(app, person, id);
    const opened = typeof entry?.confidential === 'object';
    expect(opened).toBe(person !== 'eve');
  });

  test.each([
    ['who was brought in', [cleo('case.bringIn', { person: 'rui' })]],
    ['the responder assigned', met.slice(recorded.length)],
    ['a delegate', [dov('publicity.delegateAuthority', { to: 'rui' })]],
    [
      'a substitute',
      [ada('case.recuse', { person: 'cam' }), ada('case.nameSubstitute', { person: 'rui' })],
    ],
  ])('%s, from then on', async (_who, story) => {
    const { id } = await caseAfter(app, recorded);
    expect(await seenBy('rui', id)).toBe(false);
    await tell(app, id, story);
    expect(await seenBy('rui', id)).toBe(true);
    const [, , , entry] = await historyOf(app, 'rui', id);
    expect(entry?.confidential).toMatchObject({ description: 'words' });
  });

  test('is a matter of the roles that somebody has now', async () => {
    const { id } = await openCase(app, 'cleo');
    await app.hire({ zoe: ['lead'] });
    expect(await seenBy('zoe', id)).toBe(true);
    await app.as('admin').patch('/v1/people/zoe', { roles: ['responder'] });
    expect(await seenBy('zoe', id)).toBe(false);
    await app.as('admin').patch('/v1/people/zoe', { roles: ['admin', 'auditor'] });
    expect(await seenBy('zoe', id)).toBe(true);
  });

  test('a task that is taken away takes the case away', async () => {
    const { id } = await caseAfter(app, met);
    await tell(app, id, [ada('meeting.assignResponder', { person: 'kim' })]);
    expect(await seenBy('rui', id)).toBe(false);
  });
});

describe('whoever leaves a case by their own step', () => {
  test.each([
    ['recusing themself', { type: 'case.recuse', person: 'rui' }],
    [
      'being named in their own report',
      {
        type: 'intake.recordReport',
        form: 'transcribed',
        description: 'A colleague of mine, and me.',
        reportedPersons: [{ staff: 'rui', clothing: 'a green jacket' }],
      },
    ],
  ])('%s gets neither the case nor what was said', async (_how, event) => {
    const { id } = await openCase(app, 'rui', { channel: 'email' });
    const { status, headers, body, text } = await send<Step>(app, 'rui', id, event);
    expect([status, headers['etag']]).toEqual([200, '"2"']);
    expect(body).not.toHaveProperty('case');
    expect(body.entry).toMatchObject({ seq: 2, confidential: 'withheld' });
    expect(text).not.toMatch(/green|colleague/);
    expect(await seenBy('rui', id)).toBe(false);
    expect((await send(app, 'rui', id, event)).status).toBe(404);
    expect(await historyOf(app, 'ada', id)).toHaveLength(2);
  });
});

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('for whoever is kept out there is no case', () => {
  const ids = new Map<string, string>();
  beforeAll(async () => {
    const { id } = await openCase(app, 'cleo', { channel: 'email', excluded: ['eli'] });
    await tell(app, id, [
      safe,
      cleo('intake.recordReport', { reportedPersons: [{ staff: 'pat' }], form: 'written' }),
      ada('case.recuse', { person: 'rex' }),
    ]);
    const { id: done } = await caseAfter(app, closed);
    for (const person of Object.keys(kept)) await tell(app, done, [ada('case.recuse', { person })]);
    ids.set('open', id).set('closed', done);
  });

  const bodies: readonly unknown[] = [
    { type: 'case.close' },
    { type: 'case.readmit', person: 'rex' },
    { type: 'followUp.discloseReporter', notes: 'Nothing.' },
    { reason: 'request' },
    { type: 'nonsense' },
    {},
    undefined,
  ];
  const variants: readonly (readonly [query: string, headers: Record<string, string>])[] = [
    ['', {}],
    ['?dryRun=true', {}],
    ['?limit=1', { 'idempotency-key': 'a-key' }],
    ['', { 'if-match': '"1"', 'idempotency-key': 'a-key' }],
  ];

  const shown = ({ status, headers, text }: Answer, id: string) => ({
    status,
    headers: { ...headers, date: '<now>' },
    text: text.replaceAll(id, '<id>'),
  });

  test.each(
    Object.keys(kept).flatMap((person) => [[person, 'open'] as const, [person, 'closed'] as const]),
  )('%s, %s: every answer is the one for an id that never was', async (person, which) => {
    const id = ids.get(which) ?? '';
    const { paths } = (await app.as('nobody').get<Described>('/openapi.json')).body;
    const ofCases = Object.entries(paths).filter(([path]) => path.startsWith('/v1/cases/{id}'));
    expect(ofCases.length).toBeGreaterThanOrEqual(6);
    for (const [path, methods] of ofCases)
      for (const method of Object.keys(methods))
        for (const [query, headers] of variants)
          for (const body of method === 'get' ? [undefined] : bodies) {
            const ask = (caseId: string) => {
              const url = path.replace('{id}', caseId).replace(/\{\w+\}/g, '1') + query;
              expect(['get', 'post']).toContain(method);
              const client = app.as(person);
              return method === 'get' ? client.get(url, headers) : client.post(url, body, headers);
            };
            const nowhere = randomUUID();
            const [there, not] = [await ask(id), await ask(nowhere)];
            const where = `${method} ${path}${query} ${JSON.stringify(body)}`;
            expect(shown(there, id), where).toEqual(shown(not, nowhere));
            const valid = body === bodies[0] && path.endsWith('/events') && query !== '?limit=1';
            expect(valid ? [404] : [400, 403, 404], where).toContain(there.status);
          }
    const entries = await historyOf(app, 'ada', id);
    expect(entries.filter(({ by }) => by?.person === person)).toEqual([]);
  });
});

test('hidden cases change no page, no count and no cursor', async () => {
  time.advance(hour);
  const visible: string[] = [];
  const hidden: string[] = [];
  for (let i = 0; i < 6; i++) {
    const { id } = await openCase(app, 'cleo', { excluded: i % 2 ? ['eli'] : [] });
    await tell(app, id, recorded);
    (i % 2 ? hidden : visible).push(id);
    time.advance(hour);
  }
  const walk = async (path: string, keyOf: (item: { id: string; case: string }) => string) => {
    const found: string[] = [];
    const cursors: string[] = [];
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${next}`;
      const page: Answer<Page<{ id: string; case: string }>> = await app
        .as('eli')
        .get<Page<{ id: string; case: string }>>(`${path}limit=1${cursor}`);
      found.push(...page.body.items.map(keyOf));
      next = page.body.next;
      if (next) cursors.push(next, Buffer.from(next, 'base64url').toString());
    } while (next && found.length < 40);
    return { found, told: cursors.join(' ') };
  };
  const cases = await walk('/v1/cases?stage=intake&state=recorded&', ({ id }) => id);
  expect(cases.found.slice(0, 3)).toEqual(visible.toReversed());
  const deadlines = await walk('/v1/deadlines?', (item) => item.case);
  for (const id of visible) expect(deadlines.found).toContain(id);
  for (const id of hidden) {
    expect([...cases.found, ...deadlines.found]).not.toContain(id);
    expect(cases.told + deadlines.told).not.toContain(id);
  }
  const all = await app.as('eli').get<Page<CaseView>>('/v1/cases?limit=3');
  expect(all.body.items.map(({ id }) => id)).toEqual(visible.toReversed());
  for (const id of hidden) {
    const { codename } = (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
    const named = await app.as('eli').get(`/v1/cases?codename=${codename}`);
    expect(named.body).toEqual({ items: [], next: null });
  }
});

test('a recusal in a closed case hides it as well, and a readmission shows it again', async () => {
  const { id } = await caseAfter(app, closed);
  await tell(app, id, [rui('case.recuse', { person: 'rui' })]);
  expect(await seenBy('rui', id)).toBe(false);
  await tell(app, id, [
    dov('case.reopen'),
    dov('case.readmit', { person: 'rui' }),
    ada('meeting.assignResponder', { person: 'rui' }),
  ]);
  expect(await seenBy('rui', id)).toBe(true);
});
