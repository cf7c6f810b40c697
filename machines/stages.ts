/** Reading the machines: the eight stages, where a case and its people stand, where an event belongs. */
import type { AnyStateNode } from 'xstate';
import type { Context, Ref } from './context.ts';
import { eventDefinitions, eventTypes, type EventType } from './events.ts';
import type { Facts, Place } from './rules/rule.ts';
import { kindOf, machines, type MachineKind, type MachineState } from './configurations.ts';
import { lookUp } from './look-up.ts';
import {
  candidatesFor,
  releasedIn,
  takenBy,
  takenWhenClosed,
  targetsOf,
  type CaseState,
} from './system.ts';

/** The stages in the order of the procedure, and whose machine each belongs to. */
const order = [
  'intake',
  'immediateResponse',
  'reporterCare',
  'leadsMeeting',
  'reportedPersonFollowUp',
  'decision',
  'appeal',
  'publicCommunication',
];

export interface StageNode {
  readonly name: string;
  readonly machine: MachineKind;
  readonly node: AnyStateNode;
}

const regionsOf = (kind: MachineKind): AnyStateNode[] => {
  const { root } = machines[kind];
  return Object.values(kind === 'case' ? (root.states['open']?.states ?? {}) : root.states).filter(
    ({ type }) => type !== 'history',
  );
};

export const stageNodes: readonly StageNode[] = (Object.keys(machines) as MachineKind[])
  .flatMap((machine) => regionsOf(machine).map((node) => ({ name: node.key, machine, node })))
  .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
export const stageNames: readonly string[] = stageNodes.map(({ name }) => name);
export type Stages = Readonly<Record<string, string>>;

const stagesBy = (kind: MachineKind) => stageNodes.filter(({ machine }) => machine === kind);

/** Of a stage with states inside its states, the outer one. */
const outerState = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys(value ?? {})[0] ?? '');

const stagesOfStates = new WeakMap<MachineState, Stages>();

/** The stages of one machine; in a closed case those of its own, where each stood. */
export function stagesOfMachine({ machines: states }: CaseState, ref: Ref): Stages {
  const kind = kindOf(ref);
  const state = lookUp(states, ref);
  if (kind === 'other' || !state) return {};
  const stages = stagesOfStates.get(state) ?? readStages(kind, state);
  stagesOfStates.set(state, stages);
  return stages;
}

function readStages(kind: MachineKind, state: MachineState): Stages {
  const names = stagesBy(kind).map(({ name }) => name);
  const value = state.value as Record<string, unknown>;
  if (kind !== 'case')
    return Object.fromEntries(names.map((name) => [name, outerState(lookUp(value, name))]));
  if (state.value !== 'closed') {
    const inside = value['open'] as Record<string, unknown>;
    return Object.fromEntries(names.map((name) => [name, outerState(lookUp(inside, name))]));
  }
  // the id of a state: the machine, open, its stage, itself
  const stood = Object.values(state.historyValue ?? {}).flatMap((nodes) =>
    nodes.map(({ id }) => id.split('.')),
  );
  const byStage = new Map(stood.map(([, , stage = '', leaf = '']) => [stage, leaf]));
  return Object.fromEntries(names.map((name) => [name, byStage.get(name) ?? '']));
}

/** Of several people's states the one that a case as a whole shows: the least settled. */
function leastSettled({ node }: StageNode, states: readonly string[]): string {
  const ranks = (node.meta as { order?: readonly string[] } | undefined)?.order ?? [];
  const rank = (state: string) => (ranks.includes(state) ? ranks.indexOf(state) : ranks.length);
  return [...new Set(states)].toSorted((a, b) => rank(a) - rank(b))[0] ?? initialOf(node);
}

const initialOf = (node: AnyStateNode): string => node.initial.target[0]?.key ?? '';

/** Those whose stages count: whoever was named by mistake counts where there is nobody else. */
function counted(context: Context, kind: MachineKind): readonly Ref[] {
  const { people } = context;
  const all = (kind === 'reporter' ? people.reporters : people.reported).map(({ ref }) => ref);
  const isReleased = releasedIn(context);
  const still = all.filter((ref) => !isReleased(ref));
  return still.length > 0 ? still : all;
}

