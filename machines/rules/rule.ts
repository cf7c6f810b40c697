/** What a rule of the catalogue is, what it is asked, and how it answers. */
import type { Actor, Context, Handle, OtherRole, Ref, Reported, Time } from '../context.ts';
import type { Ground, Role } from '../vocabulary.ts';
import type { Established, Resolved, Team } from '../events.ts';
import type { Named, PersonKind } from '../events/fields.ts';
import type { SourceKey } from '../sources.ts';

export interface DepartureFacts {
  readonly rule: string;
  readonly ground: Ground;
  readonly items?: readonly string[] | undefined;
}

/** The payload's facts as rules read them: of whichever event, so nothing is certain to be there. */
export interface Facts extends Established, Resolved {
  readonly action?: number;
  readonly as?: 'lead' | 'organizer';
  readonly atReporterRequest?: boolean;
  readonly attempts?: number;
  readonly attendees?: readonly Handle[];
  readonly audiences?: readonly string[] | undefined;
  readonly contact?: unknown;
  readonly covered?: readonly string[];
  readonly deciders?: readonly Handle[];
  readonly departures?: readonly DepartureFacts[] | undefined;
  readonly excluded?: readonly Handle[];
  readonly finding?: string | undefined;
  readonly followUps?: readonly { readonly for: Ref }[];
  readonly form?: string;
  readonly from?: Ref | undefined;
  readonly channel?: string | undefined;
  readonly generalThreat?: boolean;
  readonly happenedAt?: string | undefined;
  readonly harmful?: boolean;
  readonly instructedByPerson?: boolean;
  readonly kind?: string;
  readonly needed?: boolean;
  readonly others?: readonly { readonly role: OtherRole }[];
  readonly outcome?: unknown;
  readonly parts?: readonly string[];
  readonly person?: Handle;
  readonly purpose?: string | undefined;
  readonly receivedAt?: string | undefined;
  readonly relation?: string;
  readonly reportedPersons?: readonly { readonly ref?: Ref | undefined }[] | undefined;
  readonly reporter?: { readonly anonymous: boolean; readonly name: boolean } | undefined;
  readonly resource?: string;
  readonly response?: number;
  readonly responses?: readonly ResponseFacts[] | undefined;
  readonly reviewers?: readonly Handle[];
  readonly reviews?: readonly {
    readonly action?: number;
    readonly seq?: number;
    readonly rule?: string;
  }[];
  readonly sameAs?: Ref | undefined;
  readonly saysActionTaken?: boolean;
  readonly saysAgainstPolicy?: boolean;
  readonly seq?: number;
  readonly to?: string;
  readonly until?: string | undefined;
}

export interface ResponseFacts {
  readonly keep?: number;
  readonly kind?: string;
  readonly for?: Ref | undefined;
  readonly until?: string | undefined;
  readonly indefinite?: boolean | undefined;
  readonly with?: Ref | undefined;
  readonly callsForResignation?: boolean | undefined;
}

/** Where the case stands, as far as it matters for an event type: the machines tell. */
export interface Place {
  readonly stage: string;
  readonly stands: string;
  /** The states of the stage that take the event. */
  readonly takenIn: readonly string[];
  /** Whether the active states take it; undefined where that hangs on whom it is about. */
  readonly taken: boolean | undefined;
}

/** What an event names, by what its schema's marks say. */
interface Names {
  /** What events of the type can name at all. */
  readonly possible: ReadonlySet<Named>;
  readonly staff: readonly Handle[];
  /** Those of them to whom the event gives something to do. */
  readonly tasks: readonly Handle[];
  readonly people: readonly Ref[];
  readonly audiences: readonly string[];
}

/** What a rule is asked about: somebody's event, at a moment, in a case. */
export interface Step {
  readonly type: string;
  readonly context: Context;
  readonly at: Time;
  readonly by: Actor | null;
  /** Whose roles may send the event. */
  readonly who: readonly Role[];
  /** Whom it can be about; undefined where it is about nobody in particular. */
  readonly concerns:
    { readonly kinds: readonly PersonKind[]; readonly optional?: boolean } | undefined;
  /** Undefined while the payload is not known, when somebody asks what they may do. */
  readonly facts: Facts | undefined;
  /** Of a payload that is not known: whether it may leave out whom it is about, and somebody is meant. */
  readonly meant?: boolean;
  readonly names: Names;
  /** What is known of the staff, and of the case that stands for a duplicate, whatever the payload. */
  readonly team: Team | undefined;
  readonly original: Established['original'];
  /** Undefined inside a machine, which knows by itself where it stands. */
  readonly place: Place | undefined;
}

