import { z } from 'zod';
import { handlerRoles } from '../context.ts';
import { distinct, forbidden, handle, responses, text, type EventDefinition } from './fields.ts';

export const appealEvents = {
  'appeal.notifyRoute': { who: handlerRoles, rules: ['something-to-appeal'], fields: {} },
  'appeal.file': {
    who: handlerRoles,
    rules: ['something-to-appeal', 'appeal-window', 'one-appeal'],
    fields: { grounds: text.optional() },
  },
  'appeal.assignReviewers': {
    who: ['organizer'],
    rules: ['appeal-body', 'independent-review', 'assignee-is-staff'],
    fields: { reviewers: distinct(handle).min(1) },
  },
  'appeal.decide': {
    who: handlerRoles,
    rules: ['reviewer-decides', 'violation-needs-response', 'lasting-responses-have-a-term'],
    fields: {
      outcome: z.enum(['upheld', 'modified', 'overturned']),
      responses: responses.optional().describe('With modified, and only with it.'),
    },
    whole: {
      holds: ({ outcome, responses: given }) => (outcome === 'modified') === (given !== undefined),
      error: 'responses go with the outcome modified, and only with it',
      path: ['responses'],
    },
  },
  'appeal.encourageApology': forbidden('no-encouraged-apology', handlerRoles),
} as const satisfies Record<`appeal.${string}`, EventDefinition>;
