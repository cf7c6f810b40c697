/** What a caller needs to know to send an event: a title, a sentence, an example, and its schema. */
import { z } from 'zod';
import {
  eventDefinitions,
  eventSchemas,
  exampleOf,
  schemaName,
  type EventType,
} from '../../machines/events.ts';
import { marksOf } from '../../machines/events/marks.ts';
import type { Settings } from '../../machines/procedure.ts';
import { rules, type RuleId } from '../../machines/rules.ts';
import { kindsOf } from '../engine/step/response-kinds.ts';

export interface EventGuide {
  readonly title: string;
  readonly description: string;
  readonly example: Record<string, unknown>;
  readonly schema: Record<string, unknown>;
}

/** Where an event's schema stands in the OpenAPI document; the erasure has a route of its own. */
const schemaRef = (type: EventType) => ({
  $ref: `/openapi.json#/components/schemas/${type === 'case.erase' ? 'Erasure' : schemaName(type)}`,
});

/** What varies between cases: the response kinds, and the rules that their profile binds. */
type Profile = Pick<Settings, 'extraResponses' | 'neverDepart'>;

/** The rules on an event from which somebody may depart in a case of the profile. */
export const departableRules = (type: EventType, { neverDepart }: Profile): RuleId[] =>
  eventDefinitions[type].rules.filter((rule) => {
    const { departing } = rules[rule];
    return departing && (departing.on?.includes(type) ?? true) && !neverDepart.includes(rule);
  });

interface JsonSchema {
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** A schema that stands by itself, with the response kinds of a case and the rules that can be departed from. */
function schemaFor(type: EventType, profile: Profile): Record<string, unknown> {
  const kinds = kindsOf(profile);
  const { $ref: _, ...referring } = z.toJSONSchema(eventSchemas[type], {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (marksOf(zodSchema)['x-names'] === 'kind') jsonSchema.enum = [...kinds];
    },
  }) as JsonSchema & Record<string, unknown>;
  // a schema with a name is a reference to its own definition
  const { [schemaName(type)]: own, ...$defs } = referring.$defs ?? {};
  const schema = { ...referring, ...own, $defs } as JsonSchema & Record<string, unknown>;
  const departable = departableRules(type, profile);
  const departure = schema.$defs?.['Departure'];
  if (departable.length === 0 || !departure?.properties) {
    delete schema.properties?.['departures'];
    delete schema.$defs?.['Departure'];
  } else departure.properties['rule'] = { enum: departable };
  const text = JSON.stringify(schema);
  // what nothing refers to any more
  if (!text.includes('"#/$defs/RuleId"')) delete schema.$defs?.['RuleId'];
  if (Object.keys(schema.$defs ?? {}).length === 0) delete schema.$defs;
  return schema;
}

const known = new Map<string, EventGuide>();
const profileKeys = new WeakMap<Profile, string>();

/** Of two profiles that vary nothing the same. */
function keyOf(profile: Profile): string {
  const { extraResponses, neverDepart } = profile;
  const key = profileKeys.get(profile) ?? JSON.stringify([extraResponses, neverDepart]);
  profileKeys.set(profile, key);
  return key;
}

/** The guide to an event, in a case of a profile. Made once for each. */
export function guideTo(type: EventType, profile: Profile): EventGuide {
  const key = `${type} ${keyOf(profile)}`;
  const before = known.get(key);
  if (before) return before;
  const { title, description } = eventDefinitions[type];
  const guide = {
    title,
    description,
    example: { ...exampleOf(type) },
    schema: schemaFor(type, profile),
  };
  known.set(key, guide);
  return guide;
}

/** JSON in ASCII alone, for a long text that is put together: Node sends that without looking at it again. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const written = new Map<string, string>();

/**
 * The guide as members of a JSON object, with its schema or a reference to that: most of what the
 * options of a case are, and written once, as writing it took longer than judging them.
 */
export function guideMembers(type: EventType, profile: Profile, whole: boolean): string {
  const key = `${type} ${whole} ${keyOf(profile)}`;
  const { schema, ...guide } = guideTo(type, profile);
  const members =
    written.get(key) ??
    asciiJson({ ...guide, schema: whole ? schema : schemaRef(type) }).slice(1, -1);
  written.set(key, members);
  return members;
}
