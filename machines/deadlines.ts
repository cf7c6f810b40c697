/** When something is due, and whether it happened by then. */
import type { Context, DeadlineName, Ref, Time, Timeliness } from './context.ts';
import { lookUp } from './look-up.ts';

/** When a deadline is due, the case's own or somebody's; null where there is none. */
export function dueAt(
  { people, due }: Context,
  { name, ref }: { readonly name: DeadlineName; readonly ref: Ref },
): Time | null {
  const owner = [...people.reporters, ...people.reported].find((person) => person.ref === ref);
  const all: Partial<Record<DeadlineName, Time | null>> = owner?.due ?? due;
  return lookUp(all, name) ?? null;
}

/** Keeps whether something that had a deadline happened in time; a deadline's own entry can't know. */
export const kept = (
  { timeliness }: Context,
  name: DeadlineName,
  { ref, dueAt: due, at }: { ref: Ref | null; dueAt: Time | null; at: Time },
): readonly Timeliness[] =>
  due === null
    ? timeliness
    : [...timeliness, { name, ref, dueAt: due, happenedAt: at, late: at > due }];
