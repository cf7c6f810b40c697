import { z } from 'zod';
import { handlerRoles } from '../vocabulary.ts';
import {
  amendedResponses,
  assignee,
  distinct,
  forbidden,
  text,
  type Concern,
  type EventDefinition,
} from './fields.ts';

const concerns = { kinds: ['reported'] } as const satisfies Concern;

export const appealEvents = {
  'appeal.notifyRoute': {
    title: 'Tell whom to appeal to',
    description: 'From the first interim measure or decision on.',
    example: {},
    who: handlerRoles,
    rules: ['something-to-appeal'],
    concerns,
    fields: {},
  },
  'appeal.file': {
    title: 'File an appeal',
    description:
      'The reported person has appealed; judged by when they did. Reopens a closed case.',
    example: { grounds: 'I was not there.' },
    who: handlerRoles,
    rules: ['something-to-appeal', 'appeal-window', 'one-appeal'],
    concerns,
    fields: { grounds: text.optional() },
  },
  'appeal.assignReviewers': {
    title: 'Assign who hears the appeal',
    description: 'Organizers who did not decide the case, or their substitutes; may be repeated.',
    example: { reviewers: ['dov', 'oli'] },
    who: ['organizer'],
    rules: ['appeal-body', 'independent-review', 'assignee-is-staff', 'no-judge-in-own-cause'],
    concerns,
    fields: { reviewers: distinct(assignee).min(1) },
  },
  'appeal.decide': {
    title: 'Decide the appeal',
    description: 'Upholds, modifies or overturns the decision; the person is told anew.',
    example: { outcome: 'upheld' },
    who: handlerRoles,
    rules: [
      'reviewer-decides',
      'violation-needs-response',
      'lasting-responses-have-a-term',
      'no-judge-in-own-cause',
    ],
    concerns,
    fields: {
      outcome: z.enum(['upheld', 'modified', 'overturned']),
      responses: amendedResponses.optional().describe('With modified, and only with it.'),
    },
    whole: {
      holds: ({ outcome, responses: given }) => (outcome === 'modified') === (given !== undefined),
      error: 'responses go with the outcome modified, and only with it',
      path: ['responses'],
    },
  },
  'appeal.encourageApology': forbidden(
    {
      title: 'Encourage an apology',
      description: 'Suggesting that an apology would help the appeal.',
      who: handlerRoles,
      concerns: { ...concerns, optional: true },
    },
    'no-encouraged-apology',
  ),
} as const satisfies Record<`appeal.${string}`, EventDefinition>;
