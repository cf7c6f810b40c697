/**
 * What the log may hold: method, route, status and time of a request. Case ids, query strings,
 * headers and bodies don't belong there, and neither do the messages of errors: those of the
 * database repeat the values that it was given.
 */
import {
  LogController,
  type FastifyLoggerOptions,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Writable } from 'node:stream';
import { codeOf } from '../store/outage.ts';

/** The route's template: the concrete path would say which case. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';

/** The options of the logger. `level` is pino's, `stream` standard output by default. */
export function loggerOptions(level: string, stream?: Writable): FastifyLoggerOptions {
  return {
    level,
    ...(stream && { stream }),
    // The last line of defence, should a line be logged that was not thought of here.
    serializers: {
      req: (request) => ({ method: request.method }),
      res: (reply) => ({ statusCode: reply.statusCode }),
      err: (error) => ({ ...describeError(error), message: 'withheld' }),
    },
  };
}

/** One line for each request, when it is answered. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    const line = { method, route: routeOf(request), status, ms: Math.round(elapsedTime) };
    if (error) request.log.error({ ...line, error: describeError(error) }, 'request broke off');
    else request.log.info(line, 'request');
  }

  override defaultErrorLog(error: unknown, request: FastifyRequest): void {
    request.log.error({ error: describeError(error) }, 'error without a handler');
  }

  override streamError(error: unknown, request: FastifyRequest): void {
    const line = { error: describeError(error) };
    // a client that leaves, as who follows a stream does in the end, is nothing to warn of
    if (codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') request.log.info(line, 'answer broke off');
    else request.log.warn(line, 'answer broke off');
  }

  override routeNotFound(): void {}

  override writeHeadError(error: unknown, request: FastifyRequest): void {
    request.log.error({ error: describeError(error) }, 'headers could not be written');
  }

  override serializerError(error: unknown, request: FastifyRequest): void {
    request.log.error({ error: describeError(error) }, 'answer could not be serialized');
  }
}

interface ErrorDescription {
  readonly type: string;
  readonly stack: string;
  readonly code?: string;
  readonly cause?: ErrorDescription;
}

/** An error by name, code and frames, as its causes are: all but the messages. */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, stack: '' };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    stack: frames(error),
    // SQLSTATE or a constant of Node's, never a sentence.
    ...(typeof code === 'string' && /^\w{1,60}$/.test(code) && { code }),
    ...(error.cause !== undefined && depth < 5 && { cause: describeError(error.cause, depth + 1) }),
  };
}

/** The stack without its head, which is the message; that may have lines that look like frames. */
function frames({ stack = '', message }: Error): string {
  const rest = stack.includes(message)
    ? stack.slice(stack.indexOf(message) + message.length)
    : stack;
  return rest
    .split('\n')
    .filter((line) => /^ {4}at .*(:\d+:\d+\)?|<anonymous>\)?|native\)?)$/.test(line))
    .map((line) => line.trim())
    .join('\n');
}
