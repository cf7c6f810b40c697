import { points } from '../context.ts';
import { byHas, byIs, reporterOutOfReach } from './case-facts.ts';
import { ask, complete, holds, needs, never, none, type Rule } from './rule.ts';

const afterItsEndToo = new Set(['followUp.receiveApology', 'followUp.passOnApology']);

export const reportedPersonFollowUpRules = {
  'contact-after-meeting': {
    statement: 'Nobody speaks with the reported person before the leads have met.',
    source: 'SP, following up with a reported person',
    instead: 'Let the leads conclude their meeting first: meeting.conclude.',
    check: ({ context: { leadsMeeting } }) => needs(leadsMeeting.concluded),
  },
  'assigned-speaker': {
    statement:
      'One voice speaks with the reported person: the assigned responder or the event coordinator.',
    source: 'SP, following up with a reported person',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignResponder.',
    check: (step) =>
      needs(
        byIs(step, step.context.staff.responder) ||
          byHas(step, 'coordinator') ||
          (step.type === 'followUp.decline' && byHas(step, 'lead')),
        { responder: step.context.staff.responder },
      ),
  },
  'reveal-risk-asked': {
    statement:
      'Where responding would show who reported, the reporter is first asked whether that worries them.',
    source: "SP, important information: the reporter's name and contact",
    instead: 'Ask and record it: intake.askSafetyConcern.',
    check: ({ context }) =>
      needs(
        !context.intake.revealsReporter ||
          context.intake.safetyConcern !== null ||
          reporterOutOfReach(context) ||
          context.reporterCare.outcome === 'unreachable',
      ),
  },
  'conversation-open': {
    statement:
      'What belongs to the conversation with the reported person is recorded while it lasts; an apology also afterwards.',
    source: 'SP, following up with a reported person',
    instead: 'Begin the conversation first: followUp.begin.',
    check: ({ type, context: { reportedPersonFollowUp: followUp } }) =>
      needs(followUp.conversing || (followUp.begun && afterItsEndToo.has(type))),
  },
  'five-points-covered': {
    statement: 'The conversation is complete when its five points were covered.',
    source: 'SP, following up with a reported person, 1 to 5',
    instead:
      'Cover what is missing: followUp.cover; or break the conversation off: followUp.decline.',
    check: ({ context: { reportedPersonFollowUp } }) =>
      complete(points.filter((point) => !reportedPersonFollowUp.points.includes(point))),
  },
  'no-direct-apology': {
    statement: 'Never let the reported person apologise to the reporter directly.',
    source: 'SP, remember 3',
    instead:
      'Take the apology yourself (followUp.receiveApology); whether it is passed on is assessed.',
    check: never,
  },
  'no-encouraged-apology': {
    statement: 'Never encourage an apology.',
    source: 'SP, appeal',
    instead: 'Say whom to write to about an appeal: appeal.notifyRoute.',
    check: never,
  },
  'apology-must-not-harm': {
    statement: 'An apology is passed on only when there is one and it will not hurt the reporter.',
    source: 'SP, remember 3',
    instead:
      'Keep it: nobody is obliged to pass it on. Record one that was made: followUp.receiveApology.',
    check: (step) =>
      step.context.reportedPersonFollowUp.apology === null
        ? needs(false, { received: false })
        : ask(step, ({ harmful }) => needs(harmful === false)),
  },
  'no-reassurance': {
    statement: 'Comforting or forgiving the reported person is not the staff’s part.',
    source: 'SP, remember 2',
    instead: 'Stay with the five points: followUp.cover.',
    check: never,
  },
  'no-excuse-by-intent': {
    statement: 'What was meant does not undo what it did to others.',
    source: 'SP, remember 1',
    instead: 'Speak about the impact: followUp.cover with impact.',
    check: never,
  },
  'reporter-not-revealed': {
    statement: 'The reported person does not learn from us who reported, saw or suffered it.',
    source: 'AP, confidentiality',
    instead:
      'Write it without what identifies them; they can allow it themselves: publicity.recordDisclosureConsent.',
    check: (step) => {
      if (step.type === 'followUp.discloseReporter') return never();
      const { people, decision } = step.context;
      const mayBeNamed = new Set([
        ...people.consents,
        ...(decision?.responses ?? []).flatMap((r) =>
          r.kind === 'avoid-contact' && r.with ? [r.with] : [],
        ),
      ]);
      const kept = [
        'reporter',
        ...people.others.filter(({ role }) => role !== 'involved').map(({ ref }) => ref),
      ].filter((ref) => !mayBeNamed.has(ref));
      if (kept.length === 0) return holds;
      return ask(step, ({ screening }) =>
        none(
          'identifies',
          kept.filter((ref) => screening?.identifies.includes(ref)),
        ),
      );
    },
  },
} as const satisfies Record<string, Rule>;
