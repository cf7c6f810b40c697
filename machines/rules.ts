/**
 * The rule catalogue: what must, what must never, each with its sources and what to do instead. Rules
 * belong to event types and are judged wherever the case stands, all of them, so that a refusal names
 * everything that is in the way.
 */
import type { Ground } from './vocabulary.ts';
import { appealRules } from './rules/appeal.ts';
import { careRules } from './rules/care.ts';
import { byHas } from './rules/case-facts.ts';
import { closingRules } from './rules/closing.ts';
import { decisionRules } from './rules/decision.ts';
import { everyEvent } from './rules/every-event.ts';
import { immediateResponseRules } from './rules/immediate-response.ts';
import { intakeRules } from './rules/intake.ts';
import { leadsMeetingRules } from './rules/leads-meeting.ts';
import { publicCommunicationRules } from './rules/public-communication.ts';
import { reportedPersonFollowUpRules } from './rules/reported-person-follow-up.ts';
import {
  holds,
  needs,
  type Answer,
  type DepartureFacts,
  type Rule,
  type Step,
} from './rules/rule.ts';

const catalogue = {
  ...everyEvent,
  ...intakeRules,
  ...immediateResponseRules,
  ...leadsMeetingRules,
  ...reportedPersonFollowUpRules,
  ...decisionRules,
  ...appealRules,
  ...publicCommunicationRules,
  ...careRules,
  ...closingRules,
} as const;

export type RuleId = keyof typeof catalogue;
export const rules: Readonly<Record<RuleId, Rule>> = catalogue;
export const ruleIds = Object.keys(catalogue) as RuleId[];

/** On every event, the opening included. */
export const universalRules = Object.keys(everyEvent) as (keyof typeof everyEvent)[];

/** `always`: nothing makes it right. `explain`: it refuses until it holds, or somebody says why not. */
export const bindingOf = (rule: RuleId): 'always' | 'explain' =>
  rules[rule].departing ? 'explain' : 'always';

/** A source and the place in it, in one line; for a rule of ours, that it is. */
export const sourceOf = (rule: RuleId): string => {
  const { sources } = rules[rule];
  return sources.length > 0
    ? sources.map(({ source, section }) => `${source}, ${section}`).join('; ')
    : 'Recourse';
};

/** What the sender may do about a rule that stands in the way. */
export interface DepartureOpen {
  readonly allowed: boolean;
  /** Those that the rule knows, where the sender may depart. */
  readonly grounds: readonly Ground[];
}

export interface Judged {
  readonly rule: RuleId;
  readonly answer: Answer;
  /** Whether the sender departs from it, as they may. */
  readonly departed: boolean;
}

/** Why a departure is none; undefined where it is allowed. */
function objection(
  step: Step,
  own: readonly RuleId[],
  answers: ReadonlyMap<string, Answer>,
  departure: DepartureFacts,
): string | undefined {
  const rule = departure.rule as RuleId;
  const answer = answers.get(rule);
  if (!answer || !own.includes(rule)) return 'the rule is not on this event';
  const { departing } = rules[rule];
  if (!departing || step.context.settings.neverDepart.includes(rule))
    return 'nobody may depart from it';
  if (departing.on && !departing.on.includes(step.type)) return 'not on this event';
  if (answer.verdict !== 'broken') return 'the rule holds';
  if (!departing.grounds.includes(departure.ground)) return 'the rule does not know this ground';
  if (!byHas(step, ...departing.who)) return 'others may depart from it';
  if (departing.when && !departing.when(step, answer, departure))
    return 'not under these conditions';
  return undefined;
}

/** Whether the sender could depart from a rule that is broken, and on which grounds. */
export function departureOpen(step: Step, rule: RuleId, answer: Answer): DepartureOpen {
  const { departing } = rules[rule];
  const allowed =
    departing !== undefined &&
    !step.context.settings.neverDepart.includes(rule) &&
    (!departing.on || departing.on.includes(step.type)) &&
    byHas(step, ...departing.who) &&
    (!departing.when || departing.when(step, answer));
  return { allowed, grounds: allowed ? departing.grounds : [] };
}

/** Every rule on an event with its answer, in the catalogue's order: the universal ones, then its own. */
export function judge(own: readonly RuleId[], step: Step): Judged[] {
  const all = [...new Set<RuleId>([...universalRules, ...own])];
  const answers = new Map(all.map((rule) => [rule, rules[rule].check(step)] as const));
  const departures = step.facts?.departures ?? [];
  const objections = departures.flatMap((departure) => {
    const why = objection(step, own, answers, departure);
    return why === undefined ? [] : [{ rule: departure.rule, why }];
  });
  const allowed = new Set(
    departures
      .map(({ rule }) => rule)
      .filter((rule) => !objections.some((objected) => objected.rule === rule)),
  );
  return all.map((rule) => {
    if (rule === 'departure-is-allowed')
      return {
        rule,
        answer: needs(objections.length === 0, { departures: objections }),
        departed: false,
      };
    const departed = allowed.has(rule);
    return { rule, answer: departed ? holds : (answers.get(rule) ?? holds), departed };
  });
}
