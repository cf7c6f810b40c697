import { describe, expect, test } from 'vitest';
import { rootOf } from '../../src/crypto/merkle.ts';
import { verifyCheckpoint } from '../../src/crypto/note.ts';
import { jobsOf } from '../../src/deadlines/loop.ts';
import {
  checkpointWhenDue,
  takeCheckpoint,
  type Inclusion,
} from '../../src/engine/audit/checkpoint.ts';
import {
  auditLog,
  verifyHeadInclusion,
  type LogDifference,
} from '../../src/engine/audit/log-audit.ts';
import { measureBeyondLog } from '../../src/store/log.ts';
import { cleo } from '../support/cast.ts';
import { copyCase } from '../support/forgery.ts';
import { clock, day, openCase, send, tell, unexpected, type Page } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Checkpoint {
  readonly size: number;
  readonly rootHash: string;
  readonly origin: string;
  readonly at: string;
  readonly note: string;
}

const hour = 60 * 60 * 1000;
const time = clock();
const app = useApp({ now: time.now }, { per: 'test' });

const take = async (by = 'eve'): Promise<Checkpoint> => {
  const answer = await app.as(by).post<Checkpoint>('/v1/checkpoints');
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body;
};
const latest = (by = 'eve') => app.as(by).get<Checkpoint>('/v1/checkpoints/latest');
const inclusionOf = <Body = Inclusion>(id: string, by = 'eve') =>
  app.as(by).get<Body>(`/v1/cases/${id}/inclusion`);
const entriesBeyond = async () => (await measureBeyondLog(app.db)).entries;
const thanks = cleo('intake.thankReporter');
const root = ({ rootHash }: Checkpoint) => Buffer.from(rootHash, 'base64');

async function differences(kept?: string): Promise<LogDifference[]> {
  return Array.fromAsync(auditLog(app.engine, kept));
}

