/** What a batch has in common with a single event: keys, versions, dry runs, limits, who may send it. */
import { describe, expect, test } from 'vitest';
import type { EntryView } from '../../src/engine/step/present.ts';
import { met, recorded } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  failuresOf,
  historyOf,
  openCase,
  recordedIn,
  sendAll,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now });
const note = (text: string) => ({ type: 'case.addNote', text });
const notes = (count: number, by = '') =>
  Array.from({ length: count }, (_, index) => note(`${by} ${index}`));
const forbidden = { type: 'intake.promiseResponse' };

describe('a batch', () => {
  test.each([
    [1, 200],
    [50, 200],
    [51, 400],
    [0, 400],
  ])('of %i events is answered %i', async (count, status) => {
    const { id } = await openCase(app);
    const answer = await sendAll<Problem>(app, 'cleo', id, notes(count));
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.errors[0]?.pointer).toBe('/events');
    expect(await historyOf(app, 'cleo', id)).toHaveLength(status === 200 ? count + 1 : 1);
  });

  test.each([
    ['an event that nobody knows', { type: 'nonsense' }, '/events/1/type'],
    ['an erasure', { type: 'case.erase', reason: 'request' }, '/events/1/type'],
    ['a batch', { events: [note('x')] }, '/events/1/type'],
    ['a field that nobody knows', { ...note('x'), more: 1 }, '/events/1/more'],
    ['a wrong field', { ...note('x'), text: 7 }, '/events/1/text'],
    ['nothing', null, '/events/1'],
  ])('with %s makes no sense, and is not recorded', async (_what, event, pointer) => {
    const { id } = await openCase(app);
    const before = await recordedIn(app);
    const { status, body } = await sendAll<Problem>(app, 'cleo', id, [
      note('x'),
      event as object,
      note('y'),
    ]);
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer]);
    expect(await recordedIn(app)).toEqual(before);
  });

  test('with a response kind that the case does not know makes none either', async () => {
    const { id } = await caseAfter(app, met);
    const deciders = ['ada', 'ben'];
    const responses = [{ kind: 'warning' }, { kind: 'send-to-bed' }];
    const before = await recordedIn(app);
    const { status, body } = await sendAll<Problem>(app, 'ada', id, [
      note('x'),
      { type: 'decision.record', finding: 'violation', deciders, responses },
    ]);
    expect([status, body.errors[0]?.pointer]).toEqual([400, '/events/1/responses/1/kind']);
    expect(await recordedIn(app)).toEqual(before);
  });

  test.each(['eve', 'admin'])('is nothing that %s could send', async (person) => {
    const { id } = await openCase(app);
    for (const place of [id, '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11', 'no-id'])
      for (const events of [[note('x')], [], [{ type: 'nonsense' }]])
        expect(await sendAll(app, person, place, events)).toMatchObject({
          status: 403,
          body: { type: 'urn:recourse:problem:not-a-handler' },
        });
  });
});

describe('the idempotency key of a batch', () => {
  const headers = { 'idempotency-key': 'one-for-all' };

  test.each([
    ['taken', [note('x'), note('y')], 200, 2],
    ['refused', [note('x'), forbidden], 409, 1],
  ])('answers what was %s once more, and records it once', async (_what, events, status, added) => {
    const { id } = await openCase(app);
    const first = await sendAll(app, 'cleo', id, events, { headers });
    const again = await sendAll(app, 'cleo', id, events, { headers });
    expect([first.status, again.status]).toEqual([status, status]);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(1 + added);
  });

  test('is used up for another batch, be it of the same events in another order', async () => {
    const { id } = await openCase(app);
    const events = [note('x'), note('y')];
    await sendAll(app, 'cleo', id, events, { headers });
    for (const others of [events.toReversed(), events.slice(1), [...events, note('z')]])
      expect(await sendAll(app, 'cleo', id, others, { headers })).toMatchObject({
        status: 422,
        body: { type: 'urn:recourse:problem:idempotency-key-reused' },
      });
    expect(await historyOf(app, 'cleo', id)).toHaveLength(3);
  });
});

describe('a batch on a version', () => {
  test('is judged by the version before its first event', async () => {
    const { id } = await openCase(app);
    const on = (tag: string) => ({ headers: { 'if-match': tag } });
    expect((await sendAll(app, 'cleo', id, notes(3), on('"1"'))).headers['etag']).toBe('"4"');
    const stale = await sendAll<Problem>(app, 'cleo', id, notes(3), on('"1"'));
    expect(stale).toMatchObject({
      status: 412,
      body: { type: 'urn:recourse:problem:stale-version' },
    });
    expect(await historyOf(app, 'cleo', id)).toHaveLength(4);
    expect((await sendAll(app, 'cleo', id, notes(1), on('"4"'))).status).toBe(200);
  });
});

describe('a dry run of a batch', () => {
  const dry = { query: '?dryRun=true' };

  test.each([
    ['taken', [note('x'), { type: 'intake.thankReporter' }]],
    ['refused', [note('x'), forbidden, note('y')]],
  ])('answers as sending does where it is %s, and records nothing', async (_what, events) => {
    const { id } = await caseAfter(app, recorded);
    const before = await recordedIn(app);
    const headers = { 'idempotency-key': 'dry' };
    const tried = await sendAll<Problem>(app, 'cleo', id, events, { ...dry, headers });
    expect(await recordedIn(app)).toEqual(before);
    const sent = await sendAll<Problem>(app, 'cleo', id, events);
    expect(tried.status).toBe(sent.status);
    // the entries are sealed anew, so that their hashes differ, and nothing else does
    const plain = (body: unknown) =>
      JSON.stringify(body, (key, value: unknown) =>
        key === 'hash' || key === 'previousHash' ? undefined : value,
      );
    expect(plain(tried.body)).toBe(plain(sent.body));
  });
});

test('two batches at once both stand, and neither is torn apart by the other', async () => {
  const { id } = await openCase(app);
  const senders = ['cleo', 'ada', 'ben', 'dov'];
  const answers = await Promise.all(
    senders.map((by) => sendAll<{ entries: EntryView[] }>(app, by, id, notes(5, by))),
  );
  expect(answers.map(({ status }) => status)).toEqual(senders.map(() => 200));
  const written = (await historyOf(app, 'ada', id)).slice(1).map(({ by }) => by?.person ?? '');
  expect(written).toHaveLength(20);
  // each sender's five in a row
  expect(written.filter((by, index) => by !== written[index - 1])).toHaveLength(4);
  for (const [index, { body }] of answers.entries())
    expect(body.entries.map(({ confidential }) => confidential)).toEqual(
      notes(5, senders[index]).map(({ text }) => ({ text })),
    );
  expect(await failuresOf(app, id)).toEqual([]);
});
