import type { Context } from '../context.ts';
import { byHas, byIs, notificationSettled, violationStands } from './case-facts.ts';
import { ask, broken, complete, holds, needs, type Rule, type Step } from './rule.ts';

const contactKnown = ({ people }: Context, ref: string) =>
  ref === 'reporter'
    ? people.reporter.contact
    : people.others.some((other) => other.ref === ref && other.contact);

/** What is still to be done before the case can rest (SP; AP), by name. */
function outstanding(context: Context): string[] {
  const { intake, immediateResponse, leadsMeeting, reporterCare, decision, appeal, duplicate } =
    context;
  const open: string[] = [];
  if (immediateResponse.active) open.push('immediateResponse');
  if (intake.recordedAt === null || duplicate) return open;
  if (intake.reportedAt === null) open.push('intake');
  if (immediateResponse.actions.some(({ outcome }) => outcome === null))
    open.push('interimActions');
  if (!leadsMeeting.concluded) open.push('leadsMeeting');
  if (decision === null) open.push('decision');
  open.push(
    ...(decision?.responses ?? []).flatMap((r, i) =>
      r.carriedOut ? [] : [`response ${i + 1}: ${r.kind}`],
    ),
  );
  if (reporterCare.outcome === null) open.push('reporterCare');
  // the reporter's is named already, by its stage
  const owed = leadsMeeting.followUps.filter(
    (planned) => !planned.settled && !(planned.for === 'reporter' && reporterCare.outcome === null),
  );
  open.push(...owed.map((planned) => `followUp: ${planned.for}`));
  if (appeal.filed && appeal.outcome === null) open.push('appeal');
  if ((violationStands(context) || (decision && appeal.outcome)) && !notificationSettled(context))
    open.push('notification');
  return open;
}

/** Telling what was decided, and what is done about it, needs a decision to stand. */
const tellsTheDecision = (covered: readonly string[]) =>
  covered.some((told) => told !== 'discussed');

const shortOfStaff = ({ staff, decision }: Context) =>
  staff.outside.some(({ lead }) => lead) ||
  (decision?.deciders ?? []).some(({ organizer }) => organizer);

export const careAndClosingRules = {
  'follow-up-after-meeting': {
    statement:
      'Reporters and impacted people hear back once the leads have met, and of a decision once it stands.',
    source: 'SP, the meeting of the leads, 5; AP, following up with reporters',
    instead:
      'Wait for the meeting; until the decision stands, say only that it was discussed. Care is possible at any time: care.provide.',
    check: (step: Step) => {
      const { leadsMeeting, decision } = step.context;
      if (!leadsMeeting.concluded) return broken({ until: 'the meeting is concluded' });
      if (decision !== null || step.type !== 'care.followUpWithReporter') return holds;
      return ask(step, ({ covered }) =>
        needs(!tellsTheDecision(covered ?? []), { until: 'the decision stands' }),
      );
    },
  },
  'assigned-follow-up': {
    statement:
      'One person follows up with the reporter and the impacted people: the one assigned, or a lead.',
    source: 'SP, the meeting of the leads, 6',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignFollowUp.',
    check: (step) =>
      needs(byIs(step, step.context.staff.followUp) || byHas(step, 'lead'), {
        followUp: step.context.staff.followUp,
      }),
  },
  'reporter-contactable': {
    statement: 'Somebody is given up on only without a contact, or after two attempts.',
    source: 'AP, following up with reporters',
    instead: 'Try again, and record the number of attempts.',
    check: (step) => {
      const { context } = step;
      const anyContact =
        context.people.reporter.contact || context.people.others.some(({ contact }) => contact);
      if (!anyContact) return holds;
      return ask(step, ({ ref, attempts }) =>
        needs((attempts ?? 0) >= 2 || !contactKnown(context, ref ?? 'reporter'), {
          attemptsNeeded: 2,
        }),
      );
    },
  },
  'substitute-when-short': {
    statement:
      'A substitute stands in where a lead cannot sit, or an organizer would judge their own decision.',
    source: 'PY, conflicts of interest',
    instead: 'Bring a helper in without that office: case.bringIn.',
    check: ({ context }) => needs(shortOfStaff(context)),
  },
  'settled-before-close': {
    statement: 'A case is closed when everything that the procedure owes is done.',
    source: 'SP; AP',
    instead: 'Do what is outstanding; each item names its stage or what is owed.',
    check: ({ context }) => complete(outstanding(context)),
  },
  'notice-before-close': {
    statement:
      'Where people outside know of a violation, they are told that it was against policy and was acted on.',
    source: 'SP, public communication',
    instead: 'Give the notice: publicity.informAware or publicity.announce.',
    check: ({ context }) => {
      const { aware, noticeGiven } = context.publicCommunication;
      return needs(aware.length === 0 || noticeGiven || !violationStands(context));
    },
  },
} as const satisfies Record<string, Rule>;
