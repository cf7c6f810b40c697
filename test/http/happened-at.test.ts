/** Entered late, told as it happened: what the team owes counts from then, what others may do does not. */
import { describe, expect, test } from 'vitest';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, cleo, rui } from '../support/cast.ts';
import { decided, reported, welcomed } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  day,
  failuresOf,
  historyOf,
  hour,
  openCase,
  rulesOf,
  send,
  tell,
  unexpected,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now, settings: { appealWindow: 'P30D' } }, { per: 'test' });

/** So long before now, or after. */
const ago = (ms: number) => new Date(time.now().getTime() - ms).toISOString();
const within = (ms: number) => ago(-ms);
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
const dueOf = ({ deadlines }: CaseView, name: string) =>
  deadlines.find((deadline) => deadline.name === name)?.dueAt;

describe('when something happened', () => {
  test('stands beside when it was recorded', async () => {
    const { id } = await openCase(app);
    const happenedAt = ago(3 * hour);
    const event = { type: 'intake.offerQuietSpace', accepted: true, happenedAt };
    const { body } = await send<Step>(app, 'cleo', id, event);
    expect(body.entry).toMatchObject({ happenedAt, at: time.now().toISOString() });
    const [opening, entry] = await historyOf(app, 'eve', id);
    expect(entry).toMatchObject({ happenedAt, facts: { happenedAt } });
    expect(opening?.happenedAt).toBe(opening?.at);
  });

  test('is one moment, in whatever zone somebody says it', async () => {
    const { id } = await openCase(app);
    const event = { type: 'intake.thankReporter', happenedAt: '2026-05-01T10:30:00+02:00' };
    const { body } = await send<Step>(app, 'cleo', id, event);
    expect(body.entry.happenedAt).toBe('2026-05-01T08:30:00.000Z');
  });

  test.each(['2026-05-01', '2026-05-01T10:00:00', 'yesterday', '', 7])(
    'is no moment: %j',
    async (happenedAt) => {
      const { id } = await openCase(app);
      const event = { type: 'intake.thankReporter', happenedAt };
      const { status, body } = await send<Problem>(app, 'cleo', id, event);
      expect([status, body.errors[0]?.pointer]).toEqual([400, '/happenedAt']);
    },
  );

  test('is never in the future, not by a millisecond', async () => {
    const { id } = await openCase(app);
    const thank = (happenedAt: string) =>
      send<Problem>(app, 'cleo', id, { type: 'intake.thankReporter', happenedAt });
    const answer = await thank(within(1));
    expect(answer.body.violations).toMatchObject([
      { rule: 'happened-when-it-could', detail: { why: 'in the future' } },
    ]);
    expect((await thank(ago(0))).status).toBe(200);
  });

  test('is not before the report was received, but for what began without it', async () => {
    const { id, receivedAt } = await caseAfter(app, reported);
    time.advance(2 * hour);
    const happenedAt = new Date(new Date(receivedAt).getTime() - 1).toISOString();
    for (const event of [
      { type: 'intake.checkSafety', everyoneSafe: 'no', generalThreat: false },
      { type: 'immediate.assess', needed: true },
    ])
      expect((await send(app, 'cleo', id, { ...event, happenedAt })).status).toBe(200);
    const meeting = { type: 'meeting.convene', attendees: ['ada', 'ben'] };
    const answer = await send<Problem>(app, 'ada', id, { ...meeting, happenedAt });
    expect(answer.body.violations).toMatchObject([
      { rule: 'happened-when-it-could', detail: { receivedAt } },
    ]);
    expect((await send(app, 'ada', id, { ...meeting, happenedAt: receivedAt })).status).toBe(200);
  });
});

describe('a case that is opened late', () => {
  const open = <Body = CaseView>(receivedAt: unknown) =>
    app.as('cleo').post<Body>('/v1/cases', { channel: 'email', receivedAt });

  test('says when the report reached the team, and counts from then', async () => {
    const receivedAt = ago(2 * day);
    const { body } = await open(receivedAt);
    expect(body).toMatchObject({ receivedAt, openedAt: time.now().toISOString() });
    const told = await tell(app, body.id, [
      cleo('intake.recordReport', { form: 'written' }),
      cleo('intake.checkSafety', { everyoneSafe: 'unknown', generalThreat: false }),
    ]);
    if (!told) throw new Error('no case');
    expect(dueOf(told, 'leadsMeet')).toBe(ago(day));
    expect(dueOf(told, 'reporterFollowUp')).toBe(within(5 * day));
    expect(told.deadlines.map(({ overdue }) => overdue)).toEqual([true, false]);
    expect(await fireDueDeadlines(app.engine, unexpected)).toBe(1);
    expect(await failuresOf(app, body.id)).toEqual([]);
  });

  test('was not received in the future, nor at no moment', async () => {
    const future = await open<Problem>(within(1));
    expect(rulesOf(future)).toEqual(['happened-when-it-could']);
    for (const nothing of ['2026-05-01', 'soon', 0]) expect((await open(nothing)).status).toBe(400);
  });
});