const stagesOfCases = new WeakMap<CaseState, Stages>();

/** Each stage's state: the case's own, and of its people's the least settled one. Read once for a state. */
export function stagesOf(state: CaseState): Stages {
  const stages = stagesOfCases.get(state) ?? readAllStages(state);
  stagesOfCases.set(state, stages);
  return stages;
}

function readAllStages(state: CaseState): Stages {
  const theCase = stagesOfMachine(state, 'case');
  return Object.fromEntries(
    stageNodes.map((stage) => [
      stage.name,
      stage.machine === 'case'
        ? (lookUp(theCase, stage.name) ?? '')
        : leastSettled(
            stage,
            counted(state.context, stage.machine).map(
              (ref) => lookUp(stagesOfMachine(state, ref), stage.name) ?? '',
            ),
          ),
    ]),
  );
}

export const statusOf = ({ context }: CaseState): 'open' | 'closed' =>
  context.closedAt === null ? 'open' : 'closed';

function takes(node: AnyStateNode, type: string): boolean {
  return (
    node.transitions.has(type) || Object.values(node.states).some((child) => takes(child, type))
  );
}

interface Home {
  readonly stage: string;
  readonly takenIn: readonly string[];
}

function homeOf(type: EventType): Home {
  // a stage that belongs to people comes first: the case takes their events for those without a machine
  const inOrder = stageNodes.toSorted(
    (a, b) => Number(a.machine === 'case') - Number(b.machine === 'case'),
  );
  for (const { name, node } of inOrder) {
    const states = Object.values(node.states);
    if (node.transitions.has(type)) return { stage: name, takenIn: states.map(({ key }) => key) };
    const takenIn = states.filter((state) => takes(state, type)).map(({ key }) => key);
    if (takenIn.length > 0) return { stage: name, takenIn };
  }
  const takenIn = Object.values(machines.case.root.states)
    .filter((state) => state.transitions.has(type))
    .map(({ key }) => key);
  return { stage: 'case', takenIn };
}

/** The stage that each event belongs to, and the states of it that take the event. */
export const homes: Readonly<Record<EventType, Home>> = Object.fromEntries(
  eventTypes.map((type) => [type, homeOf(type)]),
) as Record<EventType, Home>;

/** Where the case stands, as far as it matters for an event; `facts` undefined while they are not known. */
export function placeOf(state: CaseState, type: EventType, facts: Facts | undefined): Place {
  const { stage, takenIn } = homes[type];
  const { context } = state;
  if (context.closedAt !== null) {
    const taken = takenWhenClosed.has(type);
    return {
      stage: 'case',
      stands: 'closed',
      takenIn: stage === 'case' ? takenIn : ['open'],
      taken,
    };
  }
  const { concerns } = eventDefinitions[type];
  const all = concerns ? candidatesFor(context, concerns.kinds) : [];
  const whom = facts ? [facts.for ?? []].flat() : all;
  // whom it is about is to be said first (`known-reference`)
  if (facts && concerns && !concerns.optional && whom.length === 0 && all.length > 0)
    return { stage, stands: lookUp(stagesOf(state), stage) ?? '', takenIn, taken: true };
  const people = whom.length > 0 ? whom.map((ref) => [ref]) : [[]];
  const answers = people.map((refs) =>
    targetsOf(state, type, refs).map((ref) => ({ ref, taken: takenBy(state, ref).has(type) })),
  );
  const taken = answers.map((targets) => targets.every((target) => target.taken));
  const first = answers.flat().find((target) => !target.taken)?.ref ?? 'case';
  const where =
    lookUp(stagesOfMachine(state, first), stage) ??
    lookUp(stagesOf(state), stage) ??
    statusOf(state);
  const every = taken.every(Boolean);
  // of those whom it could be about some would take it: that hangs on whom it is about
  const some = !facts && taken.some(Boolean);
  return { stage, stands: where, takenIn, taken: every ? true : some ? undefined : false };
}
