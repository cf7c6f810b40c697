/** Several events in one request: each is judged on what the ones before make of the case, all or none. */
import { describe, expect, test } from 'vitest';
import type { CaseView, EntryView } from '../../src/engine/step/present.ts';
import { recorded, reported } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  failuresOf,
  historyOf,
  openCase,
  rulesOf,
  send,
  sendAll,
  tell,
  type Page,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Steps {
  readonly case?: CaseView;
  readonly entries: readonly EntryView[];
}

const app = useApp({ now: clock().now });
const intake = reported.map(({ event }) => event);
const note = (text: string) => ({ type: 'case.addNote', text });
const forbidden = { type: 'intake.promiseResponse', notes: 'I told them that he is banned.' };
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;

/** What a history says, but for the names and hashes that no two cases share. */
const told = (entries: readonly EntryView[]) =>
  entries.map((entry) => {
    const { hash: _hash, previousHash: _previous, facts, ...rest } = entry;
    const { codename: _codename, dataKeyHash: _key, ...shared } = facts;
    return { ...rest, facts: shared };
  });

describe('a batch that is accepted', () => {
  test('makes of the case what its events make of it one by one', async () => {
    const [one, all] = [await openCase(app), await openCase(app)];
    await tell(app, one.id, reported);
    const { status, headers, body } = await sendAll<Steps>(app, 'cleo', all.id, intake);
    expect([status, headers['etag']]).toEqual([200, `"${intake.length + 1}"`]);
    const history = await historyOf(app, 'cleo', all.id);
    expect(body.entries).toEqual(history.slice(1));
    expect(body.case).toEqual(await read(all.id));
    expect(told(history)).toEqual(told(await historyOf(app, 'cleo', one.id)));
    expect(await failuresOf(app, all.id)).toEqual([]);
  });

  test('is judged in order: what comes first makes room for what comes next', async () => {
    const { id } = await openCase(app);
    const backwards = await sendAll<Problem>(app, 'cleo', id, intake.toReversed());
    expect(backwards).toMatchObject({ status: 409, body: { index: 0 } });
    expect((await sendAll(app, 'cleo', id, intake)).status).toBe(200);
  });

  test('can name what it does itself', async () => {
    const { id } = await caseAfter(app, recorded);
    const next = recorded.length + 2;
    const { status, body } = await sendAll<Steps>(app, 'cleo', id, [
      { type: 'immediate.assess', needed: true },
      { type: 'immediate.takeAction', kind: 'leave-event', for: 'reported-1' },
      { type: 'case.noteBreach', rule: 'no-promised-response', what: 'It was promised.' },
    ]);
    expect(status).toBe(200);
    expect(body.case?.facts.immediateResponse.actions).toMatchObject([{ action: next + 1 }]);
    expect(body.case?.departures).toMatchObject([{ seq: next + 2, ground: 'breach' }]);
  });

  test('of one is a batch as well', async () => {
    const { id } = await openCase(app);
    const { body } = await sendAll<Steps>(app, 'cleo', id, [note('One.')]);
    expect(body.entries).toMatchObject([{ seq: 2, type: 'case.addNote' }]);
    const refused = await sendAll<Problem>(app, 'cleo', id, [forbidden]);
    expect(refused).toMatchObject({ status: 409, body: { index: 0 } });
    expect((await historyOf(app, 'cleo', id)).at(-1)).toMatchObject({ type: 'case.batch' });
  });
});

