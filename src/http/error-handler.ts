/**
 * Errors become problems here, and nowhere else: each class of errors.ts once, then what Fastify and
 * Node refuse by themselves. Whatever is left is our defect, of which the answer says nothing.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { lookUp } from '../../machines/look-up.ts';
import {
  AlreadyExists,
  CaseOpen,
  EventRefused,
  Forbidden,
  IdempotencyKeyReused,
  InvalidRequest,
  LastAdmin,
  LogNotWhole,
  NotCheckpointed,
  NotFound,
  NotReady,
  OtherMachineVersion,
  RecordDamaged,
  StaleVersion,
  TooContended,
  TooManyRequests,
  TooManyStreams,
  Unauthenticated,
  type InvalidField,
} from '../errors.ts';
import { codeOf, outageOf, type Outage } from '../store/outage.ts';
import { problemBody, problemMediaType, problems, type ProblemName } from './problems.ts';

interface Problem {
  readonly name: ProblemName;
  readonly detail?: string;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The error handler of the whole application. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const outage = error instanceof NotReady ? undefined : outageOf(error);
  const problem = outage ? problemOfOutage(outage, request) : problemOf(error);
  if (problem.name === 'internal-error') {
    request.log.error({ err: error }, 'unexpected error');
  } else if (outage) {
    request.log.warn({ outage: outage.kind, code: codeOf(error) }, 'the database is not ready');
  } else if (error instanceof RecordDamaged) {
    request.log.error({ caseId: error.caseId }, 'a record does not prove itself');
  } else if (error instanceof NotReady) {
    // Whoever runs the server can mend it: the cause says what is out of reach.
    request.log.warn({ outage: outageOf(error)?.kind, err: error }, 'not ready');
  } else if (error instanceof LogNotWhole) {
    // the first that anybody hears of somebody who writes to the database
    request.log.error({ error: error.name }, error.message);
  } else if (error instanceof Error) {
    request.log.debug({ error: error.name }, 'request refused');
  }
  sendProblem(request, reply, problem);
}

/** Answers with a problem of the catalogue. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const body = problemBody(problem.name, { ...problem, instance: pathOf(request.url) });
  reply.code(problems[problem.name].status).headers(problem.headers ?? {});
  // A string, so that it leaves as it is whatever schemas the route has.
  reply.type(problemMediaType).send(JSON.stringify(body));
}

/** The classes of which the message says it all. */
const plain: ReadonlyMap<unknown, ProblemName> = new Map<unknown, ProblemName>([
  [NotFound, 'not-found'],
  [NotCheckpointed, 'not-checkpointed'],
  [LogNotWhole, 'log-not-whole'],
  [StaleVersion, 'stale-version'],
  [IdempotencyKeyReused, 'idempotency-key-reused'],
  [CaseOpen, 'case-open'],
  [OtherMachineVersion, 'other-machine-version'],
  [AlreadyExists, 'already-exists'],
  [LastAdmin, 'last-admin'],
  [RecordDamaged, 'record-damaged'],
]);

function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { name: 'internal-error' };
  const { message: detail } = error;
  const name = plain.get(error.constructor);
  if (name) return { name, detail };
  if (error instanceof InvalidRequest) return invalid(error.errors, detail);
  if (error instanceof Forbidden) return { name: error.problem, detail };
  if (error instanceof EventRefused) {
    const { violations, allowed, index } = error;
    const which = index === undefined ? {} : { index };
    return { name: 'event-refused', detail, members: { violations, allowed, ...which } };
  }
  // RFC 6750, 3: the challenge belongs to every such answer.
  if (error instanceof Unauthenticated) {
    return { name: 'unauthenticated', detail, headers: { 'www-authenticate': 'Bearer' } };
  }
  if (error instanceof TooManyRequests) {
    const { retryAfter } = error;
    return { name: 'too-many-requests', detail, headers: { 'retry-after': String(retryAfter) } };
  }
  if (error instanceof TooManyStreams) {
    return { name: 'too-many-streams', detail, headers: { 'retry-after': '5' } };
  }
  if (error instanceof TooContended) {
    return { name: 'too-contended', detail, headers: { 'retry-after': '1' } };
  }
  if (error instanceof NotReady) {
    return { name: 'not-ready', detail, headers: { 'retry-after': '5' } };
  }
  return problemOfFramework(error);
}

/** Nothing of what the database said: it may repeat what it was given. */
function problemOfOutage({ kind, uncertain }: Outage, { method }: FastifyRequest): Problem {
  const detail =
    uncertain && !['GET', 'HEAD'].includes(method)
      ? `The database: ${kind}. What was sent may have been recorded all the same: send it again ` +
        'with the same Idempotency-Key, or look first.'
      : `The database: ${kind}. Send the request again a little later.`;
  return { name: 'not-ready', detail, headers: { 'retry-after': '5' } };
}

const unreadable: Readonly<Record<string, InvalidField>> = {
  FST_ERR_BAD_URL: { pointer: '/path', message: 'is not percent-encoded UTF-8 (RFC 3986, 2.5)' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { pointer: '', message: 'is empty' },
  FST_ERR_CTP_INVALID_JSON_BODY: { pointer: '', message: 'is not JSON in UTF-8 (RFC 8259)' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    pointer: '/headers/content-length',
    message: 'is not the length of the body',
  },
};

/** What Fastify refuses before any of our code is asked. Its messages may repeat the request. */
function problemOfFramework({ statusCode, code }: Partial<FastifyError>): Problem {
  if (statusCode === 413) return { name: 'payload-too-large' };
  // RFC 9110, 15.5.16: these tell what would have been understood.
  if (statusCode === 415) {
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    return { name: 'unsupported-media-type', headers };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return invalid([
      lookUp(unreadable, String(code)) ?? { pointer: '', message: 'cannot be read' },
    ]);
  }
  return { name: 'internal-error' };
}

const invalid = (errors: readonly InvalidField[], detail?: string): Problem => ({
  name: 'invalid-request',
  members: { errors },
  ...(detail !== undefined && { detail }),
});

const pathOf = (url: string) => url.split('?', 1)[0] ?? '/';

/** Answers bytes that never became a request, with a problem all the same. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const name = lookUp(brokenRequests, error.code ?? '') ?? 'invalid-request';
  writeProblem(socket, name, name === 'invalid-request' ? { errors: [notHttp] } : {});
}

/** Answers `CONNECT`: nobody is put through to anywhere. RFC 9110, 15.5.6, wants `Allow`. */
export function refuseTunnel(socket: Duplex): void {
  writeProblem(socket, 'method-not-allowed', {}, 'Allow: \r\n');
}

/** Writes an answer where there is no reply to send it by, and ends the connection. */
function writeProblem(socket: Duplex, name: ProblemName, members: object, headers = ''): void {
  const body = JSON.stringify(problemBody(name, { instance: '/', members: { ...members } }));
  const { status, title } = problems[name];
  const head = `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemMediaType}\r\n${headers}`;
  // Whoever is told may be gone.
  socket.on('error', () => undefined);
  socket.end(
    `${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // RFC 9112, 9.6: time to read the answer, and no more for whoever goes on sending.
  setTimeout(() => socket.destroy(), lingering).unref();
}

/** In milliseconds. */
const lingering = 1_000;

const brokenRequests: Readonly<Record<string, ProblemName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};
const notHttp: InvalidField = { pointer: '', message: 'is not HTTP/1.1 (RFC 9112)' };
