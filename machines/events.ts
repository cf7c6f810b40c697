/**
 * Every event: a closed union. What is not listed here does not reach a machine, `xstate.*` least of all.
 */
import { z } from 'zod';
import type { Actor, Handle, Redaction, Ref, Time } from './context.ts';
import type { Role } from './vocabulary.ts';
import { appealEvents } from './events/appeal.ts';
import { careEvents } from './events/care.ts';
import { caseEvents } from './events/case.ts';
import { decisionEvents } from './events/decision.ts';
import { envelope, ref, type Concern, type EventDefinition } from './events/fields.ts';
import { followUpEvents } from './events/follow-up.ts';
import { immediateEvents } from './events/immediate.ts';
import { intakeEvents } from './events/intake.ts';
import { marked, marksWithin, type Named } from './events/marks.ts';
import { meetingEvents } from './events/meeting.ts';
import { publicityEvents } from './events/publicity.ts';
import { inUtc } from './time.ts';

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
type Definition<T extends EventType> = (typeof definitions)[T];
type Payload<F extends EventDefinition['fields']> = keyof F extends never
  ? unknown
  : z.output<z.ZodObject<F>>;
type Whom<T extends EventType> =
  Definition<T> extends { concerns: Concern } ? { for?: Ref | undefined } : unknown;
type Envelope = z.output<z.ZodObject<typeof envelope>>;
/** An event as it is sent: its type and its payload, confidential fields included. */
export type EventInput<T extends EventType = EventType> = {
  [K in T]: { type: K } & Payload<Definition<K>['fields']> & Whom<K> & Envelope;
}[T];

export const eventTypes = Object.keys(definitions) as EventType[];
export const eventDefinitions: Readonly<Record<EventType, EventDefinition>> = definitions;

/** `intake.recordReport` → `IntakeRecordReport`: the name of the event's schema in OpenAPI. */
export function schemaName(type: EventType): string {
  return type.replace(/(^|\.)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}

const whom = ref
  .optional()
  .describe('Whom it is about; may be left out where just one can be meant.');

function schemaOf(type: EventType): z.ZodObject {
  const { fields, whole, concerns, title, description } = eventDefinitions[type];
  const object = z.strictObject({
    type: z.literal(type),
    ...(concerns && { for: whom }),
    ...fields,
    ...envelope,
  });
  const checked = whole
    ? object.refine((payload) => whole.holds(payload), { error: whole.error, path: whole.path })
    : object;
  return checked.meta({ id: schemaName(type), title, description });
}

/** The zod schema of each event type. */
export const eventSchemas = Object.fromEntries(
  eventTypes.map((type) => [type, schemaOf(type)]),
) as Record<EventType, z.ZodObject>;

/** An example of an event, as it is sent. */
export const exampleOf = (type: EventType): Readonly<Record<string, unknown>> => ({
  type,
  ...eventDefinitions[type].example,
});

/** The types that are sent as events. An erasure has a route of its own, because it destroys a key. */
export const sendableTypes = eventTypes.filter((type) => type !== 'case.erase');

/** What `POST /v1/cases/{id}/events` takes, told apart by `type`. */
export const eventInput = z
  .discriminatedUnion('type', sendableTypes.map((type) => eventSchemas[type]) as [z.ZodObject])
  .meta({
    id: 'Event',
    // OpenAPI's own way to tell the events apart, for who generates clients
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(
        sendableTypes.map((type) => [type, `#/components/schemas/${schemaName(type)}`]),
      ),
    },
  }) as unknown as z.ZodType<EventInput>;

/** The values by which an event, or its facts, names something. */
export const namedIn = (type: EventType, payload: object, what: Named): string[] =>
  valuesNamed(type, payload, what).filter((value) => typeof value === 'string');

const valuesNamed = (type: EventType, payload: object, what: Named): unknown[] =>
  marked(eventSchemas[type], { type, ...payload }, 'x-names')
    .filter(({ marks }) => marks['x-names'] === what)
    .flatMap(({ value }) => value);

