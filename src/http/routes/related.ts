import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { readCase } from '../../engine/audit/audit.ts';
import { findRelated } from '../../engine/confidential/related.ts';
import { contextOf, mayHandle } from '../../engine/step/present.ts';
import type { RelatedRow } from '../../store/digests.ts';
import { caseReadersOnly } from '../authentication.ts';
import { caseParams } from '../case-schemas.ts';
import { instantAndId, pageOf, pageQuery, readCursor, toPage } from '../fields.ts';

const matchSchema = z.strictObject({
  ref: z.string().describe('Who is reported, or reports, here.'),
  otherRef: z.string().describe('The same one, as it seems, there.'),
  kinds: z
    .array(z.enum(['name', 'contact', 'badge', 'staff']))
    .describe('What they have in common.'),
});

const relatedSchema = z
  .strictObject({
    case: z.uuid(),
    codename: z.string(),
    status: z.enum(['open', 'closed']),
    openedAt: z.iso.datetime(),
    matches: z.array(matchSchema),
  })
  .meta({ id: 'RelatedCase' });

/** One match for each pair of persons, with all that they have in common. */
function matchesOf({ matches }: RelatedRow): z.infer<typeof matchSchema>[] {
  const pairs = Map.groupBy(matches, ({ ref, otherRef }) => `${ref} ${otherRef}`);
  return [...pairs.values()].flatMap((alike) =>
    alike
      .slice(0, 1)
      .map(({ ref, otherRef }) => ({ ref, otherRef, kinds: alike.map(({ kind }) => kind) })),
  );
}

/** Patterns across cases. */
export const relatedRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.get(
    '/cases/:id/related',
    {
      onRequest: caseReadersOnly,
      config: { problems: ['not-allowed'] },
      schema: {
        summary: 'Cases in which the same person was reported, newest first',
        tags: ['cases'],
        params: caseParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(relatedSchema) },
      },
    },
    async ({ params: { id }, query: { limit, cursor }, viewer }) => {
      const after = readCursor(cursor, instantAndId);
      const named = await readCase(engine, viewer, id);
      const showsReporters = mayHandle(contextOf(named), viewer);
      const page = { after, limit: limit + 1, showsReporters };
      const rows = await findRelated(engine, viewer.person, named, page);
      const { items: found, next } = toPage(rows, limit, ({ openedAt, caseId }) => [
        openedAt.toISOString(),
        caseId,
      ]);
      const items = found.map((row) => ({
        case: row.caseId,
        codename: row.codename,
        status: row.status,
        openedAt: row.openedAt.toISOString(),
        matches: matchesOf(row),
      }));
      return { items, next };
    },
  );
};
