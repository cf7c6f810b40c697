import { describe, expect, test } from 'vitest';
import type { CaseView, DeadlineView } from '../../src/engine/step/present.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { findCaseAsEngine } from '../../src/store/cases.ts';
import { ada, cleo } from '../support/cast.ts';
import { closed, convened, met, notified, recorded, reported } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  day,
  historyOf,
  hour,
  openCase,
  recordedIn,
  rulesOf,
  send,
  tell,
  unexpected,
  type Page,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

type Listed = DeadlineView & { readonly case: string; readonly codename: string };

const time = clock();
// of its own for each story: firing takes whatever is due
const app = useApp({ now: time.now, settings: { appealWindow: 'P30D' } }, { per: 'test' });

const fire = () => fireDueDeadlines(app.engine, unexpected);
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
const listed = async (query = '', by = 'ada') =>
  (await app.as(by).get<Page<Listed>>(`/v1/deadlines${query}`)).body;
const namesOf = ({ items }: Page<Listed>) => items.map(({ name }) => name);
const verified = async (id: string) =>
  (await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`)).body.ok;

describe('a deadline', () => {
  test('runs out when it is due, not before, and once', async () => {
    const { id, version } = await caseAfter(app, reported);
    time.advance(day - 1);
    expect(await fire()).toBe(0);
    time.advance(1);
    expect(await fire()).toBe(1);
    expect(await fire()).toBe(0);
    expect(await read(id)).toMatchObject({
      version: version + 1,
      stages: { leadsMeeting: 'overdue', reporterCare: 'due' },
    });
    expect((await historyOf(app, 'ada', id)).at(-1)).toMatchObject({
      outcome: 'elapsed',
      type: 'deadline.leadsMeet',
      by: null,
      at: time.now().toISOString(),
      version: version + 1,
      violations: [],
      confidential: {},
      stages: { leadsMeeting: 'overdue' },
    });
    expect(await verified(id)).toBe(true);
  });

  test('runs out once, however many see to it at the same time', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await caseAfter(app, reported)).id));
    time.advance(8 * day);
    const fired = await Promise.all([fire(), fire(), fire(), fire()]);
    expect(fired.reduce((sum, one) => sum + one, 0)).toBe(6);
    for (const id of ids) {
      const elapsed = (await historyOf(app, 'ada', id)).filter((e) => e.outcome === 'elapsed');
      expect(elapsed.map(({ type }) => type)).toEqual([
        'deadline.leadsMeet',
        'deadline.reporterFollowUp',
      ]);
      expect(await verified(id)).toBe(true);
    }
  });

  test('survives the server: another one, with its own connections, fires it', async () => {
    const { id } = await caseAfter(app, reported);
    await app.app.close();
    time.advance(day);
    await asOwner(app, async ({ db }) => {
      expect(await fireDueDeadlines({ ...app.engine, db }, unexpected)).toBe(1);
      expect(await fireDueDeadlines({ ...app.engine, db }, unexpected)).toBe(0);
    });
    expect(await fire()).toBe(0);
    expect(await findCaseAsEngine(app.db, id)).toMatchObject({
      stages: { leadsMeeting: 'overdue' },
      headSeq: reported.length + 2,
    });
  });

  test('stops nothing, and what it was for can still be done', async () => {
    const { id } = await caseAfter(app, reported);
    time.advance(day);
    await fire();
    const told = await tell(app, id, convened.slice(reported.length));
    expect(told).toMatchObject({ stages: { leadsMeeting: 'inSession' } });
    expect(namesOf(await listed())).toEqual(['reporterFollowUp']);
  });

  test('that was met in time does not run out, nor does any in a closed case', async () => {
    const one = await caseAfter(app, met);
    const other = await caseAfter(app, closed);
    time.advance(6 * day);
    expect(await fire()).toBe(0);
    expect((await read(one.id)).deadlines).toMatchObject([{ name: 'reporterFollowUp' }]);
    expect((await read(other.id)).deadlines).toEqual([]);
  });

  test('keeps running where the case was reopened, with the time that it had', async () => {
    const told = await caseAfter(app, closed);
    time.advance(29 * day);
    const reopened = await tell(app, told.id, [ada('case.reopen')]);
    expect(reopened?.deadlines).toMatchObject([{ name: 'appealWindow', overdue: false }]);
    time.advance(day);
    expect(await fire()).toBe(1);
    expect(await read(told.id)).toMatchObject({ stages: { appeal: 'lapsed' }, deadlines: [] });
    const late = await send<Problem>(app, 'cleo', told.id, { type: 'appeal.file' });
    expect(rulesOf(late)).toEqual(['appeal-window']);
    expect(await verified(told.id)).toBe(true);
  });

  test('of a window that is over holds before it was fired', async () => {
    const { id } = await caseAfter(app, notified);
    time.advance(30 * day + 1);
    const late = await send<Problem>(app, 'cleo', id, { type: 'appeal.file' });
    expect(rulesOf(late)).toEqual(['appeal-window']);
  });

  test('and a step at the same time are both recorded', async () => {
    const { id } = await caseAfter(app, reported);
    time.advance(day);
    const [fired, answer] = await Promise.all([
      fire(),
      send(app, 'ada', id, { type: 'immediate.assess', needed: true }),
    ]);
    expect([fired, answer.status]).toEqual([1, 200]);
    expect(await historyOf(app, 'ada', id)).toHaveLength(reported.length + 3);
    expect(await verified(id)).toBe(true);
  });

  test('of one case that cannot be fired does not hold up the others', async () => {
    const broken = await caseAfter(app, reported);
    const sound = await caseAfter(app, reported);
    await asOwner(app, async ({ sql }) => {
      await sql`update cases set snapshot = '{}' where case_id = ${broken.id}`;
    });
    time.advance(day);
    const errors: unknown[] = [];
    expect(await fireDueDeadlines(app.engine, (error) => errors.push(error))).toBe(1);
    expect(errors).toHaveLength(1);
    expect((await read(sound.id)).stages).toMatchObject({ leadsMeeting: 'overdue' });
  });
});

test('a time that somebody moved in the database fires nothing early, and shows', async () => {
  const { id } = await caseAfter(app, reported);
  const move = (by: string) =>
    asOwner(app, ({ sql }) =>
      sql.unsafe(
        `update cases set next_due_at = next_due_at + interval '${by}' where case_id = '${id}'`,
      ),
    );
  await move('-2 days');
  expect(await fire()).toBe(0);
  const { body } = await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`);
  expect(body).toMatchObject({ ok: false, failures: [{ check: 'nextDueAt' }] });
  await move('2 days');
  expect(await verified(id)).toBe(true);
});

