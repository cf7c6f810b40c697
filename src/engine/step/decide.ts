/**
 * One step, judged: pure, from a state and an event to the next state or to everything that is in the
 * way. The one place where rules and machines meet.
 */
import type { Actor, DeadlineName, Opening, Ref, Time } from '../../../machines/context.ts';
import { handlerRoles } from '../../../machines/vocabulary.ts';
import {
  canName,
  eventDefinitions,
  eventTypes,
  hasPayload,
  openingType,
  type CaseEvent,
  type Established,
  type EventType,
  type Stamp,
} from '../../../machines/events.ts';
import { confirmedBy } from '../../../machines/proposals.ts';
import { resolve } from '../../../machines/resolve.ts';
import {
  departureOpen,
  judge,
  rules,
  sourceOf,
  type Judged,
  type RuleId,
} from '../../../machines/rules.ts';
import type { Answer, Facts, Step } from '../../../machines/rules/rule.ts';
import { stepOf } from '../../../machines/setup.ts';
import { placeOf } from '../../../machines/stages.ts';
import { clocksOf, elapse, open, step, type CaseState } from '../../../machines/system.ts';
import { dueAt } from '../../../machines/deadlines.ts';
import { openingContext } from '../../../machines/opening.ts';
import { EngineDefect, type Violation } from '../../errors.ts';

export type Verdict =
  | { readonly outcome: 'accepted'; readonly state: CaseState }
  | { readonly outcome: 'refused'; readonly violations: readonly Violation[] };

/** A rule of the catalogue as a caller is told of it. */
function violationOf(asked: Step, rule: RuleId, answer: Answer): Violation {
  const { statement, instead } = rules[rule];
  return {
    rule,
    statement,
    source: sourceOf(rule),
    ...(instead !== undefined && { instead }),
    ...(answer.verdict === 'broken' && answer.detail && { detail: answer.detail }),
    departure: departureOpen(asked, rule, answer),
  };
}

const judged = (asked: Step, type: EventType): Judged[] =>
  judge(eventDefinitions[type].rules, asked);

const brokenOf = (asked: Step, answers: readonly Judged[]): Violation[] =>
  answers
    .filter(({ answer }) => answer.verdict === 'broken')
    .map(({ rule, answer }) => violationOf(asked, rule, answer));

/** What stands in the way of an event. */
function objectionsTo(state: CaseState, event: CaseEvent): Violation[] {
  const asked = stepOf(state.context, event, placeOf(state, event.type, event.facts as Facts));
  const answers = judged(asked, event.type);
  const undecided = answers.find(({ answer }) => answer.verdict === 'depends');
  if (undecided) throw new EngineDefect(`${undecided.rule} did not decide on ${event.type}`);
  return brokenOf(asked, answers);
}

/** Judges an event by every rule on it, and takes the step where none is broken. */
export function decide(state: CaseState, event: CaseEvent): Verdict {
  const confirmed = event.type === 'case.confirm' ? confirmedBy(state.context, event) : undefined;
  const violations = [
    ...objectionsTo(state, event),
    // what takes two is judged again when the second comes
    ...(confirmed ? objectionsTo(state, confirmed) : []),
  ];
  if (violations.length > 0) return { outcome: 'refused', violations };
  const next = step(state, event);
  if (!next) throw new EngineDefect(`no machine took ${event.type}`);
  return { outcome: 'accepted', state: next };
}

/** Judges an opening; `established` holds the roles of those whom the reporter does not want on the case. */
export function decideOpening(opening: Opening, stamp: Stamp, established: Established): Verdict {
  const excluded = opening.excluded.map(({ person }) => person);
  const asked: Step = {
    type: openingType,
    context: openingContext(opening),
    at: stamp.at,
    by: stamp.by,
    who: handlerRoles,
    concerns: undefined,
    facts: { ...established, excluded, receivedAt: opening.receivedAt },
    names: {
      possible: new Set(['staff']),
      staff: excluded,
      tasks: [],
      people: [],
      audiences: [],
    },
    team: undefined,
    original: undefined,
    place: undefined,
  };
  const violations = brokenOf(asked, judge([], asked));
  if (violations.length > 0) return { outcome: 'refused', violations };
  return { outcome: 'accepted', state: open(opening, stamp) };
}

