/** The words of the procedure: who takes part, how a report comes, what may be found, done and wished. */

export const roles = [
  'responder',
  'lead',
  'coordinator',
  'organizer',
  'ombud',
  'auditor',
  'admin',
] as const;
export type Role = (typeof roles)[number];
export const handlerRoles = [
  'responder',
  'lead',
  'coordinator',
  'organizer',
] as const satisfies readonly Role[];
/** Whoever holds one of these sees every case; where one of them is reported, an ombud steps in. */
export const officeRoles = ['lead', 'coordinator', 'organizer'] as const satisfies readonly Role[];
/** An office that a substitute can hold in a case. */
export const substituteOffices = ['lead', 'organizer'] as const satisfies readonly Role[];
export type Office = (typeof substituteOffices)[number];

export const channels = ['in-person', 'phone', 'email', 'chat', 'web'] as const;
export type Channel = (typeof channels)[number];

export const objectives = [
  'reviewReport',
  'consultPastIncidents',
  'discussResponses',
  'assignResponder',
  'planFollowUps',
  'assignFollowUp',
] as const;
export type Objective = (typeof objectives)[number];

export const points = [
  'what-happened',
  'impact',
  'code-of-conduct',
  'improvement',
  'consequences',
] as const;
export type Point = (typeof points)[number];

export const responseKinds = [
  'none',
  'warning',
  'avoid-contact',
  'no-evening-events',
  'no-alcohol',
  'end-talk-early',
  'withhold-talk-media',
  'no-further-talks',
  'end-volunteer-duties',
  'no-future-volunteering',
  'leave-event',
  'ban',
  'remove-membership',
  'publish-account',
  'other',
] as const;

export const findings = ['violation', 'no-violation', 'inconclusive', 'out-of-scope'] as const;
export type Finding = (typeof findings)[number];

/** Why somebody departs from a rule that can be departed from. */
export const grounds = [
  'safety',
  'impossible',
  'persons-wish',
  'legal-duty',
  'does-not-fit',
] as const;
export type Ground = (typeof grounds)[number];

/** To whom somebody allows that they are named. */
export const consentAudiences = ['reported-person', 'people-aware', 'public'] as const;
export type ConsentAudience = (typeof consentAudiences)[number];

export const wishes = ['welcome', 'outcome-only', 'none'] as const;
export type Wish = (typeof wishes)[number];
