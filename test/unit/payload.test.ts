/** What a payload may say, and what it may not. */
import { describe, expect, it } from 'vitest';
import { eventInput } from '../../machines/events.ts';

const taken = (event: unknown) => eventInput.safeParse(event).success;
const clarification = (answer: unknown) => ({ type: 'intake.addClarification', answer });

describe('a payload', () => {
  it('is of an event of the lifecycle', () => {
    expect(taken({ type: 'intake.thankReporter' })).toBe(true);
    expect(taken(clarification('words'))).toBe(true);
  });

  it.each([
    'xstate.init',
    'xstate.stop',
    'xstate.after.leadsMeet.case.open.leadsMeeting.awaiting',
    'internal.follow',
    'deadline.leadsMeet',
    'case.open',
    'case.erase',
    '__proto__',
    'constructor',
    'toString',
    '*',
    'intake.*',
    '',
    'Case.close',
  ])('is nothing that nobody may send: %s', (type) => {
    expect(taken({ type })).toBe(false);
    expect(taken({ type, reason: 'request' })).toBe(false);
  });

  it.each([[null], ['case.close'], [[]], [{}], [{ type: ['case.close'] }], [{ type: null }]])(
    'is no %j',
    (event) => {
      expect(taken(event)).toBe(false);
    },
  );

  it.each([
    ['at the top', { type: 'case.close', notes: 'words' }],
    ['of the machine', { type: 'case.close', at: '2026-05-01T10:00:00.000Z' }],
    ['that the engine finds out', { type: 'case.close', people: {} }],
    ['within', { ...clarification('words'), others: [{ role: 'witness', age: 9 }] }],
    ['named __proto__', JSON.parse('{"type":"case.close","__proto__":{"role":"lead"}}')],
    [
      '__proto__ within',
      JSON.parse(
        '{"type":"intake.addClarification","answer":"words","reporter":{"anonymous":true,"__proto__":{}}}',
      ),
    ],
  ])('has no unknown field %s', (_, event) => {
    expect(taken(event)).toBe(false);
  });

  it('has at most 20,000 characters in a text, however many bytes they take', () => {
    expect(taken(clarification('x'.repeat(20_000)))).toBe(true);
    expect(taken(clarification('x'.repeat(20_001)))).toBe(false);
    expect(taken(clarification('🙂'.repeat(20_000)))).toBe(true);
    expect(taken(clarification('🙂'.repeat(20_001)))).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['white space only', ' \n\t'],
    ['NUL', 'a\u0000b'],
    ['half a character', 'a\uD83Db'],
    ['the other half', '\uDE42'],
    ['no text', 7],
  ])('has no text of %s', (_, text) => {
    expect(taken(clarification(text))).toBe(false);
  });

  it('names nobody and nothing twice', () => {
    const convene = (attendees: string[]) => taken({ type: 'meeting.convene', attendees });
    expect(convene(['ada', 'ben'])).toBe(true);
    expect(convene(['ada', 'ada'])).toBe(false);
    const plan = (...refs: string[]) =>
      taken({ type: 'meeting.planFollowUps', followUps: refs.map((ref) => ({ for: ref })) });
    expect(plan('reporter', 'other-1')).toBe(true);
    expect(plan('other-1', 'other-1')).toBe(false);
    const review = (...actions: number[]) =>
      taken({
        type: 'meeting.reviewInterimActions',
        reviews: actions.map((action) => ({ action, outcome: 'confirmed' })),
      });
    expect(review(3, 4)).toBe(true);
    expect(review(3, 3)).toBe(false);
    const depart = (...rules: string[]) =>
      taken({
        type: 'case.close',
        departures: rules.map((rule) => ({ rule, ground: 'impossible', reason: 'words' })),
      });
    expect(depart('settled-before-close', 'notice-before-close')).toBe(true);
    expect(depart('settled-before-close', 'settled-before-close')).toBe(false);
    expect(depart('lunch-before-close')).toBe(false);
  });

  it.each(['a', 'Ada', '9ada', 'ada b', 'ada_b', `a${'b'.repeat(32)}`, 'ada\n'])(
    'names nobody with the handle %j',
    (person) => {
      expect(taken({ type: 'case.bringIn', person })).toBe(false);
    },
  );

  it.each(['reporter-1', 'reported-0', 'reported', 'other-01', 'witness-1', 'other-1 '])(
    'refers to nobody as %j',
    (ref) => {
      expect(taken({ type: 'care.followUpWithImpacted', for: ref })).toBe(false);
    },
  );

  it('brings responses with a modified appeal, and only with that', () => {
    const decide = (outcome: string, more: object) =>
      taken({ type: 'appeal.decide', outcome, ...more });
    expect(decide('modified', { responses: [{ kind: 'warning' }] })).toBe(true);
    expect(decide('modified', {})).toBe(false);
    expect(decide('upheld', {})).toBe(true);
    expect(decide('upheld', { responses: [] })).toBe(false);
  });
});
