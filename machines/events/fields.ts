/**
 * What payloads are made of. A field that holds a person's words or data is marked confidential in
 * its schema: in the type by a brand, at run time and in OpenAPI by `x-confidential`.
 */
import { z } from 'zod';
import type { Role } from '../context.ts';
import type { RuleId } from '../rules.ts';

/** One event type of lifecycle.md: who may send it, the rules of the catalogue on it, its payload. */
export interface EventDefinition {
  readonly who: readonly Role[];
  readonly rules: readonly RuleId[];
  readonly fields: z.core.$ZodShape;
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

/** 1 to 20,000 characters (code points), not only white space. */
export const text = z
  .string()
  .refine((value) => /\S/u.test(value), { error: 'must not be empty' })
  .refine((value) => value.length <= 20_000 || [...value].length <= 20_000, {
    error: 'must have at most 20000 characters',
  })
  .refine(storable, { error: 'must not contain NUL or broken Unicode' })
  .meta({ ...confidential, minLength: 1, maxLength: 20_000 })
  .brand<'confidential'>();

/** Text that leaves the case: the engine establishes whom of the case's people it identifies. */
export const screenedText = text.meta({ 'x-screened': true });

export const handle = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/)
  .describe('A staff handle.');
export const ref = z
  .string()
  .regex(/^(reporter|(reported|other)-[1-9][0-9]{0,3})$/)
  .describe('A person of the case who is not named: reporter, reported-1, other-1 …');
/** One spelling of an id: PostgreSQL takes every one, hashes and seals do not. */
export const id = z.uuid().toLowerCase();
/** The id of another case, as somebody says it: what is none names no case, as one that is hidden. */
const named = z
  .string()
  .min(1)
  .max(100)
  .refine(storable, { error: 'must not contain NUL or broken Unicode' })
  .toLowerCase();
export const caseId = named.meta(confidential).brand<'confidential'>();

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

/** A list in which no two items share the value of `key`. */
export function distinctBy<T extends z.ZodType<Record<string, unknown>>>(
  item: T,
  key: string,
  max = 100,
) {
  return z
    .array(item)
    .max(max)
    .refine((items) => new Set(items.map((i) => i[key])).size === items.length, {
      error: `must not hold the same ${key} twice`,
    });
}

export const caseIds = distinct(named)
  .meta({ ...confidential, uniqueItems: true })
  .brand<'confidential'>();

/** A moment with its offset, or a day. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .describe('ISO 8601.');

export const medium = z.enum(['in-person', 'phone', 'email', 'chat']);

/** Open to the profile's extra kinds; the engine knows the case's settings and checks it against them. */
export const responseKind = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,63}$/)
  .describe("A response kind of the catalogue, or one of the profile's extraResponses.");

export const responses = z
  .array(
    z.strictObject({
      kind: responseKind,
      for: ref.optional().describe('A reported person; all of them if absent.'),
      until: z.iso.date().optional(),
      indefinite: z.boolean().optional(),
      with: ref.optional().describe('avoid-contact: whom to stay away from.'),
      callsForResignation: z
        .boolean()
        .optional()
        .describe('publish-account: with a call to resign.'),
      description: text.optional(),
    }),
  )
  .max(50);

export const reporter = z.strictObject({
  anonymous: z.boolean(),
  name: text.optional(),
  contact: text.optional(),
});

export const reportedPersons = z
  .array(
    z.strictObject({
      staff: handle.optional(),
      name: text.optional(),
      appearance: text.optional(),
      height: text.optional(),
      clothing: text.optional(),
      voiceAccent: text.optional(),
      badge: text.optional(),
    }),
  )
  .max(50);

export const others = z
  .array(
    z.strictObject({
      role: z.enum(['witness', 'impacted', 'involved']),
      name: text.optional(),
      contact: text.optional(),
      description: text.optional(),
    }),
  )
  .max(100);

/** A forbidden action: it may be asked about, and the attempt is recorded. */
export const forbidden = (rule: RuleId, who: readonly Role[], ...more: RuleId[]) =>
  ({ who, rules: [rule, ...more], fields: { notes: text.optional() } }) as const;