test('each reporter is answered from their own report on, and the leads meet by the earliest', async () => {
  const { id } = await openCase(app);
  time.advance(6 * hour);
  const reporter = { anonymous: true };
  const record = (happenedAt: string) => [
    ...welcomed,
    cleo('intake.recordReport', { form: 'transcribed', reporter, happenedAt }),
  ];
  const first = ago(2 * hour);
  const second = ago(5 * hour);
  await tell(app, id, record(first));
  const told = await tell(app, id, record(second));
  const after = (at: string, ms: number) => new Date(new Date(at).getTime() + ms).toISOString();
  const due = (told?.deadlines ?? []).map(
    ({ name, ref, dueAt }) => `${name} ${ref ?? 'case'} ${dueAt}`,
  );
  expect(due.toSorted()).toEqual([
    `leadsMeet case ${after(second, day)}`,
    `reporterFollowUp reporter ${after(first, 7 * day)}`,
    `reporterFollowUp reporter-2 ${after(second, 7 * day)}`,
  ]);
  expect(await failuresOf(app, id)).toEqual([]);
});

describe('whether something was in time', () => {
  test('is known by when it happened, whatever the deadline’s own entry says', async () => {
    const { id } = await caseAfter(app, reported);
    const dueAt = within(day);
    time.advance(30 * hour);
    expect(await fireDueDeadlines(app.engine, unexpected)).toBe(1);
    expect(await read(id)).toMatchObject({ stages: { leadsMeeting: 'overdue' } });
    const happenedAt = ago(8 * hour);
    const told = await tell(app, id, [
      ada('meeting.convene', { attendees: ['ada', 'ben'], happenedAt }),
    ]);
    expect(told?.facts.timeliness).toEqual([
      { name: 'leadsMeet', ref: null, dueAt, happenedAt, late: false },
    ]);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('and late is late, though no deadline was fired', async () => {
    const { id } = await caseAfter(app, reported);
    time.advance(day + 1);
    const told = await tell(app, id, [ada('meeting.convene', { attendees: ['ada', 'ben'] })]);
    expect(told?.facts.timeliness).toMatchObject([{ name: 'leadsMeet', late: true }]);
  });
});

describe('an appeal', () => {
  const notified = [...decided, rui('decision.notifyReportedPerson', { medium: 'email' })];
  const file = (id: string, happenedAt?: string) =>
    send<Problem>(app, 'cleo', id, { type: 'appeal.file', ...(happenedAt && { happenedAt }) });

  test('that was made in time is heard, however late it is entered', async () => {
    const { id } = await caseAfter(app, notified);
    time.advance(40 * day);
    await fireDueDeadlines(app.engine, unexpected);
    expect(await read(id)).toMatchObject({ stages: { appeal: 'lapsed' } });
    expect(rulesOf(await file(id))).toEqual(['appeal-window']);
    expect(rulesOf(await file(id, ago(10 * day)))).toEqual(['appeal-window']);
    expect((await file(id, ago(10 * day + 1))).status).toBe(200);
    expect(await read(id)).toMatchObject({ stages: { appeal: 'filed' } });
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('has its time from when the person was recorded to be told, not from when they were', async () => {
    const { id } = await caseAfter(app, decided);
    time.advance(5 * day);
    const told = await tell(app, id, [
      rui('decision.notifyReportedPerson', { medium: 'email', happenedAt: ago(4 * day) }),
    ]);
    if (!told) throw new Error('no case');
    expect(dueOf(told, 'appealWindow')).toBe(within(30 * day));
  });

  test('that is late is let in by an organizer who says why', async () => {
    const { id } = await caseAfter(app, notified);
    time.advance(40 * day);
    const departures = [
      { rule: 'appeal-window', ground: 'does-not-fit', reason: 'She was in hospital.' },
    ];
    const event = { type: 'appeal.file', departures };
    expect(rulesOf(await send<Problem>(app, 'cleo', id, event))).toEqual([
      'departure-is-allowed',
      'appeal-window',
    ]);
    const { body } = await send<Step>(app, 'dov', id, event);
    expect(body.case?.departures).toMatchObject([{ rule: 'appeal-window', by: 'dov' }]);
  });
});
