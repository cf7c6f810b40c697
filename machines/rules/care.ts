import type { Context, Reporter } from '../context.ts';
import { handlerRoles } from '../vocabulary.ts';
import { byHas, byIs, latestReportOf } from './case-facts.ts';
import {
  ask,
  broken,
  cite,
  holds,
  needs,
  standing,
  type Answer,
  type Facts,
  type Rule,
  type Step,
} from './rule.ts';

/** Telling what was decided, and what is done about it, needs a decision to stand. */
const tellsTheDecision = (covered: readonly string[]) =>
  covered.some((told) => told !== 'discussed');

/** How far the leads have come; for a duplicate those of the case that stands for it. */
function progress({ context, original }: Step): { met: boolean; decided: boolean } {
  if (context.duplicateOf !== null && original && !original.gone) return original;
  const people = standing(context);
  return {
    met: context.leadsMeeting.held > 0,
    decided:
      context.leadsMeeting.held > 0 &&
      (people.length === 0 || people.some(({ decision }) => decision !== null)),
  };
}

const contactKnown = ({ people }: Context, ref: string) =>
  [...people.reporters, ...people.others].some((person) => person.ref === ref && person.contact);

const wishOf = ({ people }: Context, ref: string) =>
  [...people.reporters, ...people.others].find((person) => person.ref === ref)?.wish ?? null;

/** How a wish stands in the way of writing; nobody is kept from what they asked for. */
function againstWish(context: Context, ref: string, { covered }: Facts): Answer {
  const wish = wishOf(context, ref);
  if (wish === 'none') return broken({ for: [ref], wish });
  const tooLittle = covered !== undefined && !tellsTheDecision(covered);
  return wish === 'outcome-only' && tooLittle ? broken({ for: [ref], wish }) : holds;
}

const mightMind = ({ context, concerns }: Step) =>
  [...context.people.reporters, ...context.people.others].some(
    ({ ref, wish }) =>
      wish !== null && wish !== 'welcome' && concerns?.kinds.some((kind) => ref.startsWith(kind)),
  );

/** Whether an answer is still owed to a reporter: for a report that somebody made. */
const careOwed = (context: Context, { ref, care, wish }: Reporter): boolean =>
  care.owed && wish !== 'none' && latestReportOf(context, ref) !== undefined;

export const careRules = {
  'follow-up-after-meeting': {
    statement:
      'Reporters and impacted people hear back once the leads have met, and of a decision once it stands.',
    sources: [cite('SP', 'the meeting of the leads, 5'), cite('AP', 'following up with reporters')],
    basis: 'text',
    instead:
      'Wait for the meeting; until the decision stands, say only that it was discussed. Care is possible at any time: care.provide.',
    departing: { who: handlerRoles, grounds: ['safety', 'persons-wish'] },
    reads: 'original',
    check: (step) => {
      const { met, decided } = progress(step);
      if (!met) return broken({ until: 'the meeting is concluded' });
      if (decided || step.type !== 'care.followUpWithReporter') return holds;
      return ask(step, ({ covered }) =>
        needs(!tellsTheDecision(covered ?? []), { until: 'the decision stands' }),
      );
    },
  },
  'assigned-follow-up': {
    statement:
      'One person follows up with the reporter and the impacted people: the one assigned, or a lead.',
    sources: [cite('SP', 'the meeting of the leads, 6')],
    basis: 'text',
    why: '“Or a lead” is ours.',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignFollowUp.',
    check: (step) =>
      needs(byIs(step, step.context.staff.followUp) || byHas(step, 'lead'), {
        followUp: step.context.staff.followUp,
      }),
  },
  'contact-as-wished': {
    statement:
      'Whoever asked not to hear from us does not, and who wants the outcome alone gets that.',
    sources: [],
    basis: 'ours',
    why: 'No document read says it; an unwanted message hurts again.',
    instead: 'Leave them alone; should they change their mind, record it: care.noteWish.',
    check: (step) => {
      if (!mightMind(step)) return holds;
      return ask(step, (facts) => {
        const answers = [facts.for ?? []]
          .flat()
          .map((ref) => againstWish(step.context, ref, facts));
        return answers.find(({ verdict }) => verdict === 'broken') ?? holds;
      });
    },
  },
  'reporter-contactable': {
    statement: 'Somebody is given up on only without a contact, or after two attempts.',
    sources: [cite('AP', 'following up with reporters')],
    basis: 'ours',
    why: 'The text asks for a follow-up where a contact is known; the two attempts are ours.',
    instead: 'Try again, and record the number of attempts.',
    departing: { who: handlerRoles, grounds: ['persons-wish', 'safety'] },
    check: (step) => {
      const { people } = step.context;
      if (![...people.reporters, ...people.others].some(({ contact }) => contact)) return holds;
      return ask(step, ({ for: whom = [], attempts = 0 }) =>
        needs(attempts >= 2 || [whom].flat().every((ref) => !contactKnown(step.context, ref)), {
          attemptsNeeded: 2,
        }),
      );
    },
  },
} as const satisfies Record<string, Rule>;

/** Reporters to whom an answer is owed. */
export const reportersOwed = (context: Context): readonly Reporter[] =>
  context.people.reporters.filter((reporter) => careOwed(context, reporter));
