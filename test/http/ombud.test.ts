/** Somebody outside the team, for when the team cannot judge itself. */
import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, cleo, dov, uma } from '../support/cast.ts';
import { objectives, recorded, safe } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  closeAnyway,
  failuresOf,
  historyOf,
  openCase,
  rulesOf,
  send,
  tell,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now, staff: { udo: ['ombud'] } });

/** Whether somebody sees a case: by itself, in the list, in its deadlines. */
async function seenBy(person: string, id: string): Promise<boolean> {
  const { status } = await app.as(person).get(`/v1/cases/${id}`);
  const list = await app.as(person).get<Page<CaseView>>('/v1/cases?limit=200');
  const due = await app.as(person).get<Page<{ case: string }>>('/v1/deadlines?limit=200');
  const seen = status === 200;
  expect(list.body.items.some((item) => item.id === id)).toBe(seen);
  if (due.body.items.length > 0 && !seen)
    expect(due.body.items.map((item) => item.case)).not.toContain(id);
  return seen;
}

/** A case in which these members of staff are reported, by a letter. */
async function caseAbout(...staff: readonly string[]): Promise<string> {
  const { id } = await openCase(app, 'cleo', { channel: 'email' });
  const reportedPersons = staff.map((handle) => ({ staff: handle }));
  await tell(app, id, [safe, cleo('intake.recordReport', { form: 'written', reportedPersons })]);
  return id;
}

