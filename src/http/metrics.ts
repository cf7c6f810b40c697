/**
 * What Prometheus may know of this process: numbers by route, kind and outcome. No label holds
 * anything of a case, nor a person: routes are templates, and every other label is an enumeration.
 */
import { collectDefaultMetrics, Counter, Histogram, Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import { routeOf } from './log.ts';

/** One process, one registry. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const requestDuration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time from a request to its answer; _count is the number of requests.',
  labelNames: ['method', 'route', 'status'] as const,
  registers: [registry],
});

/** Steps that were sent, by `outcome`: accepted or refused. */
export const steps = new Counter({
  name: 'recourse_steps_total',
  help: 'Steps that were sent and recorded, by outcome.',
  labelNames: ['outcome'] as const,
  registers: [registry],
});

/** Counts and times every answer. */
export function measureRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: routeOf(request), status: reply.statusCode };
    requestDuration.observe(labels, reply.elapsedTime / 1000);
  });
}
