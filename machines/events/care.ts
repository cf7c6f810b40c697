import { z } from 'zod';
import { handlerRoles as who } from '../context.ts';
import { distinct, medium, ref, text, type EventDefinition } from './fields.ts';

export const careEvents = {
  'care.provide': {
    who,
    rules: [],
    fields: {
      kind: z.enum([
        'reassurance',
        'contact-for-follow-up',
        'water',
        'trusted-person',
        'asked-how-to-help',
        'crisis-contacts',
        'escort',
      ]),
      contact: text.optional().describe('How the reporter can be reached from now on.'),
      notes: text.optional(),
    },
  },
  'care.followUpWithReporter': {
    who,
    rules: ['follow-up-after-meeting', 'assigned-follow-up'],
    fields: {
      covered: distinct(z.enum(['discussed', 'determination', 'actions'])).min(1),
      medium,
      notes: text.optional(),
    },
  },
  'care.followUpWithImpacted': {
    who,
    rules: ['follow-up-after-meeting', 'assigned-follow-up'],
    fields: { ref, notes: text.optional() },
  },
  'care.markUnreachable': {
    who,
    rules: ['reporter-contactable'],
    fields: { ref: ref.default('reporter'), attempts: z.int().min(0).max(1000) },
  },
} as const satisfies Record<`care.${string}`, EventDefinition>;
