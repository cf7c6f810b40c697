/**
 * What a case knows of itself: facts alone, no person's data. People who are not staff stand here by
 * reference only, so that a case replays to the same state after its content was erased. One context
 * for all machines of a case; the API shows it as the case's `facts`.
 */
import type { Settings } from './procedure.ts';
import type { StaffInCase } from './staff-in-case.ts';
import type {
  Channel,
  ConsentAudience,
  Finding,
  Ground,
  Objective,
  Office,
  Point,
  Role,
  Wish,
} from './vocabulary.ts';

export type Handle = string;
/** `reporter`, `reporter-2` …, `reported-1` …, `other-1` …, in the order in which the reports name them. */
export type Ref = string;
/** ISO 8601, UTC. */
export type Time = string;

export interface Actor {
  readonly person: Handle;
  readonly roles: readonly Role[];
}

/** Something that the procedure wants was left out, or something that it forbids was done. */
export interface Departure {
  readonly seq: number;
  readonly rule: string;
  readonly ground: Ground | 'breach';
  /** Who departed; of a breach whose it was, where that is known. */
  readonly by: Handle | null;
  readonly review: { readonly by: Handle; readonly outcome: 'endorsed' | 'criticised' } | null;
}

/** A step that takes a second person, waiting for one. */
export interface Proposal {
  readonly seq: number;
  readonly type: string;
  readonly by: Actor;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Content that was taken away for good. */
export interface Redaction {
  /** Of the entry whose parts are gone. */
  readonly seq: number;
  readonly parts: readonly string[];
}

export interface Reporter {
  readonly ref: Ref;
  readonly anonymous: boolean;
  readonly named: boolean;
  readonly contact: boolean;
  readonly quietSpaceOffered: boolean;
  readonly safetyChecked: boolean;
  readonly thanked: boolean;
  /** Whether responding would show who reported. */
  readonly revealing: boolean;
  /** Whether they are worried about that; null while nobody asked. */
  readonly safetyConcern: boolean | null;
  readonly withdrawalRequested: boolean;
  readonly wish: Wish | null;
  readonly care: {
    /** Whether an answer is owed for a report of theirs. */
    readonly owed: boolean;
    readonly covered: readonly string[];
    readonly unreachable: boolean;
  };
  readonly due: { readonly reporterFollowUp: Time | null };
}

export type ResponseState = 'due' | 'carriedOut' | 'abandoned' | 'dropped' | 'liftOwed' | 'lifted';

export interface Response {
  /** Counted per person, and never used again. */
  readonly response: number;
  readonly kind: string;
  readonly until: string | null;
  readonly indefinite: boolean;
  readonly with: Ref | null;
  readonly callsForResignation: boolean;
  readonly state: ResponseState;
}

export interface Decision {
  readonly finding: Finding;
  readonly deciders: readonly { readonly person: Handle; readonly organizer: boolean }[];
  /** All that were ever decided on; those that do not stand any more say so. */
  readonly responses: readonly Response[];
  /** The meeting that it came out of. */
  readonly meeting: number;
  /** Whether the person must be told, as of a change of a decision, whatever was found. */
  readonly changed: boolean;
  /** Whether an appeal has shaped it: from then on it is only ever eased. */
  readonly appealed: boolean;
  readonly notifiedAt: Time | null;
  readonly unnotifiable: boolean;
}

export interface Reported {
  readonly ref: Ref;
  readonly staff: Handle | null;
  /** False where all that is known is that there was somebody. */
  readonly identified: boolean;
  /** Set where two turned out to be one: the other. */
  readonly sameAs: Ref | null;
  /** Named by mistake: nothing more is owed, to them or about them. */
  readonly withdrawn: boolean;
  /** How many meetings had been concluded when the person was named. */
  readonly namedAfter: number;
  readonly conversation: {
    readonly begun: boolean;
    readonly points: readonly Point[];
    readonly outcome: 'completed' | 'declined' | null;
    readonly apology: 'received' | 'passed-on' | null;
  };
  readonly decision: Decision | null;
  readonly appeal: {
    readonly routeTold: boolean;
    readonly filed: boolean;
    readonly reviewers: readonly Handle[];
    readonly outcome: 'upheld' | 'modified' | 'overturned' | null;
  };
  readonly due: { readonly appealWindow: Time | null };
}

export type OtherRole = 'witness' | 'impacted' | 'involved';

interface Other {
  readonly ref: Ref;
  readonly role: OtherRole;
  readonly contact: boolean;
  readonly wish: Wish | null;
}

interface Report {
  /** Of the entry that recorded it. */
  readonly seq: number;
  readonly from: Ref | null;
  readonly form: 'written' | 'transcribed' | 'observed';
  readonly channel: Channel;
  /** When it reached the team. */
  readonly receivedAt: Time;
  readonly handedOver: boolean;
  /** Whether the leads have concluded a meeting over it. */
  readonly takenUp: boolean;
}

export interface InterimAction {
  /** The seq of the step that took it. */
  readonly action: number;
  readonly kind: string;
  readonly for: Ref | null;
  readonly with: Ref | null;
  readonly until: string | null;
  readonly by: Handle;
  readonly outcome: 'confirmed' | 'reversed' | null;
  /** Whether the person is owed the word that it is over, or has it. */
  readonly lift: 'owed' | 'lifted' | null;
}

export type DeadlineName = 'leadsMeet' | 'reporterFollowUp' | 'appealWindow';

/** Whether something that had a deadline happened in time; worked out when it is recorded. */
export interface Timeliness {
  readonly name: DeadlineName;
  readonly ref: Ref | null;
  readonly dueAt: Time;
  readonly happenedAt: Time;
  readonly late: boolean;
}

interface Audience {
  readonly audience: string;
  readonly kind: string;
  readonly settled: boolean;
}

export interface Context {
  readonly settings: Settings;
  readonly channel: Channel;
  readonly openedBy: Handle;
  readonly openedAt: Time;
  /** When the report reached the team; the opening's own time where nobody said otherwise. */
  readonly receivedAt: Time;
  /** When it was closed; null while it is open. */
  readonly closedAt: Time | null;
  /** Set while the case counts as none: who proposed and who confirmed that. */
  readonly voided: { readonly reason: string; readonly by: readonly Handle[] } | null;
  readonly erased: boolean;
  readonly held: boolean;
  /** The entry that names the case which stands for this one; null while this stands for itself. */
  readonly duplicateOf: number | null;
  readonly departures: readonly Departure[];
  readonly proposals: readonly Proposal[];
  readonly redactions: readonly Redaction[];
  readonly timeliness: readonly Timeliness[];
  readonly due: { readonly leadsMeet: Time | null };
  readonly staff: StaffInCase;
  readonly people: {
    readonly reporters: readonly Reporter[];
    readonly reported: readonly Reported[];
    readonly others: readonly Other[];
    readonly consents: readonly { readonly ref: Ref; readonly to: ConsentAudience }[];
  };
  readonly intake: {
    readonly reports: readonly Report[];
    /** What was done for whoever reports next, since the last report. */
    readonly next: {
      readonly quietSpaceOffered: boolean;
      readonly safetyChecked: boolean;
      readonly thanked: boolean;
    };
    readonly safety: {
      readonly everyoneSafe: 'yes' | 'no' | 'unknown';
      readonly generalThreat: boolean;
    } | null;
    readonly incidentAt: string | null;
    readonly ongoing: boolean;
  };
  readonly immediateResponse: {
    /** The latest assessment; null while there is none. */
    readonly needed: boolean | null;
    readonly active: boolean;
    readonly summoned: readonly Handle[];
    /** Whoever was called since a threat was last over. */
    readonly resources: readonly string[];
    readonly actions: readonly InterimAction[];
  };
  readonly leadsMeeting: {
    /** How many were concluded. */
    readonly held: number;
    readonly inSession: boolean;
    /** Whether what the latest one concluded stands: no other was convened or called for since. */
    readonly concluded: boolean;
    /** Of the latest meeting. */
    readonly attendees: readonly Handle[];
    /** Of those the leads, who alone decide. */
    readonly leads: readonly Handle[];
    readonly objectives: Readonly<Record<Objective, boolean>>;
    readonly patternFound: boolean | null;
    readonly followUps: readonly { readonly for: Ref; readonly settled: boolean }[];
  };
  readonly publicCommunication: {
    readonly audiences: readonly Audience[];
    readonly noticeGiven: boolean;
    /** Whether anything was said that could be corrected. */
    readonly spoken: boolean;
    readonly referredToOrganizers: boolean;
  };
}

/** As a machine of the case sees it: with who the machine is, `case` or somebody's reference. */
export interface OwnContext extends Context {
  readonly self: Ref;
}

/** What the opening says (`case.open`). */
export interface Opening {
  readonly channel: Channel;
  readonly openedBy: Handle;
  readonly openedAt: Time;
  readonly receivedAt: Time;
  readonly settings: Settings;
  readonly excluded: readonly { readonly person: Handle; readonly offices: readonly Office[] }[];
}
