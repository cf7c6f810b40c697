/**
 * What can go wrong, by name. No HTTP in it: `http/problems.ts` maps each class to a problem, once.
 * The names are public: they end a problem's `type` (`urn:recourse:problem:<name>`).
 */

/** A rule that stands in the way, as the caller is told of it. */
export interface Violation {
  readonly rule: string;
  readonly statement: string;
  readonly source: string;
  readonly instead?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Whether the caller may depart from it, and on which grounds. */
  readonly departure: { readonly allowed: boolean; readonly grounds: readonly string[] };
}

/** What is wrong at one place of a request. `pointer` is a JSON Pointer (RFC 6901). */
export interface InvalidField {
  readonly pointer: string;
  readonly message: string;
}

abstract class NamedError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Nothing there, or nothing that this caller may know of: the two are told alike. */
export class NotFound extends NamedError {
  constructor() {
    super('There is nothing here that you may see.');
  }
}

/** The request makes no sense, whatever the state of the case. */
export class InvalidRequest extends NamedError {
  readonly errors: readonly InvalidField[];
  constructor(errors: readonly InvalidField[]) {
    super('The request is not valid; nothing was recorded.');
    this.errors = errors;
  }
}

/** No token, or one that is unknown, expired, revoked, or of somebody deactivated. */
export class Unauthenticated extends NamedError {
  constructor() {
    super('A valid bearer token is needed.');
  }
}

/** Too much of this kind failed or is under way already; `retryAfter` says when to come back, in seconds. */
export class TooManyRequests extends NamedError {
  readonly retryAfter: number;
  constructor(
    retryAfter: number,
    message = 'Too much failed lately; what is in order is still answered.',
  ) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Somebody has as many streams open as one may. */
export class TooManyStreams extends NamedError {
  constructor(most: number) {
    super(`${most} of your streams are open; close one first.`);
  }
}

/** The caller's roles do not allow this call at all. */
export class Forbidden extends NamedError {
  readonly problem: 'not-a-handler' | 'not-an-organizer' | 'not-an-admin' | 'not-allowed';
  constructor(problem: Forbidden['problem'], message: string) {
    super(message);
    this.problem = problem;
  }
}

/** The procedure does not allow this event now. The attempt stands in the case's history. */
export class EventRefused extends NamedError {
  /** Every rule that is broken, not only the first. */
  readonly violations: readonly Violation[];
  /** The event types that the caller may send now. */
  readonly allowed: readonly string[];
  /** Of several events the one that is refused, counted from 0. */
  readonly index: number | undefined;
  constructor(violations: readonly Violation[], allowed: readonly string[], index?: number) {
    super('The procedure does not allow this event now; nothing of the case has changed.');
    this.violations = violations;
    this.allowed = allowed;
    this.index = index;
  }
}

/** `If-Match` names another version than the one that the case has (RFC 9110, 13.1.1). */
export class StaleVersion extends NamedError {
  readonly version: number;
  constructor(version: number) {
    super(`The case has moved on: it stands at version ${version}.`);
    this.version = version;
  }
}

/** The same idempotency key with another body. */
export class IdempotencyKeyReused extends NamedError {
  constructor() {
    super('This idempotency key was used with another body; take a new key for a new request.');
  }
}

/** Erasure needs a closed case. */
export class CaseOpen extends NamedError {
  constructor() {
    super('Only a closed case can be erased.');
  }
}

/** The case was opened under another version of the machine and has not been carried over. */
export class OtherMachineVersion extends NamedError {
  constructor() {
    super(
      'The case stands under another version of the procedure; it can be read, and takes no events.',
    );
  }
}

/** The caller sees the case, but its head is in no checkpoint yet; or there is no checkpoint at all. */
export class NotCheckpointed extends NamedError {
  constructor(what: 'this case' | 'anything' = 'this case') {
    super(`No checkpoint covers ${what} yet; the next one will.`);
  }
}

/** The log is not as its latest checkpoint says: somebody else wrote to it, so nothing more is signed. */
export class LogNotWhole extends NamedError {
  constructor(what: string) {
    super(
      `The log of checkpoints was changed by another hand: ${what}. ` +
        'Whoever runs the server finds the rest with: recourse audit verify --all',
    );
  }
}

/** Something with this name is there already. */
export class AlreadyExists extends NamedError {
  constructor(what: string) {
    super(`${what} exists already.`);
  }
}

/** Without an active admin nobody could manage people any more. */
export class LastAdmin extends NamedError {
  constructor() {
    super('This is the last active admin; make somebody else admin first.');
  }
}

/** The server cannot do its work yet, or for the moment. */
export class NotReady extends NamedError {}

/** The case moved too often while this request was being judged; nothing was recorded. */
export class TooContended extends NamedError {
  constructor() {
    super('The case is changing too fast at this moment; send the request again.');
  }
}

/** A record is not as a server wrote it: nothing of it is shown, and no step is taken on it. */
export class RecordDamaged extends NamedError {
  /** For whoever runs the server. */
  readonly caseId: string;
  constructor(caseId: string) {
    super('The record of this case does not prove itself; whoever runs the server has to look.');
    this.caseId = caseId;
  }
}

/** The definition and the rules disagree: a defect of ours, never the caller's. */
export class EngineDefect extends NamedError {}
