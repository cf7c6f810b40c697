import { z } from 'zod';
import { channels, handlerRoles as who } from '../vocabulary.ts';
import {
  forbidden as forbiddenAction,
  handle,
  identifyingWords,
  moment,
  others,
  ref,
  reportedPersons,
  reporter,
  text,
  type Concern,
  type EventDefinition,
} from './fields.ts';
import type { RuleId } from '../rules.ts';

const ofReporter = {
  kinds: ['reporter'],
  optional: true,
  reportAtHand: true,
} as const satisfies Concern;
const oneReporter = { kinds: ['reporter'] } as const satisfies Concern;

const forbidden = (rule: RuleId, title: string, description: string) =>
  forbiddenAction({ title, description, who }, rule);

export const intakeEvents = {
  'intake.offerQuietSpace': {
    title: 'Offer a quiet space',
    description: 'Before the report is taken down from somebody who came in person.',
    example: { accepted: true },
    who,
    rules: [],
    concerns: ofReporter,
    fields: { accepted: z.boolean() },
  },
  'intake.checkSafety': {
    title: 'Check that everyone is safe',
    description: 'May be repeated, and the latest counts; “unknown” is an answer.',
    example: { everyoneSafe: 'yes', generalThreat: false },
    who,
    rules: [],
    concerns: ofReporter,
    fields: {
      everyoneSafe: z.enum(['yes', 'no', 'unknown']),
      generalThreat: z.boolean(),
      notes: text.optional(),
    },
  },
  'intake.recordReport': {
    title: 'Record a report',
    description:
      'Takes down what somebody reports, in their own writing where possible; again for another reporter, or for more from a known one.',
    example: {
      form: 'transcribed',
      description: 'A speaker put an arm around me twice after I had said no.',
      reporter: { anonymous: false, name: 'Robin Quill', contact: 'robin@example.org' },
      reportedPersons: [{ name: 'Morgan Vale', badge: 'Speaker 14' }],
    },
    who,
    rules: ['quiet-space-offered', 'safety-checked', 'anonymity-respected'],
    fields: {
      form: z
        .enum(['written', 'transcribed', 'observed'])
        .describe('observed: a member of staff saw it, and nobody had to report it.'),
      from: ref.optional().describe('More from somebody who has reported before.'),
      channel: z.enum(channels).optional().describe('How it came, where otherwise than the first.'),
      description: text,
      incidentAt: moment.optional(),
      location: text.optional(),
      circumstances: text.optional(),
      ongoing: z.boolean().default(false),
      revealsReporter: z
        .boolean()
        .default(false)
        .describe('Whether responding would show who reported.'),
      reporter: reporter.optional().describe('Anonymous if absent.'),
      reportedPersons: reportedPersons.optional(),
      others: others.optional(),
      volunteeredSuggestion: text.optional(),
    },
  },
  'intake.addClarification': {
    title: 'Add a clarification',
    description: 'Keeps an answer of the reporter, and whom or what it adds to the report.',
    example: { question: 'Which hall?', answer: 'Hall B.' },
    who,
    rules: ['report-recorded', 'anonymity-respected'],
    concerns: ofReporter,
    fields: {
      question: text.optional(),
      answer: text,
      incidentAt: moment.optional(),
      ongoing: z.boolean().optional(),
      revealsReporter: z.boolean().optional(),
      reportedPersons: reportedPersons.optional().describe('Appended.'),
      others: others.optional().describe('Appended.'),
      reporter: reporter.optional().describe('Replaces what was known.'),
    },
  },
  'intake.identify': {
    title: 'Say who a reported person is',
    description: 'Somebody who was named before turns out to be this one, or the same as another.',
    example: { for: 'reported-1', name: 'Morgan Vale' },
    who,
    rules: ['report-recorded', 'before-decision'],
    concerns: { kinds: ['reported'] },
    fields: {
      staff: handle.optional(),
      ...identifyingWords,
      sameAs: ref.optional().describe('The reported person who is the same.'),
    },
  },
  'intake.withdrawAccusation': {
    title: 'Take back that somebody is accused',
    description: 'Named by mistake: takes two. Nothing more is owed to them or about them.',
    example: { for: 'reported-1', reason: 'The wrong handle was typed.' },
    who,
    rules: ['report-recorded', 'before-decision'],
    concerns: { kinds: ['reported'] },
    fields: { reason: text },
  },
  'intake.withdrawIdentity': {
    title: 'Take a reporter’s name off',
    description: 'Deletes for good who the reporter is, at their wish.',
    example: {},
    who,
    rules: ['hold-prevents-erasure'],
    concerns: oneReporter,
    fields: {},
  },
  'intake.askSafetyConcern': {
    title: 'Ask the reporter about safety',
    description: 'Where responding would show who reported: whether that worries them.',
    example: { hasConcern: false },
    who,
    rules: [],
    concerns: ofReporter,
    fields: { hasConcern: z.boolean(), answer: text.optional() },
  },
  'intake.thankReporter': {
    title: 'Thank the reporter',
    description: 'It was hard to come forward.',
    example: {},
    who,
    rules: [],
    concerns: ofReporter,
    fields: {},
  },
  'intake.noteWithdrawalRequest': {
    title: 'Note that the reporter wants to withdraw',
    description: 'They raised it unasked; it is written down, and stops nothing.',
    example: {},
    who,
    rules: [],
    concerns: ofReporter,
    fields: { statement: text.optional() },
  },
  'intake.reportToLeads': {
    title: 'Hand over to the leads',
    description: 'The report reaches the lead incident responders, and the intake ends.',
    example: {},
    who,
    rules: ['report-recorded', 'safety-checked', 'reporter-thanked', 'immediate-need-assessed'],
    fields: {},
  },
  'intake.inviteWithdrawal': forbidden(
    'no-withdrawal-invitation',
    'Invite to withdraw',
    'Suggesting to a reporter that the report could be taken back.',
  ),
  'intake.solicitImmediateAdvice': forbidden(
    'no-advice-on-immediate-response',
    'Ask what to do now',
    'Asking a reporter what should be done at once.',
  ),
  'intake.offerLongTermInput': forbidden(
    'no-input-on-long-term-response',
    'Offer a say',
    'Offering a reporter a say in the lasting response.',
  ),
  'intake.promiseResponse': forbidden(
    'no-promised-response',
    'Promise a response',
    'Telling a reporter what will be done.',
  ),
  'intake.promptForSuggestion': forbidden(
    'no-prompting-for-suggestions',
    'Prompt for a suggestion',
    'Asking a reporter how they would handle it.',
  ),
} as const satisfies Record<`intake.${string}`, EventDefinition>;
