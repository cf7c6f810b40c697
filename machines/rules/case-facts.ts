/** Questions about a case that several rules ask. */
import type { Actor, Context, Handle, InterimAction, Ref, Role } from '../context.ts';
import { handlerRoles } from '../context.ts';
import type { Facts, Step } from './rule.ts';

/** A substitute named for a case is a lead in it (lifecycle.md, "Who"). */
const isSubstitute = (context: Context, person: Handle) =>
  context.staff.substitutes.some((substitute) => substitute.person === person);

function rolesIn(context: Context, actor: Actor): readonly Role[] {
  return isSubstitute(context, actor.person) && !actor.roles.includes('lead')
    ? [...actor.roles, 'lead']
    : actor.roles;
}

export const byHas = ({ context, by }: Step, ...roles: readonly Role[]): boolean =>
  by === null || rolesIn(context, by).some((role) => roles.includes(role));

export const byIs = ({ by }: Step, ...persons: readonly (Handle | null)[]): boolean =>
  by !== null && persons.includes(by.person);

/** The roles that a named member of staff has in the case; none where the handle names nobody active. */
const namedRoles = (context: Context, facts: Facts, person: Handle): readonly Role[] => {
  const roles = facts.people?.[person];
  return roles ? rolesIn(context, { person, roles }) : [];
};

export const namedHas = (
  context: Context,
  facts: Facts,
  person: Handle,
  ...roles: readonly Role[]
) => namedRoles(context, facts, person).some((role) => roles.includes(role));

export const namedIsHandler = (context: Context, facts: Facts, person: Handle) =>
  namedHas(context, facts, person, ...handlerRoles);

export const isOutside = (context: Context, person: Handle) =>
  context.staff.outside.some((outsider) => outsider.person === person);

/** Every staff handle that a payload holds. */
export function staffNamed(facts: Facts): Handle[] {
  const one = [facts.person, facts.lead, facts.to];
  const many = [facts.attendees, facts.deciders, facts.reviewers, facts.excluded].flatMap(
    (list) => list ?? [],
  );
  const reported = (facts.reportedPersons ?? []).map(({ staff }) => staff);
  return [...new Set([...one, ...many, ...reported].filter((handle) => handle !== undefined))];
}

/** Every reference to somebody of the case that a payload holds. */
export function refsNamed(facts: Facts): Ref[] {
  const planned = (facts.followUps ?? []).map((followUp) => followUp.for);
  const decided = (facts.responses ?? []).flatMap((response) => [response.for, response.with]);
  return [facts.ref, ...planned, ...decided].filter((ref) => ref !== undefined);
}

export const refsOf = ({ people }: Context): Ref[] => [
  'reporter',
  ...people.reported.map(({ ref }) => ref),
  ...people.others.map(({ ref }) => ref),
];

/** Somebody who wrote without leaving a name or a contact cannot be thanked, asked or called back. */
export const reporterOutOfReach = ({ channel, people: { reporter } }: Context): boolean =>
  reporter.anonymous && !reporter.contact && (channel === 'email' || channel === 'web');

export const actionStands = (action: InterimAction) =>
  action.kind !== 'none' && action.outcome !== 'reversed';

export const violationStands = ({ decision }: Context): boolean => decision?.violation === true;

/** Told of the decision that stands, or known to be beyond telling. */
export const notificationSettled = ({ decision }: Context): boolean =>
  decision !== null && (decision.notifiedAt !== null || decision.unnotifiable);
