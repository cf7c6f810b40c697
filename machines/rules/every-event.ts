import { byHas, byIs, isOutside, refsNamed, refsOf, staffNamed } from './case-facts.ts';
import {
  ask,
  broken,
  holds,
  needs,
  none,
  type Answer,
  type Facts,
  type Rule,
  type Step,
} from './rule.ts';

/** Naming these people gives them no task: they are kept out, let in again, or reported. */
const namesNoTask = new Set([
  'case.open',
  'case.recuse',
  'case.readmit',
  'case.revokeDisclosure',
  'intake.recordReport',
  'intake.addClarification',
]);

/** What still counts in a closed case (procedure.md, `case-closed`). */
const worksWhenClosed = new Set([
  'case.reopen',
  'appeal.file',
  'case.recuse',
  'case.hold',
  'case.releaseHold',
  'case.grantDisclosure',
  'case.revokeDisclosure',
  'case.erase',
]);

/** Recusing another: leads and organizers; until the meeting the opener too, as the reporter wishes. */
function mayRecuseOthers(step: Step): boolean {
  const { leadsMeeting, openedBy } = step.context;
  const beforeMeeting = leadsMeeting.attendees.length === 0;
  return byHas(step, 'lead', 'organizer') || (beforeMeeting && byIs(step, openedBy));
}

function unknownReferences(step: Step, facts: Facts): (string | number)[] {
  const { context, type } = step;
  const { people, staff, leadsMeeting, immediateResponse, decision } = context;
  if (type === 'case.revokeDisclosure')
    return staff.disclosures.some(({ person }) => person === facts.person)
      ? []
      : [facts.person ?? ''];
  // whoever left may come back: they can be kept out and reported, and get no task
  const isKnown = (handle: string) =>
    namesNoTask.has(type)
      ? facts.people?.[handle] !== undefined
      : (facts.people?.[handle] ?? []).length > 0;
  const unknown: (string | number)[] = staffNamed(facts).filter((handle) => !isKnown(handle));
  const known = refsOf(context);
  unknown.push(...refsNamed(facts).filter((ref) => !known.includes(ref)));
  for (const { for: target } of facts.responses ?? [])
    if (target !== undefined && !people.reported.some(({ ref }) => ref === target))
      unknown.push(target);
  if (type === 'care.followUpWithImpacted' && !plannedForOthers(leadsMeeting.followUps, facts.ref))
    unknown.push(facts.ref ?? '');
  for (const { action } of facts.reviews ?? [])
    if (!immediateResponse.actions.some((taken) => taken.action === action)) unknown.push(action);
  if (facts.response !== undefined && facts.response > (decision?.responses.length ?? 0))
    unknown.push(facts.response);
  if (type === 'immediate.summonLead' && !leadNamed(step, facts)) unknown.push(facts.lead ?? '');
  if (type === 'case.readmit' && !isOutside(context, facts.person ?? ''))
    unknown.push(facts.person ?? '');
  if (type === 'case.grantDisclosure' && !facts.people?.[facts.person ?? '']?.includes('auditor'))
    unknown.push(facts.person ?? '');
  return [...new Set(unknown)];
}

/** The reporter is followed up by `care.followUpWithReporter`, whatever else was planned for them. */
const plannedForOthers = (
  followUps: readonly { readonly for: string }[],
  ref: string | undefined,
) => ref !== 'reporter' && followUps.some((followUp) => followUp.for === ref);

const leadNamed = ({ context }: Step, facts: Facts) =>
  facts.people?.[facts.lead ?? '']?.includes('lead') ||
  context.staff.substitutes.some(({ person }) => person === facts.lead);

function whoMayAct(step: Step): Answer {
  if (!byHas(step, ...step.who)) return broken({ roles: step.who });
  if (step.type !== 'case.recuse' || mayRecuseOthers(step)) return holds;
  return ask(step, ({ person }) => needs(byIs(step, person ?? null), { person }));
}

export const everyEvent = {
  'who-may-act': {
    statement: 'Each step of the procedure belongs to certain roles.',
    source: 'SP, throughout: incident responders, leads, event coordinator, organizers',
    instead:
      'Ask somebody who has one of the roles named; a lead or organizer may name a substitute.',
    check: whoMayAct,
  },
  'in-its-stage': {
    statement: 'A step can be taken only while its stage stands where the procedure takes it.',
    source: 'Recourse: the lifecycle',
    instead:
      'See where the stage stands and which states take the step; ask for the options of the case.',
    check: ({ place }) =>
      !place || place.taken
        ? holds
        : broken({ stage: place.stage, stands: place.stands, takenIn: place.takenIn }),
  },
  'known-reference': {
    statement:
      'A reference names somebody or something that there is: a person or entry of the case, an active member of staff with the role that is needed, a case that you may see.',
    source: 'Recourse: facts name people by reference only',
    instead:
      "Look the reference up in the case's facts or its history, the handle in the list of people.",
    check: (step) => {
      if (!step.names.staff && !step.names.others) return holds;
      return ask(step, (facts) => {
        const unknown = unknownReferences(step, facts);
        const cases = facts.cases?.unknown ?? 0;
        if (unknown.length === 0 && cases === 0) return holds;
        return broken({
          ...(unknown.length > 0 && { unknown }),
          ...(cases > 0 && { unknownCases: cases }),
        });
      });
    },
  },
  'recused-take-no-part': {
    statement: 'Whoever is recused, excluded or reported takes no part in the case.',
    source: 'AP, conflicts of interest; Django and freedesktop likewise',
    instead: 'Name somebody else; where a lead is missing, name a substitute.',
    check: (step) => {
      const { context, by, type, names } = step;
      if (by && isOutside(context, by.person)) return broken({ outside: [by.person] });
      if (type === 'case.readmit')
        return context.staff.outside.some(({ why }) => why === 'reported')
          ? ask(step, ({ person }) =>
              none(
                'outside',
                context.staff.outside
                  .filter((o) => o.person === person && o.why === 'reported')
                  .map((o) => o.person),
              ),
            )
          : holds;
      if (!names.staff || namesNoTask.has(type) || context.staff.outside.length === 0) return holds;
      return ask(step, (facts) =>
        none(
          'outside',
          staffNamed(facts).filter((person) => isOutside(context, person)),
        ),
      );
    },
  },
  'case-closed': {
    statement:
      'A closed case is at rest: little but a reopening or an appeal can be recorded in it.',
    source: 'Recourse: the lifecycle',
    instead: 'Have a lead or organizer reopen the case first.',
    check: ({ context, type }) => needs(context.closedAt === null || worksWhenClosed.has(type)),
  },
  'case-erased': {
    statement: 'Nothing more can be recorded in a case whose content was erased.',
    source: 'Recourse: erasure is for ever',
    instead: 'Open a new case.',
    check: ({ context }) => needs(!context.erased),
  },
  'hold-prevents-erasure': {
    statement: 'Under a legal hold nothing is erased.',
    source: 'Common practice of records management; lifecycle, `case.hold`',
    instead: 'Have an organizer release the hold once it is over.',
    check: ({ context }) => needs(!context.held),
  },
} as const satisfies Record<string, Rule>;