describe('the list', () => {
  test('runs over all cases, soonest first, and marks what is late', async () => {
    const early = await caseAfter(app, recorded);
    time.advance(hour);
    const later = await caseAfter(app, notified);
    const start = time.now().getTime() - hour;
    const { items, next } = await listed();
    expect(next).toBeNull();
    expect(items).toEqual([
      dueAt(early, 'leadsMeet', null, 'leadsMeeting', start + day),
      dueAt(early, 'reporterFollowUp', 'reporter', 'reporterCare', start + 7 * day),
      dueAt(later, 'reporterFollowUp', 'reporter', 'reporterCare', start + hour + 7 * day),
      dueAt(later, 'appealWindow', 'reported-1', 'appeal', start + hour + 30 * day),
    ]);
    time.advance(day);
    // late from that moment on, whether it was fired or not
    for (const when of ['before', 'after']) {
      expect(namesOf(await listed('?overdue=true')), when).toEqual(['leadsMeet']);
      expect(namesOf(await listed('?overdue=false')), when).toHaveLength(3);
      expect((await read(early.id)).deadlines, when).toMatchObject([{ overdue: true }, {}]);
      const late = await app.as('ada').get<Page<CaseView>>('/v1/cases?overdue=true');
      expect(
        late.body.items.map(({ id }) => id),
        when,
      ).toEqual([early.id]);
      expect(await fire(), when).toBe(when === 'before' ? 1 : 0);
    }
  });

  test('comes in pages, ties included', async () => {
    for (let i = 0; i < 3; i++) await caseAfter(app, recorded);
    const all = (await listed()).items;
    expect(all).toHaveLength(6);
    const paged: Listed[] = [];
    let next: string | null = null;
    do {
      const page: Page<Listed> = await listed(`?limit=1${next ? `&cursor=${next}` : ''}`);
      paged.push(...page.items);
      next = page.next;
    } while (next);
    expect(paged).toEqual(all);
    for (const query of ['cursor=x', 'limit=0', 'overdue=1', 'soon=true'])
      expect((await app.as('ada').get(`/v1/deadlines?${query}`)).status).toBe(400);
  });

  test('shows nothing of hidden cases, and reading it changes nothing', async () => {
    const { id } = await openCase(app, 'cleo', { excluded: ['cam'] });
    await tell(app, id, recorded);
    const before = await recordedIn(app);
    expect(namesOf(await listed('', 'cleo'))).toHaveLength(2);
    expect(namesOf(await listed('', 'eve'))).toHaveLength(2);
    for (const person of ['cam', 'rui', 'admin'])
      for (const query of ['', '?overdue=true', '?overdue=false', '?limit=1'])
        expect(await listed(query, person)).toEqual({ items: [], next: null });
    expect(await recordedIn(app)).toEqual(before);
    await tell(app, id, [cleo('case.bringIn', { person: 'rui' })]);
    expect(namesOf(await listed('', 'rui'))).toHaveLength(2);
  });
});

const dueAt = (
  { id, codename }: CaseView,
  name: string,
  ref: string | null,
  stage: string,
  at: number,
) => ({
  case: id,
  codename,
  name,
  ref,
  stage,
  dueAt: new Date(at).toISOString(),
  overdue: false,
});
