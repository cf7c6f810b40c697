/** Whom an event is about, where it does not say, and which references it gives to those whom it names. */
import type { Context, Ref } from './context.ts';
import { eventDefinitions, type EventType, type Resolved } from './events.ts';
import type { Concern } from './events/fields.ts';
import { refsGiven } from './people.ts';
import { canonical } from './rules/case-facts.ts';
import { standing, type Facts } from './rules/rule.ts';
import { candidatesFor, takenBy, targetsOf, type CaseState } from './system.ts';

/** The reporter whose report is at hand: the latest one's, or whoever has come. */
function reporterAtHand({ intake, people }: Context): Ref | undefined {
  const latest = intake.reports.at(-1);
  return latest ? (latest.from ?? undefined) : people.reporters[0]?.ref;
}

/** Everybody on whom there is no decision yet; everybody, where there is one on each. */
function undecided(context: Context): Ref | readonly Ref[] | undefined {
  const people = standing(context);
  const without = people.filter(({ decision }) => decision === null);
  const refs = (without.length > 0 ? without : people).map(({ ref }) => ref);
  return refs.length > 1 ? refs : refs[0];
}

/** The one who can be meant: the only one there is, or the only one with whom it can be done. */
function onlyOne(state: CaseState, type: EventType, { kinds }: Concern): Ref | undefined {
  const candidates = candidatesFor(state.context, kinds.slice(0, 1));
  if (candidates.length === 1) return candidates[0];
  const possible = candidates.filter((ref) =>
    targetsOf(state, type, ref).every((target) => takenBy(state, target).has(type)),
  );
  const planned = type === 'care.followUpWithImpacted' || type === 'care.dropFollowUp';
  const waiting = planned
    ? possible.filter((ref) =>
        state.context.leadsMeeting.followUps.some((f) => f.for === ref && !f.settled),
      )
    : possible;
  return waiting.length === 1 ? waiting[0] : undefined;
}

function whom(state: CaseState, type: EventType, said: Facts['for']): Facts['for'] {
  const { concerns } = eventDefinitions[type];
  if (!concerns) return undefined;
  if (said !== undefined) {
    const refs = [said].flat().map((ref) => canonical(state.context, ref));
    return refs.length > 1 ? refs : refs[0];
  }
  if (concerns.reportAtHand) return reporterAtHand(state.context);
  if (concerns.eachUndecided) return undecided(state.context);
  return onlyOne(state, type, concerns);
}

/** The facts of an event with whom it is about and whom it brings in; those that were recorded stay as they are. */
export function resolve<F extends Facts>(
  state: CaseState,
  type: EventType,
  facts: F,
): F & Resolved {
  const about = whom(state, type, facts.for);
  const named = facts.named ?? refsGiven(state.context, type, facts);
  return {
    ...facts,
    ...(about !== undefined && { for: about }),
    ...(named !== undefined && { named }),
  };
}