/** The members of staff to whom an event gives something to do. */
export const tasksIn = (type: EventType, payload: object): Handle[] =>
  marked(eventSchemas[type], { type, ...payload }, 'x-task').map(({ value }) => value as Handle);

/** What the payload of a type can name, beside whom the event is about. */
export const canName = (type: EventType): ReadonlySet<Named> => namesOf[type];

const namesOf = Object.fromEntries(
  eventTypes.map((type) => [
    type,
    new Set(
      Object.values(eventDefinitions[type].fields).flatMap(
        (field) => marksWithin(field, 'x-names') as Named[],
      ),
    ),
  ]),
) as unknown as Record<EventType, ReadonlySet<Named>>;

/** Whether an event of the type says anything but whom it is about. */
export const hasPayload = (type: EventType): boolean =>
  Object.keys(eventDefinitions[type].fields).length > 0;

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

/** What the engine found out for the step before a machine runs; recorded, so replay asks nobody. */
export interface Established {
  /** The roles, at that moment, of every member of staff whom the event names; none who has left. */
  readonly people?: Readonly<Record<Handle, readonly Role[]>>;
  /** Whom of the case's people a text that leaves the case identifies. */
  readonly screening?: { readonly identifies: readonly Ref[] };
  /** How many cases the event names, and how many of those the sender may not see. */
  readonly cases?: { readonly named: number; readonly unknown: number };
  /** Whether the case that a link names can stand for this one. */
  readonly linked?: {
    /** Whether there is no report in it, and so nothing that anybody would look into. */
    readonly empty: boolean;
    readonly duplicate: boolean;
    readonly voided: boolean;
    readonly erased: boolean;
  };
  /** Of a duplicate: how far the case has come that stands for it. */
  readonly original?: {
    readonly met: boolean;
    readonly decided: boolean;
    /** Voided since, or no longer known: then the duplicate stands for itself again. */
    readonly gone?: boolean;
  };
  /** How many others there are in each office, who are neither outside the case nor away. */
  readonly team?: Team;
  /** What a redaction would take away, as it is there. */
  readonly redacts?: readonly Redaction[];
  /** Members of staff whom the report names as its own people, without saying as whom. */
  readonly concerned?: {
    readonly leaving: readonly Handle[];
    readonly witnesses: readonly Handle[];
    /** How many were named whom nobody knows. Not who: what is mistyped is somebody's name too. */
    readonly unknown?: number;
  };
}

export interface Team {
  readonly lead: number;
  readonly coordinator: number;
  readonly organizer: number;
}

/** What the case itself says of whom an event is about, and whom it brings into the case. */
export interface Resolved {
  /** A list where it is about several. */
  readonly for?: Ref | readonly Ref[] | undefined;
  readonly named?: {
    readonly reporter?: Ref;
    readonly reportedPersons?: readonly Ref[];
    readonly others?: readonly Ref[];
  };
  /** Set where it takes effect by somebody's confirmation. */
  readonly confirmed?: { readonly by: Handle; readonly proposal: number };
}

/** What every event that reaches a machine carries. */
export interface Stamp {
  /** The engine's time. */
  readonly at: Time;
  /** Null where time alone acts: a deadline, the retention. */
  readonly by: Actor | null;
  /** The number of the step in the case's history. */
  readonly seq: number;
}

export type EventFacts<T extends EventType = EventType> = Omit<
  FactsOf<EventInput<T>>,
  'type' | keyof Resolved
> &
  Established &
  Resolved;

/** A public event as a machine gets it: facts only. */
export type CaseEvent<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly facts: EventFacts<K> } & Stamp;
}[T];

/** The opening, as the history names it. */
export const openingType = 'case.open';
/** Several events that were to be taken together, where one of them was refused. */
export const batchType = 'case.batch';
/** The move of a case to another version of the machine; it changes no state. */
export const carryOverType = 'machine.carryOver';

/** When it happened: as somebody said, or the moment of recording. */
export const timeOf = ({
  at,
  facts,
}: {
  readonly at: Time;
  readonly facts: { readonly happenedAt?: string | undefined };
}): Time => (facts.happenedAt === undefined ? at : inUtc(facts.happenedAt));
