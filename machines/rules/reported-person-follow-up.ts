import type { Context, Ref } from '../context.ts';
import { handlerRoles, points, type ConsentAudience } from '../vocabulary.ts';
import { byHas, byIs, canonical, inDanger, outOfReach } from './case-facts.ts';
import {
  ask,
  cite,
  complete,
  eachReported,
  holds,
  needs,
  never,
  none,
  type Rule,
  type Step,
} from './rule.ts';

/** Whether somebody lets themself be named to these people, under whichever reference they said so. */
export const consents = (context: Context, ref: Ref, to: ConsentAudience): boolean =>
  context.people.consents.some(
    (consent) => consent.to === to && canonical(context, consent.ref) === canonical(context, ref),
  );

/** The people of the case whom a text identifies, by the references that they have now. */
export const identified = (step: Step, kept: readonly Ref[]): readonly Ref[] => {
  const found = (step.facts?.screening?.identifies ?? []).map((ref) =>
    canonical(step.context, ref),
  );
  return kept.filter((ref) => found.includes(canonical(step.context, ref)));
};

/** Whoever the leads assigned, or the coordinator, and where neither is there any lead. */
export function speaksForStaff(step: Step): boolean {
  const { responder } = step.context.staff;
  if (byIs(step, responder) || byHas(step, 'coordinator')) return true;
  return responder === null && step.team?.coordinator === 0 && byHas(step, 'lead');
}

export const reportedPersonFollowUpRules = {
  'contact-after-meeting': {
    statement: 'Nobody speaks with the reported person before the leads have met.',
    sources: [cite('SP', 'following up with a reported person')],
    basis: 'text',
    instead: 'Let the leads conclude their meeting first: meeting.conclude.',
    departing: { who: handlerRoles, grounds: ['safety'] },
    check: ({ context: { leadsMeeting } }) => needs(leadsMeeting.held > 0),
  },
  'assigned-speaker': {
    statement:
      'One voice speaks with the reported person: whom the leads assigned, or the event coordinator, and where neither is there any lead.',
    sources: [cite('SP', 'following up with a reported person')],
    basis: 'ours',
    why: 'The text says a member of staff, preferably the coordinator; the narrowing is ours.',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignResponder.',
    reads: 'team',
    check: (step) =>
      needs(speaksForStaff(step) || (step.type === 'followUp.decline' && byHas(step, 'lead')), {
        responder: step.context.staff.responder,
      }),
  },
  'reveal-risk-asked': {
    statement:
      'Where responding would show who reported, the reporter is first asked whether that worries them; an interim measure waits for that only while nobody is in danger.',
    sources: [
      cite('SP', 'important information, 7'),
      cite('Kubernetes', 'incident process: building a plan'),
    ],
    basis: 'text',
    instead: 'Ask and record it: intake.askSafetyConcern.',
    check: ({ type, context }) =>
      none(
        'for',
        (type === 'immediate.takeAction' && inDanger(context) ? [] : context.people.reporters)
          .filter(
            (reporter) =>
              reporter.revealing &&
              reporter.safetyConcern === null &&
              !reporter.care.unreachable &&
              !outOfReach(context, reporter),
          )
          .map(({ ref }) => ref),
      ),
  },
  'conversation-open': {
    statement:
      'What belongs to the conversation with the reported person is recorded while it lasts.',
    sources: [],
    basis: 'ours',
    why: 'What belongs to a conversation needs one.',
    instead: 'Begin the conversation first: followUp.begin.',
    check: ({ place }) => needs(place?.taken !== false),
  },
  'five-points-covered': {
    statement: 'The conversation is complete when its five points were covered.',
    sources: [cite('SP', 'following up with a reported person, 1 to 5')],
    basis: 'text',
    instead:
      'Cover what is missing: followUp.cover; or break the conversation off: followUp.decline.',
    departing: {
      who: handlerRoles,
      grounds: ['impossible', 'does-not-fit'],
      condition: 'By who speaks.',
    },
    check: (step) =>
      eachReported(step, ({ conversation }) =>
        complete(points.filter((point) => !conversation.points.includes(point))),
      ),
  },
  'no-direct-apology': {
    statement:
      'Never let the reported person apologise to the reporter, or to somebody impacted, directly.',
    sources: [
      cite('SP', 'remember 3'),
      cite('OtterTech', 'talking to reported people'),
      cite('PSF', 'follow up with the reported person'),
    ],
    basis: 'text',
    instead:
      'Take the apology yourself (followUp.receiveApology); whether it is passed on is assessed.',
    check: never,
  },
  'no-encouraged-apology': {
    statement: 'Never encourage an apology.',
    sources: [cite('SP', 'appeal')],
    basis: 'text',
    why: 'Advice in the text; that it binds always is ours.',
    instead: 'Say whom to write to about an appeal: appeal.notifyRoute.',
    check: never,
  },
  'apology-must-not-harm': {
    statement:
      'An apology is passed on only when there is one and it will not hurt whom it is for.',
    sources: [cite('SP', 'remember 3')],
    basis: 'text',
    instead:
      'Keep it: nobody is obliged to pass it on. Record one that was made: followUp.receiveApology.',
    check: (step) =>
      eachReported(step, ({ conversation }) =>
        conversation.apology === null
          ? needs(false, { received: false })
          : ask(step, ({ harmful }) => needs(harmful === false)),
      ),
  },
  'no-reassurance': {
    statement: 'Comforting or forgiving the reported person is not the staff’s part.',
    sources: [cite('SP', 'remember 2')],
    basis: 'text',
    instead: 'Stay with the five points: followUp.cover.',
    check: never,
  },
  'no-excuse-by-intent': {
    statement: 'What was meant does not undo what it did to others.',
    sources: [cite('SP', 'remember 1'), cite('LLVM', 'following up with the reportee')],
    basis: 'text',
    instead: 'Speak about the impact: followUp.cover with impact.',
    check: never,
  },
  'reporter-not-revealed': {
    statement: 'The reported person does not learn from us who reported, saw or suffered it.',
    sources: [
      cite('AP', 'confidentiality'),
      cite('CNCF', 'procedures: confidentiality policy'),
      cite('PSF', 'follow up with the reported person'),
    ],
    basis: 'text',
    instead:
      'Write it without what identifies them; they can allow it themselves: publicity.recordDisclosureConsent, to reported-person. A response that cannot be told without can be given up: decision.abandonResponse.',
    check: (step) => {
      if (step.type === 'followUp.discloseReporter') return never();
      const { people } = step.context;
      const kept = [...people.reporters, ...people.others.filter(({ role }) => role !== 'involved')]
        .map(({ ref }) => ref)
        .filter((ref) => !consents(step.context, ref, 'reported-person'));
      if (kept.length === 0) return holds;
      return ask(step, () => none('identifies', identified(step, kept)));
    },
  },
} as const satisfies Record<string, Rule>;