export type Answer =
  | { readonly verdict: 'holds' | 'depends' }
  | { readonly verdict: 'broken'; readonly detail?: Readonly<Record<string, unknown>> };

/** Who may depart from a rule that refuses until it holds, and on which grounds. */
interface Departing {
  readonly who: readonly Role[];
  readonly grounds: readonly Ground[];
  /** On which events; on all that the rule is on, if absent. */
  readonly on?: readonly string[];
  /** What else must be so; asks the payload, and holds as long as it is not known. */
  readonly when?: (step: Step, answer: Answer, departure?: DepartureFacts) => boolean;
  /** What `when` asks, for people to read. */
  readonly condition?: string;
}

export interface Citation {
  readonly source: SourceKey;
  /** The place in the document. */
  readonly section: string;
}

export interface Rule {
  /** What it demands, in our own words. */
  readonly statement: string;
  readonly sources: readonly Citation[];
  /** `text`: the default procedure says so; `practice`: others do it; `ours`: inferred, and `why`. */
  readonly basis: 'text' | 'practice' | 'ours';
  /** Why it is there, where no document says so. */
  readonly why?: string;
  /** What to do instead. */
  readonly instead?: string;
  /** Absent where nothing makes it right. */
  readonly departing?: Departing;
  /** What it needs to know that the engine has to find out. */
  readonly reads?: 'team' | 'original' | 'linked';
  readonly check: (step: Step) => Answer;
}

export const cite = (source: SourceKey, section: string): Citation => ({ source, section });

export const holds: Answer = { verdict: 'holds' };
export const depends: Answer = { verdict: 'depends' };
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

const detailOf = (answer: Answer): Readonly<Record<string, unknown>> =>
  answer.verdict === 'broken' ? (answer.detail ?? {}) : {};

/** One answer for several people: what is broken for one is broken, and said with their references. */
function together(answers: readonly (readonly [Ref, Answer])[]): Answer {
  const offended = answers.filter(([, { verdict }]) => verdict === 'broken');
  if (offended.length > 0) {
    const details = offended.map(([, answer]) => detailOf(answer));
    const refs = offended.map(([ref]) => ref);
    return broken({ for: refs, ...details.reduce((all, one) => ({ ...all, ...one }), {}) });
  }
  return answers.some(([, { verdict }]) => verdict === 'depends') ? depends : holds;
}

/** The answers for everybody whom it could be about: certain only where they agree. */
function whicheverOf(answers: readonly Answer[]): Answer {
  const [first] = answers;
  if (!first) return holds;
  const verdicts = new Set(answers.map(({ verdict }) => verdict));
  return verdicts.size > 1 || verdicts.has('depends') ? depends : first;
}

/** Those in `people` whom the event is about; undefined while that is not known. */
const meant = <Person extends { readonly ref: Ref }>(
  { facts }: Step,
  people: readonly Person[],
): readonly Person[] | undefined => {
  if (facts?.for === undefined) return undefined;
  const refs = [facts.for].flat();
  return people.filter(({ ref }) => refs.includes(ref));
};

function eachOf<Person extends { readonly ref: Ref }>(
  step: Step,
  people: readonly Person[],
  check: (person: Person) => Answer,
): Answer {
  const whom = meant(step, people);
  if (whom) return together(whom.map((person) => [person.ref, check(person)]));
  const answers = people.map(check);
  if (!step.facts) return whicheverOf(answers);
  // about nobody in particular, or about somebody who must be named first (`known-reference`)
  return step.concerns?.optional
    ? holds
    : (answers.find(({ verdict }) => verdict === 'broken') ?? holds);
}

/** Those who still stand as reported: not named by mistake, and not the same as another. */
export const standing = ({ people }: Context): readonly Reported[] =>
  people.reported.filter(({ withdrawn, sameAs }) => !withdrawn && sameAs === null);

/** Asks for each reported person whom the event is about. */
export const eachReported = (step: Step, check: (person: Reported) => Answer): Answer =>
  eachOf(step, standing(step.context), check);
