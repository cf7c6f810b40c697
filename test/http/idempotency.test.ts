import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import type { Answer } from '../support/app.ts';
import { ada, cleo } from '../support/cast.ts';
import {
  clock,
  day,
  recordedIn,
  historyOf,
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

let keys = 0;
const newKey = () => `key-${(keys += 1)}`;
const thanks = { type: 'intake.thankReporter' };
const threat = { type: 'intake.checkSafety', everyoneSafe: 'no', generalThreat: true, notes: 'x' };

const sendWith = <Body = Step>(
  key: string,
  caseId: string,
  event: { type: string } = thanks,
  { by = 'cleo', query = '', headers = {} } = {},
) => send<Body>(app, by, caseId, event, { query, headers: { 'idempotency-key': key, ...headers } });

const without = ({ headers, ...answer }: Answer) => ({
  ...answer,
  headers: { ...headers, date: '<now>', 'idempotency-replayed': '<either>' },
});

describe('the same key with the same body', () => {
  test('gets the answer of the first time, even when the case has moved on', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const first = await sendWith(key, id, threat);
    expect(first).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    await tell(app, id, [cleo('intake.thankReporter')]);

    const again = await sendWith(key, id, threat);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(without(again)).toEqual(without(first));
    const reordered = Object.fromEntries(Object.entries(threat).toReversed()) as typeof threat;
    expect((await sendWith(key, id, reordered)).text).toBe(first.text);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(3);
  });

  test('is refused again as it was refused, though it would be accepted now', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const event = { type: 'intake.recordReport', form: 'written', description: 'It.' };
    const first = await sendWith<Problem>(key, id, event);
    expect(first.status).toBe(409);
    await tell(app, id, [
      cleo('intake.offerQuietSpace', { accepted: true }),
      cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false }),
    ]);
    const again = await sendWith<Problem>(key, id, event);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(without(again)).toEqual(without(first));
    expect((await sendWith(newKey(), id, event)).status).toBe(200);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(5);
  });

  test('is replayed before If-Match is looked at', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const headers = { 'if-match': '"1"' };
    await sendWith(key, id, thanks, { headers });
    expect(await sendWith(key, id, thanks, { headers })).toMatchObject({
      status: 200,
      headers: { 'idempotency-replayed': 'true' },
    });
    expect((await sendWith(newKey(), id, thanks, { headers })).status).toBe(412);
  });

  test('a stale version is not remembered', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const stale = { headers: { 'if-match': '"9"' } };
    expect((await sendWith(key, id, thanks, stale)).status).toBe(412);
    const retried = await sendWith(key, id, thanks);
    expect(retried.status).toBe(200);
    expect(retried.headers).not.toHaveProperty('idempotency-replayed');
  });

  test('is a new request after 24 hours, and not before', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    await sendWith(key, id);
    time.advance(day - 1);
    expect((await sendWith(key, id)).headers['idempotency-replayed']).toBe('true');
    time.advance(1);
    const other = await sendWith(key, id, threat);
    expect(other.status).toBe(200);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    expect((await sendWith(key, id, threat)).headers['idempotency-replayed']).toBe('true');
    expect(await historyOf(app, 'cleo', id)).toHaveLength(3);
  });

  test('means nothing to others, in another case, or in a dry run', async () => {
    const [{ id }, other] = [await openCase(app), await openCase(app)];
    const key = newKey();
    await sendWith(key, id);
    for (const answer of [
      await sendWith(key, id, thanks, { by: 'ada' }),
      await sendWith(key, id, threat, { by: 'ben' }),
      await sendWith(key, other.id, threat),
      await sendWith(key, id, thanks, { query: '?dryRun=true' }),
      await sendWith(key, id, threat, { query: '?dryRun=true' }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    }
    expect(await historyOf(app, 'cleo', id)).toHaveLength(4);
  });

  test('ten times at once is one entry and one answer', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 10 }, () => sendWith(key, id)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    const replayed = answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true');
    expect(replayed).toHaveLength(9);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(2);
  });

  test('says nothing any more to whoever left the case', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    await sendWith(key, id);
    await tell(app, id, [ada('case.recuse', { person: 'cleo' })]);
    const left = await sendWith<Problem>(key, id);
    expect(left).toMatchObject({ status: 404 });
    expect(left.headers).not.toHaveProperty('idempotency-replayed');
    // nor does another body tell that the key was known
    expect((await sendWith(key, id, threat)).status).toBe(404);
  });

  test('by which somebody left the case themself is a 404 too', async () => {
    const { id } = await openCase(app);
    const key = newKey();
    const leave = { type: 'case.recuse', person: 'cleo' };
    expect((await sendWith(key, id, leave)).status).toBe(200);
    expect((await sendWith(key, id, leave)).status).toBe(404);
  });
});

