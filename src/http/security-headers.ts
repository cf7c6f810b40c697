/** What browsers are told with every answer, by helmet. */
import fastifyHelmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';

const options = {
  // An answer is data, not a page. The few that are shown say themselves what they need.
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      // What these govern does not fall back to default-src (CSP 3, 6.1.3).
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  // Depends on how the request came in: see below.
  strictTransportSecurity: false,
} as const satisfies FastifyHelmetOptions;

/** A year. Not for subdomains: which others there are, and how they are served, is not ours to say. */
const stayWithTls = 'max-age=31536000';

/** Sends the headers with every answer to a request that a route or a not-found handler gets. */
export async function protectAnswers(app: FastifyInstance): Promise<void> {
  await app.register(fastifyHelmet, options);
  app.addHook('onRequest', async (request, reply) => addOurs(request, reply));
}

const protect = helmet(options);

/** The same for an answer that is made where hooks don't run. */
export function protectAnswer(request: FastifyRequest, reply: FastifyReply): void {
  protect(request.raw, reply.raw, () => undefined);
  addOurs(request, reply);
}

function addOurs(request: FastifyRequest, reply: FastifyReply): void {
  // Answers are for whoever asked: neither a browser nor anything on the way keeps them.
  reply.header('cache-control', 'no-store');
  // We speak plain HTTP, behind something that speaks TLS. Over plain HTTP the header must not be
  // sent (RFC 6797, 7.2), and only a proxy that is trusted can say that it was not.
  if (request.protocol === 'https') reply.header('strict-transport-security', stayWithTls);
}
