/**
 * What a case knows of itself: facts alone, no person's data. People who are not staff stand here by
 * reference only, so that a case replays to the same state after its content was erased
 * (lifecycle.md, "Context holds no person's data"). Shown by the API as the case's `facts`.
 */
import type { Settings } from './procedure.ts';

export type Handle = string;
/** `reporter`, `reported-1`, `other-1` … in the order in which the reports name them. */
export type Ref = string;
/** ISO 8601, UTC. */
export type Time = string;

export const roles = ['responder', 'lead', 'coordinator', 'organizer', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];
export const handlerRoles = [
  'responder',
  'lead',
  'coordinator',
  'organizer',
] as const satisfies readonly Role[];

export interface Actor {
  readonly person: Handle;
  readonly roles: readonly Role[];
}

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
type Point = (typeof points)[number];

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

export interface Outsider {
  readonly person: Handle;
  readonly why: 'recused' | 'excluded' | 'reported';
  /** Whether a lead was lost by it, which is what lets a substitute be named. */
  readonly lead: boolean;
}

export interface Response {
  readonly kind: string;
  readonly for: Ref | null;
  readonly until: string | null;
  readonly indefinite: boolean;
  readonly with: Ref | null;
  readonly callsForResignation: boolean;
  readonly carriedOut: boolean;
}

export interface InterimAction {
  /** The seq of the step that took it. */
  readonly action: number;
  readonly kind: string;
  readonly by: Handle;
  readonly outcome: 'confirmed' | 'reversed' | null;
}

export interface Decision {
  readonly violation: boolean;
  readonly deciders: readonly { readonly person: Handle; readonly organizer: boolean }[];
  readonly responses: readonly Response[];
  readonly notifiedAt: Time | null;
  readonly unnotifiable: boolean;
}

export type DeadlineName = 'leadsMeet' | 'reporterFollowUp' | 'appealWindow';

export interface Context {
  readonly settings: Settings;
  readonly channel: Channel;
  readonly openedBy: Handle;
  /** When it was closed; null while it is open. */
  readonly closedAt: Time | null;
  readonly erased: boolean;
  readonly held: boolean;
  readonly duplicate: boolean;
  /** Set by a reopening, gone with the next decision: until then a decision that stands may be revised. */
  readonly reopened: boolean;
  /** Absolute, so that leaving and re-entering a state does not restart a clock. */
  readonly due: Readonly<Record<DeadlineName, Time | null>>;
  readonly staff: {
    readonly outside: readonly Outsider[];
    readonly broughtIn: readonly Handle[];
    readonly substitutes: readonly { readonly person: Handle; readonly byOrganizer: boolean }[];
    readonly responder: Handle | null;
    readonly followUp: Handle | null;
    readonly delegates: readonly Handle[];
    readonly reviewers: readonly Handle[];
    readonly disclosures: readonly { readonly person: Handle; readonly until: Time }[];
  };
  readonly people: {
    readonly reporter: {
      readonly anonymous: boolean;
      readonly named: boolean;
      readonly contact: boolean;
    };
    readonly reported: readonly { readonly ref: Ref; readonly staff: Handle | null }[];
    readonly others: readonly {
      readonly ref: Ref;
      readonly role: OtherRole;
      readonly contact: boolean;
    }[];
    readonly consents: readonly Ref[];
  };
  readonly intake: {
    readonly quietSpaceOffered: boolean;
    readonly safety: {
      readonly everyoneSafe: 'yes' | 'no' | 'unknown';
      readonly generalThreat: boolean;
    } | null;
    readonly recordedAt: Time | null;
    readonly form: 'written' | 'transcribed' | null;
    readonly incidentAt: string | null;
    readonly ongoing: boolean;
    readonly revealsReporter: boolean;
    readonly safetyConcern: boolean | null;
    readonly reporterThanked: boolean;
    readonly withdrawalRequested: boolean;
    readonly reportedAt: Time | null;
  };
  readonly immediateResponse: {
    /** The latest assessment; null while there is none. */
    readonly needed: boolean | null;
    readonly active: boolean;
    readonly summoned: readonly Handle[];
    readonly actions: readonly InterimAction[];
  };
  readonly reporterCare: {
    readonly covered: readonly string[];
    readonly outcome: 'followedUp' | 'unreachable' | null;
  };
  readonly leadsMeeting: {
    readonly inSession: boolean;
    readonly concluded: boolean;
    /** Of the latest meeting. */
    readonly attendees: readonly Handle[];
    readonly objectives: Readonly<Record<Objective, boolean>>;
    readonly patternFound: boolean | null;
    readonly followUps: readonly { readonly for: Ref; readonly settled: boolean }[];
  };
  readonly reportedPersonFollowUp: {
    readonly begun: boolean;
    readonly conversing: boolean;
    readonly points: readonly Point[];
    readonly outcome: 'completed' | 'declined' | null;
    readonly apology: 'received' | 'passed-on' | null;
  };
  readonly decision: Decision | null;
  readonly appeal: {
    readonly routeTold: boolean;
    readonly filed: boolean;
    readonly outcome: 'upheld' | 'modified' | 'overturned' | null;
  };
  readonly publicCommunication: {
    readonly aware: readonly string[];
    readonly noticeGiven: boolean;
  };
}

export type OtherRole = 'witness' | 'impacted' | 'involved';

export const noObjectives: Context['leadsMeeting']['objectives'] = {
  reviewReport: false,
  consultPastIncidents: false,
  discussResponses: false,
  assignResponder: false,
  planFollowUps: false,
  assignFollowUp: false,
};

/** What the opening says (`case.open`). */
export interface Opening {
  readonly channel: Channel;
  readonly openedBy: Handle;
  readonly settings: Settings;
  readonly excluded: readonly { readonly person: Handle; readonly lead: boolean }[];
}

/**
 * The context of a case that was just opened. Pure, and without input it must still answer: XState
 * runs it again at every transition (architecture.md, "What XState does that bites").
 */
export function openingContext(opening: Opening): Context {
  return {
    settings: opening.settings,
    channel: opening.channel,
    openedBy: opening.openedBy,
    closedAt: null,
    erased: false,
    held: false,
    duplicate: false,
    reopened: false,
    due: { leadsMeet: null, reporterFollowUp: null, appealWindow: null },
    staff: {
      outside: opening.excluded.map(({ person, lead }) => ({ person, why: 'excluded', lead })),
      broughtIn: [],
      substitutes: [],
      responder: null,
      followUp: null,
      delegates: [],
      reviewers: [],
      disclosures: [],
    },
    people: {
      reporter: { anonymous: true, named: false, contact: false },
      reported: [],
      others: [],
      consents: [],
    },
    intake: {
      quietSpaceOffered: false,
      safety: null,
      recordedAt: null,
      form: null,
      incidentAt: null,
      ongoing: false,
      revealsReporter: false,
      safetyConcern: null,
      reporterThanked: false,
      withdrawalRequested: false,
      reportedAt: null,
    },
    immediateResponse: { needed: null, active: false, summoned: [], actions: [] },
    reporterCare: { covered: [], outcome: null },
    leadsMeeting: {
      inSession: false,
      concluded: false,
      attendees: [],
      objectives: noObjectives,
      patternFound: null,
      followUps: [],
    },
    reportedPersonFollowUp: {
      begun: false,
      conversing: false,
      points: [],
      outcome: null,
      apology: null,
    },
    decision: null,
    appeal: { routeTold: false, filed: false, outcome: null },
    publicCommunication: { aware: [], noticeGiven: false },
  };
}
