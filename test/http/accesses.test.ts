import { describe, expect, test } from 'vitest';
import { ada, cleo, dov } from '../support/cast.ts';
import { closed, reported, safe } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  day,
  historyOf,
  hour,
  openCase,
  send,
  sendAll,
  tell,
  type Page,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Access {
  readonly person: string;
  readonly at: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

const time = clock();
const app = useApp({ now: time.now });

const accessesTo = async (caseId: string, query = '', by = 'dov') => {
  const answer = await app.as(by).get<Page<Access>>(`/v1/cases/${caseId}/accesses${query}`);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body;
};

/** A case in which entries 4 and 6 hold confidential content. */
const telling = [
  ...reported.slice(0, 3),
  cleo('intake.thankReporter'),
  cleo('intake.askSafetyConcern', { hasConcern: true, answer: 'He lives next door.' }),
  cleo('immediate.assess', { needed: false }),
];

/** A case in which entries 4 and 6 say who somebody is. */
const named = [
  ...reported.slice(0, 2),
  cleo('intake.recordReport', {
    form: 'transcribed',
    description: 'It was loud.',
    reporter: { anonymous: false, name: 'Robin Quillfeather' },
    reportedPersons: [{ badge: 'Speaker 14' }],
  }),
  cleo('intake.thankReporter'),
  cleo('intake.identify', { for: 'reported-1', name: 'Morgan Lapwing' }),
];

describe('opening confidential content leaves a trace', () => {
  test('of a page of the history: who, when, and from where to where', async () => {
    const { id } = await caseAfter(app, telling);
    time.advance(hour);
    await historyOf(app, 'ada', id);
    expect(await accessesTo(id)).toEqual({
      items: [{ person: 'ada', at: time.now().toISOString(), firstSeq: 4, lastSeq: 6 }],
      next: null,
    });
    time.advance(1);
    await app.as('cleo').get(`/v1/cases/${id}/history?after=4&limit=2`);
    expect((await accessesTo(id)).items).toMatchObject([
      { person: 'cleo', firstSeq: 6, lastSeq: 6 },
      { person: 'ada' },
    ]);
  });

  test('of a single entry, and of an export', async () => {
    const { id } = await caseAfter(app, telling);
    await app.as('kim').get(`/v1/cases/${id}/history/6`);
    expect((await accessesTo(id)).items).toMatchObject([
      { person: 'kim', firstSeq: 6, lastSeq: 6 },
    ]);
    time.advance(1);
    expect((await app.as('dov').get(`/v1/cases/${id}/export`)).status).toBe(200);
    expect((await accessesTo(id)).items).toMatchObject([
      { person: 'dov', firstSeq: 4, lastSeq: 6 },
      { person: 'kim' },
    ]);
  });

  test('of a dry run that is screened for the people of the case, once for all that it sends', async () => {
    const { id } = await caseAfter(app, named);
    const say = (text: string) => ({
      type: 'publicity.announce',
      text,
      purpose: 'other',
      channels: ['chat'],
    });
    const [guess, other] = [say('Thanks to Quillfeather.'), say('Lunch is at noon.')];
    const dry = { query: '?dryRun=true' };
    expect((await send(app, 'dov', id, guess, dry)).status).toBe(409);
    time.advance(1);
    expect((await send(app, 'oli', id, other, dry)).status).toBe(200);
    time.advance(1);
    expect((await sendAll(app, 'dov', id, [other, other, guess], dry)).status).toBe(409);
    expect((await accessesTo(id)).items).toEqual([
      { person: 'dov', at: time.now().toISOString(), firstSeq: 4, lastSeq: 6 },
      expect.objectContaining({ person: 'oli', firstSeq: 4, lastSeq: 6 }),
      expect.objectContaining({ person: 'dov', firstSeq: 4, lastSeq: 6 }),
    ]);
  });

  test('of who looks for the same people in other cases', async () => {
    const { id } = await caseAfter(app, named);
    await app.as('eve').get(`/v1/cases/${id}/related`);
    expect((await accessesTo(id)).items).toMatchObject([
      { person: 'eve', firstSeq: 4, lastSeq: 6 },
    ]);
  });

  test('of an auditor too, once the case was disclosed to them', async () => {
    const { id } = await caseAfter(app, telling);
    await historyOf(app, 'eve', id);
    expect((await accessesTo(id)).items).toEqual([]);
    const until = new Date(time.now().getTime() + day).toISOString();
    await tell(app, id, [dov('case.grantDisclosure', { person: 'eve', until })]);
    await historyOf(app, 'eve', id);
    expect((await accessesTo(id)).items).toMatchObject([{ person: 'eve', firstSeq: 4 }]);
  });

  test('before the answer leaves: what cannot be written down is not shown', async () => {
    const { id } = await caseAfter(app, telling);
    const may = (what: 'revoke' | 'grant') => {
      const role = what === 'revoke' ? 'from' : 'to';
      return asOwner(app, ({ sql }) =>
        sql.unsafe(`${what} insert on accesses ${role} recourse_server`),
      );
    };
    await may('revoke');
    const refused = await app.as('ada').get(`/v1/cases/${id}/history`);
    await may('grant');
    expect(refused.status).toBe(500);
    expect(refused.text).not.toContain('next door');
    expect((await app.as('ada').get(`/v1/cases/${id}/history`)).text).toContain('next door');
  });
});

describe('no trace is left', () => {
  test.each(['', '/options', '/verification', '/accesses', '/diagram.svg'])(
    'by GET /v1/cases/{id}%s, which opens nothing',
    async (path) => {
      const { id } = await caseAfter(app, telling);
      expect((await app.as('dov').get(`/v1/cases/${id}${path}`)).status).toBe(200);
      expect((await accessesTo(id)).items).toEqual([]);
    },
  );

  test('by a text that is sent in earnest, of which its entry tells, or a dry run of anything else', async () => {
    const { id } = await caseAfter(app, named);
    const word = { type: 'publicity.announce', purpose: 'other', channels: ['chat'] };
    expect((await send(app, 'dov', id, { ...word, text: 'Ask Quillfeather.' })).status).toBe(409);
    const care = { type: 'care.provide', kind: 'water', notes: 'For Quillfeather.' };
    expect((await send(app, 'cleo', id, care, { query: '?dryRun=true' })).status).toBe(200);
    expect((await accessesTo(id)).items).toEqual([]);
  });

  test('by entries that hold none, or none any more', async () => {
    const { id } = await caseAfter(app, closed);
    await app.as('ada').get(`/v1/cases/${id}/history?limit=3`);
    await app.as('ada').get(`/v1/cases/${id}/history/2`);
    await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
    await historyOf(app, 'ada', id);
    expect((await accessesTo(id)).items).toEqual([]);
  });

  test('by an answer to who wrote the content, the same answer again included', async () => {
    const { id } = await openCase(app);
    const event = { type: 'care.provide', kind: 'water', notes: 'Shaking.' };
    const headers = { 'idempotency-key': 'once' };
    for (let i = 0; i < 2; i++)
      expect((await send(app, 'cleo', id, event, { headers })).text).toContain('Shaking.');
    expect((await accessesTo(id)).items).toEqual([]);
  });

  test('in another case', async () => {
    const [one, other] = [await caseAfter(app, telling), await caseAfter(app, telling)];
    await historyOf(app, 'ada', one.id);
    expect((await accessesTo(one.id)).items).toHaveLength(1);
    expect((await accessesTo(other.id)).items).toEqual([]);
  });
});

describe('the traces', () => {
  test('are shown newest first, page by page, each once', async () => {
    const { id } = await caseAfter(app, telling);
    for (const person of ['ada', 'ben', 'cam', 'kim', 'dov']) {
      time.advance(1000);
      await historyOf(app, person, id);
    }
    const paged: string[] = [];
    let next: string | null = null;
    do {
      const page: Page<Access> = await accessesTo(id, `?limit=2${next ? `&cursor=${next}` : ''}`);
      paged.push(...page.items.map(({ person }) => person));
      next = page.next;
    } while (next);
    expect(paged).toEqual(['dov', 'kim', 'cam', 'ben', 'ada']);
  });

  test('of one moment are all shown', async () => {
    const { id } = await caseAfter(app, telling);
    for (let i = 0; i < 3; i++) await historyOf(app, 'ada', id);
    const { items, next } = await accessesTo(id, '?limit=2');
    expect(items).toHaveLength(2);
    expect((await accessesTo(id, `?limit=2&cursor=${next}`)).items).toHaveLength(1);
  });

  test('are for organizers and auditors alone', async () => {
    const { id } = await openCase(app);
    for (const by of ['dov', 'eve']) await accessesTo(id, '', by);
    for (const by of ['ada', 'kim', 'cleo', 'admin'])
      for (const place of [id, '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11', 'no-id'])
        expect(await app.as(by).get(`/v1/cases/${place}/accesses`)).toMatchObject({
          status: 403,
          body: { type: 'urn:recourse:problem:not-allowed' },
        });
  });

  test('do not show a case to who is outside it', async () => {
    const { id } = await openCase(app, 'cleo', { excluded: ['dov'] });
    await tell(app, id, [safe, ada('case.recuse', { person: 'eve' })]);
    for (const by of ['dov', 'eve'])
      expect(await app.as(by).get(`/v1/cases/${id}/accesses`)).toMatchObject({ status: 404 });
    await accessesTo(id, '', 'oli');
  });
});
