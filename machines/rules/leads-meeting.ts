import type { Departure } from '../context.ts';
import { lookUp } from '../look-up.ts';
import { objectives } from '../vocabulary.ts';
import { byHas, byIs, judgesOwnCause, namedHas, namedIsHandler } from './case-facts.ts';
import {
  ask,
  broken,
  cite,
  complete,
  depends,
  holds,
  needs,
  none,
  type Rule,
  type Step,
} from './rule.ts';

const toReview = (departures: readonly Departure[]) =>
  departures.filter(({ review }) => review === null);

/** Departures of one's own wait for another lead, as long as there is one. */
function ownReviewed({ context, by, facts, team }: Step): readonly number[] {
  if (!by || !team || team.lead === 0) return [];
  const own = context.departures.filter((departure) => departure.by === by.person);
  return (facts?.reviews ?? []).flatMap(({ seq, rule }) =>
    own.some((departure) => departure.seq === seq && departure.rule === rule) ? (seq ?? []) : [],
  );
}

export const leadsMeetingRules = {
  'meeting-after-intake': {
    statement: 'The leads meet over a report that has reached them.',
    sources: [cite('SP', 'the meeting of the leads')],
    basis: 'text',
    instead:
      'Finish the intake: intake.reportToLeads. If somebody has to act at once: immediate.assess.',
    check: ({ context: { intake } }) => needs(intake.reports.some(({ handedOver }) => handedOver)),
  },
  'leads-meet': {
    statement: 'The meeting is the leads’, or their substitutes’.',
    sources: [cite('SP', 'the meeting of the leads')],
    basis: 'text',
    instead:
      'Leave the meeting to the leads; where one is missing, a substitute can be named: case.nameSubstitute.',
    check: (step) => {
      const planner =
        step.type === 'meeting.planFollowUps' && byIs(step, step.context.staff.followUp);
      if (byHas(step, 'lead') || planner) return holds;
      return broken(step.by ? { notLeads: [step.by.person] } : undefined);
    },
  },
  quorum: {
    statement: 'A meeting needs its quorum of leads; others may attend, and do not count.',
    sources: [
      cite('Kubernetes', 'charter: meeting quorum'),
      cite('OpenJS', 'charter: handling cases'),
      cite('CNCF', 'charter: how decisions are made'),
    ],
    basis: 'ours',
    why: 'Boston Python names no number; others have 2, 3 to 5, a majority. Two is the least that is not one alone.',
    instead: 'Call further leads in, or name a substitute where one is outside the case or away.',
    check: (step) =>
      ask(step, (facts) => {
        const leads = (facts.attendees ?? []).filter((person) =>
          namedHas(step.context, facts, person, 'lead'),
        ).length;
        const { quorum } = step.context.settings;
        return needs(leads >= quorum, { quorum, leads });
      }),
  },
  'meeting-in-session': {
    statement: 'The objectives of the meeting are met in the meeting.',
    sources: [cite('SP', 'the meeting of the leads')],
    basis: 'text',
    instead: 'Convene the leads first: meeting.convene; after the conclusion, meeting.reconvene.',
    // what is possible after the conclusion too, its state takes
    check: ({ place, context: { leadsMeeting } }) =>
      needs(leadsMeeting.inSession || place === undefined || place.taken === true),
  },
  'objectives-met': {
    statement: 'The meeting ends when all six of its objectives are met.',
    sources: [cite('SP', 'the meeting of the leads, 1 to 6')],
    basis: 'text',
    why: 'That all six hold up the end of the meeting is ours.',
    instead: 'Do what is missing; each objective is an event of its own.',
    departing: { who: ['lead'], grounds: ['impossible', 'does-not-fit'] },
    check: ({ context: { leadsMeeting } }) =>
      complete(
        objectives
          .filter((objective) => lookUp(leadsMeeting.objectives, objective) !== true)
          .map((name) => `meeting.${name}`),
      ),
  },
  'interim-actions-reviewed': {
    statement: 'What one responder did in the moment, the leads confirm or reverse.',
    sources: [
      cite('CNCF', 'charter: how decisions are made'),
      cite('Kubernetes', 'charter: committee operation'),
      cite('OpenJS', 'policy: incidents requiring immediate action'),
      cite('Django', 'acting unilaterally'),
    ],
    basis: 'practice',
    instead: 'Review each action: meeting.reviewInterimActions.',
    check: ({ context: { immediateResponse } }) =>
      none(
        'unreviewed',
        immediateResponse.actions
          .filter(({ outcome }) => outcome === null)
          .map(({ action }) => action),
      ),
  },
  'departures-reviewed': {
    statement: 'Whatever departed from a rule, or broke it, is looked at by the leads or an ombud.',
    sources: [],
    basis: 'ours',
    why: 'Like interim actions, a departure is looked at by others.',
    instead: 'Review each: meeting.reviewDepartures.',
    check: ({ context: { departures } }) =>
      needs(toReview(departures).length === 0, {
        unreviewed: toReview(departures).map(({ seq, rule }) => ({ seq, rule })),
      }),
  },
  'assignee-is-staff': {
    statement: 'Tasks go to those who handle incidents.',
    sources: [cite('SP', 'the meeting of the leads, 4 and 6')],
    basis: 'ours',
    why: 'The text says “a person”; confidentiality leaves only those who handle incidents.',
    instead: 'Name a responder, lead, coordinator or organizer.',
    check: (step) =>
      ask(step, (facts) =>
        none(
          'notHandlers',
          step.names.tasks.filter((person) => !namedIsHandler(step.context, facts, person)),
        ),
      ),
  },
  'no-judge-in-own-cause': {
    statement:
      'Whoever saw it or suffered it judges nothing of it, and nobody reviews their own departure while another lead can.',
    sources: [
      cite('AP', 'conflicts of interest'),
      cite('CNCF', 'procedures: conflicts of interest, hard conflicts'),
      cite('OpenJS', 'policy: conflict of interest'),
      cite('Django', 'conflicts of interest'),
    ],
    basis: 'practice',
    why: 'Who saw it is kept out by OpenJS and Django; for CNCF having merely witnessed it is no conflict. Oneself is the same conflict, in small.',
    instead: 'Leave it to the others; where a lead is missing, a substitute can be named.',
    reads: 'team',
    check: (step) => {
      const { context, by, names, type } = step;
      if (by && judgesOwnCause(context, by.person)) return broken({ own: [by.person] });
      if (type === 'meeting.reviewDepartures') {
        if (step.facts) return none('own', ownReviewed(step));
        const own = toReview(context.departures).some((d) => d.by === by?.person);
        return own && step.team?.lead !== 0 ? depends : holds;
      }
      const judging = context.staff.witnesses.length + context.staff.leaving.length > 0;
      if (!judging || !judges.has(type)) return holds;
      return ask(step, () =>
        none(
          'own',
          names.tasks.filter((person) => judgesOwnCause(context, person)),
        ),
      );
    },
  },
  'reconvene-after-conclusion': {
    statement: 'The leads are called together again when they have met.',
    sources: [
      cite('Kubernetes', 'incident process: reconvening the committee'),
      cite('PSF', 'decide further responses'),
    ],
    basis: 'ours',
    why: 'Others reconvene; that one ends before the next is logic.',
    instead: 'Convene them: meeting.convene.',
    check: ({ context: { leadsMeeting } }) => needs(leadsMeeting.held > 0),
  },
} as const satisfies Record<string, Rule>;

/** Events whose tasks are those of a judge; who makes a response or follows up judges nothing. */
const judges = new Set<string>([
  'meeting.convene',
  'decision.record',
  'decision.amend',
  'appeal.assignReviewers',
]);
