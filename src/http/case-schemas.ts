/** The shapes of cases and entries as answers show them. */
import { z } from 'zod';
import { grounds, roles } from '../../machines/vocabulary.ts';
import { stageNames } from '../../machines/stages.ts';
import { eventTypes } from '../../machines/events.ts';
import { id } from '../../machines/events/fields.ts';
import type { FeedEntry } from '../engine/audit/feed.ts';
import type { CaseView, EntryView } from '../engine/step/present.ts';
import type { Verification } from '../engine/audit/verification.ts';
import { violationSchema } from './problems.ts';

/** Documents what the engine's view is; the tests hold every answer to it. */
const showing = <View>(schema: z.ZodType) => schema as unknown as z.ZodType<View>;

const time = z.string().meta({ format: 'date-time' });
const json = z.record(z.string(), z.unknown());

const stagesSchema = z
  .strictObject(Object.fromEntries(stageNames.map((name) => [name, z.string()])))
  .meta({
    id: 'Stages',
    description: 'The state of each stage; in a closed case, where each stood.',
  });

export const machineSchema = z
  .strictObject({ id: z.string(), version: z.string() })
  .meta({ id: 'MachineIdentity' });

export const deadlineSchema = z
  .strictObject({
    name: z.enum(['leadsMeet', 'reporterFollowUp', 'appealWindow']),
    ref: z.string().nullable().describe('Whose it is; null where it is the case’s own.'),
    stage: z.string(),
    dueAt: time,
    overdue: z.boolean(),
  })
  .meta({ id: 'Deadline' });

const personSchema = z
  .looseObject({
    kind: z.enum(['reporter', 'reported', 'other']),
    stages: z.record(z.string(), z.string()),
  })
  .meta({ id: 'CasePerson', description: 'What is known of somebody, but for who they are.' });

const departureSchema = z
  .strictObject({
    seq: z.int(),
    rule: z.string(),
    ground: z.enum([...grounds, 'breach']),
    by: z.string().nullable(),
    review: z
      .strictObject({ by: z.string(), outcome: z.enum(['endorsed', 'criticised']) })
      .nullable(),
  })
  .meta({ id: 'RecordedDeparture' });

export const caseSchema = showing<CaseView>(
  z
    .strictObject({
      id: z.uuid(),
      codename: z.string(),
      status: z.enum(['open', 'closed']),
      version: z
        .int()
        .describe('Accepted events and deadlines that ran out, the opening being the first.'),
      openedAt: time,
      receivedAt: time.describe('When the report reached the team.'),
      updatedAt: time,
      stages: stagesSchema,
      people: z
        .record(z.string(), personSchema)
        .describe('The people of the case, by reference: each with their own stages.'),
      departures: z
        .array(departureSchema)
        .readonly()
        .describe('What departed from a rule, or broke it, and what the leads said of that.'),
      proposals: z.array(json).readonly().describe('What waits for a second person.'),
      facts: json.describe("The machine's context: facts, and no person's data."),
      deadlines: z.array(deadlineSchema),
      machine: machineSchema,
    })
    .meta({ id: 'Case' }),
);

const entryShape = {
  seq: z.int(),
  outcome: z.enum(['accepted', 'refused', 'elapsed']),
  type: z.string(),
  facts: json,
  confidential: z.union([z.enum(['withheld', 'erased']), json]),
  redacted: z.array(z.string()).describe('Parts of the content that were taken away for good.'),
  by: z.strictObject({ person: z.string(), roles: z.array(z.enum(roles)) }).nullable(),
  at: time.describe('When it was recorded.'),
  happenedAt: time.describe('When it happened, as it was said.'),
  version: z.int(),
  stages: stagesSchema,
  violations: z.array(violationSchema),
  machine: machineSchema,
  previousHash: z.string(),
  hash: z.string(),
};

export const entrySchema = showing<EntryView>(z.strictObject(entryShape).meta({ id: 'Entry' }));

export const feedEntrySchema = showing<FeedEntry>(
  z
    .strictObject({ case: z.uuid(), codename: z.string(), ...entryShape })
    .meta({ id: 'FeedEntry', description: 'An entry of any case. Its content is withheld.' }),
);

export const entryWithCaseSchema = showing<EntryView & { after: CaseView }>(
  z.strictObject({ ...entryShape, after: caseSchema }).meta({ id: 'EntryWithCase' }),
);

export const stepSchema = z
  .strictObject({
    case: caseSchema.optional().describe('Absent for whoever left the case by this step.'),
    entry: entrySchema,
  })
  .meta({ id: 'Step' });

export const batchSchema = z
  .strictObject({
    case: caseSchema.optional().describe('Absent for whoever left the case by these steps.'),
    entries: z.array(entrySchema).describe('One for each event, in order.'),
  })
  .meta({ id: 'Steps' });

/** What tells a caller how to send an event of a type. */
export const guideShape = {
  title: z.string(),
  description: z.string().describe('When to send it, and what it does.'),
  example: json.describe('An event that the schema takes.'),
  schema: json.describe(
    'A JSON Schema with every enumeration, or a reference to it in the OpenAPI document.',
  ),
};

export const optionSchema = z
  .strictObject({
    type: z.enum(eventTypes as [string, ...string[]]),
    verdict: z.enum(['allowed', 'conditional', 'refused']),
    violations: z.array(violationSchema),
    ...guideShape,
    offers: z
      .strictObject({ related: z.array(z.uuid()) })
      .optional()
      .describe('What its payload may want to name: of past incidents the related ones.'),
  })
  .meta({ id: 'Option' });

export const verificationSchema = showing<Verification>(
  z
    .strictObject({
      ok: z.boolean(),
      entries: z.int(),
      checked: z.strictObject({
        chain: z.enum(['ok', 'failed']),
        replay: z.enum(['ok', 'failed', 'other-version']),
        authenticity: z
          .enum(['ok', 'failed', 'not-checked'])
          .describe(
            'Whether a server wrote it, and not just somebody who may write to the database.',
          ),
        dataKey: z
          .enum(['ok', 'failed', 'erased', 'not-checked'])
          .describe(
            'Whether the case has the key that it was opened with; not checked where its opening is from before it said so.',
          ),
      }),
      failures: z.array(
        z.strictObject({
          seq: z.int(),
          check: z.string(),
          expected: z.unknown(),
          found: z.unknown(),
        }),
      ),
    })
    .meta({ id: 'Verification' }),
);

export const caseParams = z.strictObject({ id });

/** A strong entity tag (RFC 9110, 8.8.3): the version. */
export const etagOf = (version: number): string => `"${version}"`;
