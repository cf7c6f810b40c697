import { millisecondsBetween } from '../time.ts';
import { byHas, byIs, foundViolation, namedHas } from './case-facts.ts';
import { ask, cite, eachReported, holds, needs, none, type Rule } from './rule.ts';

export const appealRules = {
  'something-to-appeal': {
    statement:
      'An appeal is against a decision that found a violation and was told to the reported person; whom to write to they may hear from the first measure on.',
    sources: [cite('SP', 'appeal'), cite('LLVM', 'appeal process')],
    basis: 'practice',
    instead: 'Tell the reported person of the decision first: decision.notifyReportedPerson.',
    check: (step) => {
      const { actions } = step.context.immediateResponse;
      return eachReported(step, (person) =>
        needs(
          step.type === 'appeal.notifyRoute'
            ? person.decision !== null ||
                actions.some((taken) => taken.for === null || taken.for === person.ref)
            : foundViolation(person) && person.decision?.notifiedAt !== null,
        ),
      );
    },
  },
  'appeal-window': {
    statement: 'An appeal is made within the time that the procedure gives for it.',
    sources: [cite('OpenJS', 'policy: appeals'), cite('LLVM', 'appeal process')],
    basis: 'practice',
    instead:
      'Give the time at which it was made (happenedAt), if that was within the window; an organizer may let a late one in.',
    departing: { who: ['organizer'], grounds: ['does-not-fit'] },
    // judged by when the person appealed, whenever somebody enters it
    check: (step) => {
      const made = step.facts?.happenedAt ?? step.at;
      return eachReported(step, ({ due: { appealWindow } }) =>
        appealWindow !== null && millisecondsBetween(appealWindow, made) >= 0
          ? needs(false, { until: appealWindow })
          : holds,
      );
    },
  },
  'one-appeal': {
    statement: 'There is one appeal against each decision.',
    sources: [],
    basis: 'ours',
    why: 'An end for everybody. Found in no document, and so a setting: oneAppeal.',
    instead: 'Refer the person to the organizers: publicity.referToOrganizers.',
    check: (step) =>
      eachReported(step, ({ appeal }) =>
        needs(!appeal.filed || (!step.context.settings.oneAppeal && appeal.outcome !== null)),
      ),
  },
  'appeal-body': {
    statement:
      'Appeals are heard by the leaders: organizers, or substitutes whom an organizer named.',
    sources: [cite('SP', 'appeal')],
    basis: 'text',
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
    sources: [cite('OpenJS', 'charter: handling cases'), cite('OpenJS', 'policy: appeals')],
    basis: 'practice',
    instead: 'Assign others; an organizer may name a substitute: case.nameSubstitute.',
    check: (step) => {
      if (!step.context.settings.independentAppeal) return holds;
      return eachReported(step, ({ decision }) => {
        const deciders = (decision?.deciders ?? []).map(({ person }) => person);
        return deciders.length === 0
          ? holds
          : ask(step, ({ reviewers = [] }) =>
              none(
                'decided',
                reviewers.filter((person) => deciders.includes(person)),
              ),
            );
      });
    },
  },
  'reviewer-decides': {
    statement: 'An appeal is decided by those who were assigned to review it.',
    sources: [],
    basis: 'ours',
    why: 'The text names the leaders, not who of them decides.',
    instead: 'Leave it to the reviewers: appeal.assignReviewers names them.',
    check: (step) =>
      eachReported(step, ({ appeal: { reviewers } }) =>
        needs(byIs(step, ...reviewers), { reviewers }),
      ),
  },
} as const satisfies Record<string, Rule>;
