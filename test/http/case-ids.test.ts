import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { closed, recorded, reported } from '../support/chapters.ts';
import {
  caseAfter,
  historyOf,
  rulesOf,
  send,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();

const verified = (id: string) => app.as('eve').get<Verification>(`/v1/cases/${id}/verification`);

describe('a case id in capitals', () => {
  test('is the same case, and leaves the same trace', async () => {
    const { id } = await caseAfter(app, recorded);
    const step = await send<Step>(app, 'cleo', id.toUpperCase(), { type: 'intake.thankReporter' });
    expect(step.body.case?.id).toBe(id);
    const notes = { type: 'intake.promiseResponse', notes: 'Never.' };
    expect((await send(app, 'cleo', id.toUpperCase(), notes)).status).toBe(409);
    expect((await app.as('ada').get(`/v1/cases/${id.toUpperCase()}/related`)).status).toBe(200);
    expect((await verified(id)).body).toMatchObject({ ok: true, failures: [] });
  });

  test('does not break the history of an erased case', async () => {
    const { id } = await caseAfter(app, closed);
    const erasure = `/v1/cases/${id.toUpperCase()}/erasure`;
    expect((await app.as('dov').post(erasure, { reason: 'request' })).status).toBe(200);
    const late = await send<Problem>(app, 'ada', id.toUpperCase(), {
      type: 'intake.thankReporter',
    });
    expect(rulesOf(late)).toContain('case-erased');
    expect((await verified(id)).body).toMatchObject({ ok: true, failures: [] });
  });

  test('does not make a case a duplicate of itself', async () => {
    const { id } = await caseAfter(app, reported);
    for (const spelled of [id, id.toUpperCase()]) {
      const link = { type: 'case.link', case: spelled, relation: 'duplicate' };
      expect(rulesOf(await send<Problem>(app, 'ada', id, link))).toContain('known-reference');
    }
  });

  test('links the case that it means', async () => {
    const one = await caseAfter(app, reported);
    const other = await caseAfter(app, reported);
    const link = { type: 'case.link', case: other.id.toUpperCase(), relation: 'pattern' };
    expect((await send(app, 'ada', one.id, link)).status).toBe(200);
    const entries = await historyOf(app, 'ada', one.id);
    expect(entries.at(-1)?.confidential).toEqual({ case: other.id });
  });
});

describe('what is no case id', () => {
  test('names no case, as one that is hidden, and does no harm', async () => {
    const { id } = await caseAfter(app, reported);
    const link = { type: 'case.link', case: 'no-such-case', relation: 'pattern' };
    expect(rulesOf(await send<Problem>(app, 'ada', id, link))).toEqual(['known-reference']);
    const entries = await historyOf(app, 'ada', id);
    expect(entries.at(-1)).toMatchObject({ outcome: 'refused', confidential: {} });
  });
});

describe('many at one case', () => {
  test('all get through', async () => {
    const { id } = await caseAfter(app, recorded);
    const water = { type: 'care.provide', kind: 'water' };
    const sent = Array.from({ length: 120 }, () => send<Step>(app, 'cleo', id, water));
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { body } = await app.as('ada').get<CaseView>(`/v1/cases/${id}`);
    expect(body.version).toBe(recorded.length + 1 + 120);
    expect((await verified(id)).body).toMatchObject({ ok: true });
  });
});
