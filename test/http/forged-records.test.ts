/** What somebody who may write to the database, and has no key, gets out of the server: nothing. */
import { eq, sql, type SQL } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { cases, history, keychain } from '../../drizzle/schema.ts';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { authenticateOldHeads } from '../../src/engine/audit/old-heads.ts';
import { knownStates } from '../../src/engine/step/known-states.ts';
import { carryOver } from '../../src/engine/audit/machine-version.ts';
import { RecordDamaged } from '../../src/errors.ts';
import { findCaseAsEngine } from '../../src/store/cases.ts';
import { listEntries } from '../../src/store/history.ts';
import { engineIdentity } from '../../src/store/visibility.ts';
import { ada } from '../support/cast.ts';
import { recorded, reported, safe } from '../support/chapters.ts';
import { appendForged, tamper } from '../support/forgery.ts';
import {
  asOwner,
  caseAfter,
  clock,
  closeAnyway,
  day,
  failuresOf,
  send,
  tell,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now, staff: { nia: ['responder'] } }, { per: 'test' });
let id: string;
beforeEach(async () => {
  ({ id } = await caseAfter(app, reported));
});

/** Changes the case's row, as a server finds it that has not just had the case in its hands. */
async function change(what: SQL, caseId = id): Promise<void> {
  await tamper(app, async (db) =>
    db.execute(sql`update cases set ${what} where case_id = ${caseId}`),
  );
  knownStates(app.engine).clear();
}

/** All that shows a case, acts on it, or on what it says. */
const ways = [
  ['GET', ''],
  ['GET', '?at=2030-01-01T00:00:00Z'],
  ['GET', '/diagram.svg'],
  ['GET', '/options'],
  ['GET', '/history'],
  ['GET', '/history/1'],
  ['GET', '/export'],
  ['GET', '/related'],
  ['POST', '/events'],
  ['POST', '/batch'],
] as const;

/** What comes back on each of the ways. */
async function answersTo(person: string): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [method, path] of ways) {
    const url = `/v1/cases/${id}${path}`;
    const body = path === '/batch' ? { events: [safe.event] } : safe.event;
    const { text, status } =
      method === 'GET' ? await app.as(person).get(url) : await app.as(person).post(url, body);
    answers[path] = status === 200 ? '200' : (JSON.parse(text) as Problem).type.slice(21);
  }
  return answers;
}

const allOf = (answer: string) => Object.fromEntries(ways.map(([, path]) => [path, answer]));
const rowAndEntries = async (caseId = id) => ({
  row: await findCaseAsEngine(app.db, caseId),
  entries: await listEntries(app.db, engineIdentity, { caseId, after: 0, limit: 100 }),
});

test('somebody who brings themselves in, in a lead’s name, is answered with nothing of the case', async () => {
  expect(await answersTo('nia')).toEqual(allOf('not-found'));
  const { entries } = await rowAndEntries();
  const last = entries.at(-1);
  if (!last) throw new Error('no entry');
  await tamper(app, async (db) => appendForged(db, last));
  for (const person of ['nia', 'ada'])
    expect(await answersTo(person)).toEqual(allOf('record-damaged'));
  const after = await rowAndEntries();
  expect(after.entries).toHaveLength(last.seq + 1);
  expect(await failuresOf(app, id)).toMatchObject([
    { seq: last.seq + 1, check: 'mac' },
    { seq: last.seq + 1, check: 'headMac' },
  ]);
  const told = app
    .log()
    .split('\n')
    .find((line) => line.includes('does not prove itself'));
  expect(JSON.parse(told ?? '{}')).toMatchObject({ level: 50, caseId: id });
});

test.each<[what: string, what: () => SQL]>([
  ['codename', () => sql`codename = 'another'`],
  ['machine', () => sql`machine_version = '0'`],
  ['opener', () => sql`opened_by = 'nia'`],
  ['snapshot', () => sql`snapshot = jsonb_set(snapshot, '{context,held}', 'true')`],
  ['snapshot, which is no state', () => sql`snapshot = '"a string"'`],
  ['snapshot, beyond what JSON holds', () => sql`snapshot = jsonb_set(snapshot, '{n}', '1e999')`],
  ['stages', () => sql`stages = jsonb_set(stages, '{appeal}', '"lapsed"')`],
  ['times', () => sql`updated_at = 'infinity'`],
  ['key', () => sql`data_key = null`],
  ['MAC', () => sql`head_mac = null`],
  ['beginning of MACs', () => sql`macs_from = 100, head_mac = null`],
])('a row with another %s is not acted on, nor shown', async (_, what) => {
  await change(what());
  expect(await answersTo('ada')).toEqual(allOf('record-damaged'));
});

test('an entry that was changed is not shown, nor a case that stood by it', async () => {
  await tamper(app, async (db) =>
    db.execute(sql`update history set facts = '{}' where case_id = ${id} and seq = 2`),
  );
  const read = async (path: string) =>
    (await app.as('ada').get<Problem>(`/v1/cases/${id}${path}`)).body.type?.slice(21);
  for (const path of ['/history', '/history/2', '/history/3', '?at=2030-01-01T00:00:00Z'])
    expect(await read(path), path).toBe('record-damaged');
  expect((await app.as('ada').get(`/v1/cases/${id}/history/1`)).status).toBe(200);
  // what was begun is broken off
  await expect(read('/export')).rejects.toThrow('response destroyed');
});

