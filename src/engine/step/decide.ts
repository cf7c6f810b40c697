/**
 * One step, judged: pure, from a snapshot and an event to the next snapshot or to everything that is
 * in the way. The one place where the machine runs.
 */
import { initialTransition, transition } from 'xstate';
import { caseMachine } from '../../../machines/case.ts';
import {
  openingContext,
  handlerRoles,
  type Actor,
  type DeadlineName,
  type Opening,
  type Time,
} from '../../../machines/context.ts';
import {
  eventDefinitions,
  eventTypes,
  namesOf,
  openingType,
  type CaseEvent,
  type Established,
  type EventType,
  type Stamp,
} from '../../../machines/events.ts';
import { judge, rules, type RuleId } from '../../../machines/rules.ts';
import type { Answer, Facts, Step } from '../../../machines/rules/rule.ts';
import { EngineDefect, type Violation } from '../../errors.ts';
import { placeOf, runningClocks, takenBy, type CaseSnapshot } from './statechart.ts';

export type Verdict =
  | { readonly outcome: 'accepted'; readonly snapshot: CaseSnapshot }
  | { readonly outcome: 'refused'; readonly violations: readonly Violation[] };

/** A rule of the catalogue as a caller is told of it. */
function violationOf(rule: RuleId, answer: Answer): Violation {
  const { statement, source, instead } = rules[rule];
  return {
    rule,
    statement,
    source,
    ...(instead !== undefined && { instead }),
    ...(answer.verdict === 'broken' && answer.detail && { detail: answer.detail }),
  };
}

function judgement(
  snapshot: CaseSnapshot,
  type: EventType,
  stamp: Omit<Stamp, 'seq'>,
  facts: Facts | undefined,
  taken = takenBy(snapshot),
) {
  const { who, rules: own } = eventDefinitions[type];
  const step: Step = {
    type,
    context: snapshot.context,
    at: stamp.at,
    by: stamp.by,
    who,
    facts,
    names: namesOf(type),
    place: placeOf(snapshot, type, taken),
  };
  return judge(own, step);
}

const brokenOf = (answers: ReturnType<typeof judge>): Violation[] =>
  answers
    .filter(({ answer }) => answer.verdict === 'broken')
    .map(({ rule, answer }) => violationOf(rule, answer));

/** Judges an event by every rule on it, and takes the step where none is broken. */
export function decide(snapshot: CaseSnapshot, event: CaseEvent): Verdict {
  const answers = judgement(snapshot, event.type, event, event as unknown as Facts);
  const violations = brokenOf(answers);
  if (violations.length > 0) return { outcome: 'refused', violations };
  const undecided = answers.find(({ answer }) => answer.verdict === 'depends');
  if (undecided) throw new EngineDefect(`${undecided.rule} did not decide on ${event.type}`);
  const [next] = transition(caseMachine, snapshot, event);
  if (next.status === 'error') throw new EngineDefect(`the machine failed on ${event.type}`);
  return { outcome: 'accepted', snapshot: next };
}

/** Judges an opening; `established` holds the roles of those whom the reporter does not want on the case. */
export function decideOpening(opening: Opening, stamp: Stamp, established: Established): Verdict {
  const step: Step = {
    type: openingType,
    context: openingContext(opening),
    at: stamp.at,
    by: stamp.by,
    who: handlerRoles,
    facts: { ...established, excluded: opening.excluded.map(({ person }) => person) },
    names: { staff: true, others: false },
  };
  const violations = brokenOf(judge([], step));
  if (violations.length > 0) return { outcome: 'refused', violations };
  const [snapshot] = initialTransition(caseMachine, opening);
  return { outcome: 'accepted', snapshot };
}

/** Lets a deadline run out. Null where its clock does not run any more, or is not due yet. */
export function decideElapse(
  snapshot: CaseSnapshot,
  name: DeadlineName,
  at: Time,
  seq: number,
): CaseSnapshot | null {
  const clock = runningClocks(snapshot).get(name);
  const due = snapshot.context.due[name];
  if (!clock || due === null || at < due) return null;
  const [next] = transition(caseMachine, snapshot, {
    type: clock.event,
    at,
    by: null,
    seq,
  } as never);
  return next;
}

export interface Option {
  readonly type: EventType;
  readonly verdict: 'allowed' | 'conditional' | 'refused';
  readonly violations: readonly Violation[];
}

/**
 * What somebody may do now, event type by event type. `refused`: a rule is broken whatever the
 * payload; `allowed`: none can be; `conditional`: it depends on the payload, and the rules named are
 * those to look out for. The same rules as `decide` asks, so it always agrees with what sending does.
 */
export function optionsFor(snapshot: CaseSnapshot, at: Time, by: Actor): Option[] {
  const taken = takenBy(snapshot);
  return eventTypes.map((type) => {
    const hasPayload = Object.keys(eventDefinitions[type].fields).length > 0;
    const answers = judgement(snapshot, type, { at, by }, hasPayload ? undefined : {}, taken);
    const violations = brokenOf(answers);
    if (violations.length > 0) return { type, verdict: 'refused', violations };
    const toWatch = answers.filter(({ answer }) => answer.verdict === 'depends');
    return {
      type,
      verdict: toWatch.length > 0 ? 'conditional' : 'allowed',
      violations: toWatch.map(({ rule, answer }) => violationOf(rule, answer)),
    };
  });
}
