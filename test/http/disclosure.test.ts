/** What an auditor may read: facts, and of one case the content too, as long as an organizer says. */
import { describe, expect, test } from 'vitest';
import type { EntryView } from '../../src/engine/step/present.ts';
import { ada, dov, oli } from '../support/cast.ts';
import { closed, recorded } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  day,
  historyOf,
  hour,
  openCase,
  rulesOf,
  send,
  tell,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now, staff: { fay: ['auditor'], gus: ['auditor', 'organizer'] } });

const grant = (person: string, milliseconds: number) =>
  dov('case.grantDisclosure', {
    person,
    until: new Date(time.now().getTime() + milliseconds).toISOString(),
  });
const revoke = (person: string) => oli('case.revokeDisclosure', { person });

/** What somebody finds where the report's content stands. */
const reportFor = async (person: string, caseId: string): Promise<EntryView['confidential']> => {
  const history = await historyOf(app, person, caseId);
  const entry = history.find(({ type }) => type === 'intake.recordReport');
  const path = `/v1/cases/${caseId}/history/${entry?.seq}`;
  const alone = await app.as(person).get<EntryView>(path);
  expect(alone.body.confidential).toEqual(entry?.confidential);
  return entry?.confidential ?? {};
};
const opened = { description: 'words' };

describe('a disclosure', () => {
  test('opens one case to one auditor, and ends by itself', async () => {
    const { id } = await caseAfter(app, recorded);
    const other = await caseAfter(app, recorded);
    expect(await reportFor('eve', id)).toBe('withheld');
    await tell(app, id, [grant('eve', day)]);
    expect(await reportFor('eve', id)).toMatchObject(opened);
    expect(await reportFor('eve', other.id)).toBe('withheld');
    expect(await reportFor('fay', id)).toBe('withheld');
    time.advance(day - 1);
    expect(await reportFor('eve', id)).toMatchObject(opened);
    time.advance(1);
    expect(await reportFor('eve', id)).toBe('withheld');
  });

  test('stands in the history: who granted it, to whom and until when', async () => {
    const { id } = await caseAfter(app, recorded);
    const granted = grant('eve', day);
    await tell(app, id, [granted, revoke('eve')]);
    expect((await historyOf(app, 'fay', id)).slice(-2)).toMatchObject([
      {
        type: 'case.grantDisclosure',
        by: { person: 'dov' },
        facts: { person: 'eve', until: 'until' in granted.event && granted.event.until },
      },
      { type: 'case.revokeDisclosure', by: { person: 'oli' }, facts: { person: 'eve' } },
    ]);
  });

  test('ends at once when it is revoked', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('eve', day), grant('fay', day)]);
    await tell(app, id, [revoke('eve')]);
    expect(await reportFor('eve', id)).toBe('withheld');
    expect(await reportFor('fay', id)).toMatchObject(opened);
    const again = await send<Problem>(app, 'oli', id, revoke('eve').event);
    expect(rulesOf(again)).toEqual(['known-reference']);
  });

  test('granted anew counts from then on, longer or shorter', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('eve', day), grant('eve', hour)]);
    time.advance(2 * hour);
    expect(await reportFor('eve', id)).toBe('withheld');
    await tell(app, id, [grant('eve', day)]);
    expect(await reportFor('eve', id)).toMatchObject(opened);
  });

  test('goes on in a closed case, can begin and end there, and shows nothing that was erased', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('eve', day), ...closed.slice(3)]);
    expect(await reportFor('eve', id)).toMatchObject(opened);
    await tell(app, id, [grant('fay', day), revoke('eve')]);
    expect(await reportFor('eve', id)).toBe('withheld');
    expect(await reportFor('fay', id)).toMatchObject(opened);
    await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
    expect(await reportFor('fay', id)).toBe('erased');
    expect(await reportFor('eve', id)).toBe('erased');
  });

  test('ends with the role and comes back with it', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('fay', day)]);
    await app.as('admin').patch('/v1/people/fay', { roles: ['admin'] });
    expect((await app.as('fay').get(`/v1/cases/${id}/history`)).status).toBe(404);
    await app.as('admin').patch('/v1/people/fay', { roles: ['auditor'] });
    expect(await reportFor('fay', id)).toMatchObject(opened);
  });

  test('lets nobody do more than read', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('eve', day)]);
    expect(await send(app, 'eve', id, ada('case.close').event)).toMatchObject({ status: 403 });
  });

  test('leaves out ids of cases that the auditor does not see', async () => {
    const hidden = await openCase(app, 'cleo', { excluded: ['eve'] });
    const linking = ada('case.link', { case: hidden.id, relation: 'pattern' });
    const { id } = await caseAfter(app, [...recorded, linking, grant('eve', day)]);
    const link = async (by: string) =>
      (await historyOf(app, by, id)).find(({ type }) => type === 'case.link')?.confidential;
    expect(await link('eve')).toEqual({});
    expect(await link('ada')).toEqual({ case: hidden.id });
  });
});

describe('a disclosure is refused', () => {
  test('to whoever is outside the case, for whom it stays hidden', async () => {
    const { id } = await openCase(app, 'cleo', { excluded: ['eve'] });
    await tell(app, id, recorded);
    const answer = await send<Problem>(app, 'dov', id, grant('eve', day).event);
    expect(rulesOf(answer)).toEqual(['recused-take-no-part']);
    expect((await app.as('eve').get(`/v1/cases/${id}/history`)).status).toBe(404);
  });

  test('to an auditor who was let in before and is recused now', async () => {
    const { id } = await caseAfter(app, [...recorded, grant('eve', day)]);
    await tell(app, id, [ada('case.recuse', { person: 'eve' })]);
    expect((await app.as('eve').get(`/v1/cases/${id}/history`)).status).toBe(404);
    await tell(app, id, [dov('case.readmit', { person: 'eve' })]);
    expect(await reportFor('eve', id)).toBe('withheld');
  });

  test('to whoever is no auditor, and from whoever is no organizer', async () => {
    const { id } = await caseAfter(app, recorded);
    const toHandler = await send<Problem>(app, 'dov', id, grant('rui', day).event);
    expect(rulesOf(toHandler)).toEqual(['known-reference']);
    for (const by of ['ada', 'kim', 'cleo']) {
      const answer = await send<Problem>(app, by, id, grant('eve', day).event);
      expect(rulesOf(answer)).toEqual(['who-may-act']);
    }
    expect(await reportFor('eve', id)).toBe('withheld');
  });
});

test('who is an organizer besides needs no disclosure', async () => {
  const { id } = await caseAfter(app, recorded);
  expect(await reportFor('gus', id)).toMatchObject(opened);
});
