/** What an event may name, and whether it is there (`known-reference`). */
import type { Reported, Response } from '../context.ts';
import { lookUp } from '../look-up.ts';
import {
  actionStands,
  canonical,
  isOutside,
  namedHas,
  officesOf,
  refsOf,
  responseStands,
} from './case-facts.ts';
import { ask, broken, holds, standing, type Answer, type Facts, type Step } from './rule.ts';

type Unknown = readonly (string | number)[];

/** Handles: whoever left may come back, so they can be kept out and reported, and get no task. */
function unknownStaff({ names }: Step, facts: Facts): Unknown {
  const { people = {} } = facts;
  const rolesOf = (handle: string) => lookUp(people, handle);
  return [
    ...names.staff.filter((handle) => rolesOf(handle) === undefined),
    ...names.tasks.filter((handle) => rolesOf(handle)?.length === 0),
  ];
}

/** Of events that name a member of staff, who must be more than that. */
function unfitStaff({ type, context }: Step, facts: Facts): Unknown {
  const { person = '' } = facts;
  const lacks = (fits: boolean) => (fits ? [] : [person]);
  switch (type) {
    case 'case.readmit':
      return lacks(isOutside(context, person));
    case 'case.refer':
      return lacks(namedHas(context, facts, person, 'ombud'));
    case 'case.noteAbsence':
      return lacks(officesOf(context, facts, person).length > 0);
    case 'case.grantDisclosure':
      return lacks(namedHas(context, facts, person, 'auditor'));
    case 'case.revokeDisclosure':
      return lacks(context.staff.disclosures.some((granted) => granted.person === person));
    default:
      return [];
  }
}

const isLead = ({ type, context, names }: Step, facts: Facts): Unknown =>
  type === 'immediate.summonLead'
    ? names.tasks.filter((person) => !namedHas(context, facts, person, 'lead'))
    : [];

/** References to people: somebody, and of a kind that the event can be about. */
function unknownPeople(step: Step, facts: Facts): Unknown {
  const { context, names, concerns } = step;
  const known = refsOf(context);
  const still = new Set(standing(context).map(({ ref }) => ref));
  const gone = (ref: string) => ref.startsWith('reported-') && !still.has(ref);
  const ofKind = (ref: string) => concerns?.kinds.some((kind) => ref.replace(/-\d+$/, '') === kind);
  const whom = [facts.for ?? []].flat();
  return [
    ...names.people.filter((ref) => !known.includes(ref)),
    ...whom.filter((ref) => !ofKind(ref) || (gone(ref) && !isAboutNames(step))),
    // what is meant for somebody else than whom it is decided on would be lost
    ...(facts.responses ?? []).flatMap(({ for: ref }) =>
      ref !== undefined && !whom.includes(ref) ? ref : [],
    ),
    // only somebody who is reported can be the same as before; whoever was named by mistake is named anew
    ...(facts.reportedPersons ?? []).flatMap(({ ref }) =>
      ref !== undefined && !still.has(canonical(context, ref)) ? ref : [],
    ),
    ...[facts.from ?? []].flat().filter((ref) => !ref.startsWith('reporter')),
    ...[facts.sameAs ?? []].flat().filter((ref) => !still.has(ref) || whom.includes(ref)),
  ];
}

/** Consent is everybody's own, also theirs who were named by mistake. */
const isAboutNames = ({ type }: Step) => type.endsWith('DisclosureConsent');

/** Follow-ups that an event settles must be planned; a reporter is owed theirs anyway. */
function unplanned(step: Step, facts: Facts): Unknown {
  if (step.type !== 'care.followUpWithImpacted' && step.type !== 'care.dropFollowUp') return [];
  return [facts.for ?? []].flat().filter((ref) => !nameable(step)?.includes(ref));
}

/** The response that an event is about must be one with which it can be done. */
const fitting: Readonly<Record<string, (response: Response) => boolean>> = {
  'decision.carryOutResponse': ({ state }) => state === 'due' || state === 'carriedOut',
  'decision.abandonResponse': ({ state }) => state === 'due',
  'decision.liftResponse': ({ state }) => state === 'liftOwed',
};

function unknownResponses({ type, context }: Step, facts: Facts): Unknown {
  const whom = [facts.for ?? []].flat();
  const of = (people: readonly Reported[]) =>
    people
      .filter(({ ref }) => whom.includes(ref))
      .flatMap(({ decision }) => decision?.responses ?? []);
  const theirs = of(context.people.reported);
  const fits = lookUp(fitting, type);
  const kept = (facts.responses ?? []).flatMap(({ keep }) => keep ?? []);
  return [
    ...(facts.response !== undefined &&
    fits &&
    !theirs.some((r) => r.response === facts.response && fits(r))
      ? [facts.response]
      : []),
    ...kept.filter((n) => !theirs.some((r) => r.response === n && responseStands(r))),
    ...kept.filter((n, i) => kept.indexOf(n) !== i),
  ];
}

