import { z } from 'zod';
import { findings, handlerRoles } from '../vocabulary.ts';
import {
  amendedResponses,
  assignee,
  distinct,
  medium,
  responseNumber,
  responses,
  screenedText,
  text,
  type Concern,
  type EventDefinition,
} from './fields.ts';

const concerns = { kinds: ['reported'] } as const satisfies Concern;

export const decisionEvents = {
  'decision.record': {
    title: 'Record the decision',
    description:
      'For one reported person; without `for`, the same for each who has none. Needs leads who met.',
    example: { finding: 'violation', deciders: ['ada', 'ben'], responses: [{ kind: 'warning' }] },
    who: ['lead'],
    rules: [
      'decision-after-meeting',
      'deciders-met',
      'never-one-decider',
      'no-violation-no-sanction',
      'violation-needs-response',
      'lasting-responses-have-a-term',
      'no-judge-in-own-cause',
    ],
    concerns: { kinds: ['reported'], eachUndecided: true },
    fields: {
      finding: z.enum(findings),
      deciders: distinct(assignee),
      responses,
      rationale: text.optional(),
    },
  },
  'decision.amend': {
    title: 'Put a decision right',
    description:
      'By leads who met since. `responses` is the whole list from now on; what it takes away after it was carried out is owed a lift.',
    example: {
      finding: 'no-violation',
      responses: [],
      deciders: ['ada', 'ben'],
      reason: 'He was elsewhere.',
    },
    who: ['lead'],
    rules: [
      'decision-stands',
      'deciders-met',
      'never-one-decider',
      'no-violation-no-sanction',
      'violation-needs-response',
      'lasting-responses-have-a-term',
      'appeal-not-pending',
      'appeal-only-eased',
      'no-judge-in-own-cause',
    ],
    concerns,
    fields: {
      finding: z.enum(findings).optional().describe('As it was if absent.'),
      responses: amendedResponses.optional().describe('As they were if absent.'),
      deciders: distinct(assignee),
      reason: text,
    },
  },
  'decision.notifyReportedPerson': {
    title: 'Tell the reported person',
    description: 'Of the decision, of its amendment, or of what an appeal made of it.',
    example: { medium: 'in-person' },
    who: handlerRoles,
    rules: [
      'decision-stands',
      'assigned-responder-acts',
      'reporter-not-revealed',
      'reveal-risk-asked',
    ],
    concerns,
    fields: { medium, message: screenedText.optional() },
  },
  'decision.markUnnotifiable': {
    title: 'Note that they cannot be told',
    description: 'The reported person is unknown, or out of reach.',
    example: { reason: 'We never learned who it was.' },
    who: ['lead'],
    rules: ['decision-stands'],
    concerns,
    fields: { reason: text },
  },
  'decision.carryOutResponse': {
    title: 'Carry a response out',
    description: 'Records that one of the responses was made.',
    example: { response: 1 },
    who: handlerRoles,
    rules: ['decision-stands', 'assigned-responder-acts'],
    concerns,
    fields: { response: responseNumber },
  },
  'decision.abandonResponse': {
    title: 'Give a response up',
    description: 'It cannot be carried out, and the record says why.',
    example: { response: 1, reason: 'The recording was never made.' },
    who: ['lead'],
    rules: ['decision-stands'],
    concerns,
    fields: { response: responseNumber, reason: text },
  },
  'decision.liftResponse': {
    title: 'Lift a response',
    description:
      'What was carried out and stands no more is ended; the person is told, if they can be reached.',
    example: { response: 1 },
    who: handlerRoles,
    rules: ['decision-stands', 'assigned-responder-acts'],
    concerns,
    fields: { response: responseNumber },
  },
} as const satisfies Record<`decision.${string}`, EventDefinition>;
