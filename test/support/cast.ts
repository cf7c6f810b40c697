/**
 * Who plays in the stories, and what they say: `cleo('intake.thankReporter')`. Confidential text says
 * nothing to the machine, so it is left out, and filled in where an event demands it.
 */
import { z } from 'zod';
import type { Actor, Handle } from '../../machines/context.ts';
import type { Ground, Role } from '../../machines/vocabulary.ts';
import {
  eventDefinitions,
  eventSchemas,
  type Established,
  type EventInput,
  type EventType,
} from '../../machines/events.ts';
import type { RuleId } from '../../machines/rules.ts';

export const roster: Readonly<Record<Handle, readonly Role[]>> = {
  ada: ['lead'],
  ben: ['lead'],
  cam: ['lead'],
  una: ['lead', 'organizer'],
  cleo: ['responder'],
  rui: ['responder'],
  kim: ['coordinator'],
  dov: ['organizer'],
  oli: ['organizer'],
  uma: ['ombud'],
  eve: ['auditor'],
  ike: ['admin'],
};

export interface Sent {
  readonly what: 'sent';
  /** Null where time alone acts. */
  readonly by: Handle | null;
  readonly event: EventInput;
  readonly established: Established;
}
/** Whom of the case's people the text of an event identifies. */
export const identifying = (...identifies: string[]): Established => ({
  screening: { identifies },
});

function wordsFor(type: EventType): Record<string, unknown> {
  const demanded = Object.entries(eventDefinitions[type].fields).filter(
    ([, schema]) => z.globalRegistry.get(schema)?.['x-confidential'] === true,
  );
  const words = (key: string, schema: z.core.$ZodType): unknown => {
    if (schema instanceof z.ZodArray) return [];
    return key === 'case' ? '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11' : 'words';
  };
  return Object.fromEntries(demanded.map(([key, schema]) => [key, words(key, schema)]));
}

/** Why somebody departs from a rule. */
export interface Departing {
  readonly rule: RuleId;
  readonly ground: Ground;
  readonly items?: readonly string[];
}

/** Throws a ZodError where the payload is not one that the event's schema takes. */
export function sent(
  by: Handle | null,
  type: EventType,
  payload: Readonly<Record<string, unknown>> = {},
  established: Established = {},
): Sent {
  const event = eventSchemas[type].parse({ type, ...wordsFor(type), ...payload });
  return { what: 'sent', by, event: event as unknown as EventInput, established };
}

/** The same event, departing from rules. */
export const departing = (
  { by, event, established }: Sent,
  ...departures: readonly Departing[]
): Sent => {
  const said = departures.map((departure) => ({ ...departure, reason: 'words' }));
  return sent(by, event.type, { ...event, departures: said }, established);
};

const voice =
  (person: Handle | null) =>
  (type: EventType, payload?: Readonly<Record<string, unknown>>, established?: Established): Sent =>
    sent(person, type, payload, established);

export const ada = voice('ada');
export const ben = voice('ben');
export const cam = voice('cam');
export const una = voice('una');
export const cleo = voice('cleo');
export const rui = voice('rui');
export const kim = voice('kim');
export const dov = voice('dov');
export const oli = voice('oli');
export const uma = voice('uma');
export const eve = voice('eve');
export const time = voice(null);

/** Every member of staff whom something names, once or more often. */
export const handlesIn = (value: unknown): Handle[] => {
  if (typeof value === 'string') return value in roster ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(handlesIn) : [];
};
export const rolesOf = (handles: readonly Handle[]): Readonly<Record<Handle, readonly Role[]>> =>
  Object.fromEntries(handles.map((handle) => [handle, roster[handle] ?? []]));
export const actor = (person: Handle): Actor => ({ person, roles: roster[person] ?? [] });
