/** What a rule of the catalogue is, what it is asked, and how it answers. */
import type { Actor, Context, Handle, OtherRole, Ref, Role, Time } from '../context.ts';
import type { Established } from '../events.ts';

/** The payload's facts as rules read them: of whichever event, so nothing is certain to be there. */
export interface Facts extends Established {
  readonly accepted?: boolean;
  readonly action?: number;
  readonly attempts?: number;
  readonly attendees?: readonly Handle[];
  readonly covered?: readonly string[];
  readonly deciders?: readonly Handle[];
  readonly excluded?: readonly Handle[];
  readonly followUps?: readonly { readonly for: Ref }[];
  readonly harmful?: boolean;
  readonly instructedByPerson?: boolean;
  readonly kind?: string;
  readonly lead?: Handle;
  readonly others?: readonly { readonly role: OtherRole }[];
  readonly outcome?: unknown;
  readonly person?: Handle;
  readonly ref?: Ref;
  readonly atReporterRequest?: boolean;
  readonly reportedPersons?: readonly { readonly staff?: Handle | undefined }[];
  readonly reporter?: { readonly anonymous: boolean; readonly name: boolean } | undefined;
  readonly resource?: string;
  readonly response?: number;
  readonly responses?: readonly ResponseFacts[] | undefined;
  readonly reviewers?: readonly Handle[];
  readonly reviews?: readonly { readonly action: number }[];
  readonly saysActionTaken?: boolean;
  readonly saysAgainstPolicy?: boolean;
  readonly to?: Handle;
  readonly violation?: boolean;
}

export interface ResponseFacts {
  readonly kind: string;
  readonly for?: Ref | undefined;
  readonly until?: string | undefined;
  readonly indefinite?: boolean | undefined;
  readonly with?: Ref | undefined;
}

/** Where the case stands, as far as it matters for an event type: the engine tells, from the machine. */
export interface Place {
  readonly stage: string;
  readonly stands: string;
  /** The states of the stage that take the event. */
  readonly takenIn: readonly string[];
  readonly taken: boolean;
}

/** What a rule is asked about: somebody's event, at a moment, in a case. */
export interface Step {
  readonly type: string;
  readonly context: Context;
  readonly at: Time;
  readonly by: Actor | null;
  /** Whose roles may send the event. */
  readonly who: readonly Role[];
  /** Undefined while the payload is not known, when somebody asks what they may do. */
  readonly facts: Facts | undefined;
  /** Which handles, references and case ids the event can name at all. */
  readonly names: { readonly staff: boolean; readonly others: boolean };
  /** Undefined inside the machine, which knows by itself where it stands. */
  readonly place?: Place;
}

export type Answer =
  | { readonly verdict: 'holds' | 'depends' }
  | { readonly verdict: 'broken'; readonly detail?: Readonly<Record<string, unknown>> };

export interface Rule {
  /** What it demands, in our own words. */
  readonly statement: string;
  /** The document, by its key in the procedure, and the place in it. */
  readonly source: string;
  /** What to do instead. */
  readonly instead?: string;
  readonly check: (step: Step) => Answer;
}

export const holds: Answer = { verdict: 'holds' };
const depends: Answer = { verdict: 'depends' };
export const broken = (detail?: Readonly<Record<string, unknown>>): Answer =>
  detail ? { verdict: 'broken', detail } : { verdict: 'broken' };

/** Holds where the condition does. */
export const needs = (condition: boolean, detail?: Readonly<Record<string, unknown>>): Answer =>
  condition ? holds : broken(detail);

/** Holds where nothing is missing, and else names what is. */
export const complete = (missing: readonly string[]): Answer =>
  needs(missing.length === 0, { missing });

/** Holds where the list of offenders is empty, and else names them under `name`. */
export const none = (name: string, offenders: readonly (string | number)[]): Answer =>
  needs(offenders.length === 0, { [name]: offenders });

/** Asks the payload; as long as it is not known, it depends. */
export const ask = (step: Step, check: (facts: Facts) => Answer): Answer =>
  step.facts ? check(step.facts) : depends;

/** Forbidden actions: nothing makes them right. */
export const never = (): Answer => broken();
