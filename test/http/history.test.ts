import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseView, EntryView } from '../../src/engine/step/present.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { ada, ben, cleo, dov } from '../support/cast.ts';
import { closed, convened, objectives, recorded, reported } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  day,
  historyOf,
  hour,
  openCase,
  send,
  tell,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });

const pageOf = async (id: string, query: string, by = 'ada') =>
  (await app.as(by).get<Page<EntryView>>(`/v1/cases/${id}/history${query}`)).body;
const seqs = ({ items }: Page<EntryView>) => items.map(({ seq }) => seq);

describe('the history', () => {
  let told: CaseView;
  beforeAll(async () => {
    told = await caseAfter(app, convened);
    await send(app, 'ada', told.id, { type: 'meeting.conclude' });
  });

  test('holds every step in order, the opening first, refusals included', async () => {
    const entries = await historyOf(app, 'ada', told.id);
    const types = convened.map(({ event }) => event.type);
    expect(entries.map(({ type }) => type)).toEqual(['case.open', ...types, 'meeting.conclude']);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)).toMatchObject({ outcome: 'refused', version: told.version });
    expect(entries[0]).toMatchObject({
      outcome: 'accepted',
      facts: { channel: 'in-person', excluded: [], settings: told.facts.settings },
      by: { person: 'cleo', roles: ['responder'] },
      version: 1,
      previousHash: '0'.repeat(64),
    });
    const hashes = entries.map(({ hash }) => hash);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(entries.slice(1).map(({ previousHash }) => previousHash)).toEqual(hashes.slice(0, -1));
  });

  test('comes in pages', async () => {
    const all = (await historyOf(app, 'ada', told.id)).map(({ seq }) => seq);
    const first = await pageOf(told.id, '?limit=4');
    expect(first).toMatchObject({ next: '4' });
    expect(seqs(first)).toEqual([1, 2, 3, 4]);
    expect(seqs(await pageOf(told.id, `?limit=3&after=${first.next}`))).toEqual([5, 6, 7]);
    const rest = await pageOf(told.id, '?after=4');
    expect(rest.next).toBeNull();
    expect([...seqs(first), ...seqs(rest)]).toEqual(all);
    expect(await pageOf(told.id, `?limit=${all.length}`)).toMatchObject({ next: null });
    expect(await pageOf(told.id, '?after=1000')).toEqual({ items: [], next: null });
  });

  test('comes in pages that end early where there is much to read, and one entry at least', async () => {
    const { id } = await caseAfter(app, recorded);
    // Some 900 KiB each.
    const description = '👩'.repeat(19_000);
    const others = Array.from({ length: 12 }, () => ({ role: 'witness', description }));
    const event = { type: 'intake.recordReport', form: 'written', description: 'x', others };
    for (let i = 0; i < 10; i += 1)
      expect([200, 409]).toContain((await send(app, 'cleo', id, event)).status);
    const all: number[] = [];
    const pages: number[] = [];
    for (let next: string | null = '0'; next !== null;) {
      const page: Page<EntryView> = await pageOf(id, `?limit=200&after=${next}`);
      expect(JSON.stringify(page).length).toBeLessThan(6 * 2 ** 20);
      all.push(...seqs(page));
      pages.push(page.items.length);
      next = page.next;
    }
    expect(pages.length).toBeGreaterThan(2);
    expect(all).toEqual(Array.from({ length: recorded.length + 11 }, (_, index) => index + 1));
    const { body } = await app.as('ada').get<Verification>(`/v1/cases/${id}/verification`);
    expect(body).toMatchObject({ ok: true, entries: all.length });
  });

  test.each([
    'after=-1',
    'after=x',
    'after=1.5',
    'after=99999999999',
    'limit=0',
    'limit=201',
    'seq=1',
  ])('is told what is wrong with ?%s', async (query) => {
    const path = `/v1/cases/${told.id}/history?${query}`;
    const { status, body } = await app.as('ada').get<Problem>(path);
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe(`/query/${query.split('=')[0]}`);
  });

  test.each(['0', '-1', '1000', '99999999999', 'x', '1.5', '%00'])(
    'has no entry %s',
    async (seq) => {
      const answer = await app.as('ada').get(`/v1/cases/${told.id}/history/${seq}`);
      expect(answer).toMatchObject({
        status: 404,
        body: { type: 'urn:recourse:problem:not-found' },
      });
    },
  );

  test('keeps what was said in an attempt that was refused', async () => {
    const { id } = await openCase(app);
    const notes = 'He will be banned.';
    await send(app, 'cleo', id, { type: 'intake.promiseResponse', notes });
    const [, entry] = await historyOf(app, 'cleo', id);
    expect(entry).toMatchObject({
      outcome: 'refused',
      facts: { notes: true },
      confidential: { notes },
      violations: [{ rule: 'no-promised-response' }],
    });
  });
});

