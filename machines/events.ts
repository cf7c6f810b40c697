/**
 * Every event of lifecycle.md: a closed union. What is not listed here does not reach the machine,
 * `xstate.*` least of all.
 */
import { z } from 'zod';
import type { Actor, Handle, Ref, Role, Time } from './context.ts';
import { appealEvents } from './events/appeal.ts';
import { careEvents } from './events/care.ts';
import { caseEvents } from './events/case.ts';
import { decisionEvents } from './events/decision.ts';
import type { EventDefinition } from './events/fields.ts';
import { followUpEvents } from './events/follow-up.ts';
import { immediateEvents } from './events/immediate.ts';
import { intakeEvents } from './events/intake.ts';
import { meetingEvents } from './events/meeting.ts';
import { publicityEvents } from './events/publicity.ts';

const definitions = {
  ...caseEvents,
  ...intakeEvents,
  ...immediateEvents,
  ...careEvents,
  ...meetingEvents,
  ...followUpEvents,
  ...decisionEvents,
  ...appealEvents,
  ...publicityEvents,
} as const;

export type EventType = keyof typeof definitions;
type Fields<T extends EventType> = (typeof definitions)[T]['fields'];
/** An event as it is sent: its type and its payload, confidential fields included. */
type Payload<F extends EventDefinition['fields']> = keyof F extends never
  ? unknown
  : z.output<z.ZodObject<F>>;
/** An event as it is sent: its type and its payload, confidential fields included. */
export type EventInput<T extends EventType = EventType> = {
  [K in T]: { type: K } & Payload<Fields<K>>;
}[T];

export const eventTypes = Object.keys(definitions) as EventType[];
export const eventDefinitions: Readonly<Record<EventType, EventDefinition>> = definitions;

/** `intake.recordReport` → `IntakeRecordReport`: the name of the event's schema in OpenAPI. */
export function schemaName(type: EventType): string {
  return type.replace(/(^|\.)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}

function schemaOf(type: EventType): z.ZodObject {
  const { fields, whole } = eventDefinitions[type];
  const object = z.strictObject({ type: z.literal(type), ...fields });
  const checked = whole
    ? object.refine((payload) => whole.holds(payload), { error: whole.error, path: whole.path })
    : object;
  return checked.meta({ id: schemaName(type), title: type });
}

/** The zod schema of each event type. */
export const eventSchemas = Object.fromEntries(
  eventTypes.map((type) => [type, schemaOf(type)]),
) as Record<EventType, z.ZodObject>;

const sendable = eventTypes.filter((type) => type !== 'case.erase');

/**
 * What `POST /v1/cases/{id}/events` takes, told apart by `type`. An erasure has a route of its own,
 * because it does what no other event does: it destroys a key.
 */
export const eventInput = z
  .discriminatedUnion('type', sendable.map((type) => eventSchemas[type]) as [z.ZodObject])
  .meta({
    id: 'Event',
    // OpenAPI's own way to tell the events apart, for who generates clients
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(
        sendable.map((type) => [type, `#/components/schemas/${schemaName(type)}`]),
      ),
    },
  }) as unknown as z.ZodType<EventInput>;

type Confidential = z.core.$brand<'confidential'>;
type Fact<V> = V extends readonly (infer E)[] ? Fact<E>[] : V extends object ? FactsOf<V> : V;
type Kept<P, K extends keyof P> = P[K] extends Confidential | undefined ? never : K;
type Given<P, K extends keyof P> = P[K] extends Confidential
  ? never
  : P[K] extends Confidential | undefined
    ? K
    : never;
/** Required confidential fields are left out; of optional ones the facts keep whether they were given. */
type FactsOf<P> = { [K in keyof P as Kept<P, K>]: Fact<P[K]> } & {
  [K in keyof P as Given<P, K>]-?: boolean;
};

/** What the engine found out for the step before the machine runs; recorded, so replay asks nobody. */
export interface Established {
  /** The roles, at that moment, of every member of staff whom the event names; none who has left. */
  readonly people?: Readonly<Record<Handle, readonly Role[]>>;
  /** Whom of the case's people a text that leaves the case identifies. */
  readonly screening?: { readonly identifies: readonly Ref[] };
  /** How many cases the event names, and how many of those the sender may not see. */
  readonly cases?: { readonly named: number; readonly unknown: number };
}

const staffFields = [
  'person',
  'lead',
  'to',
  'attendees',
  'deciders',
  'reviewers',
  'reportedPersons',
];
const otherFields = ['ref', 'followUps', 'responses', 'reviews', 'response', 'case', 'related'];

/** Whether an event of this type can name staff, or anything else that may turn out not to be there. */
export function namesOf(type: EventType): { staff: boolean; others: boolean } {
  const fields = Object.keys(eventDefinitions[type].fields);
  return {
    staff: fields.some((field) => staffFields.includes(field)),
    others: fields.some((field) => otherFields.includes(field)),
  };
}

/** What every event that reaches the machine carries. */
export interface Stamp {
  /** The engine's time. */
  readonly at: Time;
  /** Null where time alone acts: a deadline, the retention. */
  readonly by: Actor | null;
  /** The number of the step in the case's history. */
  readonly seq: number;
}

/** A public event as the machine gets it: facts only. */
export type CaseEvent<T extends EventType = EventType> = {
  [K in T]: FactsOf<EventInput<K>> & Established & Stamp;
}[T];

/** Raised inside one step to let the other stages follow; nobody outside can send one. */
export type InternalEvent = {
  readonly type:
    | 'internal.reportRecorded'
    | 'internal.reportedToLeads'
    | 'internal.meetingConcluded'
    | 'internal.meetingReconvened'
    | 'internal.followUpEnded'
    | 'internal.notified'
    | 'internal.appealModified'
    | 'internal.appealOverturned';
} & Stamp;

export type MachineEvent = CaseEvent | InternalEvent;

/** The opening, as the history names it. */
export const openingType = 'case.open';
/** The move of a case to another version of the machine; it changes no state. */
export const carryOverType = 'machine.carryOver';
