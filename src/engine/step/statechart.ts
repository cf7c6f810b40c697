/**
 * Reading the statechart: where a case stands, what its states take, which clocks run. Everything
 * here is a function of the snapshot and the definition.
 */
import { getNextTransitions, type AnyStateNode, type SnapshotFrom } from 'xstate';
import { caseMachine } from '../../../machines/case.ts';
import type { DeadlineName, Time } from '../../../machines/context.ts';
import { eventTypes, type EventType } from '../../../machines/events.ts';
import type { Place } from '../../../machines/rules/rule.ts';
import { addDuration } from '../../../machines/time.ts';

export type CaseSnapshot = SnapshotFrom<typeof caseMachine>;
/** A snapshot as it is stored: JSON. */
export type StoredSnapshot = Readonly<Record<string, unknown>>;

/** Throws where the snapshot names a state that the definition does not have. */
export function restore(stored: StoredSnapshot): CaseSnapshot {
  // the machine has no children, for which alone XState would need a scope
  const noScope = undefined as unknown as Parameters<typeof caseMachine.restoreSnapshot>[1];
  return caseMachine.restoreSnapshot(structuredClone(stored) as never, noScope);
}

/**
 * The snapshot as JSON holds it, so that what is hashed now is what is read back later. XState lists
 * the states of a history in the order in which it came by them, which differs between a snapshot
 * that was restored and one that was stepped to; by id they are the same.
 */
export function persist(snapshot: CaseSnapshot): StoredSnapshot {
  const json = JSON.stringify(caseMachine.getPersistedSnapshot(snapshot));
  const stored = JSON.parse(json) as { historyValue?: Record<string, { id: string }[]> };
  for (const states of Object.values(stored.historyValue ?? {}))
    states.sort((a, b) => (a.id < b.id ? -1 : 1));
  return stored;
}

const { open } = caseMachine.root.states;
if (!open) throw new Error('the machine has no open state');
const regions = Object.entries(open.states).filter(([, node]) => node.type !== 'history');
export const stageNames = regions.map(([name]) => name);
export type Stages = Readonly<Record<string, string>>;

/** Of a stage with states inside its states, the outer one. */
const outerState = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '');

/** Each stage's state; in a closed case, where each stood. */
export function stagesOf(snapshot: CaseSnapshot): Stages {
  const value = snapshot.value as { open: Record<string, unknown> } | 'closed';
  if (value !== 'closed')
    return Object.fromEntries(stageNames.map((name) => [name, outerState(value.open[name])]));
  const stood = Object.values(snapshot.historyValue).flatMap((nodes) => nodes ?? []);
  // the path of a state: open, its stage, itself
  const states = new Map(stood.map(({ path }) => [path[1], path[2] ?? '']));
  return Object.fromEntries(stageNames.map((name) => [name, states.get(name) ?? '']));
}

export const statusOf = ({ context }: CaseSnapshot): 'open' | 'closed' =>
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
  for (const [stage, node] of regions) {
    const states = Object.values(node.states);
    if (node.transitions.has(type)) return { stage, takenIn: states.map(({ key }) => key) };
    const takenIn = states.filter((state) => takes(state, type)).map(({ key }) => key);
    if (takenIn.length > 0) return { stage, takenIn };
  }
  const takenIn = Object.values(caseMachine.root.states)
    .filter((state) => state.transitions.has(type))
    .map(({ key }) => key);
  return { stage: 'case', takenIn };
}

/** The stage that each event belongs to, and the states of it that take the event. */
export const homes: Readonly<Record<EventType, Home>> = Object.fromEntries(
  eventTypes.map((type) => [type, homeOf(type)]),
) as Record<EventType, Home>;

/** The types that some active state takes, whatever the rules say of them. */
export const takenBy = (snapshot: CaseSnapshot): ReadonlySet<string> =>
  new Set(getNextTransitions(snapshot).map(({ eventType }) => String(eventType)));

/** Where the case stands, as far as it matters for this type of event. */
export function placeOf(
  snapshot: CaseSnapshot,
  type: EventType,
  takenTypes: ReadonlySet<string>,
): Place {
  const { stage, takenIn } = homes[type];
  const taken = takenTypes.has(type);
  if (stage === 'case') return { stage, stands: statusOf(snapshot), takenIn, taken };
  if (snapshot.context.closedAt !== null)
    return { stage: 'case', stands: 'closed', takenIn: ['open'], taken };
  return { stage, stands: stagesOf(snapshot)[stage] ?? '', takenIn, taken };
}

export interface Deadline {
  readonly name: DeadlineName;
  readonly stage: string;
  readonly dueAt: Time;
  /** Whether its clock still runs; otherwise it ran out and what it was for is still owed. */
  readonly pending: boolean;
}

const afterEvent = /^xstate\.after\.(\w+)\.case\.open\.(\w+)/;
const owedAfter: Readonly<Record<string, DeadlineName>> = {
  leadsMeeting: 'leadsMeet',
  reporterCare: 'reporterFollowUp',
};

/** The XState event that ends each running clock, by the deadline's name. */
export function runningClocks(
  snapshot: CaseSnapshot,
): ReadonlyMap<DeadlineName, { event: string; stage: string }> {
  const clocks = new Map<DeadlineName, { event: string; stage: string }>();
  for (const event of takenBy(snapshot)) {
    const [, name, stage = ''] = afterEvent.exec(event) ?? [];
    if (name !== undefined) clocks.set(name as DeadlineName, { event, stage });
  }
  return clocks;
}

/**
 * The deadlines of a case: those whose clock runs, and those that ran out while what they were for
 * is still owed. The due time stands in the context, so all of it follows from the snapshot, and a
 * replayed case has the same clocks as a restored one.
 */
export function deadlinesOf(snapshot: CaseSnapshot): Deadline[] {
  const { due, closedAt } = snapshot.context;
  if (closedAt !== null) return [];
  const stages = stagesOf(snapshot);
  const running = [...runningClocks(snapshot)].map(([name, { stage }]) => ({
    name,
    stage,
    pending: true,
  }));
  const owed = Object.entries(owedAfter)
    .filter(([stage]) => stages[stage] === 'overdue')
    .map(([stage, name]) => ({ name, stage, pending: false }));
  return [...running, ...owed]
    .map((deadline) => ({ ...deadline, dueAt: due[deadline.name] ?? '' }))
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt) || a.name.localeCompare(b.name));
}

/** When the retention erases a case; null while it is open or held, and where cases are kept for good. */
export function eraseDueAt({ context }: CaseSnapshot): Time | null {
  const { closedAt, erased, held, settings } = context;
  if (closedAt === null || erased || held || settings.retainFor === null) return null;
  return addDuration(closedAt, settings.retainFor);
}
