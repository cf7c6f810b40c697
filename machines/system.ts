/**
 * A case as a small system of machines: its own, one for each reporter, one for each reported person.
 * They share one context and are stepped as one; to the engine there is a state, an event, the next
 * state. XState runs here alone, through its pure functions: no live actor, nothing spawned.
 *
 * A step: the event goes to the machine whose stage takes it (to several where it is about several),
 * which writes the context; then every machine follows what was written. What follows never writes,
 * so the order among machines means nothing.
 */
import { initialTransition, type AnyStateNode } from 'xstate';
import {
  configurationOf,
  kindOf,
  machineOf,
  machines,
  restore,
  stateOf,
  type MachineKind,
  type MachineState,
  type Snapshot,
} from './configurations.ts';
import type { Context, DeadlineName, Opening, Ref } from './context.ts';
import { openingContext } from './opening.ts';
import { eventDefinitions, type CaseEvent, type EventType, type Stamp } from './events.ts';
import { lookUp } from './look-up.ts';
import type { PersonKind } from './events/fields.ts';
import { confirmedBy, proposalOf } from './proposals.ts';
import { pureStep, type Action } from './pure-step.ts';
import { standing } from './rules/rule.ts';
import type { FollowEvent } from './setup.ts';

/** Where a case stands: JSON, stored and hashed as a whole. */
export interface CaseState {
  readonly context: Context;
  /** By `case` and the references of those who have a machine of their own. */
  readonly machines: Readonly<Record<Ref, MachineState>>;
}

function contextOf({ context }: Snapshot): Context {
  const { self: _own, ...shared } = context;
  return shared;
}

/** Those who have a machine of their own, in the order in which they are told. */
const refsOf = ({ people }: Context): Ref[] => [
  'case',
  ...people.reporters.map(({ ref }) => ref),
  ...people.reported.map(({ ref }) => ref),
];

/** Lets every machine follow what was written; whoever is new begins where the context says. */
function follow(state: CaseState, { at, by, seq }: Stamp): CaseState {
  const { context } = state;
  const event: FollowEvent = { type: 'internal.follow', at, by, seq, facts: {} };
  const next = refsOf(context).map((ref) => {
    const stored = lookUp(state.machines, ref);
    if (!stored) {
      const [born] = initialTransition(machineOf(ref), { ...context, self: ref });
      return [ref, stateOf(born)] as const;
    }
    if (!configurationOf(ref, stored).follows) return [ref, stored] as const;
    const restored = restore(context, ref, stored);
    const [followed] = pureStep(machineOf(ref), restored, event);
    // whoever stays where they are keeps their state, of which much is known by now
    const stays =
      followed.value === restored.value && followed.historyValue === restored.historyValue;
    return [ref, stays ? stored : stateOf(followed)] as const;
  });
  return { context, machines: Object.fromEntries(next) };
}

/** A case that was just opened. */
export function open(opening: Opening, stamp: Stamp): CaseState {
  return follow({ context: openingContext(opening), machines: {} }, stamp);
}

const everyNode = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(everyNode),
];

/** Whether some state of a machine takes the event, wherever it stands. */
const defines = (kind: MachineKind, type: string): boolean =>
  everyNode(machines[kind].root).some(({ transitions }) => transitions.has(type));
const definedBy = Object.fromEntries(
  (Object.keys(eventDefinitions) as EventType[]).map((type) => [
    type,
    new Set((Object.keys(machines) as MachineKind[]).filter((kind) => defines(kind, type))),
  ]),
) as unknown as Record<EventType, ReadonlySet<MachineKind>>;

/** The types that the closed case takes. */
export const takenWhenClosed: ReadonlySet<string> = new Set(
  [...(machines.case.root.states['closed']?.transitions.keys() ?? [])].map(String),
);

/** The machine that takes an event about somebody: their own, or the case's. */
const homeOf = (type: EventType, ref: Ref): Ref =>
  definedBy[type].has(kindOf(ref) as MachineKind) && kindOf(ref) !== 'case' ? ref : 'case';

/** The machines to which an event goes; a closed case is told of what reopens it. */
export function targetsOf(
  { context }: CaseState,
  type: EventType,
  whom: Ref | readonly Ref[] | undefined,
): readonly Ref[] {
  const refs = [whom ?? []].flat();
  const homes = refs.length === 0 ? ['case'] : refs.map((ref) => homeOf(type, ref));
  const reopens = context.closedAt !== null && takenWhenClosed.has(type);
  return [...new Set([...(reopens ? ['case'] : []), ...homes])];
}

