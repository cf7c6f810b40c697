/** What cannot be undone, or leaves something owed, is proposed by one and confirmed by another. */
import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { cleo } from '../support/cast.ts';
import { decided, recorded, reported, safe, welcomed } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  day,
  failuresOf,
  historyOf,
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
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
const confirm = (seq: number) => ({ type: 'case.confirm', seq });
const closing = (...items: string[]) => ({
  type: 'case.close',
  departures: [{ rule: 'settled-before-close', ground: 'impossible', items, reason: 'He left.' }],
});
const proposed = async (id: string, by: string, event: { type: string }): Promise<number> => {
  const { body, text } = await send<Step>(app, by, id, event);
  expect(body.case?.proposals, text).toMatchObject([{ seq: body.entry.seq, type: event.type }]);
  return body.entry.seq;
};

describe('a proposal', () => {
  test('changes nothing and stands in nothing’s way, until somebody else confirms it', async () => {
    const { id, stages, facts } = await caseAfter(app, reported);
    const left = ['leadsMeeting', 'decision', 'reporterCare'];
    const seq = await proposed(id, 'ada', closing(...left));
    const waiting = await read(id);
    expect(waiting).toMatchObject({ status: 'open', stages, departures: [] });
    expect(waiting.facts).toEqual({ ...facts, proposals: waiting.proposals });
    expect(waiting.proposals[0]?.by.person).toBe('ada');
    await tell(app, id, [cleo('case.addNote')]);

    const own = await send<Problem>(app, 'ada', id, confirm(seq));
    expect(own.body.violations).toMatchObject([
      { rule: 'takes-two', detail: { who: 'another person' } },
    ]);
    const { body } = await send<Step>(app, 'dov', id, confirm(seq));
    // whoever confirms has looked at the departure
    expect(body.case).toMatchObject({
      status: 'closed',
      proposals: [],
      departures: [{ by: 'ada', review: { by: 'dov', outcome: 'endorsed' } }],
    });
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test.each([
    ['cleo', 'a responder'],
    ['kim', 'a coordinator'],
  ])('is not confirmed by %s, %s', async (by) => {
    const { id } = await caseAfter(app, recorded);
    const seq = await proposed(id, 'ada', { type: 'case.void', reason: 'test' } as never);
    expect(rulesOf(await send<Problem>(app, by, id, confirm(seq)))).toContain('who-may-act');
    expect((await read(id)).status).toBe('open');
  });

  test('is judged again when the second comes: the case may have moved', async () => {
    const { id } = await caseAfter(app, reported);
    const seq = await proposed(id, 'ada', closing('leadsMeeting', 'decision', 'reporterCare'));
    await tell(app, id, [...welcomed, cleo('intake.recordReport', { form: 'transcribed' })]);
    const answer = await send<Problem>(app, 'ben', id, confirm(seq));
    expect(rulesOf(answer)).toEqual(['departure-is-allowed', 'settled-before-close']);
    expect(answer.body.violations[1]?.detail?.['missing']).toContain('intake');
    expect((await read(id)).proposals).toHaveLength(1);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('can be taken back, by anybody who handles the case, and is gone then', async () => {
    const { id } = await caseAfter(app, recorded);
    const seq = await proposed(id, 'ada', { type: 'case.void', reason: 'spam' } as never);
    const { body } = await send<Step>(app, 'cleo', id, { type: 'case.withdraw', seq });
    expect(body.case?.proposals).toEqual([]);
    const late = await send<Problem>(app, 'ben', id, confirm(seq));
    expect(late.body.violations).toMatchObject([
      { rule: 'known-reference', detail: { unknown: [seq] } },
    ]);
  });

  test('names all that is left, and nothing else', async () => {
    const { id } = await caseAfter(app, reported);
    for (const items of [
      ['leadsMeeting', 'decision'],
      ['leadsMeeting', 'decision', 'reporterCare', 'intake'],
      [],
    ]) {
      const answer = await send<Problem>(app, 'ada', id, closing(...items));
      expect(answer.body.violations).toMatchObject([
        {
          rule: 'departure-is-allowed',
          detail: { departures: [{ why: 'not under these conditions' }] },
        },
        { rule: 'settled-before-close' },
      ]);
    }
  });

  test('never leaves a lift that is owed, or an appeal', async () => {
    const appealed = [
      ...decided,
      { ...cleo('decision.notifyReportedPerson', { medium: 'email' }), by: 'rui' },
      cleo('appeal.file'),
    ];
    const { id } = await caseAfter(app, appealed);
    const bare = await send<Problem>(app, 'ada', id, { type: 'case.close' });
    const left = bare.body.violations[0]?.detail?.['missing'] as string[];
    expect(left).toContain('appeal: reported-1');
    expect(bare.body.violations[0]?.departure).toEqual({ allowed: false, grounds: [] });
    const answer = await send<Problem>(app, 'ada', id, closing(...left));
    expect(rulesOf(answer)).toEqual(['departure-is-allowed', 'settled-before-close']);
  });
});

describe('a case that is none', () => {
  const none = { type: 'case.void', reason: 'mistake' };
  const voided = async () => {
    const { id } = await caseAfter(app, recorded);
    const seq = await proposed(id, 'cleo', none);
    expect((await send(app, 'ada', id, confirm(seq))).status).toBe(200);
    return id;
  };
  const erase = (id: string, by: string) =>
    app.as(by).post<Problem>(`/v1/cases/${id}/erasure`, { reason: 'mistake' });

  test('is closed, owes nothing, and can be taken up again', async () => {
    const id = await voided();
    expect(await read(id)).toMatchObject({
      status: 'closed',
      deadlines: [],
      facts: { voided: { reason: 'mistake', by: ['cleo', 'ada'] } },
    });
    const { body } = await send<Step>(app, 'ada', id, {
      type: 'case.reopen',
      reason: 'It is one.',
    });
    expect(body.case).toMatchObject({ status: 'open', facts: { voided: null } });
    expect(body.case?.deadlines.map(({ name }) => name)).toEqual(['leadsMeet', 'reporterFollowUp']);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test.each([
    ['a decision', decided],
    ['a meeting', [...reported, { ...cleo('case.addNote'), by: 'ada' }]],
  ])('is not one in which there was %s', async (what, story) => {
    const { id } = await caseAfter(app, story);
    if (what === 'a meeting')
      await send(app, 'ada', id, { type: 'meeting.convene', attendees: ['ada', 'ben'] });
    expect(rulesOf(await send<Problem>(app, 'ada', id, none))).toEqual(['void-before-work']);
  });

  test('nor one in which somebody was sent away', async () => {
    const { id } = await caseAfter(app, [...recorded, cleo('immediate.assess', { needed: true })]);
    await send(app, 'cleo', id, { type: 'immediate.takeAction', kind: 'leave-event' });
    expect(rulesOf(await send<Problem>(app, 'cleo', id, none))).toEqual(['void-before-work']);
  });

  test('is erased by a third person, and not before a month', async () => {
    const { id } = await caseAfter(app, recorded);
    const seq = await proposed(id, 'dov', none);
    await send(app, 'ada', id, confirm(seq));
    const early = await erase(id, 'oli');
    expect(early).toMatchObject({ status: 409, body: { violations: [{ rule: 'takes-two' }] } });
    time.advance(30 * day);
    expect(rulesOf(await erase(id, 'dov'))).toEqual(['takes-two']);
    expect((await erase(id, 'oli')).status).toBe(200);
    expect((await historyOf(app, 'oli', id)).at(-1)).toMatchObject({ type: 'case.erase' });
    expect(await failuresOf(app, id)).toEqual([]);
  });
});

test('an accusation is taken back by two; whoever was out of the case is let in by a third', async () => {
  const { id } = await openCase(app, 'cleo', { channel: 'email' });
  await tell(app, id, [
    safe,
    cleo('intake.recordReport', { form: 'written', reportedPersons: [{ staff: 'ben' }] }),
  ]);
  expect((await app.as('ben').get(`/v1/cases/${id}`)).status).toBe(404);
  const event = { type: 'intake.withdrawAccusation', reason: 'The wrong handle was typed.' };
  const seq = await proposed(id, 'cleo', event);
  expect((await app.as('ben').get(`/v1/cases/${id}`)).status).toBe(404);
  await send(app, 'dov', id, confirm(seq));
  // cleared, and not yet back
  expect((await read(id)).facts.staff.outside).toMatchObject([{ person: 'ben', why: 'cleared' }]);
  expect((await app.as('ben').get(`/v1/cases/${id}`)).status).toBe(404);
  const readmit = { type: 'case.readmit', person: 'ben' };
  expect(rulesOf(await send<Problem>(app, 'dov', id, readmit))).toEqual(['takes-two']);
  expect((await send(app, 'oli', id, readmit)).status).toBe(200);
  expect((await app.as('ben').get(`/v1/cases/${id}`)).status).toBe(200);
  expect((await read(id)).people['reported-1']).toMatchObject({ withdrawn: true });
  expect(await failuresOf(app, id)).toEqual([]);
});
