/**
 * What payloads are made of. What a field is stands as a mark in its schema, read at run time and
 * shown in OpenAPI, so that no list beside the schemas has to agree with them:
 *
 * - `x-confidential`: a person's words or data; sealed, never a fact (in the type: a brand)
 * - `x-unsaid`: of a confidential field, that the facts do not even keep whether it was given
 * - `x-screened`: text that leaves the case; with whom it may identify, by the audience's name
 * - `x-names`: what it is the name of: `staff`, `person`, `case`, `audience`, `action`, `response`, `kind`
 * - `x-task`: of the name of a member of staff, that the event gives them something to do
 * - `x-identity`: what identifies a person: kept apart from the rest, so that it can go alone
 */
import { z } from 'zod';
import { lookUp } from '../look-up.ts';
import { isWithinTime } from '../time.ts';
import { grounds, type Role } from '../vocabulary.ts';
import { ruleIds, type RuleId } from '../rules.ts';
import { hasAtMost, isStreamSafe, mostMarks } from './stream-safe.ts';

export type { Named } from './marks.ts';

/** Who an event can be about. */
export type PersonKind = 'reporter' | 'reported' | 'other';

export interface Concern {
  /** Where nobody is named, one of the first kind is meant, if just one can be. */
  readonly kinds: readonly [PersonKind, ...PersonKind[]];
  /** It may be about nobody in particular. */
  readonly optional?: true;
  /** Where nobody is named, everybody who has none yet is meant. */
  readonly eachUndecided?: true;
  /** Where nobody is named, it belongs to the report at hand. */
  readonly reportAtHand?: true;
}

/** One type of event: what it says to people, who may send it, the rules of the catalogue on it, its payload. */
export interface EventDefinition {
  readonly title: string;
  /** When to send it, and what it does, in a sentence. */
  readonly description: string;
  /** A payload that its schema takes. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly who: readonly Role[];
  readonly rules: readonly RuleId[];
  readonly fields: z.core.$ZodShape;
  /** Whom it is about: gives it the field `for`. */
  readonly concerns?: Concern;
  /** Nothing makes it right; it is there to be asked about, and an attempt is recorded. */
  readonly forbidden?: true;
  /** What no single field can say. */
  readonly whole?: {
    readonly holds: (payload: Record<string, unknown>) => boolean;
    readonly error: string;
    readonly path: string[];
  };
}

const confidential = { 'x-confidential': true } as const;

/** No NUL and no lone surrogates: neither PostgreSQL's text nor UTF-8 can hold them. */
const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed();

const unstorable = 'must not contain NUL or broken Unicode';

/** 1 to 20,000 characters (code points), not only white space. */
export const text = z
  .string()
  .refine((value) => /\S/u.test(value), { error: 'must not be empty' })
  .refine(hasAtMost(20_000), { error: 'must have at most 20000 characters' })
  .refine(storable, { error: unstorable })
  .refine(isStreamSafe, {
    error: `must not have more than ${mostMarks} marks on a letter (UAX #15, 13)`,
  })
  .meta({ ...confidential, minLength: 1, maxLength: 20_000 })
  .brand<'confidential'>();

/** Text that leaves the case: the engine establishes whom of the case's people it identifies. */
export const screenedText = text.meta({ 'x-screened': true });

/** Text that identifies the person whom the event is about. */
export const identifyingText = text.meta({ 'x-identity': 'for' });

const handlePattern = /^[a-z][a-z0-9-]{1,31}$/;

/** A member of staff who is named without being given anything to do. */
export const handle = z
  .string()
  .regex(handlePattern)
  .meta({ 'x-names': 'staff', description: 'A staff handle.' });
/** A member of staff who is given something to do. */
export const assignee = handle.meta({ 'x-task': true });
/** A member of staff of whom the facts must not say why they are named. */
const unsaidHandle = handle.meta({ ...confidential, 'x-unsaid': true }).brand<'confidential'>();

export const ref = z
  .string()
  .regex(/^(reporter(-([2-9]|[1-9][0-9]{1,3}))?|(reported|other)-[1-9][0-9]{0,3})$/)
  .meta({
    'x-names': 'person',
    description: 'A person of the case who is not named: reporter, reported-1, other-1 …',
  });
export const audienceRef = z
  .string()
  .regex(/^audience-[1-9][0-9]{0,3}$/)
  .meta({ 'x-names': 'audience', description: 'People who are aware: audience-1 …' });
/** The number of a step in the case's history. */
export const entry = z.int().min(1).max(2_147_483_647).meta({ 'x-names': 'entry' });
export const interimAction = entry.meta({
  'x-names': 'action',
  description: 'The seq of the step that took the interim action.',
});
export const responseNumber = z
  .int()
  .min(1)
  .max(100_000)
  .meta({ 'x-names': 'response', description: 'The number of the response, counted per person.' });

/** One spelling of an id: PostgreSQL takes every one, hashes and seals do not. */
export const id = z.uuid().toLowerCase();
/** The id of another case, as somebody says it: what is none names no case, as one that is hidden. */
const named = z.string().min(1).max(100).refine(storable, { error: unstorable }).toLowerCase();
export const caseId = named.meta({ ...confidential, 'x-names': 'case' }).brand<'confidential'>();

