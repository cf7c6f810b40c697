/**
 * Every event is split when it arrives: facts for the machines and the plain part of the history,
 * confidential fields for the seal. The schema's marks decide, so a field is either confidential
 * everywhere or nowhere. What is sealed is kept in parts: who somebody is, apart from the rest.
 */
import { z } from 'zod';
import { eventSchemas, type EventType, type Resolved } from '../../../machines/events.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { marked, marksOf, shapeOf, bare } from '../../../machines/events/marks.ts';
import type { Facts } from '../../../machines/rules/rule.ts';
import type { Piece } from '../confidential/identities.ts';

type Json = Record<string, unknown>;

const isConfidential = (schema: z.core.$ZodType): boolean =>
  marksOf(schema)['x-confidential'] === true;

interface Halves {
  readonly facts: unknown;
  /** Undefined where nothing confidential was given. */
  readonly confidential: unknown;
}

function splitValue(schema: z.core.$ZodType, value: unknown): Halves {
  if (value === undefined) return { facts: undefined, confidential: undefined };
  const shape = shapeOf(schema, value);
  if (shape instanceof z.ZodArray) {
    const items = (value as unknown[]).map((item) => splitValue(shape.element, item));
    const sealed = items.some(({ confidential }) => confidential !== undefined);
    return {
      facts: items.map(({ facts }) => facts),
      confidential: sealed ? items.map(({ confidential }) => confidential ?? {}) : undefined,
    };
  }
  return shape instanceof z.ZodObject
    ? splitObject(shape.shape, value as Json)
    : { facts: value, confidential: undefined };
}

function splitObject(shape: z.core.$ZodShape, value: Json): Halves {
  const facts: [string, unknown][] = [];
  const confidential: [string, unknown][] = [];
  for (const [key, schema] of Object.entries(shape)) {
    const said = lookUp(value, key);
    if (isConfidential(schema)) {
      const kept = schema instanceof z.ZodOptional && marksOf(schema)['x-unsaid'] !== true;
      if (kept) facts.push([key, said !== undefined]);
      if (said !== undefined) confidential.push([key, said]);
      continue;
    }
    const halves = splitValue(schema, said);
    if (halves.facts !== undefined) facts.push([key, halves.facts]);
    if (halves.confidential !== undefined) confidential.push([key, halves.confidential]);
  }
  return {
    facts: Object.fromEntries(facts),
    confidential: confidential.length > 0 ? Object.fromEntries(confidential) : undefined,
  };
}

/**
 * Takes a parsed event (its `type` included) apart. Of optional confidential fields the facts keep
 * whether they were given; of required ones nothing. `confidential` is null where there is nothing to seal.
 */
export function splitEvent(event: { readonly type: EventType }): {
  facts: Facts & Json;
  confidential: Json | null;
} {
  const { type: _, ...shape } = eventSchemas[event.type].shape;
  const { facts, confidential } = splitObject(shape, event);
  return { facts: facts as Facts & Json, confidential: (confidential as Json | undefined) ?? null };
}

/** The confidential content of an event, in parts. */
export interface Parts {
  readonly content?: Json;
  /** By reference, whoever is identified. */
  readonly identities: ReadonlyMap<string, readonly Piece[]>;
}

const steps = (pointer: string) => pointer.split('/').slice(1);

/** Whom a mark of identity stands for, by the references that the event was given. */
function refOf(mark: unknown, pointer: string, resolved: Resolved): string | undefined {
  const index = Number(steps(pointer)[1]);
  const about = [resolved.for ?? []].flat()[0];
  switch (mark) {
    case 'reporter':
      return resolved.named?.reporter ?? about;
    case 'reported':
      return resolved.named?.reportedPersons?.[index];
    case 'other':
      return resolved.named?.others?.[index];
    default:
      return about;
  }
}

/** Takes the value at a pointer out, and leaves the place. */
function takeOut(content: Json, pointer: string): unknown {
  const path = steps(pointer);
  const last = path.pop() ?? '';
  let parent: Json | undefined = content;
  for (const key of path) parent = parent && (lookUp(parent, key) as Json | undefined);
  const value = parent && lookUp(parent, last);
  if (parent === undefined || value === undefined) return undefined;
  if (Array.isArray(parent)) parent[Number(last)] = {};
  else Reflect.deleteProperty(parent, last);
  return value;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/**
 * The parts of an event's confidential content; `resolved` says which references it gives.
 *
 * @param prefix a JSON Pointer to where the event stands, if it is one of several
 */
export function partsOf(
  event: { readonly type: EventType },
  confidential: Json | null,
  resolved: Resolved,
  prefix = '',
): Parts {
  if (!confidential) return { identities: new Map() };
  const content = structuredClone(confidential);
  const identities = new Map<string, Piece[]>();
  for (const { pointer, marks } of marked(eventSchemas[event.type], event, 'x-identity')) {
    const ref = refOf(marks['x-identity'], pointer, resolved);
    if (ref === undefined) continue;
    const value = takeOut(content, pointer);
    if (value === undefined || isEmpty(value)) continue;
    identities.set(ref, [...(identities.get(ref) ?? []), { pointer: prefix + pointer, value }]);
  }
  return { ...(!isEmpty(content) && { content }), identities };
}

/** Puts what was taken out back into its place. */
export function putBack(content: Json, pieces: readonly Piece[]): Json {
  const whole = structuredClone(content);
  for (const { pointer, value } of pieces) {
    const path = steps(pointer);
    const last = path.pop() ?? '';
    let parent: Json = whole;
    for (const [i, key] of path.entries()) {
      const next = path[i + 1] ?? last;
      // oxlint-disable-next-line lookups/own-names -- a pointer names fields of our own schemas
      parent = (parent[key] ??= /^\d+$/.test(next) ? [] : {}) as Json;
    }
    // oxlint-disable-next-line lookups/own-names -- as above
    parent[last] = value;
  }
  return whole;
}

/** The texts of an event that would leave the case. */
export const screenedTexts = (event: { readonly type: EventType }): string[] =>
  marked(eventSchemas[event.type], event, 'x-screened').map(({ value }) => value as string);

/** Dotted paths of an event's confidential fields, for those who read the definition. */
export function confidentialFields(type: EventType): string[] {
  const walk = (schema: z.core.$ZodType, path: string): string[] => {
    const inner = bare(schema);
    if (isConfidential(inner)) return [path];
    const below = (key: string) => (path === '' ? key : `${path}.${key}`);
    if (inner instanceof z.ZodArray) return walk(inner.element, path);
    if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => walk(option, path));
    return inner instanceof z.ZodObject
      ? Object.entries(inner.shape).flatMap(([key, field]) =>
          walk(field as z.core.$ZodType, below(key)),
        )
      : [];
  };
  return [...new Set(walk(eventSchemas[type], ''))];
}
