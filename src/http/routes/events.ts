import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventInput, type EventInput } from '../../../machines/events.ts';
import type { Engine } from '../../engine/engine.ts';
import { submit, type Answered } from '../../engine/step/advance.ts';
import { readCase } from '../../engine/audit/audit.ts';
import { CaseOpen, EngineDefect, EventRefused } from '../../errors.ts';
import { arrivalOf, handlersOnly, organizersOnly } from '../authentication.ts';
import { batchSchema, caseParams, etagOf, stepSchema } from '../case-schemas.ts';
import { steps } from '../metrics.ts';
import { idempotencyKeyHeader, ifMatchHeader, requestKeyOf, versionsOf } from '../preconditions.ts';

const tags = ['events'];

/** The steps as they are answered, and the case's new entity tag; a refusal is thrown. */
function stepsOf(answered: Answered) {
  if (answered.outcome === 'refused')
    throw new EventRefused(answered.violations, answered.allowed, answered.index);
  const { case: view, entries, version } = answered;
  return { etag: etagOf(version), case: view, entries: [...entries] };
}

/** The same of a single one. */
function stepOf(answered: Answered) {
  const { etag, case: view, entries } = stepsOf(answered);
  const [entry] = entries;
  if (!entry) throw new EngineDefect('a step without an entry');
  return { etag, body: { ...(view && { case: view }), entry } };
}

/** What a request says beside its events. */
const sendingOf = (request: FastifyRequest) => ({
  person: request.viewer.person,
  ifMatch: versionsOf(request.headers['if-match']),
  request: requestKeyOf(request),
  arrival: arrivalOf(request),
});

interface Sending extends ReturnType<typeof sendingOf> {
  readonly id: string;
  readonly events: readonly EventInput[];
  readonly batch?: boolean;
  readonly dryRun?: 'true' | 'false' | undefined;
}

/** Takes the steps, and says in the answer's head and in the metrics how that went. */
async function take(
  engine: Engine,
  { id: caseId, dryRun, ...sent }: Sending,
  reply: FastifyReply,
): Promise<Answered> {
  const dry = dryRun === 'true';
  const answered = await submit(engine, { ...sent, caseId, dryRun: dry });
  if (answered.replayed) reply.header('idempotency-replayed', 'true');
  else if (!dry) steps.inc({ outcome: answered.outcome });
  return answered;
}

const problems = [
  'not-a-handler',
  'event-refused',
  'other-machine-version',
  'stale-version',
  'idempotency-key-reused',
  'too-contended',
] as const;

/** What no schema says of an event. */
const limits =
  'Of what tells who somebody is, all but a description has at most 2,000 characters; a case has at most 100 reporters, 100 reported persons and 300 others. A letter carries at most 30 marks (UAX #15, 13).';

const dryRun = z
  .enum(['true', 'false'])
  .optional()
  .describe('The same answer; no step is taken. A text that is screened leaves an access.');

const batchBody = z
  .strictObject({ events: z.array(eventInput).min(1).max(50) })
  .meta({ id: 'Batch', description: 'Events that are judged in order, and recorded all or none.' });

export const eventRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.post(
    '/cases/:id/events',
    {
      onRequest: handlersOnly,
      config: { problems, loadsCase: true },
      schema: {
        summary: 'Send an event: take a step of the procedure',
        description: limits,
        tags,
        params: caseParams,
        querystring: z.strictObject({ dryRun }),
        headers: z.looseObject({ ...idempotencyKeyHeader, ...ifMatchHeader }),
        body: eventInput,
        response: { 200: stepSchema },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const sent = { ...sendingOf(request), ...params, ...query, events: [request.body] };
      const answered = await take(engine, sent, reply);
      const { etag, body } = stepOf(answered);
      return reply.header('etag', etag).send(body);
    },
  );

  app.post(
    '/cases/:id/batch',
    {
      onRequest: handlersOnly,
      config: { problems, loadsCase: true },
      schema: {
        summary: 'Send several events, which are recorded all or none',
        description: `Judged in order, each on what the ones before make of the case. A refusal says which event it is, and is recorded. ${limits}`,
        tags,
        params: caseParams,
        querystring: z.strictObject({ dryRun }),
        headers: z.looseObject({ ...idempotencyKeyHeader, ...ifMatchHeader }),
        body: batchBody,
        response: { 200: batchSchema },
      },
    },
    async (request, reply) => {
      const { params, query, body } = request;
      const sent = { ...sendingOf(request), ...params, ...query, ...body, batch: true };
      const answered = await take(engine, sent, reply);
      const { etag, case: view, entries } = stepsOf(answered);
      return reply.header('etag', etag).send({ ...(view && { case: view }), entries });
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
        events: [{ type: 'case.erase', reason }],
      });
      const { etag, body } = stepOf(answered);
      return reply.header('etag', etag).send(body);
    },
  );
};
