import { describe, expect, test } from 'vitest';
import { recorded, welcomed } from '../support/chapters.ts';
import {
  caseAfter,
  historyOf,
  openCase,
  rulesOf,
  send,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ staff: { dual: ['responder', 'auditor'], back: ['lead'], gone: ['lead'] } });

const setActive = (person: string, active: boolean) =>
  app.as('admin').patch(`/v1/people/${person}`, { active });

describe('an auditor who is a responder too', () => {
  test('takes no step in a case that they only audit, and opens nothing by it', async () => {
    const { id } = await caseAfter(app, recorded);
    const bringIn = { type: 'case.bringIn', person: 'dual' };
    const refused = await send<Problem>(app, 'dual', id, bringIn);
    expect(refused.body.type).toBe('urn:recourse:problem:not-a-handler');
    const guess = { type: 'publicity.apologizeToAttendees', text: 'Sorry, Robin Quill.' };
    expect((await send(app, 'dual', id, guess, { query: '?dryRun=true' })).status).toBe(403);
    expect((await app.as('dual').get(`/v1/cases/${id}/options`)).status).toBe(403);
    const entries = await historyOf(app, 'dual', id);
    expect(new Set(entries.map(({ confidential }) => confidential))).toEqual(new Set(['withheld']));
  });

  test('handles a case that they opened or were brought into', async () => {
    const own = await openCase(app, 'dual');
    const offer = { type: 'intake.offerQuietSpace', accepted: true };
    expect((await send(app, 'dual', own.id, offer)).status).toBe(200);
    const { id } = await caseAfter(app, recorded);
    await send(app, 'cleo', id, { type: 'case.bringIn', person: 'dual' });
    expect((await send(app, 'dual', id, { type: 'intake.thankReporter' })).status).toBe(200);
  });
});

describe('somebody who has left the staff', () => {
  test('can be reported, and finds the wall standing when they come back', async () => {
    const { id } = await caseAfter(app, welcomed);
    await setActive('back', false);
    const report = {
      type: 'intake.recordReport',
      form: 'written',
      description: 'It was somebody of the staff.',
      reportedPersons: [{ staff: 'back' }],
    };
    expect((await send<Step>(app, 'cleo', id, report)).status).toBe(200);
    const task = { type: 'case.bringIn', person: 'back' };
    expect(rulesOf(await send<Problem>(app, 'cleo', id, task))).toContain('known-reference');
    await setActive('back', true);
    const token = await app
      .as('admin')
      .post<{ token: string }>('/v1/people/back/tokens', { label: 'again' });
    const seen = await app.app.inject({
      url: `/v1/cases/${id}`,
      headers: { authorization: `Bearer ${token.body.token}` },
    });
    expect(seen.statusCode).toBe(404);
  });

  test('can be excluded at the opening, and recused', async () => {
    await setActive('gone', false);
    const opened = await openCase(app, 'cleo', { excluded: ['gone'] });
    expect(opened.facts.staff.outside).toMatchObject([{ person: 'gone', why: 'excluded' }]);
    const { id } = await openCase(app, 'cleo');
    const recuse = { type: 'case.recuse', person: 'gone' };
    expect((await send(app, 'ada', id, recuse)).status).toBe(200);
    const nobody = { type: 'case.recuse', person: 'never-hired' };
    expect(rulesOf(await send<Problem>(app, 'ada', id, nobody))).toContain('known-reference');
  });
});
