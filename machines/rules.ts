/**
 * The rule catalogue (procedure.md): what must, what must never, each with its source and what to do
 * instead. Rules belong to event types and are judged wherever the case stands, all of them, so that
 * a refusal names everything that is in the way.
 */
import { appealRules } from './rules/appeal.ts';
import { careAndClosingRules } from './rules/care-and-closing.ts';
import { decisionRules } from './rules/decision.ts';
import { everyEvent } from './rules/every-event.ts';
import { immediateResponseRules } from './rules/immediate-response.ts';
import { intakeRules } from './rules/intake.ts';
import { leadsMeetingRules } from './rules/leads-meeting.ts';
import { publicCommunicationRules } from './rules/public-communication.ts';
import { reportedPersonFollowUpRules } from './rules/reported-person-follow-up.ts';
import type { Answer, Rule, Step } from './rules/rule.ts';

const catalogue = {
  ...everyEvent,
  ...intakeRules,
  ...immediateResponseRules,
  ...leadsMeetingRules,
  ...reportedPersonFollowUpRules,
  ...decisionRules,
  ...appealRules,
  ...publicCommunicationRules,
  ...careAndClosingRules,
} as const;

export type RuleId = keyof typeof catalogue;
export const rules: Readonly<Record<RuleId, Rule>> = catalogue;
export const ruleIds = Object.keys(catalogue) as RuleId[];

/** On every event, the opening included. */
export const universalRules = [
  'who-may-act',
  'in-its-stage',
  'known-reference',
  'recused-take-no-part',
  'case-closed',
  'case-erased',
] as const satisfies readonly RuleId[];

/** Every rule on an event with its answer, in the catalogue's order: the universal ones, then its own. */
export function judge(own: readonly RuleId[], step: Step): { rule: RuleId; answer: Answer }[] {
  return [...universalRules, ...own].map((rule) => ({ rule, answer: rules[rule].check(step) }));
}
