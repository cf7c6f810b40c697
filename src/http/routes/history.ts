import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { readHistory, verifyCase } from '../../engine/audit/audit.ts';
import { readEntry } from '../../engine/audit/rebuild.ts';
import {
  caseParams,
  entrySchema,
  entryWithCaseSchema,
  verificationSchema,
} from '../case-schemas.ts';
import { pageOf, pageQuery } from '../fields.ts';

const tags = ['history'];
const seq = z.coerce.number().int().max(2_147_483_647);

export const historyRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.get(
    '/cases/:id/history',
    {
      schema: {
        summary: 'What happened in a case, in order, refusals included',
        description: 'A page holds fewer entries than `limit` where their content is much.',
        tags,
        params: caseParams,
        querystring: z.strictObject({ limit: pageQuery.limit, after: seq.min(0).default(0) }),
        response: { 200: pageOf(entrySchema) },
      },
    },
    async ({ params: { id }, query, viewer }) => readHistory(engine, viewer, id, query),
  );

  app.get(
    '/cases/:id/history/:seq',
    {
      schema: {
        summary: 'An entry, and the case as it stood after it, rebuilt by replay',
        tags,
        params: caseParams.extend({ seq: seq.min(1) }),
        response: { 200: entryWithCaseSchema },
      },
    },
    async ({ params: { id, seq: number }, viewer }) => readEntry(engine, viewer, id, number),
  );

  app.get(
    '/cases/:id/verification',
    {
      schema: {
        summary: 'Whether the history is whole, and every state follows from what was done',
        tags,
        params: caseParams,
        response: { 200: verificationSchema },
      },
    },
    async ({ params: { id }, viewer }) => verifyCase(engine, viewer, id),
  );
};