test('an entry comes with the case as it stood after it, whatever happened since', async () => {
  const opened = await openCase(app);
  const views = [opened];
  let last = opened;
  for (const { by, event } of closed) {
    time.advance(10 * 60 * 1000);
    if (event.type === 'meeting.conclude') {
      // a refusal leaves the case as it was
      await send(app, 'ada', opened.id, { type: 'case.close' });
      views.push(last);
    }
    const { body } = await send<Step>(app, by ?? '', opened.id, event);
    last = body.case ?? last;
    views.push(last);
  }
  time.advance(day);
  const entries = await historyOf(app, 'ada', opened.id);
  expect(entries).toHaveLength(views.length);
  for (const entry of entries) {
    const path = `/v1/cases/${opened.id}/history/${entry.seq}`;
    const { after, ...rest } = (await app.as('ada').get<EntryView & { after: CaseView }>(path))
      .body;
    expect(rest).toEqual(entry);
    expect(after).toEqual(views[entry.seq - 1]);
  }
});

test('a whole history verifies, refusals and deadlines included', async () => {
  const { id } = await caseAfter(app, recorded);
  await send(app, 'cleo', id, { type: 'meeting.conclude' });
  for (const by of ['ada', 'eve', 'cleo']) {
    const { status, body } = await app.as(by).get<Verification>(`/v1/cases/${id}/verification`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ok: true,
      entries: recorded.length + 2,
      checked: { chain: 'ok', replay: 'ok', authenticity: 'ok', dataKey: 'ok' },
      failures: [],
    });
  }
});

describe('auditors', () => {
  test('see the facts of every step, and that the rest is withheld', async () => {
    const { id } = await caseAfter(app, reported);
    const forAda = await historyOf(app, 'ada', id);
    const forEve = await historyOf(app, 'eve', id);
    expect(forEve).toEqual(forAda.map((entry) => ({ ...entry, confidential: 'withheld' })));
    const { body } = await app.as('eve').get(`/v1/cases/${id}/history/4`);
    expect(body).toMatchObject({ type: 'intake.recordReport', confidential: 'withheld' });
  });

  test('see the rest while it is disclosed to them, and no longer', async () => {
    const { id } = await caseAfter(app, reported);
    const until = new Date(time.now().getTime() + hour).toISOString();
    const withheld = async () =>
      (await historyOf(app, 'eve', id)).some(({ confidential }) => confidential === 'withheld');
    await tell(app, id, [dov('case.grantDisclosure', { person: 'eve', until })]);
    expect(await withheld()).toBe(false);
    time.advance(hour - 1);
    expect(await withheld()).toBe(false);
    time.advance(1);
    expect(await withheld()).toBe(true);

    await tell(app, id, [dov('case.grantDisclosure', { person: 'eve', until: '2030-01-01' })]);
    expect(await withheld()).toBe(false);
    await tell(app, id, [dov('case.revokeDisclosure', { person: 'eve' })]);
    expect(await withheld()).toBe(true);
  });
});

describe('ids of other cases', () => {
  test('are shown to those only who see those cases, at that moment', async () => {
    const [hidden, shared] = [await openCase(app), await openCase(app, 'rui')];
    const { id } = await caseAfter(app, [...reported, cleo('case.bringIn', { person: 'rui' })]);
    const about = { related: [hidden.id, shared.id], patternFound: true };
    await tell(app, id, [
      ada('case.link', { case: hidden.id, relation: 'pattern' }),
      ...convened.slice(reported.length),
      ...objectives.filter(({ event }) => event.type !== 'meeting.consultPastIncidents'),
      ada('meeting.consultPastIncidents', about),
    ]);
    const seenBy = async (person: string) => {
      const entries = await historyOf(app, person, id);
      const find = (wanted: string) => entries.find(({ type }) => type === wanted)?.confidential;
      return [find('case.link'), find('meeting.consultPastIncidents')];
    };
    expect(await seenBy('ben')).toEqual([{ case: hidden.id }, { related: [hidden.id, shared.id] }]);
    expect(await seenBy('rui')).toEqual([{}, { related: [shared.id] }]);
    expect(JSON.stringify(await historyOf(app, 'rui', id))).not.toContain(hidden.id);
    expect(await seenBy('eve')).toEqual(['withheld', 'withheld']);

    // whoever sent it left that case since
    await tell(app, hidden.id, [ben('case.recuse', { person: 'ada' })]);
    expect(await seenBy('ada')).toEqual([{}, { related: [shared.id] }]);
    for (const { seq } of await historyOf(app, 'ada', id)) {
      const { text } = await app.as('ada').get(`/v1/cases/${id}/history/${seq}`);
      expect(text).not.toContain(hidden.id);
    }
    await tell(app, hidden.id, [dov('case.readmit', { person: 'ada' })]);
    expect(await seenBy('ada')).toEqual(await seenBy('ben'));
  });

  test('of cases that the sender does not see name nothing, as if there were none', async () => {
    const { id } = await openCase(app);
    const hidden = await openCase(app);
    await tell(app, hidden.id, [ben('case.recuse', { person: 'ada' })]);
    const link = async (other: string) => {
      const event = { type: 'case.link', case: other, relation: 'duplicate' };
      const { status, body } = await send<Problem>(app, 'ada', id, event, {
        query: '?dryRun=true',
      });
      return { status, violations: body.violations, detail: body.detail };
    };
    const toHidden = await link(hidden.id);
    expect(toHidden).toMatchObject({ status: 409, violations: [{ rule: 'known-reference' }] });
    expect(await link('3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11')).toEqual(toHidden);
  });
});
