import { describe, expect, test } from 'vitest';
import type { CaseView, EntryView } from '../../src/engine/step/present.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { ada, dov, oli } from '../support/cast.ts';
import { closed, recorded } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  everythingIn,
  historyOf,
  hour,
  openCase,
  rulesOf,
  send,
  tell,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });

const erase = <Body = Step>(id: string, by = 'dov', reason: unknown = 'request') =>
  app.as(by).post<Body>(`/v1/cases/${id}/erasure`, { reason });
const problem = (status: number, name: string) => ({
  status,
  body: { type: `urn:recourse:problem:${name}` },
});

describe('an erasure', () => {
  test.each(['retention', 'request', 'legal', 'mistake'])(
    'is a step of the history, for the reason %s',
    async (reason) => {
      const { id, version } = await caseAfter(app, closed);
      time.advance(hour);
      const { status, headers, body } = await erase(id, 'dov', reason);
      expect(status).toBe(200);
      expect(headers['etag']).toBe(`"${version + 1}"`);
      expect(body.entry).toMatchObject({
        type: 'case.erase',
        outcome: 'accepted',
        facts: { reason },
        by: { person: 'dov', roles: ['organizer'] },
      });
      expect(body.case).toMatchObject({ status: 'closed', facts: { erased: true } });
      expect((await historyOf(app, 'ada', id)).at(-1)?.hash).toBe(body.entry.hash);
    },
  );

  test('leaves facts, hashes, stages and replay as they were, and nothing readable', async () => {
    const { id } = await caseAfter(app, closed);
    const key = { headers: { 'idempotency-key': 'before' } };
    await send(app, 'ada', id, { type: 'case.recuse', person: 'cam' }, key);
    const before = await historyOf(app, 'ada', id);
    await erase(id);

    const after = await historyOf(app, 'ada', id);
    expect(after.slice(0, -1)).toEqual(
      before.map((entry) => {
        const { confidential } = entry;
        const sealed = Object.keys(confidential).length > 0;
        return { ...entry, confidential: sealed ? 'erased' : confidential };
      }),
    );
    const erased = after.filter(({ confidential }) => confidential === 'erased');
    expect(erased.map(({ type }) => type)).toEqual([
      'intake.recordReport',
      'meeting.consultPastIncidents',
    ]);
    expect(await historyOf(app, 'eve', id), 'nothing is left to withhold').toEqual(after);
    const { body } = await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`);
    expect(body).toMatchObject({ ok: true, entries: after.length, failures: [] });
    for (const seq of [4, after.length]) {
      const path = `/v1/cases/${id}/history/${seq}`;
      const entry = (await app.as('ada').get<EntryView & { after: CaseView }>(path)).body;
      expect(entry.after.stages).toEqual(entry.stages);
      expect(entry.after.facts.erased).toBe(seq === after.length);
    }
  });

  test('destroys the key, so that not even the master key opens anything', async () => {
    const { id } = await caseAfter(app, closed);
    const keyOf = () =>
      asOwner(app, async ({ sql }) => {
        const [row] = await sql<{ data_key: Buffer | null }[]>`
          select data_key from cases where case_id = ${id}`;
        return row?.data_key;
      });
    const wrapped = await keyOf();
    expect(wrapped).toHaveLength(61);
    await erase(id);
    expect(await keyOf()).toBeNull();
    expect(JSON.stringify(await everythingIn(app))).not.toContain(wrapped?.toString('hex'));
  });

  test('is for ever: nothing more is recorded but refusals, which hold no content', async () => {
    const { id } = await caseAfter(app, closed);
    await erase(id);
    for (const [by, event] of [
      ['ada', { type: 'case.reopen', reason: 'Once more.' }],
      ['dov', { type: 'case.hold' }],
      ['cleo', { type: 'appeal.file', grounds: 'It was not me.' }],
      ['cleo', { type: 'care.provide', kind: 'water', notes: 'Still.' }],
    ] as const) {
      const answer = await send<Problem>(app, by, id, event);
      expect(answer.status).toBe(409);
      expect(rulesOf(answer)).toContain('case-erased');
      expect((await historyOf(app, 'dov', id)).at(-1)).toMatchObject({
        outcome: 'refused',
        confidential: {},
      });
    }
    const again = await erase<Problem>(id);
    expect(again.status).toBe(409);
    expect(rulesOf(again)).toContain('case-erased');
    const { body } = await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`);
    expect(body.ok).toBe(true);
    const options = await app
      .as('ada')
      .get<{ items: { verdict: string }[] }>(`/v1/cases/${id}/options`);
    expect(new Set(options.body.items.map(({ verdict }) => verdict))).toEqual(new Set(['refused']));
  });

  test('forgets answers that were kept for idempotency keys', async () => {
    const { id } = await caseAfter(app, closed);
    const headers = { 'idempotency-key': 'kept' };
    const event = { type: 'case.hold' };
    await send(app, 'dov', id, event, { headers });
    await tell(app, id, [dov('case.releaseHold')]);
    await erase(id);
    const again = await send<Problem>(app, 'dov', id, event, { headers });
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.status).toBe(409);
  });
});

describe('an erasure is refused', () => {
  test('to whoever is no organizer, before the case is looked up', async () => {
    const { id } = await caseAfter(app, closed);
    for (const by of ['ada', 'cleo', 'kim', 'eve', 'admin'])
      for (const place of [id, 'no-id'])
        expect(await erase(place, by)).toMatchObject(problem(403, 'not-an-organizer'));
    expect(await historyOf(app, 'ada', id)).toHaveLength(closed.length + 1);
  });

  test('in an open case, and nothing is recorded', async () => {
    const { id } = await caseAfter(app, recorded);
    expect(await erase(id)).toMatchObject(problem(409, 'case-open'));
    expect(await historyOf(app, 'ada', id)).toHaveLength(recorded.length + 1);
  });

  test('under a legal hold, until it is released', async () => {
    const { id } = await caseAfter(app, [...closed, dov('case.hold')]);
    const held = await erase<Problem>(id, 'oli');
    expect(held).toMatchObject(problem(409, 'event-refused'));
    expect(rulesOf(held)).toEqual(['hold-prevents-erasure']);
    expect((await historyOf(app, 'ada', id)).at(-1)).toMatchObject({
      type: 'case.erase',
      outcome: 'refused',
    });
    await tell(app, id, [oli('case.releaseHold')]);
    expect((await erase(id, 'oli')).status).toBe(200);
  });

  test('to an organizer who is outside the case, as if there were none', async () => {
    const { id } = await caseAfter(app, [...closed, ada('case.recuse', { person: 'dov' })]);
    expect(await erase(id)).toMatchObject(problem(404, 'not-found'));
    expect((await erase(id, 'oli')).status).toBe(200);
  });

  test.each(['', 'because', 1, null, ['request']])('for the reason %j', async (reason) => {
    const { id } = await caseAfter(app, closed);
    expect(await erase(id, 'dov', reason)).toMatchObject(problem(400, 'invalid-request'));
    expect(await historyOf(app, 'ada', id)).toHaveLength(closed.length + 1);
  });

  test('as an event like any other', async () => {
    const { id } = await openCase(app);
    const answer = await send<Problem>(app, 'dov', id, { type: 'case.erase', reason: 'request' });
    expect(answer).toMatchObject(problem(400, 'invalid-request'));
  });
});
