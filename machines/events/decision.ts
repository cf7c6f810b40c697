import { z } from 'zod';
import { handlerRoles } from '../context.ts';
import {
  distinct,
  handle,
  medium,
  responses,
  screenedText,
  text,
  type EventDefinition,
} from './fields.ts';

export const decisionEvents = {
  'decision.record': {
    who: ['lead'],
    rules: [
      'decision-after-meeting',
      'follow-up-chosen',
      'deciders-met',
      'never-one-decider',
      'no-violation-no-sanction',
      'violation-needs-response',
      'lasting-responses-have-a-term',
    ],
    fields: {
      violation: z.boolean(),
      deciders: distinct(handle),
      responses,
      rationale: text.optional(),
    },
  },
  'decision.notifyReportedPerson': {
    who: handlerRoles,
    rules: ['decision-stands', 'assigned-responder-acts', 'reporter-not-revealed'],
    fields: { medium, message: screenedText.optional() },
  },
  'decision.markUnnotifiable': {
    who: ['lead'],
    rules: ['decision-stands'],
    fields: { reason: text },
  },
  'decision.carryOutResponse': {
    who: handlerRoles,
    rules: ['decision-stands', 'assigned-responder-acts'],
    fields: {
      response: z.int().min(1).describe('The 1-based number of the response in the decision.'),
    },
  },
} as const satisfies Record<`decision.${string}`, EventDefinition>;
