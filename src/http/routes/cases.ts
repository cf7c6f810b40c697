import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { channels } from '../../../machines/vocabulary.ts';
import { eventTypes } from '../../../machines/events.ts';
import { stageNames } from '../../../machines/stages.ts';
import { distinct, handle, instant } from '../../../machines/events/fields.ts';
import { readCase } from '../../engine/audit/audit.ts';
import { readCaseAt } from '../../engine/audit/rebuild.ts';
import type { Option } from '../../engine/step/decide.ts';
import type { Engine } from '../../engine/engine.ts';
import { openCase } from '../../engine/step/open.ts';
import { readOptions } from '../../engine/step/options.ts';
import { contextOf, presentRow } from '../../engine/step/present.ts';
import { takingTurns } from '../../engine/turns.ts';
import { findRelated } from '../../engine/confidential/related.ts';
import { InvalidRequest } from '../../errors.ts';
import { listCases } from '../../store/case-list.ts';
import type { CaseRow } from '../../store/cases.ts';
import { arrivalOf, handlersOnly, openersOnly } from '../authentication.ts';
import { caseParams, caseSchema, etagOf, optionSchema } from '../case-schemas.ts';
import { instantAndId, pageOf, pageQuery, readCursor, storable, toPage } from '../fields.ts';
import { idempotencyKeyHeader, requestKeyOf } from '../preconditions.ts';
import { untilQuantum } from '../quantum.ts';
import { asciiJson, guideMembers } from '../event-guide.ts';
import { sendCaseDiagram } from './diagrams.ts';

const tags = ['cases'];

const newCaseSchema = z
  .strictObject({
    channel: z.enum(channels).describe('How the report comes in.'),
    excluded: distinct(handle)
      .default([])
      .describe('Staff whom the reporter does not want on the case; for them it does not exist.'),
    receivedAt: instant
      .optional()
      .describe('When the report reached the team, if that was not just now.'),
  })
  .meta({ id: 'NewCase' });

const filters = {
  status: z.enum(['open', 'closed']).optional(),
  stage: z
    .enum(stageNames as [string, ...string[]])
    .optional()
    .describe('Goes with `state`.'),
  state: storable(50).optional().describe('Goes with `stage`.'),
  overdue: z.enum(['true', 'false']).optional(),
  assignee: z.union([z.literal('me'), handle]).optional(),
  codename: storable(100).optional(),
};

const consulting = 'meeting.consultPastIncidents';

/** The past incidents that a meeting may want to consult: as many as its event can name. */
async function offersFor(
  engine: Engine,
  person: string,
  row: CaseRow,
  options: readonly Option[],
): Promise<{ related: string[] } | undefined> {
  const open = options.some(({ type, verdict }) => type === consulting && verdict !== 'refused');
  if (!open) return undefined;
  const related = await findRelated(engine, person, row, {
    limit: 100,
    showsReporters: true,
  });
  return { related: related.map(({ caseId }) => caseId) };
}

