/** The catalogue of rules, and the documents that it cites. */
import { bindingOf, ruleIds, rules as catalogue, type RuleId } from '../../../machines/rules.ts';
import { appealRules } from '../../../machines/rules/appeal.ts';
import { careRules } from '../../../machines/rules/care.ts';
import { closingRules } from '../../../machines/rules/closing.ts';
import { decisionRules } from '../../../machines/rules/decision.ts';
import { everyEvent } from '../../../machines/rules/every-event.ts';
import { immediateResponseRules } from '../../../machines/rules/immediate-response.ts';
import { intakeRules } from '../../../machines/rules/intake.ts';
import { leadsMeetingRules } from '../../../machines/rules/leads-meeting.ts';
import { publicCommunicationRules } from '../../../machines/rules/public-communication.ts';
import { reportedPersonFollowUpRules } from '../../../machines/rules/reported-person-follow-up.ts';
import { sources as documents } from '../../../machines/sources.ts';
import { rolesInWords } from './events.ts';
import { blocks, code, codes, table } from './markdown.ts';

const groups = {
  'On every event': everyEvent,
  Intake: intakeRules,
  'Immediate response': immediateResponseRules,
  'The leads’ meeting': leadsMeetingRules,
  'Speaking with the reported person': reportedPersonFollowUpRules,
  Decision: decisionRules,
  Appeal: appealRules,
  'Public communication': publicCommunicationRules,
  Care: careRules,
  'Closing, and what takes two': closingRules,
} as const;

function binding(id: RuleId): string {
  const { departing } = catalogue[id];
  if (!departing) return bindingOf(id);
  const { who, grounds, on, condition } = departing;
  return [
    `${bindingOf(id)}: ${rolesInWords(who)}; ${codes(grounds)}.`,
    ...(on ? [`On ${codes(on)}.`] : []),
    ...(condition === undefined ? [] : [condition]),
  ].join(' ');
}

function origin(id: RuleId): string {
  const { basis, sources, why } = catalogue[id];
  const cited = sources.map(({ source, section }) => `${source}, ${section}`).join('; ');
  return [
    `**${basis}**`,
    ...(cited ? [`${cited}.`] : []),
    ...(why === undefined ? [] : [why]),
  ].join(' ');
}

const rowOf = (id: RuleId): string[] => [
  code(id),
  catalogue[id].statement,
  binding(id),
  origin(id),
];

/** Throws where a rule of the catalogue is in none of the groups. */
export function rules(): string {
  const grouped = Object.entries(groups).map(
    ([title, group]) => [title, Object.keys(group) as RuleId[]] as const,
  );
  const listed = new Set(grouped.flatMap(([, ids]) => ids));
  const left = ruleIds.filter((id) => !listed.has(id));
  if (left.length > 0) throw new Error(`in no group of the contract: ${left.join(', ')}`);
  const head = ['rule', 'it demands', 'binding', 'basis'];
  return blocks(
    ...grouped.flatMap(([title, ids]) => [`#### ${title}`, table(head, ids.map(rowOf))]),
  );
}

export const sources = (): string =>
  table(
    ['key', 'document', 'licence', 'as of'],
    Object.entries(documents).map(([key, { title, address, licence, asOf }]) => [
      key,
      `[${title}](${address})`,
      licence,
      asOf,
    ]),
  );
