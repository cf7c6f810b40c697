/**
 * The problems (RFC 9457) that this interface answers with: one catalogue for the error handler, the
 * OpenAPI document and the tests. The names are public and do not change.
 */
import { z } from 'zod';
import { lookUp } from '../../machines/look-up.ts';

/** What can go wrong, as a client sees it. */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly description: string;
  /** It can meet any request, so it is documented once and not with every call. */
  readonly anywhere?: true;
}

export const problems = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    description: 'The request makes no sense, whatever the state; `errors` says where and why.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid token is needed',
    description:
      'No bearer token, or one that is unknown, expired, revoked or of a person who left.',
  },
  'not-a-handler': {
    status: 403,
    title: 'Handlers only',
    description: 'Only responders, leads, coordinators and organizers may do this.',
  },
  'not-an-organizer': {
    status: 403,
    title: 'Organizers only',
    description: 'Only organizers may do this.',
  },
  'not-an-admin': {
    status: 403,
    title: 'Admins only',
    description: 'Only admins may do this for others.',
  },
  'not-allowed': {
    status: 403,
    title: 'Not allowed',
    description: "The caller's roles do not allow this call.",
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    description: 'There is no such thing, or the caller may not see it: the two are told alike.',
  },
  'not-checkpointed': {
    status: 404,
    title: 'Not in a checkpoint yet',
    description: 'The caller may see it, but no checkpoint covers it yet; the next one will.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    description: 'The path exists, the method does not; `Allow` lists those that do.',
    anywhere: true,
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    description: 'The connection was closed before the request was complete.',
    anywhere: true,
  },
  'already-exists': {
    status: 409,
    title: 'Already exists',
    description: 'Something with this name is there already.',
  },
  'case-open': {
    status: 409,
    title: 'The case is open',
    description: 'Only a closed case can be erased.',
  },
  'log-not-whole': {
    status: 409,
    title: 'The log of checkpoints is not whole',
    description:
      'Somebody else wrote to the log; nothing is signed or proved until that is looked at.',
  },
  'other-machine-version': {
    status: 409,
    title: 'The case is of another version of the procedure',
    description: 'It was opened under a version that its history has not been carried over from.',
  },
  'event-refused': {
    status: 409,
    title: 'The procedure does not allow this event',
    description:
      '`violations` names every rule in the way, `allowed` the events that the caller may send now.',
  },
  'last-admin': {
    status: 409,
    title: 'The last admin stays',
    description: 'Without an active admin nobody could manage people any more.',
  },
  'stale-version': {
    status: 412,
    title: 'The case has moved on',
    description: '`If-Match` names another version than the one that the case stands at.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    description: 'A request body may hold 1 MiB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Only JSON is understood',
    description: 'Request bodies are `application/json`, in no coding.',
  },
  'expectation-failed': {
    status: 417,
    title: 'What is expected cannot be met',
    description: 'Of `Expect` only `100-continue` is understood.',
    anywhere: true,
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for something else',
    description: 'The same key came with another body.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests failed, or are under way',
    description:
      'Too many invalid tokens from this address, or refusals of this person, within a minute: only ' +
      'what fails is answered so, and `Retry-After` says when it is told again what is wrong. Or a hundred ' +
      'verifications and searches for related cases of this person are under way.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many streams',
    description: 'So many streams of this person are open on this server already.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The address or the headers are too large',
    description: 'Request line and headers may hold 16 KiB together.',
    anywhere: true,
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    description: 'The answer says nothing of the inside; the log does, by the time.',
  },
  'record-damaged': {
    status: 500,
    title: 'The record of the case is damaged',
    description:
      'It is not as a server wrote it, so nothing of it is shown and no step is taken on it. ' +
      'The verification of the case says where; the log names the case.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    description:
      'The database is out of reach, does not do its work, or is not migrated; or the identity ' +
      'provider of a token is out of reach. `detail` says so where what was sent may have been recorded.',
  },
  'too-contended': {
    status: 503,
    title: 'Too many changes at once',
    description: 'The case moved on too often meanwhile; nothing was recorded. Send it again.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemName = keyof typeof problems;

export const problemNames = Object.keys(problems) as readonly ProblemName[];

/** Whether a problem is documented with the calls that answer it, rather than once for all. */
export const belongsToCalls = (name: ProblemName): boolean => !('anywhere' in problems[name]);

/** The media type of every problem (RFC 9457, 6.1). */
export const problemMediaType = 'application/problem+json; charset=utf-8';

/** The body of a problem. `instance` is the request's path, without its query. */
export function problemBody(
  name: ProblemName,
  { instance, detail, members }: ProblemDetails,
): Record<string, unknown> {
  const { status, title, description } = problems[name];
  const plain = description.replaceAll('`', '');
  return { type: urn(name), title, status, detail: detail ?? plain, instance, ...members };
}

export interface ProblemDetails {
  readonly instance: string;
  /** What is special about this occurrence; the catalogue's description by default. */
  readonly detail?: string;
  /** Extension members (RFC 9457, 3.2), such as `errors` or `violations`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

const urn = <Name extends ProblemName>(name: Name) => `urn:recourse:problem:${name}` as const;

export const violationSchema = z
  .strictObject({
    rule: z.string(),
    statement: z.string(),
    source: z.string(),
    instead: z.string().optional(),
    detail: z.record(z.string(), z.unknown()).optional(),
    departure: z
      .strictObject({ allowed: z.boolean(), grounds: z.array(z.string()).readonly() })
      .describe('Whether the caller may depart from it, and on which grounds.'),
  })
  .meta({ id: 'Violation', description: 'A rule that stands in the way, and what to do instead.' });

const extensions: Partial<Record<ProblemName, z.core.$ZodShape>> = {
  'invalid-request': {
    errors: z.array(
      z.strictObject({
        pointer: z
          .string()
          .describe('A JSON Pointer (RFC 6901) into the body, /query or /headers.'),
        message: z.string(),
      }),
    ),
  },
  'event-refused': {
    violations: z.array(violationSchema),
    allowed: z.array(z.string()),
    index: z.int().optional().describe('Of a batch: which event is refused, counted from 0.'),
  },
};

/** The schema of each problem: a component of the OpenAPI document, `problem.<name>`. */
export const problemSchemas = Object.fromEntries(
  problemNames.map((name) => {
    const { status, title, description } = problems[name];
    const schema = z.strictObject({
      type: z.literal(urn(name)),
      title: z.literal(title),
      status: z.literal(status),
      detail: z.string(),
      instance: z.string(),
      ...lookUp(extensions, name),
    });
    const component: z.ZodType = schema.meta({ id: `problem.${name}`, description });
    return [name, component] as const;
  }),
) as Readonly<Record<ProblemName, z.ZodType>>;
