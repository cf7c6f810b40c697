/**
 * Every event is split when it arrives: facts for the machine and the plain part of the history,
 * confidential fields for the seal (lifecycle.md, "Context holds no person's data"). The schema's
 * marks decide, so a field is either confidential everywhere or nowhere.
 */
import { z } from 'zod';
import { eventSchemas, type EventType } from '../../../machines/events.ts';
import type { Facts } from '../../../machines/rules/rule.ts';

type Json = Record<string, unknown>;

const marked = (schema: z.core.$ZodType, mark: 'x-confidential' | 'x-screened'): boolean =>
  z.globalRegistry.get(schema)?.[mark] === true;

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrap(schema.def.innerType)
    : schema;
}

interface Halves {
  readonly facts: unknown;
  /** Undefined where nothing confidential was given. */
  readonly confidential: unknown;
}

function splitValue(schema: z.core.$ZodType, value: unknown): Halves {
  const inner = unwrap(schema);
  if (value === undefined) return { facts: undefined, confidential: undefined };
  if (inner instanceof z.ZodArray) {
    const items = (value as unknown[]).map((item) => splitValue(inner.element, item));
    const sealed = items.some(({ confidential }) => confidential !== undefined);
    return {
      facts: items.map(({ facts }) => facts),
      confidential: sealed ? items.map(({ confidential }) => confidential ?? {}) : undefined,
    };
  }
  return inner instanceof z.ZodObject
    ? splitObject(inner.shape, value as Json)
    : { facts: value, confidential: undefined };
}

function splitObject(shape: z.core.$ZodShape, value: Json): Halves {
  const facts: Json = {};
  const confidential: Json = {};
  for (const [key, schema] of Object.entries(shape)) {
    if (marked(unwrap(schema), 'x-confidential')) {
      if (schema instanceof z.ZodOptional) facts[key] = value[key] !== undefined;
      if (value[key] !== undefined) confidential[key] = value[key];
      continue;
    }
    const halves = splitValue(schema, value[key]);
    if (halves.facts !== undefined) facts[key] = halves.facts;
    if (halves.confidential !== undefined) confidential[key] = halves.confidential;
  }
  return { facts, confidential: Object.keys(confidential).length > 0 ? confidential : undefined };
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

/** The texts of an event that would leave the case. */
export function screenedTexts(event: { readonly type: EventType }): string[] {
  const payload = event as Json;
  return Object.entries<z.core.$ZodType>(eventSchemas[event.type].shape)
    .filter(([key, schema]) => marked(unwrap(schema), 'x-screened') && payload[key] !== undefined)
    .map(([key]) => payload[key] as string);
}

/** Dotted paths of an event's confidential fields, for those who read the definition. */
export function confidentialFields(type: EventType): string[] {
  const walk = (shape: z.core.$ZodShape, path: string): string[] =>
    Object.entries(shape).flatMap(([key, schema]) => {
      const inner = unwrap(schema);
      if (marked(inner, 'x-confidential')) return [path + key];
      const element = inner instanceof z.ZodArray ? unwrap(inner.element) : inner;
      return element instanceof z.ZodObject ? walk(element.shape, `${path}${key}.`) : [];
    });
  return walk(eventSchemas[type].shape, '');
}
