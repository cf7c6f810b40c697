import { objectives } from '../context.ts';
import { byHas, namedHas, namedIsHandler, staffNamed } from './case-facts.ts';
import { ask, broken, complete, holds, needs, none, type Rule } from './rule.ts';

/** Possible after the conclusion too (lifecycle.md, "After a recusal" and the table of the meeting). */
const afterConclusionToo = new Set([
  'meeting.assignResponder',
  'meeting.assignFollowUp',
  'meeting.reviewInterimActions',
]);

export const leadsMeetingRules = {
  'meeting-after-intake': {
    statement: 'The leads meet over a report that has reached them.',
    source: 'SP, the meeting of the leads',
    instead:
      'Finish the intake: intake.reportToLeads. If somebody has to act at once: immediate.assess.',
    check: ({ context: { intake } }) => needs(intake.reportedAt !== null),
  },
  'leads-meet': {
    statement: 'The meeting is the leads’, or their substitutes’.',
    source: 'SP, the meeting of the leads',
    instead:
      'Leave the meeting to the leads; where one is missing, a substitute can be named: case.nameSubstitute.',
    check: (step) => {
      if (!byHas(step, 'lead')) return broken(step.by ? { notLeads: [step.by.person] } : undefined);
      if (step.type !== 'meeting.convene') return holds;
      return ask(step, (facts) =>
        none(
          'notLeads',
          (facts.attendees ?? []).filter(
            (person) => !namedHas(step.context, facts, person, 'lead'),
          ),
        ),
      );
    },
  },
  quorum: {
    statement: 'A meeting needs its quorum of leads.',
    source: 'PY; OpenJS; CARP',
    instead:
      'Call further leads in, or name a substitute where one is recused, excluded or reported.',
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
    source: 'SP, the meeting of the leads',
    instead: 'Convene the leads first: meeting.convene; after the conclusion, meeting.reconvene.',
    check: ({ type, context: { leadsMeeting } }) =>
      needs(leadsMeeting.inSession || (leadsMeeting.concluded && afterConclusionToo.has(type))),
  },
  'objectives-met': {
    statement: 'The meeting ends when all six of its objectives are met.',
    source: 'SP, the meeting of the leads, objectives 1 to 6',
    instead: 'Do what is missing; each objective is an event of its own.',
    check: ({ context: { leadsMeeting } }) =>
      complete(
        objectives
          .filter((objective) => !leadsMeeting.objectives[objective])
          .map((name) => `meeting.${name}`),
      ),
  },
  'interim-actions-reviewed': {
    statement: 'What one responder did in the moment, the leads confirm or reverse.',
    source: 'CNCF',
    instead: 'Review each action: meeting.reviewInterimActions.',
    check: ({ context: { immediateResponse } }) =>
      none(
        'unreviewed',
        immediateResponse.actions
          .filter(({ outcome }) => outcome === null)
          .map(({ action }) => action),
      ),
  },
  'assignee-is-staff': {
    statement: 'Tasks go to those who handle incidents.',
    source: 'SP, the meeting of the leads, 4 and 6',
    instead: 'Name a responder, lead, coordinator or organizer.',
    check: (step) =>
      ask(step, (facts) =>
        none(
          'notHandlers',
          staffNamed(facts).filter((person) => !namedIsHandler(step.context, facts, person)),
        ),
      ),
  },
  'before-decision': {
    statement:
      'The leads meet again before they have decided; a decision that stands is not undone in passing.',
    source: 'SP, following up with a reported person',
    instead:
      'Where a decision must be revised, close the case and reopen it (case.reopen), or have an appeal heard.',
    // while an appeal is heard the decision is in the reviewers' hands
    check: ({ context: { decision, reopened, appeal } }) =>
      needs(decision === null || (reopened && !(appeal.filed && appeal.outcome === null))),
  },
} as const satisfies Record<string, Rule>;
