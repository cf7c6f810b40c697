import type { Context, Reporter } from '../context.ts';
import { handlerRoles } from '../vocabulary.ts';
import { outOfReach } from './case-facts.ts';
import {
  ask,
  broken,
  cite,
  depends,
  eachReported,
  holds,
  needs,
  never,
  none,
  type Rule,
} from './rule.ts';

/** Face to face or by voice, somebody is there to be looked after. */
const faceOrVoice = (channel: string) => channel === 'in-person' || channel === 'phone';

/** What was done for the one who reports: a known reporter, or whoever comes next. */
const doneFor = ({ people, intake }: Context, from: string | undefined) => {
  const known = people.reporters.find(({ ref }) => ref === from);
  return {
    quietSpaceOffered: intake.next.quietSpaceOffered || known?.quietSpaceOffered === true,
    safetyChecked: intake.next.safetyChecked || known?.safetyChecked === true,
  };
};

/** Reporters who wait to be thanked: they can be reached, and reported themselves. */
function unthanked(context: Context): readonly Reporter[] {
  const { people, intake } = context;
  return people.reporters.filter(
    (reporter) =>
      !reporter.thanked &&
      !outOfReach(context, reporter) &&
      intake.reports.some(({ from, form }) => from === reporter.ref && form !== 'observed'),
  );
}

export const intakeRules = {
  'quiet-space-offered': {
    statement:
      'Somebody who reports face to face is offered a quiet space before the report is taken down.',
    sources: [cite('SP', 'taking a report, 1')],
    basis: 'text',
    instead:
      'Offer one and record it: intake.offerQuietSpace. While an immediate response is under way it can wait.',
    departing: { who: handlerRoles, grounds: ['safety', 'impossible', 'persons-wish'] },
    check: (step) => {
      const { context } = step;
      if (context.immediateResponse.active) return holds;
      if (context.intake.next.quietSpaceOffered) return holds;
      return ask(step, ({ form, channel = context.channel, from }) =>
        needs(
          form === 'observed' ||
            channel !== 'in-person' ||
            doneFor(context, from).quietSpaceOffered,
        ),
      );
    },
  },
  'safety-checked': {
    statement: "The reporter's safety comes before the paperwork.",
    sources: [cite('SP', 'taking a report, 3')],
    basis: 'text',
    instead:
      'Ask whether everyone is safe and record it: intake.checkSafety; "unknown" is an answer.',
    departing: { who: handlerRoles, grounds: ['safety', 'impossible', 'persons-wish'] },
    check: (step) => {
      const { type, context } = step;
      if (type === 'intake.reportToLeads') return needs(context.intake.safety !== null);
      if (context.intake.next.safetyChecked) return holds;
      return ask(step, ({ channel = context.channel, from }) =>
        needs(!faceOrVoice(channel) || doneFor(context, from).safetyChecked),
      );
    },
  },
  'report-recorded': {
    statement: 'There must be a report before it can be clarified, handed on or answered.',
    sources: [cite('SP', 'taking a report, 5 and 7')],
    basis: 'text',
    instead: 'Take the report down: intake.recordReport. Missing information never blocks it.',
    check: ({ context: { intake } }) => needs(intake.reports.length > 0),
  },
  'reporter-thanked': {
    statement: 'Whoever reports is thanked for it, as long as they can be reached.',
    sources: [cite('SP', 'taking a report, 6')],
    basis: 'text',
    instead: 'Thank the reporter and record it: intake.thankReporter.',
    departing: { who: handlerRoles, grounds: ['safety', 'impossible', 'does-not-fit'] },
    check: ({ context }) => {
      const waiting = unthanked(context).map(({ ref }) => ref);
      const nobodyYet = context.intake.reports.length === 0 && !context.intake.next.thanked;
      return nobodyYet ? broken() : none('for', waiting);
    },
  },
  'immediate-need-assessed': {
    statement: 'Whether somebody has to act at once is settled before the report is handed on.',
    sources: [
      cite('SP', 'immediate response'),
      cite('LLVM', 'additional code of conduct response teams'),
    ],
    basis: 'text',
    instead: 'Judge it and record it: immediate.assess.',
    check: ({ context: { immediateResponse } }) => needs(immediateResponse.needed !== null),
  },
  'before-decision': {
    statement:
      'An accusation is taken back, or two reported persons found to be one, before there is a decision on that person.',
    sources: [],
    basis: 'ours',
    why: 'What was decided about a person is amended or appealed, not unsaid.',
    instead: 'Have the leads amend the decision: decision.amend.',
    check: (step) => {
      const decided = eachReported(step, ({ decision }) => needs(decision === null));
      if (step.type !== 'intake.identify' || decided.verdict === 'holds') return decided;
      return step.facts ? (step.facts.sameAs === undefined ? holds : decided) : depends;
    },
  },
  'no-withdrawal-invitation': {
    statement: 'Never suggest to a reporter that the report could be taken back.',
    sources: [cite('SP', 'gathering information, 1')],
    basis: 'text',
    instead:
      'Listen. A wish that the reporter voices unasked goes to intake.noteWithdrawalRequest, and stops nothing.',
    check: never,
  },
  'no-advice-on-immediate-response': {
    statement: 'Never ask a reporter what should be done right now.',
    sources: [cite('SP', 'gathering information, 2')],
    basis: 'text',
    instead: 'Assess the need yourself (immediate.assess) and call a lead where one is needed.',
    check: never,
  },
  'no-input-on-long-term-response': {
    statement: 'Never offer a reporter a say in the lasting response.',
    sources: [cite('SP', 'gathering information, 3')],
    basis: 'text',
    instead: 'Tell them that the leads will review the report, and when they will hear back.',
    check: never,
  },
  'no-promised-response': {
    statement: 'Never promise what will be done: the leads decide, and may decide otherwise.',
    sources: [cite('SP', 'gathering information, 4')],
    basis: 'text',
    instead: 'Promise the review and the follow-up, nothing else: care.provide with reassurance.',
    check: never,
  },
  'no-prompting-for-suggestions': {
    statement: 'Never ask a reporter how they would handle it.',
    sources: [cite('SP', 'important information, 9')],
    basis: 'text',
    instead:
      'What they suggest by themselves is written down: volunteeredSuggestion in intake.recordReport.',
    check: never,
  },
  'anonymity-respected': {
    statement: 'A report that is marked anonymous does not carry its reporter’s name.',
    sources: [cite('SP', 'important information, 7')],
    basis: 'text',
    instead:
      'Leave the name out; the reporter can lift the anonymity later through intake.addClarification.',
    check: (step) =>
      ask(step, ({ reporter }) =>
        reporter ? needs(!(reporter.anonymous && reporter.name)) : holds,
      ),
  },
} as const satisfies Record<string, Rule>;