describe('a batch of which one event is refused', () => {
  const story = [note('The first.'), note('The second.'), forbidden, note('The last.')];

  test('changes nothing, and is one refusal that says which and why', async () => {
    const before = await caseAfter(app, recorded);
    const answer = await sendAll<Problem>(app, 'cleo', before.id, story);
    const { headers, body } = answer;
    expect(answer).toMatchObject({ status: 409, body: { index: 2 } });
    expect(body.type).toBe('urn:recourse:problem:event-refused');
    expect(headers).not.toHaveProperty('etag');
    expect(rulesOf(answer)).toEqual(['no-promised-response']);
    expect(body.allowed).toContain('case.addNote');
    expect(await read(before.id)).toEqual(before);

    const history = await historyOf(app, 'cleo', before.id);
    expect(history).toHaveLength(recorded.length + 2);
    const entry = history.at(-1);
    expect(entry).toMatchObject({
      seq: recorded.length + 2,
      outcome: 'refused',
      type: 'case.batch',
      version: before.version,
      stages: before.stages,
      by: { person: 'cleo' },
      violations: body.violations,
    });
    expect(entry?.facts['events']).toMatchObject(
      story.slice(0, 3).map(({ type }) => ({ type, facts: {} })),
    );
    expect(entry?.confidential).toEqual({
      events: [{ text: 'The first.' }, { text: 'The second.' }, { notes: forbidden.notes }],
    });
    expect(await failuresOf(app, before.id)).toEqual([]);
    expect((await historyOf(app, 'eve', before.id)).at(-1)?.confidential).toBe('withheld');
  });

  test('leaves a history that goes on, and verifies', async () => {
    const { id } = await openCase(app);
    await sendAll(app, 'cleo', id, [...intake, forbidden]);
    expect((await sendAll(app, 'cleo', id, intake)).status).toBe(200);
    const history = await historyOf(app, 'ada', id);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    expect(history.map(({ version }) => version)).toEqual([1, 1, ...intake.map((_, i) => i + 2)]);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('makes nobody known whom it named', async () => {
    const { id } = await openCase(app, 'dov', { channel: 'email' });
    const other = await openCase(app, 'dov', { channel: 'email' });
    const naming = {
      type: 'intake.recordReport',
      form: 'written',
      description: 'It was her.',
      reportedPersons: [{ name: 'Zinnia Quark' }],
    };
    expect((await send(app, 'dov', other.id, naming)).status).toBe(200);
    const refused = await sendAll<Problem>(app, 'dov', id, [naming, forbidden]);
    expect(refused.status).toBe(409);
    const related = await app.as('dov').get<Page<object>>(`/v1/cases/${other.id}/related`);
    expect(related.body.items).toEqual([]);
    const word = { type: 'publicity.announce', text: 'Zinnia speaks at noon.', purpose: 'other' };
    const answer = await send(app, 'dov', id, { ...word, channels: ['chat'] });
    expect(answer.status, answer.text).toBe(200);
  });
});

test('a text is screened for those whom the same batch has named', async () => {
  const { id } = await openCase(app, 'dov', { channel: 'email' });
  const word = { type: 'publicity.announce', purpose: 'other', channels: ['chat'] };
  const naming = {
    type: 'intake.recordReport',
    form: 'written',
    description: 'It was her.',
    reportedPersons: [{ name: 'Zinnia Quark' }, { staff: 'rui' }],
  };
  for (const [text, identifies] of [
    ['Zinnia speaks at noon.', ['reported-1']],
    ['Ask for rui-the-helper, or Rui.', ['reported-2']],
  ] as const) {
    const { status, body } = await sendAll<Problem>(app, 'dov', id, [naming, { ...word, text }]);
    expect([status, body.index]).toEqual([409, 1]);
    expect(body.violations).toMatchObject([
      { rule: 'no-identities-in-public', detail: { identifies } },
    ]);
  }
  const harmless = { ...word, text: 'Lunch is at noon.' };
  expect((await sendAll(app, 'dov', id, [naming, harmless])).status).toBe(200);
});

describe('whoever leaves the case in a batch', () => {
  const leave = { type: 'case.recuse', person: 'dov' };

  test('takes no part from there on, and then nothing of it has happened', async () => {
    const { id } = await openCase(app);
    const answer = await sendAll<Problem>(app, 'dov', id, [note('Bye.'), leave, note('PS.')]);
    expect(answer).toMatchObject({ status: 409, body: { index: 2 } });
    expect(rulesOf(answer)).toContain('recused-take-no-part');
    expect((await app.as('dov').get(`/v1/cases/${id}`)).status).toBe(200);
  });

  test('gets neither the case nor what they said themself', async () => {
    const { id } = await openCase(app);
    const { status, body, text } = await sendAll<Steps>(app, 'dov', id, [note('Bye.'), leave]);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('case');
    expect(body.entries.map(({ confidential }) => confidential)).toEqual(['withheld', 'withheld']);
    expect(text).not.toContain('Bye');
    expect((await sendAll(app, 'dov', id, [note('PS.')])).status).toBe(404);
    expect(await historyOf(app, 'ada', id)).toHaveLength(3);
  });
});