describe('a checkpoint', () => {
  test('is taken once enough entries have come together, refusals among them', async () => {
    const due = () => checkpointWhenDue(app.engine, { every: 4, interval: 'PT1H' });
    expect(await due()).toBeUndefined();
    const [one, other] = [await openCase(app), await openCase(app)];
    await send(app, 'cleo', one.id, {
      type: 'intake.recordReport',
      form: 'written',
      description: '-',
    });
    expect(await entriesBeyond()).toBe(3);
    expect(await due()).toBeUndefined();
    expect(await latest()).toMatchObject({
      status: 404,
      body: {
        type: 'urn:recourse:problem:not-checkpointed',
        detail: 'No checkpoint covers anything yet; the next one will.',
      },
    });

    await tell(app, one.id, [thanks]);
    expect(await due()).toMatchObject({ size: 2 });
    expect(await entriesBeyond()).toBe(0);
    await tell(app, other.id, [thanks, thanks, thanks]);
    expect(await due()).toBeUndefined();
    await tell(app, other.id, [thanks]);
    expect(await due()).toMatchObject({ size: 3 });
    expect(await differences()).toEqual([]);
  });

  test('is taken once an entry has waited long enough, however few there are', async () => {
    const due = () => checkpointWhenDue(app.engine, { every: 100, interval: 'PT1H' });
    time.advance(day);
    expect(await due()).toBeUndefined();
    const { id } = await openCase(app);
    time.advance(hour - 1);
    await tell(app, id, [thanks]);
    expect(await due()).toBeUndefined();
    time.advance(1);
    expect(await due()).toMatchObject({ size: 1 });
    time.advance(day);
    expect(await due()).toBeUndefined();
    await tell(app, id, [thanks]);
    time.advance(hour);
    expect(await due()).toMatchObject({ size: 2 });
  });

  test('is taken by the job that runs beside the requests', async () => {
    const { id } = await openCase(app);
    const job = jobsOf(app.engine, { checkpoints: { every: 2, interval: 'PT1H' } }).find(
      ({ name }) => name === 'checkpoints',
    );
    await job?.run(unexpected);
    expect((await latest()).status).toBe(404);
    await tell(app, id, [thanks]);
    await job?.run(unexpected);
    expect((await latest()).body.size).toBe(1);
  });

  test('is a signed note that says what the answer says', async () => {
    await openCase(app);
    const taken = await take();
    const { signer } = app.engine;
    expect(taken).toEqual({
      size: 1,
      rootHash: expect.stringMatching(/^[\w+/]{43}=$/) as string,
      origin: signer.name,
      at: time.now().toISOString(),
      note: expect.stringContaining(
        `${signer.name}\n1\n${taken.rootHash}\nat ${taken.at}\nprevious none\n\n`,
      ) as string,
    });
    expect(verifyCheckpoint(taken.note, signer.verifierKey)).toEqual({
      origin: signer.name,
      size: 1,
      root: root(taken),
      extensions: [`at ${taken.at}`, 'previous none'],
    });
    expect((await latest()).body).toEqual(taken);
  });

  test('is the same again where nothing moved, of no cases too', async () => {
    const empty = await take();
    expect(empty).toMatchObject({ size: 0, rootHash: rootOf([]).toString('base64') });
    await openCase(app);
    const first = await take();
    time.advance(day);
    expect(await take()).toEqual(first);
    expect(await take('dov')).toEqual(first);
    const { body } = await app.as('cleo').get<Page<Checkpoint>>('/v1/checkpoints');
    expect(body).toEqual({ items: [first, empty], next: null });
  });

  test('is listed newest first, page by page', async () => {
    const { id } = await openCase(app);
    const taken = [await take()];
    for (let i = 0; i < 4; i += 1) {
      await tell(app, id, [thanks]);
      taken.unshift(await take());
    }
    const pages: (readonly Checkpoint[])[] = [];
    let query = '?limit=2';
    for (;;) {
      const { body } = await app.as('rui').get<Page<Checkpoint>>(`/v1/checkpoints${query}`);
      pages.push(body.items);
      if (body.next === null) break;
      query = `?limit=2&cursor=${body.next}`;
    }
    expect(pages).toEqual([taken.slice(0, 2), taken.slice(2, 4), taken.slice(4)]);
    expect(await app.as('rui').get('/v1/checkpoints?cursor=bm9uZQ')).toMatchObject({ status: 400 });
  });

  test('covers each case once, by whoever takes it at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openCase(app)));
    const writing = opened.map(({ id }) => tell(app, id, [thanks, thanks, thanks]));
    const taking = Array.from({ length: 12 }, () => take());
    const taken = await Promise.all(taking);
    await Promise.all(writing);
    const last = await take();
    for (const { note } of [...taken, last]) expect(await differences(note)).toEqual([]);
    expect(await entriesBeyond()).toBe(0);
    for (const { id } of opened)
      expect((await inclusionOf(id)).body.leaf).toMatchObject({ caseId: id, seq: 4 });
  });

  test('covers more cases than are read at once', async () => {
    const { id } = await openCase(app);
    await copyCase(app, id, 2500);
    expect(await entriesBeyond()).toBe(2501);
    expect(await take()).toMatchObject({ size: 2501 });
    expect(await entriesBeyond()).toBe(0);
    expect(await differences()).toEqual([]);
    const { body } = await inclusionOf(id);
    expect(verifyHeadInclusion(body, app.engine.signer.verifierKey)).toBe(true);
  });

  test('holds up nobody who writes', async () => {
    const { id } = await openCase(app);
    await app.db.transaction(async (tx) => {
      await takeCheckpoint({ ...app.engine, db: tx });
      await tell(app, id, [thanks]);
      await openCase(app);
    });
    expect((await inclusionOf(id)).body.leaf.seq).toBe(1);
    expect(await take()).toMatchObject({ size: 3 });
  });

  test('may be taken by auditors, organizers and admins', async () => {
    for (const by of ['eve', 'dov', 'admin']) await take(by);
    const json = { 'content-type': 'application/json' };
    const post = (body: unknown) => app.as('eve').post('/v1/checkpoints', body, json);
    expect([(await post({})).status, (await post('{')).status]).toEqual([201, 400]);
    for (const by of ['ada', 'cleo', 'kim']) {
      const { status, body } = await app.as(by).post('/v1/checkpoints');
      expect([status, body]).toMatchObject([403, { type: 'urn:recourse:problem:not-allowed' }]);
    }
    expect((await app.as('nobody').get('/v1/checkpoints')).status).toBe(401);
  });
});
