import { z } from 'zod';
import { handlerRoles as who, points } from '../vocabulary.ts';
import type { RuleId } from '../rules.ts';
import {
  forbidden as forbiddenAction,
  medium,
  screenedText,
  text,
  type Concern,
  type EventDefinition,
} from './fields.ts';

const concerns = { kinds: ['reported'] } as const satisfies Concern;

const forbidden = (rule: RuleId, title: string, description: string) =>
  forbiddenAction(
    { title, description, who, concerns: { ...concerns, optional: true } },
    rule,
    'assigned-speaker',
  );

export const followUpEvents = {
  'followUp.decline': {
    title: 'Decline a conversation',
    description: 'Nobody speaks with the reported person, or the conversation was broken off.',
    example: {},
    who,
    rules: ['contact-after-meeting', 'assigned-speaker'],
    concerns,
    fields: { reason: text.optional() },
  },
  'followUp.begin': {
    title: 'Begin a conversation',
    description: 'With the reported person: after a meeting of the leads, and as often as needed.',
    example: { medium: 'in-person' },
    who,
    rules: ['contact-after-meeting', 'assigned-speaker', 'reveal-risk-asked'],
    concerns,
    fields: { medium },
  },
  'followUp.cover': {
    title: 'Cover a point',
    description: 'One of the five that the conversation is about.',
    example: { point: 'impact' },
    who,
    rules: ['assigned-speaker', 'conversation-open'],
    concerns,
    fields: { point: z.enum(points), notes: text.optional() },
  },
  'followUp.sendMessage': {
    title: 'Send a message',
    description: 'A written word to the reported person; its text is screened before it leaves.',
    example: { message: 'We would like to speak with you about yesterday evening.' },
    who,
    rules: ['assigned-speaker', 'conversation-open', 'reporter-not-revealed', 'reveal-risk-asked'],
    concerns,
    fields: { message: screenedText },
  },
  'followUp.recordStatement': {
    title: 'Record what the reported person says',
    description: 'Whenever they speak, from the report on.',
    example: { statement: 'I was at the dinner, and left at nine.', newInformation: true },
    who,
    rules: ['report-recorded'],
    concerns,
    fields: {
      statement: text,
      newInformation: z.boolean(),
      reaction: z.enum(['accepting', 'upset', 'defensive', 'denying']).optional(),
    },
  },
  'followUp.receiveApology': {
    title: 'Receive an apology',
    description: 'The staff take it; whether it is passed on is assessed.',
    example: {},
    who,
    rules: ['report-recorded'],
    concerns,
    fields: { text: text.optional() },
  },
  'followUp.passOnApology': {
    title: 'Pass an apology on',
    description: 'Only where it was judged not to hurt whom it is for.',
    example: { harmful: false },
    who,
    rules: ['assigned-speaker', 'apology-must-not-harm'],
    concerns,
    fields: {
      harmful: z.boolean().describe('Whether passing it on was judged to harm whom it is for.'),
    },
  },
  'followUp.complete': {
    title: 'End the conversation',
    description: 'When its five points were covered.',
    example: {},
    who,
    rules: ['assigned-speaker', 'conversation-open', 'five-points-covered'],
    concerns,
    fields: {},
  },
  'followUp.allowDirectApology': forbidden(
    'no-direct-apology',
    'Allow a direct apology',
    'Letting the reported person apologise to the reporter or somebody impacted themself.',
  ),
  'followUp.encourageApology': forbidden(
    'no-encouraged-apology',
    'Encourage an apology',
    'Suggesting to the reported person that they should apologise.',
  ),
  'followUp.reassure': forbidden(
    'no-reassurance',
    'Reassure the reported person',
    'Comforting them about what they did.',
  ),
  'followUp.forgive': forbidden(
    'no-reassurance',
    'Forgive the reported person',
    'Telling them that it is all right.',
  ),
  'followUp.excuseByIntent': forbidden(
    'no-excuse-by-intent',
    'Excuse by intent',
    'Accepting that it was not meant so.',
  ),
  'followUp.discloseReporter': forbidden(
    'reporter-not-revealed',
    'Disclose who reported',
    'Telling the reported person who reported, saw or suffered it.',
  ),
} as const satisfies Record<`followUp.${string}`, EventDefinition>;
