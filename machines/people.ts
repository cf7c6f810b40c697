/** What a step does to the people of a case: those who report, those reported, the others, the staff around it. */
import type { Context, Handle, OtherRole, Ref, Reported, Reporter } from './context.ts';
import { newReported, newReporter } from './opening.ts';
import { officeRoles } from './vocabulary.ts';
import type { Established, Resolved } from './events.ts';
import { namedHas, officesOf } from './rules/case-facts.ts';
import { standing } from './rules/rule.ts';
import type { Outsider } from './staff-in-case.ts';

export const changeReporter = (
  context: Context,
  ref: Ref,
  change: (reporter: Reporter) => Partial<Reporter>,
): Context => ({
  ...context,
  people: {
    ...context.people,
    reporters: context.people.reporters.map((reporter) =>
      reporter.ref === ref ? { ...reporter, ...change(reporter) } : reporter,
    ),
  },
});

export const changeReported = (
  context: Context,
  ref: Ref,
  change: (reported: Reported) => Partial<Reported>,
): Context => ({
  ...context,
  people: {
    ...context.people,
    reported: context.people.reported.map((reported) =>
      reported.ref === ref ? { ...reported, ...change(reported) } : reported,
    ),
  },
});

/** Adds to a list in which nobody stands twice. */
export const including = <T>(list: readonly T[], item: T): readonly T[] =>
  list.includes(item) ? list : [...list, item];

const next = (kind: string, taken: number) => `${kind}-${taken + 1}`;

interface Naming {
  readonly form?: string | undefined;
  readonly from?: Ref | undefined;
  readonly reporter?: unknown;
  readonly reportedPersons?: readonly object[] | undefined;
  readonly others?: readonly unknown[] | undefined;
}

/**
 * The references that a report or a clarification gives to its people, in the order in which it names
 * them. Somebody who was named before keeps theirs; of an observed report nobody needs to be told.
 */
export function refsGiven(context: Context, type: string, facts: Naming): Resolved['named'] {
  if (type !== 'intake.recordReport' && type !== 'intake.addClarification') return undefined;
  const { people, intake } = context;
  const isReport = type === 'intake.recordReport';
  let reported = people.reported.length;
  let others = people.others.length;
  const reportedPersons = (facts.reportedPersons ?? []).map((person) =>
    'ref' in person ? String(person.ref) : next('reported', reported++),
  );
  const somebody = isReport && reportedPersons.length === 0 && standing(context).length === 0;
  const first = people.reporters[0]?.ref ?? 'reporter';
  const newcomer = intake.reports.some(({ from }) => from === first)
    ? next('reporter', people.reporters.length)
    : first;
  const observed = facts.form === 'observed' && facts.reporter === undefined;
  return {
    ...(isReport &&
      (facts.from !== undefined || !observed) && { reporter: facts.from ?? newcomer }),
    reportedPersons: somebody ? [next('reported', reported)] : reportedPersons,
    others: (facts.others ?? []).map(() => next('other', others++)),
  };
}

interface Named {
  readonly facts: Established &
    Resolved & {
      readonly reportedPersons?: readonly object[] | undefined;
      readonly others?:
        readonly { readonly role: OtherRole; readonly contact: boolean }[] | undefined;
    };
}
interface SaidOf {
  readonly staff?: Handle | undefined;
}

/** Adds those whom an event names; a member of staff who is reported is out at once. */
export function addPeople(context: Context, { facts }: Named): Context {
  const { named = {}, reportedPersons = [], others = [] } = facts;
  const known = new Set(context.people.reported.map(({ ref }) => ref));
  const withReported = (named.reportedPersons ?? []).reduce<Context>((so, ref, index) => {
    if (known.has(ref)) return so;
    const said: SaidOf | undefined = reportedPersons[index];
    return identify(
      {
        ...so,
        people: {
          ...so.people,
          reported: [
            ...so.people.reported,
            newReported(ref, {
              staff: null,
              identified: said !== undefined && saysWho(said),
              namedAfter: so.leadsMeeting.held,
            }),
          ],
        },
      },
      facts,
      ref,
      said?.staff,
    );
  }, context);
  const added = (named.others ?? []).map((ref, index) => ({
    ref,
    role: others[index]?.role ?? ('involved' as const),
    contact: others[index]?.contact ?? false,
    wish: null,
  }));
  const { people } = withReported;
  return concern(
    { ...withReported, people: { ...people, others: [...people.others, ...added] } },
    facts,
  );
}

