import { z } from 'zod';
import { handlerRoles as who, wishes } from '../vocabulary.ts';
import { distinct, identifyingText, medium, text, type EventDefinition } from './fields.ts';

export const careEvents = {
  'care.provide': {
    title: 'Meet a need',
    description: 'Water, company, a contact: what the reporter or somebody impacted needs now.',
    example: { kind: 'water' },
    who,
    rules: [],
    concerns: { kinds: ['reporter', 'other'], optional: true, reportAtHand: true },
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
      contact: identifyingText.optional().describe('How they can be reached from now on.'),
      notes: text.optional(),
    },
  },
  'care.noteWish': {
    title: 'Note how they want to hear from us',
    description: 'The latest counts; with none, nobody writes to them any more.',
    example: { contact: 'outcome-only' },
    who,
    rules: [],
    concerns: { kinds: ['reporter', 'other'] },
    fields: { contact: z.enum(wishes) },
  },
  'care.followUpWithReporter': {
    title: 'Follow up with a reporter',
    description: 'Tells them that it was discussed, what was found, and what was done.',
    example: { covered: ['discussed'], medium: 'email' },
    who,
    rules: ['follow-up-after-meeting', 'assigned-follow-up', 'contact-as-wished'],
    concerns: { kinds: ['reporter'] },
    fields: {
      covered: distinct(z.enum(['discussed', 'determination', 'actions'])).min(1),
      medium,
      notes: text.optional(),
    },
  },
  'care.followUpWithImpacted': {
    title: 'Follow up with somebody impacted',
    description: 'Settles a follow-up that the leads planned.',
    example: { for: 'other-1' },
    who,
    rules: ['follow-up-after-meeting', 'assigned-follow-up', 'contact-as-wished'],
    concerns: { kinds: ['other', 'reported'] },
    fields: { notes: text.optional() },
  },
  'care.markUnreachable': {
    title: 'Give up on reaching somebody',
    description: 'Settles what was owed to them, without an answer.',
    example: { attempts: 2 },
    who,
    rules: ['reporter-contactable'],
    concerns: { kinds: ['reporter', 'other', 'reported'] },
    fields: { attempts: z.int().min(0).max(1000) },
  },
  'care.dropFollowUp': {
    title: 'Drop a planned follow-up',
    description: 'It is not wanted, or not needed, any more.',
    example: { for: 'other-1', reason: 'She asked us not to.' },
    who,
    rules: ['assigned-follow-up'],
    concerns: { kinds: ['other', 'reporter', 'reported'] },
    fields: { reason: text },
  },
} as const satisfies Record<`care.${string}`, EventDefinition>;
