/** The HTTP interface, put together: what comes first here runs first. */
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { Writable } from 'node:stream';
import type { Engine } from '../engine/engine.ts';
import { InvalidRequest, NotFound } from '../errors.ts';
import { authenticate } from './authentication.ts';
import { answerBrokenRequest, answerError } from './error-handler.ts';
import { loggerOptions, RequestLog } from './log.ts';
import { refuseOtherMethods } from './methods.ts';
import { measureRequests } from './metrics.ts';
import { describeRoutes, serveDocumentation } from './openapi.ts';
import { openRoutes, routes } from './routes/index.ts';
import { serializerCompiler, validatorCompiler } from './validation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    engine: Engine;
  }
}

export interface AppOptions {
  readonly engine: Engine;
  /** A level of pino. */
  readonly logLevel: string;
  /** Standard output by default. */
  readonly logStream?: Writable;
}

const kibibyte = 1024;

/** Sent with everything: answers are for whoever asked, and no browser should keep or frame them. */
const headersOfAll = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Builds the application; `listen` or `inject` starts it, `close` lets requests in flight finish. */
export async function buildApp({
  engine,
  logLevel,
  logStream,
}: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: loggerOptions(logLevel, logStream),
    logController: new RequestLog(),
    bodyLimit: kibibyte * kibibyte,
    // A slow sender may not hold a connection (Slowloris), nor may a silent one.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    forceCloseConnections: 'idle',
    // Whoever got a connection before the end is still answered: they cannot know.
    return503OnClosing: false,
    // As long as a request line can be: parameters are judged by their schemas, after authentication.
    routerOptions: { maxParamLength: 16 * kibibyte },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      void answerBadAddress(engine, error, request, reply);
    },
  });
  app.decorate('engine', engine);
  app.decorateRequest('viewer');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(notFound);
  acceptJsonOnly(app);
  measureRequests(app);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headersOfAll);
  });

  await describeRoutes(app);
  await app.register(openScope);
  await app.register(privateScope, { prefix: '/v1' });
  return app;
}

/** Health, metrics and documentation need no token. */
async function openScope(scope: FastifyInstance): Promise<void> {
  const refuseTheRest = refuseOtherMethods(scope);
  await serveDocumentation(scope);
  for (const plugin of openRoutes) await scope.register(plugin);
  refuseTheRest();
}

/** Everything else does, paths that don't exist too: nobody outside learns which ones do. */
async function privateScope(scope: FastifyInstance): Promise<void> {
  scope.addHook('onRequest', async (request) => {
    await authenticate(scope.engine, request);
    if (request.is404) throw new NotFound();
  });
  scope.setNotFoundHandler(notFound);
  const refuseTheRest = refuseOtherMethods(scope);
  for (const plugin of routes) await scope.register(plugin);
  refuseTheRest();
}

const isPrivate = (url: string) => /^\/v1(?![^/?#])/.test(url);

/** An address that cannot be decoded never gets to the hooks, so this does what they would do. */
async function answerBadAddress(
  engine: Engine,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.headers(headersOfAll);
  let reason: unknown = error;
  try {
    if (isPrivate(request.url)) await authenticate(engine, request);
  } catch (refusal) {
    reason = refusal;
  }
  answerError(reason, request, reply);
}

function notFound(): never {
  throw new NotFound();
}

/** RFC 8259, 8.1: JSON is UTF-8. What is not must be refused, or a report would be altered unseen. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (isUtf8(body)) void parse(request, body.toString(), done);
      else done(new InvalidRequest([{ pointer: '', message: 'is not JSON in UTF-8 (RFC 8259)' }]));
    },
  );
}
