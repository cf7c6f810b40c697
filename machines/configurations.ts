/**
 * Where one machine can stand, and what it takes there. The states that are active are few and belong
 * to the definition, not to a case: what follows from them is looked up once for all cases, instead of
 * restoring a snapshot for every question (half of a step's time).
 */
import { getNextTransitions, type SnapshotFrom, type StateValue } from 'xstate';
import { caseMachine } from './case.ts';
import type { Context, DeadlineName, Ref } from './context.ts';
import { reportedMachine } from './reported.ts';
import { reporterMachine } from './reporter.ts';

/** Where one machine stands, as it is stored. */
export interface MachineState {
  readonly value: StateValue;
  /** Of the case's own machine: where a closed case stood. */
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>;
}

export const machines = {
  case: caseMachine,
  reporter: reporterMachine,
  reported: reportedMachine,
} as const;
export type MachineKind = keyof typeof machines;
export type Snapshot = SnapshotFrom<typeof caseMachine>;

/** `reported-2` → `reported`. */
export function kindOf(ref: Ref): MachineKind | 'other' {
  const dash = ref.indexOf('-');
  return (dash < 0 ? ref : ref.slice(0, dash)) as MachineKind | 'other';
}

export const machineOf = (ref: Ref) => machines[kindOf(ref) as MachineKind] as typeof caseMachine;

// the machines have no children, for which alone XState would need a scope
const noScope = undefined as unknown as Parameters<typeof caseMachine.restoreSnapshot>[1];

/** A machine as XState steps it. Throws where the state names one that the definition does not have. */
export function restore(context: Context, ref: Ref, state: MachineState): Snapshot {
  // put in afterwards: XState walks through a context that it restores, in search of actors
  return { ...configurationOf(ref, state).restored, context: { ...context, self: ref } };
}

function restored(ref: Ref, state: MachineState): Snapshot {
  const persisted = {
    status: 'active',
    children: {},
    historyValue: {},
    ...state,
    value: structuredClone(state.value),
    context: {},
  };
  return machineOf(ref).restoreSnapshot(persisted as never, noScope);
}

/**
 * XState lists the states of a history in the order in which it came by them, which differs between a
 * snapshot that was restored and one that was stepped to; by id they are the same.
 */
export function stateOf({ value, historyValue }: Snapshot): MachineState {
  const histories = Object.entries(historyValue).map(([id, nodes]) => [
    id,
    (nodes ?? []).map((node) => ({ id: node.id })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  ]);
  return {
    value,
    ...(histories.length > 0 && { historyValue: Object.fromEntries(histories) as never }),
  };
}

interface Configuration {
  /** As XState steps it, but for the context; a step copies it, and never changes it. */
  readonly restored: Snapshot;
  /** The types of event that the active states take, whatever the rules say of them. */
  readonly takes: ReadonlySet<string>;
  /** Whether one of them is left by itself, should its condition hold. */
  readonly follows: boolean;
  readonly clocks: readonly RunningClock[];
}

/** A deadline that runs in a state: its name, the stage of that state, the XState event that ends it. */
interface RunningClock {
  readonly name: DeadlineName;
  readonly stage: string;
  readonly event: string;
}

const afterEvent = /^xstate\.after\.(\w+)\.(?:case\.open|reporter|reported)\.(\w+)/;

const clocksIn = (types: readonly string[]): RunningClock[] =>
  types.flatMap((event) => {
    const [, name, stage = ''] = afterEvent.exec(event) ?? [];
    return name === undefined ? [] : [{ name: name as DeadlineName, stage, event }];
  });

/** By kind of machine and where it stands; the second by the state itself, so that it is written out once. */
const known = new Map<string, Configuration>();
const knownOf = new WeakMap<MachineState, Configuration>();

export function configurationOf(ref: Ref, state: MachineState): Configuration {
  const before = knownOf.get(state);
  if (before) return before;
  const key = `${kindOf(ref)} ${JSON.stringify([state.value, state.historyValue])}`;
  const configuration = known.get(key) ?? configure(ref, state);
  known.set(key, configuration);
  knownOf.set(state, configuration);
  return configuration;
}

function configure(ref: Ref, state: MachineState): Configuration {
  const snapshot = restored(ref, state);
  const types = getNextTransitions(snapshot).map(({ eventType }) => String(eventType));
  return {
    restored: snapshot,
    takes: new Set(types),
    follows: types.includes(''),
    clocks: clocksIn(types),
  };
}
