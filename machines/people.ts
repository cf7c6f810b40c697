/** What a step does to the people of a case: the ones reported, the others, and the staff around it. */
import type { Context, Handle, OtherRole, Outsider } from './context.ts';
import { namedHas } from './rules/case-facts.ts';
import type { Established } from './events.ts';

interface ReportedFacts {
  readonly staff?: Handle | undefined;
}
interface OtherFacts {
  readonly role: OtherRole;
  readonly contact: boolean;
}

/** Numbers the reported persons in the order in which they are named; a member of staff among them is out at once. */
export function addReported(
  context: Context,
  event: Established,
  reported: readonly ReportedFacts[],
): Context {
  const first = context.people.reported.length + 1;
  const added = reported.map(({ staff }, index) => ({
    ref: `reported-${first + index}`,
    staff: staff ?? null,
  }));
  const named = {
    ...context,
    people: { ...context.people, reported: [...context.people.reported, ...added] },
  };
  return added.reduce<Context>(
    (known, { staff }) =>
      staff
        ? leave(known, {
            person: staff,
            why: 'reported',
            lead: namedHas(known, event, staff, 'lead'),
          })
        : known,
    named,
  );
}

export function addOthers(context: Context, others: readonly OtherFacts[]): Context {
  const first = context.people.others.length + 1;
  const added = others.map(({ role, contact }, index) => ({
    ref: `other-${first + index}`,
    role,
    contact,
  }));
  return {
    ...context,
    people: { ...context.people, others: [...context.people.others, ...added] },
  };
}

/** Without a word on the reporter the report is anonymous; a contact left with care.provide stays known. */
export function knowReporter(
  context: Context,
  reporter:
    { readonly anonymous: boolean; readonly name: boolean; readonly contact: boolean } | undefined,
): Context {
  const known = context.people.reporter;
  const told = reporter
    ? {
        anonymous: reporter.anonymous,
        named: reporter.name,
        contact: reporter.contact || known.contact,
      }
    : known;
  return { ...context, people: { ...context.people, reporter: told } };
}

/**
 * Puts somebody outside the case. The tasks that they held are vacated; as long as the meeting has
 * not concluded their objective is open again. A meeting that they attended keeps its record
 * (lifecycle.md, "After a recusal").
 */
export function leave(context: Context, outsider: Outsider): Context {
  const { person } = outsider;
  const { staff, leadsMeeting } = context;
  const others = (people: readonly Handle[]) => people.filter((other) => other !== person);
  const before = staff.outside.find((known) => known.person === person);
  const responder = staff.responder === person ? null : staff.responder;
  const followUp = staff.followUp === person ? null : staff.followUp;
  const reopened = leadsMeeting.concluded
    ? {}
    : {
        ...(responder !== staff.responder && { assignResponder: false }),
        ...(followUp !== staff.followUp && { assignFollowUp: false }),
      };
  return {
    ...context,
    staff: {
      ...staff,
      outside: [
        ...staff.outside.filter((known) => known.person !== person),
        {
          person,
          // reported is for good, and a second recusal does not soften it
          why: before?.why === 'reported' ? 'reported' : outsider.why,
          lead: outsider.lead || before?.lead === true,
        },
      ],
      broughtIn: others(staff.broughtIn),
      substitutes: staff.substitutes.filter((substitute) => substitute.person !== person),
      responder,
      followUp,
      delegates: others(staff.delegates),
      reviewers: others(staff.reviewers),
      disclosures: staff.disclosures.filter((disclosure) => disclosure.person !== person),
    },
    leadsMeeting: { ...leadsMeeting, objectives: { ...leadsMeeting.objectives, ...reopened } },
  };
}

/** Adds to a list in which nobody stands twice. */
export const including = <T>(list: readonly T[], item: T): readonly T[] =>
  list.includes(item) ? list : [...list, item];