/** What events of a type can name of all that the case holds; undefined where they name nothing of the kind. */
function nameable({ type, context }: Step): Unknown | undefined {
  const { immediateResponse, departures, proposals, staff, people, leadsMeeting } = context;
  const fits = lookUp(fitting, type);
  if (fits)
    return people.reported
      .flatMap(({ decision }) => decision?.responses ?? [])
      .filter(fits)
      .map(({ response }) => response);
  switch (type) {
    case 'immediate.liftAction':
      return immediateResponse.actions
        .filter((taken) => actionStands(taken) || taken.lift === 'owed')
        .map(({ action }) => action);
    case 'meeting.reviewInterimActions':
      return immediateResponse.actions.map(({ action }) => action);
    case 'meeting.reviewDepartures':
      return departures.map(({ seq }) => seq);
    case 'case.confirm':
    case 'case.withdraw':
      return proposals.map(({ seq }) => seq);
    case 'case.readmit':
      return staff.outside.map(({ person }) => person);
    case 'case.revokeDisclosure':
      return staff.disclosures.map(({ person }) => person);
    case 'care.followUpWithImpacted':
      return leadsMeeting.followUps.map((followUp) => followUp.for);
    case 'care.dropFollowUp':
      return leadsMeeting.followUps
        .filter(({ settled }) => !settled)
        .map((followUp) => followUp.for);
    default:
      return undefined;
  }
}

/** Entries: actions, departures, proposals, and what is to be redacted. */
function unknownEntries(step: Step, facts: Facts): Unknown {
  const { type, context } = step;
  const { seq = 0, reviews = [], action = 0 } = facts;
  const missing = (named: Unknown) => named.filter((one) => !nameable(step)?.includes(one));
  switch (type) {
    case 'immediate.liftAction':
      return missing([action]);
    case 'meeting.reviewInterimActions':
      return missing(reviews.map((review) => review.action ?? 0));
    case 'meeting.reviewDepartures':
      return reviews
        .filter(
          (review) =>
            !context.departures.some((d) => d.seq === review.seq && d.rule === review.rule),
        )
        .map((review) => review.seq ?? 0);
    case 'case.confirm':
    case 'case.withdraw':
      return missing([seq]);
    case 'case.redact':
      return (facts.redacts ?? []).length > 0 ? [] : [seq];
    default:
      return [];
  }
}

const unknownAudiences = ({ context, names }: Step): Unknown =>
  names.audiences.filter(
    (named) => !context.publicCommunication.audiences.some(({ audience }) => audience === named),
  );

/** Whom an event could be about that must be about somebody: nobody, where there is none. */
function nobodyMeant({ context, concerns, facts }: Step): Answer | null {
  if (!concerns || concerns.optional || facts?.for !== undefined) return null;
  const still = new Set(standing(context).map(({ ref }) => ref));
  const candidates = refsOf(context).filter(
    (ref) =>
      concerns.kinds.some((kind) => ref.replace(/-\d+$/, '') === kind) &&
      (!ref.startsWith('reported-') || still.has(ref)),
  );
  if (candidates.length > 0 && !facts) return null;
  return broken({ missing: ['for'], candidates });
}

export function unknownReferences(step: Step): Answer {
  const nobody = nobodyMeant(step);
  if (nobody) return nobody;
  if (!step.facts && nameable(step)?.length === 0) return broken({ candidates: [] });
  const { possible } = step.names;
  const names = [...possible].some((what) => what !== 'kind');
  if (!names && (step.concerns === undefined || step.meant)) return holds;
  return ask(step, (facts) => {
    const unknown = [
      ...unknownStaff(step, facts),
      ...unfitStaff(step, facts),
      ...isLead(step, facts),
      ...unknownPeople(step, facts),
      ...unplanned(step, facts),
      ...unknownResponses(step, facts),
      ...unknownEntries(step, facts),
      ...unknownAudiences(step),
    ];
    const cases = facts.cases?.unknown ?? 0;
    const concerned = facts.concerned?.unknown ?? 0;
    if (unknown.length + cases + concerned === 0) return holds;
    return broken({
      ...(unknown.length > 0 && { unknown: [...new Set(unknown)] }),
      ...(cases > 0 && { unknownCases: cases }),
      ...(concerned > 0 && { unknownConcerned: concerned }),
    });
  });
}
