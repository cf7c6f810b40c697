/** A path that exists under another method answers 405 and names those methods (RFC 9110, 15.5.6). */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { sendProblem } from './error-handler.ts';

const methods: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
];

/** Notes the routes of a scope from now on; what it returns, called last, refuses other methods. */
export function refuseOtherMethods(scope: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  let isComplete = false;
  scope.addHook('onRoute', ({ routePath, method }) => {
    if (isComplete) return;
    const allowed = known.get(routePath) ?? new Set();
    for (const name of [method].flat()) allowed.add(name);
    known.set(routePath, allowed);
  });
  return () => {
    isComplete = true;
    for (const [url, allowed] of known) {
      const others = methods.filter((method) => !allowed.has(method));
      const headers = { allow: [...allowed].join(', ') };
      scope.route({
        method: others,
        url,
        schema: { hide: true },
        // In a hook, so that it is said before anybody looks at the body.
        onRequest: async (request, reply) => {
          sendProblem(request, reply, { name: 'method-not-allowed', headers });
          return reply;
        },
        handler: async () => undefined,
      });
    }
  };
}
