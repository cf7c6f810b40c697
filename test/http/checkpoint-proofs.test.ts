import { describe, expect, test } from 'vitest';
import { rootOf } from '../../src/crypto/merkle.ts';
import { verifyConsistency } from '../../src/crypto/merkle-proof.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { takeCheckpoint, type Inclusion } from '../../src/engine/audit/checkpoint.ts';
import {
  auditLog,
  verifyHeadInclusion,
  type LogDifference,
} from '../../src/engine/audit/log-audit.ts';
import { establishSigner } from '../../src/engine/audit/signing-keys.ts';
import type { Answer } from '../support/app.ts';
import { ada, cleo, kim } from '../support/cast.ts';
import { clock, historyOf, openCase, tell, type Page } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Checkpoint {
  readonly size: number;
  readonly rootHash: string;
  readonly origin: string;
  readonly at: string;
  readonly note: string;
}

const time = clock();
const app = useApp({ now: time.now }, { per: 'test' });

const take = async (by = 'eve'): Promise<Checkpoint> => {
  const answer = await app.as(by).post<Checkpoint>('/v1/checkpoints');
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body;
};
const inclusionOf = <Body = Inclusion>(id: string, by = 'eve') =>
  app.as(by).get<Body>(`/v1/cases/${id}/inclusion`);
const thanks = cleo('intake.thankReporter');
const root = ({ rootHash }: Checkpoint) => Buffer.from(rootHash, 'base64');

async function differences(kept?: string): Promise<LogDifference[]> {
  return Array.fromAsync(auditLog(app.engine, kept));
}

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