describe('an ombud', () => {
  test('sees no case that the team deals with', async () => {
    const { id } = await caseAfter(app, recorded);
    expect(await seenBy('uma', id)).toBe(false);
    expect((await send(app, 'uma', id, { type: 'case.addNote', text: 'x' })).status).toBe(404);
  });

  test.each([
    ['ben', true, 'a lead'],
    ['kim', true, 'a coordinator'],
    ['dov', true, 'an organizer'],
    ['rui', false, 'a responder'],
    ['eve', false, 'an auditor'],
  ])('sees a case in which %s is reported: %s (%s)', async (person, sees) => {
    const id = await caseAbout(person);
    for (const ombud of ['uma', 'udo']) expect(await seenBy(ombud, id), ombud).toBe(sees);
    if (!sees) return;
    const [, , entry] = await historyOf(app, 'uma', id);
    expect(entry).toMatchObject({ confidential: { description: 'words' } });
  });

  test('sees a case that was referred to them, and to no other ombud', async () => {
    const { id } = await caseAfter(app, recorded);
    await tell(app, id, [cleo('case.refer', { person: 'uma' })]);
    expect([await seenBy('uma', id), await seenBy('udo', id)]).toEqual([true, false]);
    const nobody = await send<Problem>(app, 'cleo', id, { type: 'case.refer', person: 'ada' });
    expect(nobody.body.violations).toMatchObject([
      { rule: 'known-reference', detail: { unknown: ['ada'] } },
    ]);
  });

  test('sees it until it closes, and again where it is taken up again', async () => {
    const id = await caseAbout('ben');
    const referred = (await caseAfter(app, [...recorded, cleo('case.refer', { person: 'uma' })]))
      .id;
    for (const [one, ombuds] of [
      [id, ['uma', 'udo']],
      [referred, ['uma']],
    ] as const) {
      for (const ombud of ombuds) expect(await seenBy(ombud, one)).toBe(true);
      // ben, who would confirm, is out of the one
      if (one === id) {
        const items = ['intake', 'leadsMeeting', 'decision', 'reporterCare'];
        const departures = [
          { rule: 'settled-before-close', ground: 'impossible', items, reason: 'x' },
        ];
        const { body } = await send<Step>(app, 'ada', one, { type: 'case.close', departures });
        await tell(app, one, [dov('case.confirm', { seq: body.entry.seq })]);
      } else await closeAnyway(app, one);
      for (const ombud of ['uma', 'udo']) expect(await seenBy(ombud, one)).toBe(false);
      await tell(app, one, [ada('case.reopen')]);
      for (const ombud of ombuds) expect(await seenBy(ombud, one)).toBe(true);
    }
  });

  test('still sees it where the accusation was a mistake: it was needed once', async () => {
    const id = await caseAbout('ben');
    await tell(app, id, [cleo('intake.withdrawAccusation')]);
    const { proposals } = (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
    await tell(app, id, [ada('case.confirm', { seq: proposals[0]?.seq })]);
    expect(await seenBy('uma', id)).toBe(true);
  });

  test('may take themself out, and sees nothing then', async () => {
    const id = await caseAbout('ben');
    const { body } = await send<Step>(app, 'uma', id, { type: 'case.recuse', person: 'uma' });
    expect(body).not.toHaveProperty('case');
    expect([await seenBy('uma', id), await seenBy('udo', id)]).toEqual([false, true]);
  });

  test('opens no case', async () => {
    expect(await app.as('uma').post('/v1/cases', { channel: 'email' })).toMatchObject({
      status: 403,
      body: { type: 'urn:recourse:problem:not-a-handler' },
    });
  });
});

describe('an ombud holds no other role', () => {
  const admin = () => app.as('admin');
  test.each([['lead'], ['auditor'], ['admin']])('not that of %s', async (role) => {
    const both = ['ombud', role];
    const made = await admin().post<Problem>('/v1/people', { id: 'zoe', name: 'Zoe', roles: both });
    expect([made.status, made.body.errors[0]?.pointer]).toEqual([400, '/roles']);
    const changed = await admin().patch<Problem>('/v1/people/uma', { roles: both });
    expect([changed.status, changed.body.errors[0]?.pointer]).toEqual([400, '/roles']);
    expect((await app.as('uma').get('/v1/me')).body).toMatchObject({ roles: ['ombud'] });
  });

  test('is made nobody’s substitute, and gets nothing to do where they have no part', async () => {
    const { id } = await caseAfter(app, [...recorded, ada('case.recuse', { person: 'cam' })]);
    const answer = await send<Problem>(app, 'ada', id, { type: 'case.bringIn', person: 'uma' });
    expect(rulesOf(answer)).toEqual(['assignee-is-staff']);
    const named = { type: 'case.nameSubstitute', person: 'uma' };
    expect(rulesOf(await send<Problem>(app, 'ada', id, named))).toEqual(['assignee-is-staff']);
  });
});

test('what is none is confirmed by an ombud, where it is about the team', async () => {
  const id = await caseAbout('ben');
  const proposal = await send<Step>(app, 'ada', id, { type: 'case.void', reason: 'spam' });
  const confirm = { type: 'case.confirm', seq: proposal.body.entry.seq };
  const answer = await send<Problem>(app, 'dov', id, confirm);
  expect(answer.body.violations).toMatchObject([
    { rule: 'takes-two', detail: { who: 'an ombud' } },
  ]);
  const { body } = await send<Step>(app, 'uma', id, confirm);
  // the case is closed, and so she sees it no more
  expect(body).not.toHaveProperty('case');
  expect(await seenBy('uma', id)).toBe(false);
  expect((await app.as('ada').get(`/v1/cases/${id}`)).body).toMatchObject({ status: 'closed' });
});

test('a report that names every lead, coordinator and organizer is dealt with, to the end', async () => {
  const everybody = ['ada', 'ben', 'cam', 'kim', 'dov', 'oli'];
  const id = await caseAbout(...everybody);
  for (const person of everybody) expect(await seenBy(person, id), person).toBe(false);
  const told = await tell(app, id, [
    cleo('immediate.assess', { needed: false }),
    cleo('intake.reportToLeads'),
    uma('case.nameSubstitute', { person: 'rui' }),
    uma('meeting.convene', { attendees: ['uma', 'rui'] }),
    ...objectives
      .filter(({ event }) => event.type !== 'meeting.planFollowUps')
      .map((sent) => ({ ...sent, by: 'uma' })),
    uma('meeting.planFollowUps', { followUps: [] }),
    uma('meeting.conclude'),
    uma('decision.record', {
      finding: 'no-violation',
      deciders: ['uma', 'rui'],
      responses: [],
    }),
    uma('care.markUnreachable', { for: 'reporter', attempts: 0 }),
  ]);
  const decisions = everybody.map((_, i) => told?.people[`reported-${i + 1}`]);
  for (const person of decisions)
    expect(person).toMatchObject({ decision: { finding: 'no-violation' } });
  const { status, body } = await send<Step>(app, 'uma', id, { type: 'case.close' });
  expect(status).toBe(200);
  expect(body).not.toHaveProperty('case');
  const seen = (await app.as('cleo').get<CaseView>(`/v1/cases/${id}`)).body;
  expect(seen).toMatchObject({ status: 'closed', departures: [] });
  expect(await failuresOf(app, id)).toEqual([]);
});