test('whoever struck themselves off the list of those kept out still sees nothing', async () => {
  await tell(app, id, [ada('case.recuse', { person: 'ben' })]);
  await tamper(app, async (db) => db.execute(sql`delete from case_outsiders where person = 'ben'`));
  expect(await answersTo('ben')).toEqual(allOf('not-found'));
  expect(await answersTo('ada')).toMatchObject({ '': '200', '/events': '200' });
});

test('what time brings is not done in a case that does not prove itself', async () => {
  await change(sql`opened_by = 'nia'`);
  const before = await rowAndEntries();
  time.advance(30 * day);
  const reports: unknown[] = [];
  await fireDueDeadlines(app.engine, (error) => reports.push(error));
  expect(reports).not.toEqual([]);
  expect(reports.every((error) => error instanceof RecordDamaged && error.caseId === id)).toBe(
    true,
  );
  expect(await rowAndEntries()).toEqual(before);
});

test('nor is a case of another version carried over', async () => {
  await change(sql`machine_version = '0'`);
  const [report] = await Array.fromAsync(carryOver(app.engine));
  expect(report).toMatchObject({ caseId: id, holds: false });
});

test('what was erased proves itself, without its key', async () => {
  const other = await caseAfter(app, recorded);
  await closeAnyway(app, other.id);
  const { status } = await app
    .as('dov')
    .post(`/v1/cases/${other.id}/erasure`, { reason: 'request' });
  expect(status).toBe(200);
  expect(await failuresOf(app, other.id)).toEqual([]);
  await change(sql`opened_by = 'nia'`, other.id);
  expect((await app.as('ada').get<Problem>(`/v1/cases/${other.id}`)).status).toBe(500);
});

describe('a database from before there were MACs', () => {
  /** As an older server left it. */
  const beforeMacs = async () => {
    const { keyring } = app.engine;
    const proof = await keyring.wrap(Buffer.from('this key opens every sealed case'), 'master-key');
    await tamper(app, async (db) => {
      await db.update(history).set({ mac: null });
      await db.update(cases).set({ headMac: null });
      await db.update(keychain).set({ proof }).where(eq(keychain.name, 'master-key'));
    });
  };

  test('is made ready by the first server: every case goes on, and verifies', async () => {
    await beforeMacs();
    expect(await answersTo('ada')).toEqual(allOf('record-damaged'));
    await authenticateOldHeads(app.engine);
    expect(await failuresOf(app, id)).toEqual([]);
    expect(await answersTo('ada')).toEqual(allOf('200'));
    expect(await failuresOf(app, id)).toEqual([]);
    const { row, entries } = await rowAndEntries();
    expect(entries.map(({ mac }) => mac !== null)).toEqual(
      entries.map(({ seq }) => seq >= (row?.macsFrom ?? 0)),
    );
    expect(row?.macsFrom).toBe(entries.length - 1);
  });

  test('does not have a snapshot vouched for that its history does not', async () => {
    await beforeMacs();
    await change(sql`snapshot = jsonb_set(snapshot, '{context,held}', 'true')`);
    await authenticateOldHeads(app.engine);
    expect(await answersTo('ada')).toEqual(allOf('record-damaged'));
  });

  test('is none again once it was made ready', async () => {
    await beforeMacs();
    await authenticateOldHeads(app.engine);
    await tamper(app, async (db) => {
      await db.update(history).set({ mac: null });
      await db.update(cases).set({ headMac: null, openedBy: 'nia' });
    });
    await authenticateOldHeads(app.engine);
    expect(await answersTo('ada')).toEqual(allOf('record-damaged'));
  });
});

describe('where the database sorts as people do', () => {
  const own = useApp({
    now: time.now,
    sorting: 'en-US-u-ka-shifted',
    staff: { 'ann-x': ['lead'], annb: ['lead'] },
  });

  test('nothing is told to be forged', async () => {
    const sorted = await asOwner(
      own,
      ({ sql: query }) => query<{ x: string }[]>`
      select x from unnest(array['ann-x', 'annb']) x order by x desc`,
    );
    expect(
      sorted.map(({ x }) => x),
      'this database sorts otherwise than the server',
    ).toEqual(['ann-x', 'annb']);
    const { id: caseId } = await caseAfter(own, reported);
    for (const person of ['annb', 'ann-x'])
      await send(own, 'ada', caseId, { type: 'case.bringIn', person });
    expect(await failuresOf(own, caseId)).toEqual([]);
    for (const person of ['annb', 'ann-x'])
      await send(own, 'ada', caseId, { type: 'case.recuse', person });
    expect(await failuresOf(own, caseId)).toEqual([]);
    const { body } = await own.as('ada').get<{ items: { id: string }[] }>('/v1/people?limit=200');
    const handles = body.items.map((one) => one.id);
    expect(handles).toEqual(handles.toSorted());
  });
});
