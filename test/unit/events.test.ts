import { describe, expect, it } from 'vitest';
import { roles, type Role } from '../../machines/context.ts';
import {
  eventDefinitions,
  eventInput,
  eventSchemas,
  eventTypes,
  schemaName,
  type EventType,
} from '../../machines/events.ts';
import { confidentialFields } from '../../src/engine/step/split.ts';
import { homes } from '../../src/engine/step/statechart.ts';

const stageOf: Readonly<Record<string, string>> = {
  case: 'case',
  intake: 'intake',
  immediate: 'immediateResponse',
  care: 'reporterCare',
  meeting: 'leadsMeeting',
  followUp: 'reportedPersonFollowUp',
  decision: 'decision',
  appeal: 'appeal',
  publicity: 'publicCommunication',
};

/** Where lifecycle.md says "handlers", and where rules narrow it further, the handlers may send it. */
const handlers: readonly Role[] = ['responder', 'lead', 'coordinator', 'organizer'];
const narrower: Partial<Record<EventType, readonly Role[]>> = {
  'case.readmit': ['organizer'],
  'case.nameSubstitute': ['lead', 'organizer'],
  'case.link': ['lead'],
  'case.close': ['lead', 'coordinator'],
  'case.reopen': ['lead', 'organizer'],
  'case.hold': ['organizer'],
  'case.releaseHold': ['organizer'],
  'case.grantDisclosure': ['organizer'],
  'case.revokeDisclosure': ['organizer'],
  'case.erase': ['organizer'],
  'decision.record': ['lead'],
  'decision.markUnnotifiable': ['lead'],
  'appeal.assignReviewers': ['organizer'],
};

const people = [
  ...'name appearance height clothing voiceAccent badge'
    .split(' ')
    .map((field) => `reportedPersons.${field}`),
  ...'name contact description'.split(' ').map((field) => `others.${field}`),
  'reporter.name',
  'reporter.contact',
];

/** What lifecycle.md marks ⚿; the events that are not here have none. */
const confidential: Partial<Record<EventType, string>> = {
  'case.link': 'case',
  'case.reopen': 'reason',
  'intake.checkSafety': 'notes',
  'intake.recordReport': `description location circumstances volunteeredSuggestion ${people.join(' ')}`,
  'intake.addClarification': `question answer ${people.join(' ')}`,
  'intake.askSafetyConcern': 'answer',
  'intake.noteWithdrawalRequest': 'statement',
  'intake.inviteWithdrawal': 'notes',
  'intake.solicitImmediateAdvice': 'notes',
  'intake.offerLongTermInput': 'notes',
  'intake.promiseResponse': 'notes',
  'intake.promptForSuggestion': 'notes',
  'immediate.seekResource': 'notes',
  'immediate.assess': 'rationale',
  'immediate.takeAction': 'notes',
  'immediate.resolve': 'outcome',
  'care.provide': 'contact notes',
  'care.followUpWithReporter': 'notes',
  'care.followUpWithImpacted': 'notes',
  'meeting.reviewReport': 'findings',
  'meeting.consultPastIncidents': 'related notes',
  'meeting.discussResponses': 'notes',
  'meeting.planFollowUps': 'followUps.action',
  'meeting.reconvene': 'reason',
  'followUp.decline': 'reason',
  'followUp.cover': 'notes',
  'followUp.sendMessage': 'message',
  'followUp.recordStatement': 'statement',
  'followUp.receiveApology': 'text',
  'followUp.allowDirectApology': 'notes',
  'followUp.encourageApology': 'notes',
  'followUp.reassure': 'notes',
  'followUp.forgive': 'notes',
  'followUp.excuseByIntent': 'notes',
  'followUp.discloseReporter': 'notes',
  'decision.record': 'rationale responses.description',
  'decision.notifyReportedPerson': 'message',
  'decision.markUnnotifiable': 'reason',
  'appeal.file': 'grounds',
  'appeal.decide': 'responses.description',
  'appeal.encourageApology': 'notes',
  'publicity.informAware': 'statement',
  'publicity.announce': 'text',
  'publicity.apologizeToAttendees': 'text',
  'publicity.discloseDetails': 'notes',
};

describe.each(eventTypes)('%s', (type) => {
  const [prefix = ''] = type.split('.');

  it('has a schema of its own name, which takes nothing of another type', () => {
    expect(eventSchemas[type].safeParse({ type: 'case.unheardOf' }).success).toBe(false);
    expect(eventSchemas[type].meta()).toMatchObject({ id: schemaName(type), title: type });
  });

  it('belongs to the stage of its prefix, where some state takes it', () => {
    expect(homes[type].stage).toBe(stageOf[prefix]);
    expect(homes[type].takenIn).not.toEqual([]);
  });

  it('is sent by whom the lifecycle names', () => {
    const named = narrower[type] ?? (prefix === 'meeting' ? ['lead'] : handlers);
    expect([...eventDefinitions[type].who].toSorted()).toEqual([...named].toSorted());
    expect(roles).toEqual(expect.arrayContaining([...eventDefinitions[type].who]));
  });

  it('keeps confidential what the lifecycle marks', () => {
    const marked = confidential[type]?.split(' ') ?? [];
    expect(confidentialFields(type).toSorted()).toEqual(marked.toSorted());
  });
});

const taken = (event: unknown) => eventInput.safeParse(event).success;
const clarification = (answer: unknown) => ({ type: 'intake.addClarification', answer });

describe('what is sent', () => {
  it('is an event of the lifecycle', () => {
    expect(taken({ type: 'intake.thankReporter' })).toBe(true);
    expect(taken(clarification('words'))).toBe(true);
  });

  it.each([
    'xstate.init',
    'xstate.stop',
    'xstate.after.leadsMeet.case.open.leadsMeeting.awaiting',
    'internal.notified',
    'internal.meetingConcluded',
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
      expect(taken({ type: 'care.followUpWithImpacted', ref })).toBe(false);
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
