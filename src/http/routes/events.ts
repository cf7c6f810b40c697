import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventInput } from '../../../machines/events.ts';
import { submit, type Answered } from '../../engine/step/advance.ts';
import { readCase } from '../../engine/audit/audit.ts';
import { CaseOpen, EventRefused } from '../../errors.ts';
import { handlersOnly, organizersOnly } from '../authentication.ts';
import { caseParams, etagOf, stepSchema } from '../case-schemas.ts';
import { steps } from '../metrics.ts';
import { idempotencyKeyHeader, ifMatchHeader, requestKeyOf, versionsOf } from '../preconditions.ts';

const tags = ['events'];

/** The step as it is answered, and the case's new entity tag; a refusal is thrown. */
function stepOf(answered: Answered) {
  if (answered.outcome === 'refused') throw new EventRefused(answered.violations, answered.allowed);
  const { case: view, entry, version } = answered;
  return { etag: etagOf(version), body: { ...(view && { case: view }), entry } };
}

export const eventRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.post(
    '/cases/:id/events',
    {
      onRequest: handlersOnly,
      config: {
        problems: [
          'not-a-handler',
          'event-refused',
          'other-machine-version',
          'stale-version',
          'idempotency-key-reused',
          'too-contended',
        ],
      },
      schema: {
        summary: 'Send an event: take a step of the procedure',
        tags,
        params: caseParams,
        querystring: z.strictObject({
          dryRun: z
            .enum(['true', 'false'])
            .optional()
            .describe('The same answer; nothing is recorded.'),
        }),
        headers: z.looseObject({ ...idempotencyKeyHeader, ...ifMatchHeader }),
        body: eventInput,
        response: { 200: stepSchema },
      },
    },
    async (request, reply) => {
      const { params, query, headers, body: event, viewer } = request;
      const answered = await submit(engine, {
        person: viewer.person,
        caseId: params.id,
        event,
        ifMatch: versionsOf(headers['if-match']),
        request: requestKeyOf(request),
        dryRun: query.dryRun === 'true',
      });
      if (answered.replayed) reply.header('idempotency-replayed', 'true');
      else if (query.dryRun !== 'true') steps.inc({ outcome: answered.outcome });
      const { etag, body } = stepOf(answered);
      return reply.header('etag', etag).send(body);
    },
  );

  app.post(
    '/cases/:id/erasure',
    {
      onRequest: organizersOnly,
      config: {
        problems: [
          'not-an-organizer',
          'case-open',
          'event-refused',
          'other-machine-version',
          'too-contended',
        ],
      },
      schema: {
        summary: "Erase a closed case's confidential content, for ever",
        tags,
        params: caseParams,
        body: z
          .strictObject({ reason: z.enum(['retention', 'request', 'legal', 'mistake']) })
          .meta({ id: 'Erasure' }),
        response: { 200: stepSchema },
      },
    },
    async ({ params: { id }, body: { reason }, viewer }, reply) => {
      const { status } = await readCase(engine, viewer, id);
      if (status === 'open') throw new CaseOpen();
      const { person } = viewer;
      const answered = await submit(engine, {
        person,
        caseId: id,
        event: { type: 'case.erase', reason },
      });
      const { etag, body } = stepOf(answered);
      return reply.header('etag', etag).send(body);
    },
  );
};
