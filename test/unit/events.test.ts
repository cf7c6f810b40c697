/** Every event of the lifecycle: its schema, its stage, who sends it, and what of it is confidential. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { roles, type Role } from '../../machines/vocabulary.ts';
import {
  eventDefinitions,
  eventSchemas,
  eventTypes,
  exampleOf,
  schemaName,
  sendableTypes,
  type EventType,
} from '../../machines/events.ts';
import { bare, marksOf } from '../../machines/events/marks.ts';
import { homes } from '../../machines/stages.ts';
import { confidentialFields } from '../../src/engine/step/split.ts';

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

/** Where the lifecycle says "handlers", and where rules narrow it further, the handlers may send it. */
const handlers: readonly Role[] = ['responder', 'lead', 'coordinator', 'organizer'];
const narrower: Partial<Record<EventType, readonly Role[]>> = {
  'case.readmit': ['organizer'],
  'case.noteAbsence': ['lead', 'coordinator', 'organizer'],
  'case.nameSubstitute': ['lead', 'organizer'],
  'case.link': ['lead'],
  'case.confirm': ['lead', 'organizer'],
  'case.close': ['lead', 'coordinator', 'organizer'],
  'case.reopen': ['lead', 'organizer'],
  'case.hold': ['organizer'],
  'case.releaseHold': ['organizer'],
  'case.grantDisclosure': ['organizer'],
  'case.revokeDisclosure': ['organizer'],
  'case.erase': ['organizer'],
  // the person who follows up plans too, and the rules say so
  'meeting.planFollowUps': handlers,
  'decision.record': ['lead'],
  'decision.amend': ['lead'],
  'decision.abandonResponse': ['lead'],
  'decision.markUnnotifiable': ['lead'],
  'appeal.assignReviewers': ['organizer'],
};

const words = 'name appearance height clothing voiceAccent badge'.split(' ');
const people = [
  ...words.map((field) => `reportedPersons.${field}`),
  ...'name contact description staff'.split(' ').map((field) => `others.${field}`),
  ...'name contact staff'.split(' ').map((field) => `reporter.${field}`),
];

/** What the lifecycle marks ⚿; the events that are not here have none. */
const confidential: Partial<Record<EventType, string>> = {
  'case.link': 'case',
  'case.reopen': 'reason',
  'case.noteBreach': 'what',
  'case.addNote': 'text',
  'case.redact': 'reason',
  'intake.checkSafety': 'notes',
  'intake.recordReport': `description location circumstances volunteeredSuggestion ${people.join(' ')}`,
  'intake.addClarification': `question answer ${people.join(' ')}`,
  'intake.identify': words.join(' '),
  'intake.withdrawAccusation': 'reason',
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
  'immediate.liftAction': 'notes',
  'immediate.resolve': 'outcome',
  'care.provide': 'contact notes',
  'care.followUpWithReporter': 'notes',
  'care.followUpWithImpacted': 'notes',
  'care.dropFollowUp': 'reason',
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
  'decision.amend': 'reason responses.description',
  'decision.abandonResponse': 'reason',
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

/** Every string of a schema, with where it stands and what its own marks say. */
interface Text {
  readonly path: string;
  readonly schema: z.ZodType;
  readonly marks: Readonly<Record<string, unknown>>;
}
function textsIn(schema: z.core.$ZodType, path = '', above: Text['marks'] = {}): Text[] {
  const inner = bare(schema);
  const marks = { ...above, ...marksOf(schema) };
  if (inner instanceof z.ZodString) return [{ path, schema: inner, marks }];
  if (inner instanceof z.ZodArray) return textsIn(inner.element, `${path}[]`, marksOf(schema));
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((one) => textsIn(one, path, marks));
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, field]) =>
    textsIn(field as z.core.$ZodType, `${path}.${key}`),
  );
}
const takes = (schema: z.ZodType, ...all: readonly string[]) =>
  all.every((one) => schema.safeParse(one).success);
const isShort = (schema: z.ZodType) => !takes(schema, 'a b');

