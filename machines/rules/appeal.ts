import { millisecondsBetween } from '../time.ts';
import { byHas, byIs, namedHas } from './case-facts.ts';
import { ask, holds, needs, none, type Rule } from './rule.ts';

export const appealRules = {
  'something-to-appeal': {
    statement:
      'An appeal is against a decision that found a violation and was told to the reported person.',
    source: 'SP, appeal',
    instead: 'Tell the reported person of the decision first: decision.notifyReportedPerson.',
    check: ({ context: { decision } }) =>
      needs(decision !== null && decision.violation && decision.notifiedAt !== null),
  },
  'appeal-window': {
    statement: 'An appeal is made within the time that the procedure gives for it.',
    source: 'OpenJS; LLVM; the profile’s appealWindow',
    instead: 'Leads or organizers may reopen the case if it must be looked at again: case.reopen.',
    // at the due time itself the deadline may have run out already
    check: ({ at, context: { due } }) =>
      due.appealWindow !== null && millisecondsBetween(due.appealWindow, at) >= 0
        ? needs(false, { until: due.appealWindow })
        : holds,
  },
  'one-appeal': {
    statement: 'There is one appeal.',
    source: 'OpenJS',
    instead: 'Refer the person to the organizers: publicity.referToOrganizers.',
    check: ({ context: { appeal } }) => needs(!appeal.filed),
  },
  'appeal-body': {
    statement:
      'Appeals are heard by the leaders: organizers, or substitutes whom an organizer named.',
    source: 'SP, appeal',
    instead:
      'Have an organizer assign organizers; where they decided the case themselves, name a substitute.',
    check: (step) => {
      if (!byHas(step, 'organizer')) return needs(false, { roles: ['organizer'] });
      const { substitutes } = step.context.staff;
      return ask(step, (facts) =>
        none(
          'notOfTheBody',
          (facts.reviewers ?? []).filter(
            (person) =>
              !namedHas(step.context, facts, person, 'organizer') &&
              !substitutes.some(
                (substitute) => substitute.person === person && substitute.byOrganizer,
              ),
          ),
        ),
      );
    },
  },
  'independent-review': {
    statement: 'Whoever decided the case does not hear the appeal against it.',
    source: 'Kubernetes; CNCF; OpenJS (Boston Python is silent)',
    instead: 'Assign others; an organizer may name a substitute: case.nameSubstitute.',
    check: (step) => {
      const { settings, decision } = step.context;
      const deciders = new Set(decision?.deciders.map(({ person }) => person));
      if (!settings.independentAppeal || deciders.size === 0) return holds;
      return ask(step, ({ reviewers }) =>
        none(
          'decided',
          (reviewers ?? []).filter((person) => deciders.has(person)),
        ),
      );
    },
  },
  'reviewer-decides': {
    statement: 'An appeal is decided by those who were assigned to review it.',
    source: 'SP, appeal',
    instead: 'Leave it to the reviewers: appeal.assignReviewers names them.',
    check: (step) =>
      needs(byIs(step, ...step.context.staff.reviewers), {
        reviewers: step.context.staff.reviewers,
      }),
  },
} as const satisfies Record<string, Rule>;
