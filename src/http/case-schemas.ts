/** The shapes of cases and entries as answers show them (api.md, "Cases", "History, replay, audit"). */
import { z } from 'zod';
import { roles } from '../../machines/context.ts';
import { eventTypes } from '../../machines/events.ts';
import { id } from '../../machines/events/fields.ts';
import type { CaseView, EntryView } from '../engine/step/present.ts';
import { stageNames } from '../engine/step/statechart.ts';
import type { Verification } from '../engine/audit/verify.ts';
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
    stage: z.string(),
    dueAt: time,
    overdue: z.boolean(),
  })
  .meta({ id: 'Deadline' });

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
      updatedAt: time,
      stages: stagesSchema,
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
  by: z.strictObject({ person: z.string(), roles: z.array(z.enum(roles)) }).nullable(),
  at: time,
  version: z.int(),
  stages: stagesSchema,
  violations: z.array(violationSchema),
  machine: machineSchema,
  previousHash: z.string(),
  hash: z.string(),
};

export const entrySchema = showing<EntryView>(z.strictObject(entryShape).meta({ id: 'Entry' }));

export const entryWithCaseSchema = showing<EntryView & { after: CaseView }>(
  z.strictObject({ ...entryShape, after: caseSchema }).meta({ id: 'EntryWithCase' }),
);

export const stepSchema = z
  .strictObject({
    case: caseSchema.optional().describe('Absent for whoever left the case by this step.'),
    entry: entrySchema,
  })
  .meta({ id: 'Step' });

export const optionSchema = z
  .strictObject({
    type: z.enum(eventTypes as [string, ...string[]]),
    verdict: z.enum(['allowed', 'conditional', 'refused']),
    violations: z.array(violationSchema),
    schema: z.strictObject({ $ref: z.string() }),
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
