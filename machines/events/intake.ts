import { z } from 'zod';
import { handlerRoles as who } from '../context.ts';
import {
  forbidden,
  moment,
  others,
  reportedPersons,
  reporter,
  text,
  type EventDefinition,
} from './fields.ts';

export const intakeEvents = {
  'intake.offerQuietSpace': { who, rules: [], fields: { accepted: z.boolean() } },
  'intake.checkSafety': {
    who,
    rules: [],
    fields: {
      everyoneSafe: z.enum(['yes', 'no', 'unknown']),
      generalThreat: z.boolean(),
      notes: text.optional(),
    },
  },
  'intake.recordReport': {
    who,
    rules: ['quiet-space-offered', 'safety-checked', 'anonymity-respected'],
    fields: {
      form: z.enum(['written', 'transcribed']),
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
    who,
    rules: ['report-recorded', 'anonymity-respected'],
    fields: {
      question: text.optional(),
      answer: text,
      reportedPersons: reportedPersons.optional().describe('Appended.'),
      others: others.optional().describe('Appended.'),
      reporter: reporter.optional().describe('Replaces what was known.'),
    },
  },
  'intake.askSafetyConcern': {
    who,
    rules: [],
    fields: { hasConcern: z.boolean(), answer: text.optional() },
  },
  'intake.thankReporter': { who, rules: [], fields: {} },
  'intake.noteWithdrawalRequest': { who, rules: [], fields: { statement: text.optional() } },
  'intake.reportToLeads': {
    who,
    rules: ['report-recorded', 'safety-checked', 'reporter-thanked', 'immediate-need-assessed'],
    fields: {},
  },
  'intake.inviteWithdrawal': forbidden('no-withdrawal-invitation', who),
  'intake.solicitImmediateAdvice': forbidden('no-advice-on-immediate-response', who),
  'intake.offerLongTermInput': forbidden('no-input-on-long-term-response', who),
  'intake.promiseResponse': forbidden('no-promised-response', who),
  'intake.promptForSuggestion': forbidden('no-prompting-for-suggestions', who),
} as const satisfies Record<`intake.${string}`, EventDefinition>;
