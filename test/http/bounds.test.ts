/** What one person may ask of the server, so that the others are not kept waiting. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { setImmediate } from 'node:timers/promises';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { oneAtATime } from '../../src/engine/one-at-a-time.ts';
import { takingTurns } from '../../src/engine/turns.ts';
import { recorded } from '../support/chapters.ts';
import { caseAfter, send, sendAll, type Problem, type Step } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();
afterEach(() => {
  vi.restoreAllMocks();
});

const naming = (count: number) => ({
  type: 'intake.addClarification',
  answer: 'There were more.',
  reportedPersons: Array.from({ length: count }, (_, i) => ({ name: `Robin Quill ${i}` })),
});

describe('the people of a case', () => {
  test('are as many as a step can keep in view, and the field that names more is told', async () => {
    const { id } = await caseAfter(app, recorded);
    for (const count of [49, 50])
      expect(await send(app, 'cleo', id, naming(count))).toMatchObject({ status: 200 });
    const refused = await send<Problem>(app, 'cleo', id, naming(1));
    expect(refused).toMatchObject({ status: 400, body: { errors: [{}] } });
    expect(refused.body.errors[0]?.pointer).toBe('/reportedPersons');
    const check = { type: 'intake.checkSafety', everyoneSafe: 'yes', generalThreat: false };
    const batch = await sendAll<Problem>(app, 'cleo', id, [check, naming(1)]);
    expect(batch.body.errors.map(({ pointer }) => pointer)).toEqual(['/events/1/reportedPersons']);
    expect(await send(app, 'cleo', id, check)).toMatchObject({ status: 200 });
  });
});

test('a dry run works out nothing by which a person could be looked up', async () => {
  const { id } = await caseAfter(app, recorded);
  const event = { ...naming(0), reportedPersons: [{ name: 'Zork Quillfeather' }] };
  const spy = vi.spyOn(String.prototype, 'normalize');
  const reads = () => spy.mock.contexts.map(String).filter((text) => text.includes('Zork')).length;
  expect(await send<Step>(app, 'cleo', id, event, { query: '?dryRun=true' })).toMatchObject({
    status: 200,
  });
  expect(reads()).toBe(0);
  expect(await send<Step>(app, 'cleo', id, event)).toMatchObject({ status: 200 });
  expect(reads()).toBeGreaterThan(0);
});

test('long work of one person is done one at a time, a few may wait, and nobody else does', async () => {
  const { id } = await caseAfter(app, recorded);
  const verify = (by: string) => app.as(by).get<Verification>(`/v1/cases/${id}/verification`);
  const gate = Promise.withResolvers<undefined>();
  const first = oneAtATime(app.engine, 'cleo', async () => gate.promise);
  const many = Array.from({ length: 100 }, () => verify('cleo'));
  const refused = await Promise.race(many);
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
  expect(await verify('ada')).toMatchObject({ status: 200, body: { ok: true } });
  gate.resolve(undefined);
  await first;
  const answered = (await Promise.all(many)).filter(({ status }) => status === 200);
  expect(answered).toHaveLength(99);
  expect(await verify('cleo')).toMatchObject({ status: 200, body: { ok: true } });
});

test('of all long work one takes a turn at a time, and others have theirs between two', async () => {
  const turns: string[] = [];
  const done = new AbortController();
  const work = async (name: string) => {
    const othersTurn = takingTurns();
    for (let i = 0; i < 4; i += 1) {
      await othersTurn();
      turns.push(name);
      const until = performance.now() + 15;
      while (performance.now() < until);
    }
  };
  const others = async () => {
    while (!done.signal.aborted) {
      turns.push('others');
      await setImmediate();
    }
  };
  const waiting = others();
  await Promise.all(['one', 'two', 'three'].map(work));
  done.abort();
  await waiting;
  // they begin together
  const later = turns.slice(turns.lastIndexOf('three', 5) + 1);
  const together = later.filter((name, i) => name !== 'others' && later[i + 1] !== 'others');
  expect(later).toContain('one');
  expect(together.length).toBeLessThanOrEqual(1);
});