describe.each(eventTypes)('%s', (type) => {
  const [prefix = ''] = type.split('.');
  const definition = eventDefinitions[type];

  it('has a schema of its own name, which takes nothing of another type', () => {
    expect(eventSchemas[type].safeParse({ type: 'case.unheardOf' }).success).toBe(false);
    const { title, description } = definition;
    expect(eventSchemas[type].meta()).toMatchObject({ id: schemaName(type), title, description });
    expect([title, description]).toEqual([
      expect.stringMatching(/\S/),
      expect.stringMatching(/\.$/),
    ]);
  });

  it('has an example that its schema takes', () => {
    expect(eventSchemas[type].safeParse(exampleOf(type)).error).toBeUndefined();
  });

  it('belongs to the stage of its prefix, where some state takes it', () => {
    // for whom it is has no machine: what is planned for them is a list of the case's
    const own = type === 'care.followUpWithImpacted' ? 'case' : stageOf[prefix];
    expect(homes[type].stage).toBe(own);
    expect(homes[type].takenIn).not.toEqual([]);
  });

  it('is sent by whom the lifecycle names', () => {
    const named = narrower[type] ?? (prefix === 'meeting' ? ['lead'] : handlers);
    expect([...definition.who].toSorted()).toEqual([...named].toSorted());
    expect(roles).toEqual(expect.arrayContaining([...definition.who]));
  });

  it('keeps confidential what the lifecycle marks, and the reasons for a departure', () => {
    const marked = [...(confidential[type]?.split(' ') ?? []), 'departures.reason'];
    expect(confidentialFields(type).toSorted()).toEqual(marked.toSorted());
  });

  it('marks every name for what it is the name of', () => {
    expect(textsIn(eventSchemas[type])).not.toEqual([]);
    for (const { path, schema, marks } of textsIn(eventSchemas[type])) {
      const named = marks['x-names'];
      const at = `${type}${path}`;
      if (takes(schema, 'reporter', 'reported-1', 'other-12') && !takes(schema, 'ada'))
        expect([at, named]).toEqual([at, 'person']);
      else if (takes(schema, 'audience-1') && !takes(schema, 'ada'))
        expect([at, named]).toEqual([at, 'audience']);
      else if (isShort(schema) && takes(schema, 'ada', 'rui-2'))
        expect([at, named]).toEqual([at, takes(schema, 'x'.repeat(64)) ? 'kind' : 'staff']);
      else if (named !== undefined) expect([at, named]).toEqual([at, 'case']);
    }
  });

  it('marks as confidential every free text', () => {
    for (const { path, schema, marks } of textsIn(eventSchemas[type])) {
      // what stays undone is named by the rule that says so
      if (!takes(schema, 'Any words.') || path.endsWith('departures[].items[]')) continue;
      const sealed = marks['x-confidential'] === true || path.startsWith('.related');
      expect([path, sealed]).toEqual([path, true]);
    }
  });

  it('can say when it happened, and why it departs from a rule', () => {
    const { shape } = eventSchemas[type];
    expect(Object.keys(shape)).toEqual(expect.arrayContaining(['happenedAt', 'departures']));
    expect('for' in shape).toBe(definition.concerns !== undefined);
  });
});

describe('numbers', () => {
  it('of entries, measures and responses are marked for what they are', () => {
    const fields = (type: EventType) => Object.entries(eventDefinitions[type].fields);
    const marks = (name: string) =>
      eventTypes.flatMap((type) =>
        fields(type).flatMap(([key, field]) => (key === name ? marksOf(field)['x-names'] : [])),
      );
    expect(new Set(marks('seq'))).toEqual(new Set(['entry']));
    expect(new Set(marks('action'))).toEqual(new Set(['action']));
    expect(new Set(marks('response'))).toEqual(new Set(['response']));
  });
});

describe('what is sent', () => {
  it('is any event but the erasure, which has a route of its own', () => {
    const rest = eventTypes.filter((type) => type !== 'case.erase');
    expect([...sendableTypes]).toEqual(rest);
  });
});
