import { z } from 'zod';
import { handlerRoles as who, points } from '../context.ts';
import { forbidden, medium, screenedText, text, type EventDefinition } from './fields.ts';

export const followUpEvents = {
  'followUp.decline': {
    who,
    rules: ['contact-after-meeting', 'assigned-speaker'],
    fields: { reason: text.optional() },
  },
  'followUp.begin': {
    who,
    rules: ['contact-after-meeting', 'assigned-speaker', 'reveal-risk-asked'],
    fields: { medium },
  },
  'followUp.cover': {
    who,
    rules: ['assigned-speaker', 'conversation-open'],
    fields: { point: z.enum(points), notes: text.optional() },
  },
  'followUp.sendMessage': {
    who,
    rules: ['assigned-speaker', 'conversation-open', 'reporter-not-revealed'],
    fields: { message: screenedText },
  },
  'followUp.recordStatement': {
    who,
    rules: ['assigned-speaker', 'conversation-open'],
    fields: {
      statement: text,
      newInformation: z.boolean(),
      reaction: z.enum(['accepting', 'upset', 'defensive', 'denying']).optional(),
    },
  },
  'followUp.receiveApology': {
    who,
    rules: ['assigned-speaker', 'conversation-open'],
    fields: { text: text.optional() },
  },
  'followUp.passOnApology': {
    who,
    rules: ['assigned-speaker', 'conversation-open', 'apology-must-not-harm'],
    fields: {
      harmful: z.boolean().describe('Whether passing it on was judged to harm the reporter.'),
    },
  },
  'followUp.complete': {
    who,
    rules: ['assigned-speaker', 'conversation-open', 'five-points-covered'],
    fields: {},
  },
  'followUp.allowDirectApology': forbidden('no-direct-apology', who, 'assigned-speaker'),
  'followUp.encourageApology': forbidden('no-encouraged-apology', who, 'assigned-speaker'),
  'followUp.reassure': forbidden('no-reassurance', who, 'assigned-speaker'),
  'followUp.forgive': forbidden('no-reassurance', who, 'assigned-speaker'),
  'followUp.excuseByIntent': forbidden('no-excuse-by-intent', who, 'assigned-speaker'),
  'followUp.discloseReporter': forbidden('reporter-not-revealed', who, 'assigned-speaker'),
} as const satisfies Record<`followUp.${string}`, EventDefinition>;