/** The types that the active states of one machine take, whatever the rules say of them. */
export function takenBy({ machines: states }: CaseState, ref: Ref): ReadonlySet<string> {
  const state = lookUp(states, ref);
  return state ? configurationOf(ref, state).takes : new Set();
}

/** What every step leaves in the record, whichever it is. */
function noteStep(before: Context, after: Context, event: CaseEvent): Context {
  const proposed = after.proposals.some(({ seq }) => seq === event.seq);
  const effective = event.type === 'case.confirm' ? confirmedBy(before, event) : event;
  const departures = (proposed ? [] : (effective?.facts.departures ?? [])).map(
    ({ rule, ground }) => ({
      seq: event.seq,
      rule,
      ground,
      by: effective?.by?.person ?? null,
      // who confirms a step with its departures has looked at them
      review:
        event.type === 'case.confirm'
          ? { by: event.by?.person ?? '', outcome: 'endorsed' as const }
          : null,
    }),
  );
  const away = after.staff.absent.some(({ person }) => person === event.by?.person);
  if (departures.length === 0 && !away) return after;
  const absent = after.staff.absent.filter(({ person }) => person !== event.by?.person);
  return {
    ...after,
    departures: [...after.departures, ...departures],
    staff: { ...after.staff, absent },
  };
}

/** The events that a machine says it took (setup.ts). */
const takenIn = (actions: readonly Action[]): string[] =>
  actions
    .filter(({ type }) => type === 'xstate.emit')
    .map(({ params }) => (params as { event: { event: string } }).event.event);

/**
 * Takes the step that an event is, where all of its targets take it; the rules have been asked. Null
 * where a machine that should have taken it did not.
 */
export function step(state: CaseState, event: CaseEvent): CaseState | null {
  const proposal =
    event.type === 'case.confirm' ? proposalOf(state.context, event.facts.seq) : undefined;
  let { context } = state;
  let stepped = state.machines;
  for (const ref of targetsOf(state, event.type, event.facts.for)) {
    const stored = lookUp(stepped, ref);
    if (!stored) return null;
    const [next, actions] = pureStep(machineOf(ref), restore(context, ref, stored), event);
    const taken = takenIn(actions);
    if (next.status === 'error' || !taken.includes(event.type)) return null;
    // a confirmation is nothing without what it confirms
    if (proposal && !taken.includes(proposal.type)) return null;
    context = contextOf(next);
    stepped = { ...stepped, [ref]: stateOf(next) };
  }
  return follow({ context: noteStep(state.context, context, event), machines: stepped }, event);
}

/** A clock that runs: the deadline, whose it is, and the XState event that ends it. */
export interface Clock {
  readonly name: DeadlineName;
  readonly ref: Ref;
  readonly stage: string;
  readonly event: string;
}

/** The clocks that run; none in a closed case. Behind a duplicate the leads meet elsewhere. */
export function clocksOf({ context, machines: states }: CaseState): readonly Clock[] {
  if (context.closedAt !== null) return [];
  const isReleased = releasedIn(context);
  return refsOf(context).flatMap((ref) => {
    const state = lookUp(states, ref);
    return !state || isReleased(ref) || (ref === 'case' && context.duplicateOf !== null)
      ? []
      : configurationOf(ref, state).clocks.map((clock) => ({ ref, ...clock }));
  });
}

/** Lets a clock run out. */
export function elapse(state: CaseState, clock: Clock, stamp: Stamp): CaseState {
  const stored = lookUp(state.machines, clock.ref);
  if (!stored) throw new Error(`no machine of ${clock.ref}`);
  const event = { type: clock.event, ...stamp, facts: {} } as never;
  const [next] = pureStep(machineOf(clock.ref), restore(state.context, clock.ref, stored), event);
  const machinesNow = { ...state.machines, [clock.ref]: stateOf(next) };
  return follow({ context: contextOf(next), machines: machinesNow }, stamp);
}

/** Tells of somebody whether nothing is to be done about them any more: named by mistake, or the same as another. */
export function releasedIn(context: Context): (ref: Ref) => boolean {
  const still = new Set(standing(context).map(({ ref }) => ref));
  return (ref) => kindOf(ref) === 'reported' && !still.has(ref);
}

/** The people whom an event of a kind can be about. */
export function candidatesFor(context: Context, kinds: readonly PersonKind[]): readonly Ref[] {
  const { people } = context;
  const of = (kind: PersonKind) =>
    kind === 'reporter'
      ? people.reporters
      : kind === 'reported'
        ? standing(context)
        : people.others;
  return kinds.flatMap((kind) => of(kind).map(({ ref }) => ref));
}