/** Lets a deadline run out. Null where its clock does not run any more, or is not due yet. */
export function decideElapse(
  state: CaseState,
  { name, ref }: { readonly name: DeadlineName; readonly ref: Ref },
  stamp: Stamp,
): CaseState | null {
  const clock = clocksOf(state).find((running) => running.name === name && running.ref === ref);
  const due = clock && dueAt(state.context, clock);
  if (!clock || !due || stamp.at < due) return null;
  return elapse(state, clock, stamp);
}

export interface Option {
  readonly type: EventType;
  readonly verdict: 'allowed' | 'conditional' | 'refused';
  readonly violations: readonly Violation[];
}

/** What is known of a case beside its state, whatever somebody may send. */
export type Known = Pick<Established, 'team' | 'original'>;

/** The question whether somebody may send an event of which nothing is known but its type. */
function questionOf(state: CaseState, type: EventType, by: Actor, at: Time, known: Known): Step {
  const { who, concerns, rules: own } = eventDefinitions[type];
  const said: Facts = resolve(state, type, {});
  const meant = concerns === undefined || concerns.optional === true || said.for !== undefined;
  // where all that an event can say is whom it is about, leaving that out says all
  const facts = meant && !hasPayload(type) ? { ...said, ...readBy(own, known) } : undefined;
  return {
    type,
    context: state.context,
    at,
    by,
    who,
    concerns,
    facts,
    meant,
    names: { possible: canName(type), staff: [], tasks: [], people: [], audiences: [] },
    team: known.team,
    original: known.original,
    place: placeOf(state, type, facts),
  };
}

/** Of what is known, that which the rules on an event read. */
export function readBy(own: readonly RuleId[], known: Known): Known {
  const reads = new Set(own.map((rule) => rules[rule].reads));
  return {
    ...(reads.has('team') && known.team && { team: known.team }),
    ...(reads.has('original') && known.original && { original: known.original }),
  };
}

function optionFor(state: CaseState, type: EventType, by: Actor, at: Time, known: Known): Option {
  const asked = questionOf(state, type, by, at, known);
  const answers = judged(asked, type);
  const told = (verdict: Answer['verdict']) =>
    answers
      .filter(({ answer }) => answer.verdict === verdict)
      .map(({ rule, answer }) => violationOf(asked, rule, answer));
  const [broken, toWatch] = [told('broken'), told('depends')];
  if (broken.some(({ departure }) => !departure.allowed))
    return { type, verdict: 'refused', violations: broken };
  // a confirmation is judged by the rules of what it confirms as well
  const proposed =
    type === 'case.confirm'
      ? state.context.proposals.flatMap((proposal) =>
          eventDefinitions[proposal.type as EventType].rules.map((rule) =>
            violationOf(asked, rule, { verdict: 'depends' }),
          ),
        )
      : [];
  const violations = [...broken, ...toWatch, ...proposed];
  return { type, verdict: violations.length > 0 ? 'conditional' : 'allowed', violations };
}

/**
 * What somebody may do now, event type by event type; asked of events that leave out when they
 * happened, departures, and whom they are about where just one can be meant. `refused`: a rule is
 * broken whatever the payload, and the sender may not depart from it; `allowed`: none can be;
 * `conditional`: it depends on the payload, or on a departure, and the rules named are those to look
 * out for. The same rules as `decide` asks, so it always agrees with what sending does.
 */
export function optionsFor(
  state: CaseState,
  {
    at,
    by,
    known,
    types = eventTypes,
  }: { at: Time; by: Actor; known: Known; types?: readonly EventType[] },
): Option[] {
  return types.map((type) => optionFor(state, type, by, at, known));
}
