/** Questions about a case that several rules ask. */
import type {
  Actor,
  Context,
  Decision,
  Handle,
  InterimAction,
  Ref,
  Reported,
  Reporter,
  Response,
} from '../context.ts';
import { lookUp } from '../look-up.ts';
import { handlerRoles, type Office, type Role } from '../vocabulary.ts';
import { standing, type Facts, type Step } from './rule.ts';

/** Whether an ombud has a part in the case: somebody of an office is reported in it, or it was referred to them. */
export const ombudActs = ({ closedAt, staff }: Context, person: Handle): boolean =>
  closedAt === null && (staff.ombudNeeded || staff.referredTo.includes(person));

/** A substitute holds the office in this case; an ombud who has a part in it counts as each but the coordinator. */
export function rolesIn(context: Context, { person, roles }: Actor): readonly Role[] {
  const offices = context.staff.substitutes
    .filter((substitute) => substitute.person === person)
    .map(({ as }) => as);
  const ombud: readonly Role[] =
    roles.includes('ombud') && ombudActs(context, person) ? ['responder', 'lead', 'organizer'] : [];
  return [...new Set([...roles, ...offices, ...ombud])];
}

export const byHas = (
  { context, by }: Pick<Step, 'context' | 'by'>,
  ...roles: readonly Role[]
): boolean => by === null || rolesIn(context, by).some((role) => roles.includes(role));

export const byIs = ({ by }: Pick<Step, 'by'>, ...persons: readonly (Handle | null)[]): boolean =>
  by !== null && persons.includes(by.person);

/** Whether a named member of staff has one of the roles in the case; not, where the handle names nobody active. */
export const namedHas = (
  context: Context,
  { people = {} }: Pick<Facts, 'people'>,
  person: Handle,
  ...roles: readonly Role[]
): boolean => {
  const theirs = lookUp(people, person);
  return (
    theirs !== undefined &&
    rolesIn(context, { person, roles: theirs }).some((r) => roles.includes(r))
  );
};

export const namedIsHandler = (context: Context, facts: Facts, person: Handle): boolean =>
  namedHas(context, facts, person, ...handlerRoles);

/** The offices that somebody holds in the case, of those that a substitute can stand in for. */
export const officesOf = (
  context: Context,
  facts: Pick<Facts, 'people'>,
  person: Handle,
): readonly Office[] =>
  (['lead', 'organizer'] as const).filter((office) => namedHas(context, facts, person, office));

export const isOutside = (context: Context, person: Handle): boolean =>
  context.staff.outside.some((outsider) => outsider.person === person);

export const refsOf = ({ people }: Context): Ref[] =>
  [...people.reporters, ...people.reported, ...people.others].map(({ ref }) => ref);

/** Of two who turned out to be one, that one. */
export function canonical(context: Context, ref: Ref): Ref {
  const same = context.people.reported.find((person) => person.ref === ref)?.sameAs;
  return same ? canonical(context, same) : ref;
}

/** The report of a reporter that came last. */
export const latestReportOf = ({ intake }: Context, ref: Ref) =>
  intake.reports.findLast(({ from }) => from === ref);

/** Somebody who wrote without leaving a name or a contact cannot be thanked, asked or called back. */
export const outOfReach = (context: Context, { ref, anonymous, contact }: Reporter): boolean => {
  const channel = latestReportOf(context, ref)?.channel ?? context.channel;
  return anonymous && !contact && (channel === 'email' || channel === 'web');
};

/** Whether the latest safety check found that somebody is not safe. */
export const inDanger = ({ intake }: Context): boolean => intake.safety?.everyoneSafe === 'no';

/** Whether there was an interim measure that still stands. */
export const actionStands = ({ kind, outcome, lift }: InterimAction): boolean =>
  kind !== 'none' && outcome !== 'reversed' && lift !== 'lifted';

/** Whether a response is part of the decision as it stands. */
export const responseStands = ({ state }: Response): boolean =>
  state === 'due' || state === 'carriedOut' || state === 'abandoned';

export const foundViolation = ({ decision }: Reported): boolean =>
  decision?.finding === 'violation';

/** Whether somebody who stands as reported was found to have violated the Code of Conduct. */
export const violationStands = (context: Context): boolean =>
  standing(context).some(foundViolation);

/** Told of the decision that stands, or known to be beyond telling. */
export const notificationSettled = ({ notifiedAt, unnotifiable }: Decision): boolean =>
  notifiedAt !== null || unnotifiable;

/** Whom the sender judges: whether they are one of its own people. */
export const judgesOwnCause = ({ staff }: Context, person: Handle): boolean =>
  [...staff.witnesses, ...staff.leaving].some((concerned) => concerned.person === person);
