import { describe, expect, test } from 'vitest';
import { rootOf } from '../../src/crypto/merkle.ts';
import { verifyConsistency } from '../../src/crypto/merkle-proof.ts';
import { checkpointSigner, verifyCheckpoint } from '../../src/crypto/note.ts';
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
import { establishSigner } from '../../src/engine/audit/signing-keys.ts';
import type { Answer } from '../support/app.ts';
import { ada, cleo, kim } from '../support/cast.ts';
import { copyCase } from '../support/forgery.ts';
import {
  clock,
  day,
  historyOf,
  openCase,
  send,
  tell,
  unexpected,
  type Page,
} from '../support/telling.ts';
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

describe('the keys that sign', () => {
  const keysNow = async () =>
    (await app.as('cleo').get<{ items: unknown[] }>('/v1/checkpoints/keys')).body.items;

  test('are listed, those before the present one too, and each checkpoint verifies by its own', async () => {
    const { id } = await openCase(app);
    const own = await establishSigner(app.engine);
    const given = await establishSigner(app.engine, Buffer.alloc(32, 5));
    await takeCheckpoint({ ...app.engine, signer: own });
    const present = app.engine.signer.verifierKey;
    const before = [own, given].map(({ verifierKey }) => ({ verifierKey, present: false }));
    expect(await keysNow()).toEqual([
      { verifierKey: present, present: true },
      ...before.toSorted((a, b) => (a.verifierKey < b.verifierKey ? -1 : 1)),
    ]);
    const { body } = await inclusionOf(id);
    expect(body.verifierKey).toBe(own.verifierKey);
    expect(verifyHeadInclusion(body, own.verifierKey)).toBe(true);
    expect(verifyHeadInclusion(body, present)).toBe(false);
    await tell(app, id, [thanks]);
    await take();
    expect((await inclusionOf(id)).body.verifierKey).toBe(present);
    expect(await differences()).toEqual([]);
  });
});

describe('the proof that a checkpoint covers a case', () => {
  test('verifies without the server, and not for anything else', async () => {
    const opened = await Promise.all(Array.from({ length: 7 }, () => openCase(app)));
    await take();
    await Promise.all(opened.slice(2).map(({ id }) => tell(app, id, [thanks])));
    await take();
    const { verifierKey } = app.engine.signer;
    for (const [i, { id }] of opened.entries()) {
      const { body } = await inclusionOf(id);
      const head = (await historyOf(app, 'eve', id)).at(-1);
      expect(body.leaf).toMatchObject({ caseId: id, seq: i < 2 ? 1 : 2, hash: head?.hash });
      expect(body.verifierKey).toBe(verifierKey);
      expect(verifyHeadInclusion(body, verifierKey)).toBe(true);

      const other = { ...body.leaf, hash: head?.previousHash ?? '' };
      expect(verifyHeadInclusion({ ...body, leaf: other }, verifierKey)).toBe(false);
      expect(verifyHeadInclusion({ ...body, path: body.path.slice(1) }, verifierKey)).toBe(false);
      const stranger = checkpointSigner(Buffer.alloc(32)).verifierKey;
      expect(verifyHeadInclusion(body, stranger)).toBe(false);
    }
  });

  test('is there only for those who see the case', async () => {
    const { id } = await openCase(app, 'cleo', { excluded: ['ben'] });
    const never = '00000000-0000-4000-8000-000000000000';
    const told = ({ headers, status, text }: Answer, of: string) => {
      const { date: _, ...others } = headers;
      return { others, status, text: text.replaceAll(of, '-') };
    };
    const expectHidden = async () => {
      for (const by of ['ben', 'rui', 'admin']) {
        const hidden = told(await inclusionOf(id, by), id);
        expect(hidden, by).toEqual(told(await inclusionOf(never, by), never));
      }
    };
    await expectHidden();
    expect(await inclusionOf(id, 'cleo')).toMatchObject({
      status: 404,
      body: { type: 'urn:recourse:problem:not-checkpointed' },
    });
    await take();
    await expectHidden();
    for (const by of ['cleo', 'ada', 'eve']) expect((await inclusionOf(id, by)).status).toBe(200);
    await tell(app, id, [ada('case.recuse', { person: 'ada' })]);
    expect((await inclusionOf(id, 'ada')).status).toBe(404);
    await tell(app, id, [kim('case.bringIn', { person: 'rui' })]);
    expect((await inclusionOf(id, 'rui')).status).toBe(200);
  });
});

describe('an auditor who keeps checkpoints', () => {
  test('is shown that each only added to those before', async () => {
    const taken = [await take()];
    const { id } = await openCase(app);
    for (let i = 0; i < 6; i += 1) {
      await tell(app, id, [thanks]);
      if (i % 2 === 0) await openCase(app);
      taken.push(await take());
    }
    const tree = (checkpoint: Checkpoint) => ({ size: checkpoint.size, root: root(checkpoint) });
    for (const [i, to] of taken.entries()) {
      for (const from of taken.slice(0, i + 1)) {
        const path = `/v1/checkpoints/${to.size}/consistency?from=${from.size}`;
        const { status, body } = await app.as('cleo').get<{ path: string[] }>(path);
        expect([status, body]).toMatchObject([200, { from: from.size, to: to.size }]);
        const proof = body.path.map((hash) => Buffer.from(hash, 'base64'));
        expect(verifyConsistency(tree(from), tree(to), proof), path).toBe(true);
      }
    }
    const statuses = [
      '2/consistency?from=1',
      '2/consistency?from=3',
      '2/consistency',
      '1000/consistency?from=1',
      'x/consistency?from=1',
    ].map(async (path) => (await app.as('eve').get(`/v1/checkpoints/${path}`)).status);
    expect(await Promise.all(statuses)).toEqual([200, 400, 400, 404, 404]);
  });

  test('computes the root from the hashes of the leaves, which name no case', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openCase(app)));
    const first = await take();
    await tell(app, opened[0]?.id ?? '', [thanks]);
    await take();
    const leaves: { index: number; hash: string }[] = [];
    let query = '?limit=2';
    for (;;) {
      const path = `/v1/checkpoints/${first.size}/leaves${query}`;
      const { body, text } = await app.as('eve').get<Page<{ index: number; hash: string }>>(path);
      for (const { id } of opened) expect(text).not.toContain(id);
      leaves.push(...body.items);
      if (body.next === null) break;
      query = `?limit=2&cursor=${body.next}`;
    }
    expect(leaves.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    const hashes = leaves.map(({ hash }) => Buffer.from(hash, 'base64'));
    expect(rootOf(hashes)).toEqual(root(first));
    for (const by of ['ada', 'dov', 'admin'])
      expect((await app.as(by).get(`/v1/checkpoints/${first.size}/leaves`)).status).toBe(403);
    expect((await app.as('eve').get('/v1/checkpoints/4/leaves')).status).toBe(404);
  });
});