test('the same key with another body is a mistake, and nothing is recorded', async () => {
  const { id } = await openCase(app);
  const key = newKey();
  await sendWith(key, id);
  const before = await recordedIn(app);
  for (const event of [threat, { ...thanks, type: 'case.close' }])
    expect(await sendWith<Problem>(key, id, event)).toMatchObject({
      status: 422,
      body: { type: 'urn:recourse:problem:idempotency-key-reused' },
    });
  expect(await recordedIn(app)).toEqual(before);
});

test('a request that made no sense leaves its key free', async () => {
  const { id } = await openCase(app);
  const key = newKey();
  expect((await sendWith(key, id, { ...thanks, type: 'nonsense' })).status).toBe(400);
  const answer = await sendWith(key, id);
  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('idempotency-replayed');
});

test.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('%.10s is no key', async (key) => {
  const { id } = await openCase(app);
  const answer = await sendWith<Problem>(key, id);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toMatchObject([{ pointer: '/headers/idempotency-key' }]);
  expect(await historyOf(app, 'cleo', id)).toHaveLength(1);
});

describe('opening a case', () => {
  const open = (key: string, body: object = { channel: 'web' }, by = 'cleo') =>
    app.as(by).post<CaseView>('/v1/cases', body, { 'idempotency-key': key });
  const count = async () =>
    (await app.as('ada').get<Page<CaseView>>('/v1/cases?limit=200')).body.items.length;

  test('twice with one key opens one, and answers as the first time', async () => {
    const before = await count();
    const key = newKey();
    const first = await open(key);
    await tell(app, first.body.id, [cleo('intake.thankReporter')]);
    const again = await open(key);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    expect(without(again)).toEqual(without(first));
    expect(await open(key, { channel: 'chat' })).toMatchObject({ status: 422 });
    expect(await count()).toBe(before + 1);
    expect((await open(key, { channel: 'web' }, 'rui')).body.id).not.toBe(first.body.id);
    expect(await count()).toBe(before + 2);
  });

  test('ten times at once opens one, each time', async () => {
    const before = await count();
    for (let round = 1; round <= 5; round++) {
      const key = newKey();
      const answers = await Promise.all(Array.from({ length: 10 }, () => open(key)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect([answers[0]?.status, await count()]).toEqual([201, before + round]);
    }
  });

  test('after 24 hours opens another', async () => {
    const key = newKey();
    const first = await open(key);
    time.advance(day);
    const other = await open(key);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    expect(other.body.id).not.toBe(first.body.id);
    expect((await open(key)).body.id).toBe(other.body.id);
  });

  test('is over for whoever left the case, and opens no other', async () => {
    const key = newKey();
    const { body } = await open(key);
    await tell(app, body.id, [ada('case.recuse', { person: 'cleo' })]);
    const before = await count();
    const again = await open(key);
    expect(again).toMatchObject({ status: 404, body: { type: 'urn:recourse:problem:not-found' } });
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
    expect(await count()).toBe(before);
  });

  test('is answered as before, though somebody excluded has left the staff since', async () => {
    const key = newKey();
    const body = { channel: 'web', excluded: ['ben'] };
    const first = await open(key, body);
    expect((await app.as('admin').patch('/v1/people/ben', { active: false })).status).toBe(200);
    expect((await open(key, body)).text).toBe(first.text);
  });
});
