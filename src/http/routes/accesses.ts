import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { readAccesses } from '../../engine/audit/audit.ts';
import { accessReadersOnly } from '../authentication.ts';
import { caseParams } from '../case-schemas.ts';
import { instantAndId, pageOf, pageQuery, readCursor, toPage } from '../fields.ts';

const accessSchema = z
  .strictObject({
    person: z.string(),
    at: z.iso.datetime(),
    firstSeq: z.int().describe('The first entry whose content was opened.'),
    lastSeq: z.int().describe('The last one.'),
  })
  .meta({
    id: 'Access',
    description:
      'Somebody opened confidential content of the case, or had it opened: to screen a text in a dry run, or to find related cases.',
  });

/** Who read what. */
export const accessRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.get(
    '/cases/:id/accesses',
    {
      onRequest: accessReadersOnly,
      config: { problems: ['not-allowed'] },
      schema: {
        summary: 'Who opened confidential content of the case, newest first',
        tags: ['history'],
        params: caseParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(accessSchema) },
      },
    },
    async ({ params: { id }, query: { limit, cursor }, viewer }) => {
      const after = readCursor(cursor, instantAndId);
      const rows = await readAccesses(engine, viewer, id, { after, limit: limit + 1 });
      const page = toPage(rows, limit, (row) => [row.at.toISOString(), row.id]);
      const items = page.items.map(({ person, at, firstSeq, lastSeq }) => ({
        person,
        at: at.toISOString(),
        firstSeq,
        lastSeq,
      }));
      return { items, next: page.next };
    },
  );
};
