/** What HTTP asks of every request, whatever it wants: said before anybody looks at who sent it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest } from '../errors.ts';
import { refuseTunnel, sendProblem } from './error-handler.ts';

/** Sees to what Node answers with nothing, or leaves open. */
export function holdToHttp(app: FastifyInstance): void {
  const { server } = app;
  // Node's own answer has no body: let the request come in, and be refused below.
  server.on('checkExpectation', (...met) => server.emit('request', ...met));
  server.on('connect', (_request, socket) => refuseTunnel(socket));
  app.addHook('onRequest', async (request, reply) => {
    // RFC 9110, 7.8: we upgrade to nothing. Node would read nothing more, and leave it open.
    if (request.headers.upgrade !== undefined) reply.header('connection', 'close');
    holdToHeaders(request);
    const { expect } = request.headers;
    // RFC 9110, 10.1.1. Node has answered the one expectation that there is.
    if (expect === undefined || /^100-continue$/i.test(expect)) return undefined;
    sendProblem(request, reply, { name: 'expectation-failed' });
    return reply;
  });
}

/** Of which Node would take the first, and whoever stands before us perhaps the last. */
const single: ReadonlySet<string> = new Set(['authorization', 'content-type', 'host']);

/** @throws {InvalidRequest} without a host (RFC 9112, 3.2), or where what may stand once stands twice */
function holdToHeaders({ headers, raw }: FastifyRequest): void {
  if (headers.host === undefined && raw.httpVersion === '1.1') refuse('host', 'is missing');
  const seen = new Set<string>();
  for (const [index, name] of raw.rawHeaders.entries()) {
    if (index % 2 === 1) continue;
    const header = name.toLowerCase();
    if (seen.has(header)) refuse(header, 'stands there more than once');
    if (single.has(header)) seen.add(header);
  }
}

function refuse(header: string, message: string): never {
  throw new InvalidRequest([{ pointer: `/headers/${header}`, message }]);
}
