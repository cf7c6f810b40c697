/** The deadlines of a case: what is still to run out, what has, and when its content is to go. */
import type { DeadlineName, Ref, Time } from '../../../machines/context.ts';
import { stagesOfMachine } from '../../../machines/stages.ts';
import { clocksOf, type CaseState } from '../../../machines/system.ts';
import { dueAt } from '../../../machines/deadlines.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { addDuration } from '../../../machines/time.ts';

export interface Deadline {
  readonly name: DeadlineName;
  /** Whose it is: `case`, or somebody's reference. */
  readonly ref: Ref;
  readonly stage: string;
  readonly dueAt: Time;
  /** Whether its clock still runs; otherwise it ran out and what it was for is still owed. */
  readonly pending: boolean;
}

const owedAfter: readonly (readonly [stage: string, name: DeadlineName])[] = [
  ['leadsMeeting', 'leadsMeet'],
  ['reporterCare', 'reporterFollowUp'],
];

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The deadlines of a case: those whose clock runs, and those that ran out while what they were for is
 * still owed. The due time stands in the context, so all of it follows from the state, and a replayed
 * case has the same clocks as a stored one.
 */
export function deadlinesOf(state: CaseState): readonly Deadline[] {
  const deadlines = known.get(state) ?? readDeadlines(state);
  known.set(state, deadlines);
  return deadlines;
}

const known = new WeakMap<CaseState, readonly Deadline[]>();

function readDeadlines(state: CaseState): Deadline[] {
  if (state.context.closedAt !== null) return [];
  const running = clocksOf(state).map(({ name, ref, stage }) => ({
    name,
    ref,
    stage,
    pending: true,
  }));
  const owed = Object.keys(state.machines).flatMap((ref) => {
    const stages = stagesOfMachine(state, ref);
    return owedAfter
      .filter(([stage]) => lookUp(stages, stage) === 'overdue')
      .filter(() => ref !== 'case' || state.context.duplicateOf === null)
      .map(([stage, name]) => ({ name, ref, stage, pending: false }));
  });
  return [...running, ...owed]
    .map((deadline) => ({ ...deadline, dueAt: dueAt(state.context, deadline) ?? '' }))
    .toSorted(
      (a, b) => compare(a.dueAt, b.dueAt) || compare(a.name, b.name) || compare(a.ref, b.ref),
    );
}

/** Whether a deadline has run out, and what it was for is still owed. */
export const isOverdue = (state: CaseState): boolean =>
  deadlinesOf(state).some(({ pending }) => !pending);

/** When the next of a case's deadlines runs out; null where no clock runs. */
export const nextDueAt = (state: CaseState): Time | null =>
  deadlinesOf(state).find(({ pending }) => pending)?.dueAt ?? null;

/** When the retention erases a case; null while it is open or held, and where cases are kept for good. */
export function eraseDueAt({ context }: CaseState): Time | null {
  const { closedAt, erased, held, settings } = context;
  if (closedAt === null || erased || held || settings.retainFor === null) return null;
  return addDuration(closedAt, settings.retainFor);
}
