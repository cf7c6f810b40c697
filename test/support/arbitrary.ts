/** Events made up from their schemas: whatever a client may send that is not a 400. */
import fc from 'fast-check';
import { z } from 'zod';
import {
  eventSchemas,
  eventTypes,
  type EventInput,
  type EventType,
} from '../../machines/events.ts';
import { roster } from './cast.ts';

interface Wishes {
  /** Whether every optional field is given. */
  readonly everything?: boolean;
  /** What stands in a confidential field. */
  readonly say?: (path: string) => string;
  readonly caseIds?: readonly string[];
}

const handles = Object.keys(roster);
const refs = ['reporter', 'reported-1', 'reported-2', 'other-1', 'other-2'];
const kinds = ['none', 'warning', 'avoid-contact', 'ban', 'leave-event', 'publish-account'];
const times = ['2026-04-30', '2026-05-02T09:30:00Z', '2027-05-01'];
const somewhere = '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11';

/** Strings that are not confidential are told apart by an example that their pattern takes. */
function plainText(schema: z.ZodType): fc.Arbitrary<unknown> {
  const takes = (text: string) => schema.safeParse(text).success;
  // kinds may be longer than handles, and either looks like a reference
  if (takes('x'.repeat(40))) return fc.constantFrom(...kinds);
  if (takes('rui')) return fc.constantFrom(...handles);
  return fc.constantFrom(...[...refs, ...times].filter(takes));
}

const isConfidential = (schema: z.ZodType) =>
  z.globalRegistry.get(schema)?.['x-confidential'] === true;

function valueOf(schema: z.ZodType, path: string, wishes: Wishes): fc.Arbitrary<unknown> {
  const { everything = false, say = () => 'words', caseIds = [somewhere] } = wishes;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    const inner = valueOf(schema.unwrap() as z.ZodType, path, wishes);
    return everything ? inner : fc.option(inner, { nil: undefined });
  }
  if (schema instanceof z.ZodArray) {
    const item = isConfidential(schema)
      ? fc.constantFrom(...caseIds)
      : valueOf(schema.element as z.ZodType, path, wishes);
    return fc.uniqueArray(item, {
      minLength: everything ? 1 : 0,
      maxLength: 3,
      selector: (value) => JSON.stringify(value),
    });
  }
  if (schema instanceof z.ZodObject) return objectOf(schema, path, wishes);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constant([...schema.values][0]);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.integer({ min: 0, max: 12 });
  // the id of a case looks like any text, and names none unless it is one
  if (path === 'case') return fc.constantFrom(...caseIds);
  return isConfidential(schema) ? fc.constant(say(path)) : plainText(schema);
}

const objectOf = (schema: z.ZodObject, path: string, wishes: Wishes) =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(schema.shape).map(([key, field]) => [
          key,
          valueOf(field as z.ZodType, path === '' ? key : `${path}.${key}`, wishes),
        ]),
      ),
    )
    .map((fields) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    );

/** A valid event of one type. */
const eventOf = (type: EventType, wishes: Wishes = {}): fc.Arbitrary<EventInput> =>
  objectOf(eventSchemas[type], '', wishes)
    .filter((event) => eventSchemas[type].safeParse(event).success)
    .map((event) => event as unknown as EventInput);

/** The types that `POST /v1/cases/{id}/events` takes. */
export const sendable = eventTypes.filter((type) => type !== 'case.erase');

/** A valid event of any type. */
export const anyEvent = (wishes: Wishes = {}): fc.Arbitrary<EventInput> =>
  fc.oneof(...sendable.map((type) => eventOf(type, wishes)));

/** A few valid events of one type; the same ones for the same seed. */
export const someOf = (
  type: EventType,
  count: number,
  { seed = 1, ...wishes }: Wishes & { readonly seed?: number } = {},
): EventInput[] => fc.sample(eventOf(type, wishes), { numRuns: count, seed });
