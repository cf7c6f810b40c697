/** The master key: the right one at the start, and another one in its place while the servers run. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { keyringOf, type Keyring } from '../../src/crypto/keyring.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import { fitsDatabase, rotate } from '../../src/engine/confidential/rotate.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { serverRole } from '../../src/store/database.ts';
import { ada, cleo } from '../support/cast.ts';
import { recorded, welcomed } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  closeAnyway,
  historyOf,
  openCase,
  send,
  tell,
} from '../support/telling.ts';
import { cloneDatabase } from '../support/database.ts';
import { useApp } from '../support/use-app.ts';

const newKey = () => randomBytes(32);

describe('at the start', () => {
  test('a new database takes the key that it is given first, and no other afterwards', async () => {
    const database = await cloneDatabase({ role: serverRole });
    const [first, second] = [newKey(), newKey()];
    const fits = (current: Buffer, previous?: Buffer) =>
      fitsDatabase({ db: database.db, keyring: keyringOf(current, previous) });
    expect(await fits(first)).toBe(true);
    expect(await fits(second)).toBe(false);
    expect(await fits(second, newKey())).toBe(false);
    expect(await fits(first)).toBe(true);
    // in the middle of a rotation, whichever of the two a server takes for the current one
    expect(await fits(second, first)).toBe(true);
    expect(await fits(first, second)).toBe(true);
    await database.close();
  });

  test('of several servers with different keys, one is right', async () => {
    const database = await cloneDatabase({ role: serverRole });
    const rings = Array.from({ length: 6 }, () => keyringOf(newKey()));
    const fit = await Promise.all(
      rings.map((keyring) => fitsDatabase({ db: database.db, keyring })),
    );
    expect(fit.filter(Boolean)).toHaveLength(1);
    await database.close();
  });
});

describe('a rotation', () => {
  const time = clock();
  const [old, young] = [newKey(), newKey()];
  let ring: Keyring;
  /** As when every server is started again with other keys. */
  const restartWith = (current: Buffer, previous?: Buffer) => {
    ring = keyringOf(current, previous);
  };
  restartWith(old);
  const keyring: Keyring = {
    wrap: (...given) => ring.wrap(...given),
    unwrap: (...given) => ring.unwrap(...given),
    rewrap: (...given) => ring.rewrap(...given),
    derive: (purpose) => ring.derive(purpose),
  };
  const app = useApp({ now: time.now, keyring });
  /** Each story begins with everything under the old key. */
  beforeEach(async () => {
    restartWith(old, young);
    await fitsDatabase(app.engine);
    await rotate(app.engine);
    restartWith(old);
    if (!(await fitsDatabase(app.engine))) throw new Error('not under the old key');
  });

  const reporting = (name: string) => [
    ...welcomed,
    cleo('intake.recordReport', { form: 'written', reportedPersons: [{ name }] }),
  ];
  const relatedTo = async (caseId: string) => {
    const path = `/v1/cases/${caseId}/related`;
    const { body } = await app.as('ada').get<{ items: { case: string }[] }>(path);
    return body.items.map((item) => item.case).toSorted();
  };
  const rowsOf = (query: string) =>
    asOwner(app, ({ sql }) => sql.unsafe<Record<string, unknown>[]>(query));

  test('leaves every case readable with the new key alone, and none with the old', async () => {
    const { id } = await caseAfter(app, recorded);
    const before = await historyOf(app, 'ada', id);
    restartWith(young, old);
    expect((await rotate(app.engine)).rewrapped).toBeGreaterThan(0);
    restartWith(young);
    expect(await fitsDatabase(app.engine)).toBe(true);
    expect(await historyOf(app, 'ada', id)).toEqual(before);
    restartWith(old);
    expect(await fitsDatabase(app.engine)).toBe(false);
    expect((await app.as('ada').get(`/v1/cases/${id}/history`)).status).toBe(500);
  });

  test('done twice does nothing the second time, and says how far it is', async () => {
    const { id } = await caseAfter(app, recorded);
    restartWith(young, old);
    const seen: number[] = [];
    const { rewrapped } = await rotate(app.engine, ({ seen: count, total }) => {
      expect(count).toBeLessThanOrEqual(total);
      seen.push(count);
    });
    expect(seen.slice(0, rewrapped)).toEqual(Array.from({ length: rewrapped }, (_, i) => i + 1));
    const keyOf = () => rowsOf(`select data_key from cases where case_id = '${id}'`);
    const wrapped = await keyOf();
    expect(await rotate(app.engine)).toEqual({ rewrapped: 0, unreadable: [] });
    expect(await keyOf()).toEqual(wrapped);
  });

  test('broken off goes on where it was, and until its end both keys are needed', async () => {
    for (let i = 0; i < 4; i++) await caseAfter(app, reporting(`person ${i}`));
    restartWith(young, old);
    const breakingOff = rotate(app.engine, ({ rewrapped }) => {
      if (rewrapped === 2) throw new Error('power cut');
    });
    await expect(breakingOff).rejects.toThrow('power cut');
    // the old key still proves itself: not everything is under the new one
    restartWith(young);
    expect(await fitsDatabase(app.engine)).toBe(false);
    restartWith(young, old);
    const all = await rowsOf('select from cases where data_key is not null');
    expect((await rotate(app.engine)).rewrapped).toBe(all.length - 2);
    restartWith(young);
    expect(await fitsDatabase(app.engine)).toBe(true);
  });

  test('loses nothing that is written while it runs', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push((await caseAfter(app, recorded)).id);
    restartWith(young, old);
    const said = Array.from({ length: 8 }, (_, turn) => `turn ${turn}`);
    const writers = ids.map(async (id) => {
      for (const name of said) {
        const clarifying = { answer: `It was ${name}.`, reportedPersons: [{ name }] };
        await tell(app, id, [cleo('intake.addClarification', clarifying)]);
      }
    });
    const opening = Promise.all(said.map(() => caseAfter(app, recorded)));
    await Promise.all([...writers, opening, rotate(app.engine), rotate(app.engine)]);

    restartWith(young);
    expect(await fitsDatabase(app.engine)).toBe(true);
    for (const id of [...ids, ...(await opening).map((view) => view.id)]) {
      const history = await historyOf(app, 'ada', id);
      const answers = history.flatMap(({ type, confidential }) =>
        type === 'intake.addClarification' ? [confidential] : [],
      );
      const expected = ids.includes(id) ? said.map((name) => ({ answer: `It was ${name}.` })) : [];
      expect(answers).toMatchObject(expected);
      const { body } = await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`);
      expect(body).toMatchObject({ ok: true });
      // who reports and who is reported, and one for each that came while the keys changed
      expect(await rowsOf(`select from digests where case_id = '${id}'`)).toHaveLength(
        2 + answers.length,
      );
    }
  });

  test('loses nothing of patterns, and finds them half-way too', async () => {
    const [one, other, third] = [
      await caseAfter(app, reporting('Zelda Crane')),
      await caseAfter(app, reporting('crane, zelda')),
      await caseAfter(app, reporting('Zelda Crane')),
    ];
    const related = [other, third].map(({ id }) => id).toSorted();
    restartWith(young, old);
    let halfway: string[][] = [];
    for (let stop = 1; stop < 100 && halfway.length < 3; stop++) {
      await rotate(app.engine, ({ rewrapped }) => {
        if (rewrapped === 1) throw new Error('stop');
      }).catch(() => undefined);
      halfway = [...halfway, await relatedTo(one.id)];
    }
    expect(halfway).toEqual([related, related, related]);
    await rotate(app.engine);
    restartWith(young);
    expect(await relatedTo(one.id)).toEqual(related);
    const [{ count } = { count: 0 }] = await rowsOf(`
      select count(*)::int as count from digests
      where case_id in ('${one.id}', '${other.id}', '${third.id}')`);
    expect(count).toBe(3);
  });

  test('finds a case that a server with the old key alone opened meanwhile', async () => {
    await caseAfter(app, recorded);
    const [last] = await rowsOf('select case_id from cases order by case_id desc limit 1');
    const both = keyringOf(young, old);
    const opened: string[] = [];
    const meanwhile: Keyring = {
      ...both,
      rewrap: async (wrapped, caseId) => {
        if (caseId === last?.['case_id'] && opened.length === 0)
          for (let i = 0; i < 5; i++) opened.push((await openCase(app)).id);
        return both.rewrap(wrapped, caseId);
      },
    };
    await rotate({ ...app.engine, keyring: meanwhile });
    restartWith(young);
    for (const id of opened) await tell(app, id, [cleo('intake.thankReporter')]);
    expect(opened).toHaveLength(5);
  });

  test('goes on behind a case whose key is damaged, and names it', async () => {
    const [damaged, whole] = [await openCase(app), await caseAfter(app, recorded)];
    const change = (dataKey: string) =>
      rowsOf(`update cases set data_key = ${dataKey} where case_id = '${damaged.id}'`);
    await change(`data_key || '\\x00'`);
    restartWith(young, old);
    expect((await rotate(app.engine)).unreadable).toEqual([damaged.id]);
    restartWith(young);
    expect(await fitsDatabase(app.engine)).toBe(true);
    expect(await historyOf(app, 'ada', whole.id)).toHaveLength(recorded.length + 1);
    await change('substr(data_key, 1, 61)');
  });

  test('leaves an erased case as it is', async () => {
    const { id } = await caseAfter(app, [ada('case.close')]);
    await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
    restartWith(young, old);
    await rotate(app.engine);
    const [row] = await rowsOf(`select data_key from cases where case_id = '${id}'`);
    expect(row?.['data_key']).toBeNull();
  });

  test('lets an erasure win that comes between its reading and its writing', async () => {
    const { id } = await openCase(app);
    await tell(app, id, reporting('Hester Rook'));
    await closeAnyway(app, id);
    const between: Keyring = {
      ...keyringOf(young, old),
      rewrap: async (wrapped, caseId) => {
        if (caseId === id)
          await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
        return keyringOf(young, old).rewrap(wrapped, caseId);
      },
    };
    restartWith(young, old);
    await rotate({ ...app.engine, keyring: between });
    expect(
      await rowsOf(`select from cases where case_id = '${id}' and data_key is null`),
    ).toHaveLength(1);
    expect(await rowsOf(`select from digests where case_id = '${id}'`)).toEqual([]);
  });

  test('lets a request that is sent again be answered as before, as long as answers are kept', async () => {
    const headers = { 'idempotency-key': 'once' };
    const open = () => app.as('cleo').post<CaseView>('/v1/cases', { channel: 'web' }, headers);
    const forgotten = await open();
    time.advance(24 * 60 * 60 * 1000);
    const first = await open();
    expect(first.body.id).not.toBe(forgotten.body.id);
    const event = { type: 'care.provide', kind: 'water', notes: 'Thirsty.' };
    const answer = await send(app, 'cleo', first.body.id, event, { headers });
    restartWith(young, old);
    for (const rotation of ['before', 'after']) {
      const again = await open();
      expect(again.headers['idempotency-replayed'], rotation).toBe('true');
      expect(again.text).toBe(first.text);
      expect((await send(app, 'cleo', first.body.id, event, { headers })).text).toBe(answer.text);
      await rotate(app.engine);
    }
    time.advance(24 * 60 * 60 * 1000);
    const later = await open();
    expect(later.headers).not.toHaveProperty('idempotency-replayed');
    expect([first.body.id, forgotten.body.id]).not.toContain(later.body.id);
    expect((await open()).body.id).toBe(later.body.id);
  });
});
