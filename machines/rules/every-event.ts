import { byHas, byIs, isOutside } from './case-facts.ts';
import {
  ask,
  broken,
  cite,
  holds,
  needs,
  none,
  type Answer,
  type Rule,
  type Step,
} from './rule.ts';
import { earlier, isAfter } from '../time.ts';
import { unknownReferences } from './references.ts';

/** Recusing another: leads and organizers; until the meeting the opener too, as the reporter wishes. */
function mayRecuseOthers(step: Step): boolean {
  const { leadsMeeting, openedBy } = step.context;
  const beforeMeeting = leadsMeeting.attendees.length === 0;
  return byHas(step, 'lead', 'organizer') || (beforeMeeting && byIs(step, openedBy));
}

function whoMayAct(step: Step): Answer {
  if (!byHas(step, ...step.who)) return broken({ roles: step.who });
  if (step.type !== 'case.recuse' || mayRecuseOthers(step)) return holds;
  return ask(step, ({ person }) => needs(byIs(step, person ?? null), { person }));
}

/** What may have begun before the team heard of it: it was seen, and somebody acted. */
const beganBeforeTheReport = /^(intake|immediate)\./;

export const everyEvent = {
  'who-may-act': {
    statement: 'Each step of the procedure belongs to certain roles.',
    sources: [cite('SP', 'throughout: incident responders, leads, event coordinator, organizers')],
    basis: 'ours',
    why: 'The text names the roles; who of them may send what is ours.',
    instead:
      'Ask somebody who has one of the roles named; a lead or organizer may name a substitute.',
    check: whoMayAct,
  },
  'in-its-stage': {
    statement: 'A step can be taken only while its stage stands where the procedure takes it.',
    sources: [],
    basis: 'ours',
    why: 'The stages are our own reading of the procedure’s order.',
    instead:
      'See where the stage stands and which states take the step; ask for the options of the case.',
    check: ({ place }) =>
      place?.taken === false
        ? broken({ stage: place.stage, stands: place.stands, takenIn: place.takenIn })
        : place?.taken === undefined && place
          ? { verdict: 'depends' }
          : holds,
  },
  'known-reference': {
    statement:
      'A reference names somebody or something that there is: a person or entry of the case, an active member of staff with the role that is needed, a case that you may see.',
    sources: [],
    basis: 'ours',
    why: 'Facts name people by reference only; it must name somebody.',
    instead:
      "Look the reference up in the case's facts or its history, the handle in the list of people.",
    check: unknownReferences,
  },
  'recused-take-no-part': {
    statement: 'Whoever is recused, excluded or reported takes no part in the case.',
    sources: [
      cite('AP', 'conflicts of interest'),
      cite('Django', 'conflicts of interest'),
      cite('freedesktop', 'conflict of interest'),
    ],
    basis: 'text',
    instead: 'Name somebody else; where a lead is missing, name a substitute.',
    check: (step) => {
      const { context, by, type, names } = step;
      if (by && isOutside(context, by.person)) return broken({ outside: [by.person] });
      const { outside } = context.staff;
      if (type === 'case.readmit') {
        const reported = outside.filter(({ why }) => why === 'reported').map((o) => o.person);
        return reported.length === 0
          ? holds
          : ask(step, ({ person }) =>
              none(
                'outside',
                reported.filter((outsider) => outsider === person),
              ),
            );
      }
      if (!names.possible.has('staff') || outside.length === 0) return holds;
      return ask(step, () =>
        none(
          'outside',
          names.tasks.filter((person) => isOutside(context, person)),
        ),
      );
    },
  },
  'case-closed': {
    statement:
      'A closed case is at rest: what can be recorded in it is little, and most of that reopens it.',
    sources: [],
    basis: 'ours',
    why: 'A closed case is at rest; the texts know no closing.',
    instead: 'Have a lead or organizer reopen the case first.',
    check: ({ context, place }) => needs(context.closedAt === null || place?.taken !== false),
  },
  'case-erased': {
    statement: 'Nothing more can be recorded in a case whose content was erased.',
    sources: [],
    basis: 'ours',
    why: 'Erasure is for ever.',
    instead: 'Open a new case.',
    check: ({ context }) => needs(!context.erased),
  },
  'happened-when-it-could': {
    statement:
      'Nothing happened in the future, nor, but for the intake and the immediate response, before the report was received.',
    sources: [],
    basis: 'ours',
    why: 'A record must be possible to be true.',
    instead: 'Leave happenedAt out, or give the time at which it happened.',
    check: ({ type, at, facts, context }) => {
      const said = type === 'case.open' ? facts?.receivedAt : facts?.happenedAt;
      if (said === undefined) return holds;
      if (isAfter(said, at)) return broken({ why: 'in the future', at });
      if (type === 'case.open' || beganBeforeTheReport.test(type)) return holds;
      // a case may have been opened later than its report came, without saying so
      const receivedAt = context.intake.reports
        .map((report) => report.receivedAt)
        .reduce(earlier, context.receivedAt);
      return isAfter(receivedAt, said)
        ? broken({ why: 'before the report was received', receivedAt })
        : holds;
    },
  },
  // what it asks hangs on the other rules' answers: `judge` gives them
  'departure-is-allowed': {
    statement:
      'A rule is departed from only where it stands in the way, allows it, on a ground that it knows, and by somebody who may.',
    sources: [],
    basis: 'ours',
    why: 'An explanation that explains nothing would make every rule void.',
    instead:
      'Leave the departure out, or see which grounds the rule knows and whose it is to depart.',
    check: () => holds,
  },
} as const satisfies Record<string, Rule>;