export const caseRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.post(
    '/cases',
    {
      onRequest: openersOnly,
      config: {
        problems: [
          'not-a-handler',
          'not-found',
          'event-refused',
          'idempotency-key-reused',
          'too-contended',
        ],
      },
      schema: {
        summary: 'Open a case',
        tags,
        headers: z.looseObject(idempotencyKeyHeader),
        body: newCaseSchema,
        response: { 201: caseSchema },
      },
    },
    async (request, reply) => {
      const { channel, excluded, receivedAt } = request.body;
      const { person } = request.viewer;
      const opened = await openCase(engine, {
        person,
        channel,
        excluded,
        receivedAt,
        request: requestKeyOf(request),
      });
      if (opened.replayed) reply.header('idempotency-replayed', 'true');
      return reply
        .code(201)
        .header('location', `/v1/cases/${opened.case.id}`)
        .header('etag', etagOf(opened.case.version))
        .send(opened.case);
    },
  );

  app.get(
    '/cases',
    {
      schema: {
        summary: 'List the cases that the caller sees, newest first',
        tags,
        querystring: z.strictObject({ ...pageQuery, ...filters }),
        response: { 200: pageOf(caseSchema) },
      },
    },
    async ({ query, viewer }, reply) => {
      const { limit, cursor, status, stage, state, overdue, assignee, codename } = query;
      if ((stage === undefined) !== (state === undefined)) {
        const missing = stage === undefined ? 'stage' : 'state';
        throw new InvalidRequest([
          { pointer: `/query/${missing}`, message: 'is missing: stage and state go together' },
        ]);
      }
      const now = engine.now();
      const rows = await listCases(engine.db, viewer, {
        status,
        stage,
        state,
        overdue: overdue === undefined ? undefined : overdue === 'true',
        assignee: assignee === 'me' ? viewer.person : assignee,
        codename,
        after: readCursor(cursor, instantAndId),
        limit: limit + 1,
        now,
      });
      if (rows.length === 0) await untilQuantum(reply);
      const page = toPage(rows, limit, ({ openedAt, caseId }) => [openedAt.toISOString(), caseId]);
      const items: string[] = [];
      const othersTurn = takingTurns();
      for (const row of page.items) {
        items.push(JSON.stringify(presentRow(row, now)));
        await othersTurn();
      }
      // written already, as one case may be large
      const text = `{"items":[${items.join()}],"next":${JSON.stringify(page.next)}}`;
      return reply
        .type('application/json; charset=utf-8')
        .send(text as unknown as { items: []; next: null });
    },
  );

  app.get(
    '/cases/:id',
    {
      schema: {
        summary: 'A case, as it stands or as it stood at a moment',
        tags,
        params: caseParams,
        querystring: z.strictObject({
          at: instant
            .optional()
            .describe('As the case stood then, rebuilt by replay; not before it was opened.'),
        }),
        response: { 200: caseSchema },
      },
    },
    async ({ params, query, viewer }, reply) => {
      if (query.at !== undefined)
        return reply.send(await readCaseAt(engine, viewer, params.id, new Date(query.at)));
      const row = await readCase(engine, viewer, params.id);
      return reply.header('etag', etagOf(row.version)).send(presentRow(row, engine.now()));
    },
  );

  app.get(
    '/cases/:id/diagram.svg',
    {
      schema: {
        summary: 'The statechart, with the active states of the case lit',
        tags,
        params: caseParams,
        produces: ['image/svg+xml'],
        response: { 200: z.string() },
      },
    },
    async ({ params, viewer }, reply) => {
      const { stages, status } = await readCase(engine, viewer, params.id);
      return sendCaseDiagram(reply, { stages, status });
    },
  );

  app.get(
    '/cases/:id/options',
    {
      onRequest: handlersOnly,
      config: { problems: ['not-a-handler', 'other-machine-version'], loadsCase: true },
      schema: {
        summary: 'What the caller may do now, for every type of event',
        description:
          'Asked of events that leave out when they happened, departures, and whom they are about where just one can be meant. `conditional`: it depends on the payload, or on a departure that the caller may make.',
        tags,
        params: caseParams,
        querystring: z.strictObject({
          type: z.enum(eventTypes).optional().describe('This type alone.'),
        }),
        response: { 200: pageOf(optionSchema) },
      },
    },
    async (request, reply) => {
      const { params, query, viewer } = request;
      const { row, options } = await readOptions(engine, viewer, params.id, {
        type: query.type,
        arrival: arrivalOf(request),
      });
      const { settings } = contextOf(row);
      const offers = await offersFor(engine, viewer.person, row, options);
      const items = options.map(({ type, verdict, violations }) => {
        // whoever can't send it has no use for its schema
        const whole = verdict !== 'refused' || query.type !== undefined;
        const own = asciiJson({ type, verdict, violations });
        const offered = offers && type === consulting ? `,"offers":${JSON.stringify(offers)}` : '';
        return `${own.slice(0, -1)},${guideMembers(type, settings, whole)}${offered}}`;
      });
      // written already
      const text = `{"items":[${items.join()}],"next":null}` as unknown as {
        items: [];
        next: null;
      };
      return reply
        .header('etag', etagOf(row.version))
        .type('application/json; charset=utf-8')
        .send(text);
    },
  );
};