/** A list in which nothing stands twice. */
export function distinct<T extends z.ZodType>(item: T, max = 100) {
  return z
    .array(item)
    .max(max)
    .refine((items) => new Set(items.map((i) => JSON.stringify(i))).size === items.length, {
      error: 'must not hold anything twice',
    })
    .meta({ uniqueItems: true });
}

/** A list in which no two items share the values of these keys. */
export function distinctBy<T extends z.ZodType<Record<string, unknown>>>(
  item: T,
  keys: readonly string[],
  max = 100,
) {
  const identity = (value: Record<string, unknown>) =>
    JSON.stringify(keys.map((key) => lookUp(value, key)));
  return z
    .array(item)
    .max(max)
    .refine((items) => new Set(items.map(identity)).size === items.length, {
      error: `must not hold the same ${keys.join(' and ')} twice`,
    });
}

export const caseIds = distinct(named)
  .meta({ ...confidential, 'x-names': 'case', uniqueItems: true })
  .brand<'confidential'>();

/** A moment with its offset. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine(isWithinTime, { error: 'must be in the years 0001 to 9999, in UTC' });
/** A moment with its offset, or a day. */
export const moment = z.union([instant, z.iso.date()]).describe('ISO 8601.');

export const medium = z.enum(['in-person', 'phone', 'email', 'chat']);

/** Open to the profile's extra kinds; the engine knows the case's settings and checks it against them. */
export const responseKind = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,63}$/)
  .meta({
    'x-names': 'kind',
    description: "A response kind of the catalogue, or one of the profile's extraResponses.",
  });

const until = z.iso.date().optional().describe('The last day of it.');
const newResponse = z.strictObject({
  kind: responseKind,
  for: ref.optional().describe('Of several whom a decision is copied to, the one it is meant for.'),
  until,
  indefinite: z.boolean().optional(),
  with: ref.optional().describe('avoid-contact: whom to stay away from.'),
  callsForResignation: z.boolean().optional().describe('publish-account: with a call to resign.'),
  description: text.optional(),
});
const keptResponse = z.strictObject({
  keep: responseNumber.describe('The number of a response that stands, and stays as it is.'),
});

export const responses = z.array(newResponse).max(50);
/** The whole list as it is to be from now on. */
export const amendedResponses = z.array(z.union([keptResponse, newResponse])).max(50);

const words = {
  name: text.optional(),
  appearance: text.optional(),
  height: text.optional(),
  clothing: text.optional(),
  voiceAccent: text.optional(),
  badge: text.optional(),
};
/** What tells who a reported person is. */
const identifying = { staff: handle.optional(), ...words };
export const identifyingWords = Object.fromEntries(
  Object.keys(words).map((key) => [key, identifyingText.optional()]),
) as { [K in keyof typeof words]: z.ZodOptional<typeof identifyingText> };

export const reporter = z
  .strictObject({
    anonymous: z.boolean(),
    name: text.optional(),
    contact: text.optional(),
    staff: unsaidHandle
      .optional()
      .describe('A member of staff whom it happened to, or who saw it.'),
  })
  .meta({ 'x-identity': 'reporter' });

export const reportedPersons = z
  .array(
    z
      .union([
        z.strictObject({ ref: ref.describe('Somebody who was named before.') }),
        z.strictObject(identifying),
      ])
      .meta({ 'x-identity': 'reported' }),
  )
  .max(50);

export const others = z
  .array(
    z
      .strictObject({
        role: z.enum(['witness', 'impacted', 'involved']),
        name: text.optional(),
        contact: text.optional(),
        description: text.optional(),
        staff: unsaidHandle.optional().describe('A member of staff.'),
      })
      .meta({ 'x-identity': 'other' }),
  )
  .max(100);

/** A rule of the catalogue. */
export const ruleId = z.enum(ruleIds as [RuleId, ...RuleId[]]).meta({ id: 'RuleId' });

const departure = z
  .strictObject({
    rule: ruleId,
    ground: z.enum(grounds),
    items: z
      .array(z.string().min(1).max(100).refine(storable, { error: unstorable }))
      .max(100)
      .optional()
      .describe('Of a rule that names what is missing: what stays undone.'),
    reason: text,
  })
  .meta({ id: 'Departure', description: 'Why a rule is left aside, said before it is.' });

/** What every event takes besides its own payload. */
export const envelope = {
  happenedAt: instant.optional().describe('When it happened, where that was not just now.'),
  departures: distinctBy(departure, ['rule'], 20).optional(),
};

/** A forbidden action: it may be asked about, and the attempt is recorded. */
export const forbidden = (
  said: Pick<EventDefinition, 'title' | 'description' | 'who'> & Pick<EventDefinition, 'concerns'>,
  rule: RuleId,
  ...more: RuleId[]
) =>
  ({
    ...said,
    example: {},
    rules: [rule, ...more],
    fields: { notes: text.optional() },
    forbidden: true,
  }) as const;
