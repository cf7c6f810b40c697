/** The HTTP interface, put together: what comes first here runs first. */
import {
  errorCodes,
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { Server } from 'node:http';
import type { Writable } from 'node:stream';
import type { TrustSettings } from '../config/trust.ts';
import type { Engine } from '../engine/engine.ts';
import { InvalidRequest, NotFound } from '../errors.ts';
import { authenticate } from './authentication.ts';
import { limitConnections } from './connections.ts';
import { answerBrokenRequest, answerError } from './error-handler.ts';
import { holdToHttp } from './edge.ts';
import { ordinaryPace, type FeedPace } from './feed-stream.ts';
import { limitFailures, type FailureLimits } from './limits.ts';
import { loggerOptions, RequestLog } from './log.ts';
import { refuseOtherMethods } from './methods.ts';
import { measureRequests } from './metrics.ts';
import { describeRoutes, serveDocumentation } from './openapi.ts';
import { readOpenIdTokens } from './openid.ts';
import { openRoutes, routes } from './routes/index.ts';
import { untilQuantum } from './quantum.ts';
import { protectAnswer, protectAnswers } from './security-headers.ts';
import { serializerCompiler, validatorCompiler } from './validation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    engine: Engine;
    feedPace: FeedPace;
  }
}

export interface AppOptions extends Partial<TrustSettings> {
  readonly engine: Engine;
  /** A level of pino. */
  readonly logLevel: string;
  /** Standard output by default. */
  readonly logStream?: Writable;
  /** How much may fail in a minute. */
  readonly failureLimits?: FailureLimits;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestTimeout?: number;
  /** How many connections may be open at once, and of these from one address that is no trusted proxy's. */
  readonly maxConnections?: number;
  readonly connectionsPerAddress?: number;
  /** How streams of the feed go. */
  readonly feedPace?: FeedPace;
}

const kibibyte = 1024;

/** How long a connection waits for a next request once the application closes, in milliseconds. */
const lingering = 500;

/** Builds the application; `listen` or `inject` starts it, `close` lets requests in flight finish. */
export async function buildApp({
  engine,
  logLevel,
  logStream,
  trustProxy = [],
  openId,
  failureLimits,
  requestTimeout = 30_000,
  maxConnections = 10_000,
  connectionsPerAddress = 256,
  feedPace = ordinaryPace,
}: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify<Server>({
    logger: loggerOptions(logLevel, logStream),
    logController: new RequestLog(),
    trustProxy,
    bodyLimit: kibibyte * kibibyte,
    // A slow sender may not hold a connection (Slowloris), nor may a silent one.
    requestTimeout,
    http: {
      // Headers are short, and a silent connection has none; by itself Node looks twice a minute only.
      headersTimeout: requestTimeout / 4,
      connectionsCheckingInterval: requestTimeout / 12,
      // Node's own refusal says nothing; ours does (edge.ts).
      requireHostHeader: false,
    },
    connectionTimeout: 120_000,
    forceCloseConnections: 'idle',
    // Whoever got a connection before the end is still answered: they cannot know.
    return503OnClosing: false,
    // As long as a request line can be: parameters are judged by their schemas, after authentication.
    routerOptions: { maxParamLength: 16 * kibibyte },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      void answerBadAddress(error, request, reply);
    },
  });
  app.decorate('engine', engine);
  app.decorate('feedPace', feedPace);
  app.decorate('readOpenId', openId && readOpenIdTokens(openId, engine.now));
  app.decorateRequest('viewer');
  app.decorateRequest('arrival');
  app.server.maxConnections = maxConnections;
  // Then Node closes the connections that are idle, once: those on which an answer is under way would
  // hold up the end, as long as their clients like.
  app.addHook('preClose', async () => {
    app.server.keepAliveTimeout = lingering;
  });
  limitConnections(app.server, { perAddress: connectionsPerAddress, trustProxy });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const limit = await limitFailures(app, failureLimits);
  const answer = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const told = await limit(error, request);
    if (error instanceof NotFound) await untilQuantum(reply);
    answerError(told, request, reply);
    return reply;
  };
  app.setErrorHandler(answer);
  // Such a request gets to no hook, so this does what they would do.
  const answerBadAddress: typeof answer = async (error, request, reply) => {
    protectAnswer(request, reply);
    return answer((await refusalOf(app, request)) ?? error, request, reply);
  };
  app.setNotFoundHandler(notFound);
  acceptJsonOnly(app);
  measureRequests(app);
  await protectAnswers(app);
  holdToHttp(app);

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
    await authenticate(scope, request);
    if (request.is404) throw new NotFound();
  });
  scope.setNotFoundHandler(notFound);
  const refuseTheRest = refuseOtherMethods(scope);
  for (const plugin of routes) await scope.register(plugin);
  refuseTheRest();
}

const isPrivate = (url: string) => /^\/v1(?![^/?#])/.test(url);

/** Why somebody may not know what is wrong with an address. */
async function refusalOf(app: FastifyInstance, request: FastifyRequest): Promise<unknown> {
  if (!isPrivate(request.url)) return undefined;
  return authenticate(app, request).catch((refusal: unknown) => refusal);
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
      const { 'content-encoding': coding = 'identity' } = request.headers;
      // RFC 9110, 15.5.16: a coding that is not undone here is refused, not misread.
      if (!/^identity$/i.test(coding)) done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(coding));
      else if (isUtf8(body)) void parse(request, body.toString(), done);
      else done(new InvalidRequest([{ pointer: '', message: 'is not JSON in UTF-8 (RFC 8259)' }]));
    },
  );
}
