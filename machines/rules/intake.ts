import { reporterOutOfReach } from './case-facts.ts';
import { ask, holds, needs, never, type Rule } from './rule.ts';

export const intakeRules = {
  'quiet-space-offered': {
    statement:
      'Somebody who reports face to face is offered a quiet space before the report is taken down.',
    source: 'SP, taking a report, 1',
    instead:
      'Offer one and record it: intake.offerQuietSpace. While an immediate response is under way it can wait.',
    check: ({ context: { channel, intake, immediateResponse } }) =>
      needs(channel !== 'in-person' || intake.quietSpaceOffered || immediateResponse.active),
  },
  'safety-checked': {
    statement: "The reporter's safety comes before the paperwork.",
    source: 'SP, taking a report, 3',
    instead:
      'Ask whether everyone is safe and record it: intake.checkSafety; "unknown" is an answer.',
    check: ({ type, context: { channel, intake } }) => {
      const faceOrVoice = channel === 'in-person' || channel === 'phone';
      return needs(intake.safety !== null || (type === 'intake.recordReport' && !faceOrVoice));
    },
  },
  'report-recorded': {
    statement: 'There must be a report before it can be clarified or handed on.',
    source: 'SP, taking a report, 5 and 7',
    instead: 'Take the report down: intake.recordReport. Missing information never blocks it.',
    check: ({ context: { intake } }) => needs(intake.recordedAt !== null),
  },
  'reporter-thanked': {
    statement: 'Whoever reports is thanked for it, as long as they can be reached.',
    source: 'SP, taking a report, 6',
    instead: 'Thank the reporter and record it: intake.thankReporter.',
    check: ({ context }) => needs(context.intake.reporterThanked || reporterOutOfReach(context)),
  },
  'immediate-need-assessed': {
    statement: 'Whether somebody has to act at once is settled before the report is handed on.',
    source: 'SP, immediate response',
    instead: 'Judge it and record it: immediate.assess.',
    check: ({ context: { immediateResponse } }) => needs(immediateResponse.needed !== null),
  },
  'no-withdrawal-invitation': {
    statement: 'Never suggest to a reporter that the report could be taken back.',
    source: 'SP, gathering information, 1',
    instead:
      'Listen. A wish that the reporter voices unasked goes to intake.noteWithdrawalRequest, and stops nothing.',
    check: never,
  },
  'no-advice-on-immediate-response': {
    statement: 'Never ask a reporter what should be done right now.',
    source: 'SP, gathering information, 2',
    instead: 'Assess the need yourself (immediate.assess) and call a lead where one is needed.',
    check: never,
  },
  'no-input-on-long-term-response': {
    statement: 'Never offer a reporter a say in the lasting response.',
    source: 'SP, gathering information, 3',
    instead: 'Tell them that the leads will review the report, and when they will hear back.',
    check: never,
  },
  'no-promised-response': {
    statement: 'Never promise what will be done: the leads decide, and may decide otherwise.',
    source: 'SP, gathering information, 4',
    instead: 'Promise the review and the follow-up, nothing else: care.provide with reassurance.',
    check: never,
  },
  'no-prompting-for-suggestions': {
    statement: 'Never ask a reporter how they would handle it.',
    source: 'SP, important information, last item',
    instead:
      'What they suggest by themselves is written down: volunteeredSuggestion in intake.recordReport.',
    check: never,
  },
  'anonymity-respected': {
    statement: 'A report that is marked anonymous does not carry its reporter’s name.',
    source: "SP, important information: the reporter's name and contact",
    instead:
      'Leave the name out; the reporter can lift the anonymity later through intake.addClarification.',
    check: (step) =>
      ask(step, ({ reporter }) =>
        reporter ? needs(!(reporter.anonymous && reporter.name)) : holds,
      ),
  },
} as const satisfies Record<string, Rule>;
