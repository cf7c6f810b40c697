/**
 * Where one machine can stand, and what it takes there. The states that are active are few and belong
 * to the definition, not to a case: what follows from them is looked up once for all cases, instead of
 * restoring a snapshot for every question (half of a step's time).
 */
import { getNextTransitions, type SnapshotFrom, type StateValue } from 'xstate';
import { caseMachine } from './case.ts';
import type { Context, Ref } from './context.ts';
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
export const kindOf = (ref: Ref): MachineKind | 'other' =>
  ref.replace(/-\d+$/, '') as MachineKind | 'other';

export const machineOf = (ref: Ref) => machines[kindOf(ref) as MachineKind] as typeof caseMachine;

// the machines have no children, for which alone XState would need a scope
const noScope = undefined as unknown as Parameters<typeof caseMachine.restoreSnapshot>[1];

/** A machine as XState steps it. Throws where the state names one that the definition does not have. */
export function restore(context: Context, ref: Ref, state: MachineState): Snapshot {
  const persisted = {
    status: 'active',
    children: {},
    historyValue: {},
    ...state,
    value: structuredClone(state.value),
    context: {},
  };
  const snapshot = machineOf(ref).restoreSnapshot(persisted as never, noScope);
  // put in afterwards: XState walks through a context that it restores, in search of actors
  return Object.assign(snapshot, { context: { ...context, self: ref } });
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
  /** The types of event that the active states take, whatever the rules say of them. */
  readonly takes: ReadonlySet<string>;
  /** Whether one of them is left by itself, should its condition hold. */
  readonly follows: boolean;
}

const known = new Map<string, Configuration>();

export function configurationOf(ref: Ref, { value }: MachineState): Configuration {
  const key = `${kindOf(ref)} ${JSON.stringify(value)}`;
  const before = known.get(key);
  if (before) return before;
  const types = getNextTransitions(restore({} as Context, ref, { value })).map(({ eventType }) =>
    String(eventType),
  );
  const configuration = { takes: new Set(types), follows: types.includes('') };
  known.set(key, configuration);
  return configuration;
}
