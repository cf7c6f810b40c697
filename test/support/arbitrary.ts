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
  /** Whether it says when it happened, whom it is about, and from which rules it departs. */
  readonly envelope?: boolean;
}

const refs = ['reporter', 'reported-1', 'reported-2', 'other-1', 'other-2'];
/** What a name of each kind may be. */
const named: Readonly<Record<string, readonly string[]>> = {
  staff: Object.keys(roster),
  person: refs,
  audience: ['audience-1', 'audience-2'],
  kind: ['none', 'warning', 'avoid-contact', 'ban', 'leave-event', 'publish-account'],
};
const times = ['2026-04-30', '2026-05-02T09:30:00Z', '2027-05-01'];
/** Of a list of names that stand in no other list. */
const others = ['content', 'identity:reporter', 'leadsMeeting'];
const somewhere = '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11';
/** What every event may say besides its own payload. */
const envelope = ['for', 'happenedAt', 'departures'];

const marksOf = (schema: z.core.$ZodType) => z.globalRegistry.get(schema) ?? {};
const isConfidential = (schema: z.core.$ZodType) => marksOf(schema)['x-confidential'] === true;

/** Strings that are not confidential: names of what their schema says, or an example that it takes. */
function plainText(schema: z.ZodType): fc.Arbitrary<unknown> {
  const names = named[String(marksOf(schema)['x-names'])] ?? [...times, ...others];
  return fc.constantFrom(...names.filter((text) => schema.safeParse(text).success));
}

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
  if (schema instanceof z.ZodUnion)
    return fc.oneof(...schema.options.map((option) => valueOf(option as z.ZodType, path, wishes)));
  if (schema instanceof z.ZodObject) return objectOf(schema, path, wishes);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constant([...schema.values][0]);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.integer({ min: 0, max: 12 });
  // the id of a case looks like any text, and names none unless it is one
  if (path === 'case') return fc.constantFrom(...caseIds);
  // who of the staff it happened to is confidential, and a handle all the same
  const isText = isConfidential(schema) && marksOf(schema)['x-names'] === undefined;
  return isText ? fc.constant(say(path)) : plainText(schema);
}

const objectOf = (schema: z.ZodObject, path: string, wishes: Wishes) =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(schema.shape)
          .filter(([key]) => path !== '' || wishes.envelope || !envelope.includes(key))
          .map(([key, field]) => [
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

/** A valid event of any type; now and then with whom it is about, when it happened, and departures. */
export const anyEvent = (wishes: Wishes = {}): fc.Arbitrary<EventInput> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...sendable.map((type) => eventOf(type, wishes))) },
    {
      weight: 1,
      arbitrary: fc.oneof(...sendable.map((type) => eventOf(type, { ...wishes, envelope: true }))),
    },
  );

/** A few valid events of one type; the same ones for the same seed. */
export const someOf = (
  type: EventType,
  count: number,
  { seed = 1, ...wishes }: Wishes & { readonly seed?: number } = {},
): EventInput[] => fc.sample(eventOf(type, wishes), { numRuns: count, seed });