/** Whether anything is said of somebody that tells who they are. */
const saysWho = (person: object): boolean =>
  Object.values(person).some((said) => said !== false && said !== undefined);

/** A reported person turns out to be a member of staff. */
export function identify(
  context: Context,
  facts: Established,
  ref: Ref,
  staff: Handle | undefined,
): Context {
  if (staff === undefined) return context;
  const office = namedHas(context, facts, staff, ...officeRoles);
  const known = changeReported(context, ref, () => ({ staff, identified: true }));
  return leave(
    { ...known, staff: { ...known.staff, ombudNeeded: known.staff.ombudNeeded || office } },
    { person: staff, why: 'reported', offices: officesOf(context, facts, staff) },
  );
}

/** Members of staff who are the report's own people: whom it happened to, and who saw it. */
function concern(context: Context, facts: Established): Context {
  const { leaving = [], witnesses = [] } = facts.concerned ?? {};
  const { staff, intake } = context;
  const withOffices = (person: Handle) => ({ person, offices: officesOf(context, facts, person) });
  const known = {
    ...context,
    staff: {
      ...staff,
      leaving: [
        ...staff.leaving.filter(({ person }) => !leaving.includes(person)),
        ...leaving.map(withOffices),
      ],
      witnesses: [
        ...staff.witnesses.filter(({ person }) => !witnesses.includes(person)),
        ...witnesses.map(withOffices),
      ],
    },
  };
  return intake.reports.some(({ handedOver }) => handedOver) ? sendAway(known) : known;
}

/** From the hand-over to the leads on, those whom it happened to are outside. */
const sendAway = (context: Context): Context =>
  context.staff.leaving.reduce<Context>(
    (so, { person, offices }) => leave(so, { person, why: 'concerned', offices }),
    { ...context, staff: { ...context.staff, leaving: [] } },
  );

/** The reports have reached the leads. */
export const handOver = (context: Context): Context =>
  sendAway({
    ...context,
    intake: {
      ...context.intake,
      reports: context.intake.reports.map((report) => ({ ...report, handedOver: true })),
    },
  });

/** Makes sure that there is such a reporter, and keeps what is said of them; a contact stays known. */
export function knowReporter(
  context: Context,
  ref: Ref,
  said:
    { readonly anonymous: boolean; readonly name: boolean; readonly contact: boolean } | undefined,
): Context {
  const { people } = context;
  const known = people.reporters.some((reporter) => reporter.ref === ref)
    ? context
    : { ...context, people: { ...people, reporters: [...people.reporters, newReporter(ref)] } };
  if (!said) return known;
  return changeReporter(known, ref, ({ contact }) => ({
    anonymous: said.anonymous,
    named: said.name,
    contact: said.contact || contact,
  }));
}

/**
 * Puts somebody outside the case. The tasks that they held are vacated; as long as the meeting has
 * not concluded their objective is open again. A meeting that they attended keeps its record.
 */
export function leave(context: Context, outsider: Outsider): Context {
  const { person } = outsider;
  const { staff, leadsMeeting, people } = context;
  const others = (handles: readonly Handle[]) => handles.filter((other) => other !== person);
  const but = <T extends { readonly person: Handle }>(list: readonly T[]) =>
    list.filter((other) => other.person !== person);
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
        ...but(staff.outside),
        {
          person,
          // reported is for good, and a second recusal does not soften it
          why: before?.why === 'reported' ? 'reported' : outsider.why,
          offices: outsider.offices.reduce(including, before?.offices ?? []),
        },
      ],
      leaving: but(staff.leaving),
      absent: but(staff.absent),
      cleared: outsider.why === 'reported' ? but(staff.cleared) : staff.cleared,
      broughtIn: others(staff.broughtIn),
      referredTo: others(staff.referredTo),
      substitutes: but(staff.substitutes),
      responder,
      followUp,
      delegates: others(staff.delegates),
      disclosures: but(staff.disclosures),
    },
    people: {
      ...people,
      reported: people.reported.map((reported) => ({
        ...reported,
        appeal: { ...reported.appeal, reviewers: others(reported.appeal.reviewers) },
      })),
    },
    leadsMeeting: { ...leadsMeeting, objectives: { ...leadsMeeting.objectives, ...reopened } },
  };
}
