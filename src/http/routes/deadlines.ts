import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listDeadlines } from '../../store/deadlines.ts';
import { deadlineSchema } from '../case-schemas.ts';
import { untilQuantum } from '../quantum.ts';
import { cursorInstant, pageOf, pageQuery, readCursor, storable, toPage } from '../fields.ts';

const caseDeadlineSchema = deadlineSchema
  .extend({ case: z.uuid(), codename: z.string() })
  .meta({ id: 'CaseDeadline' });

export const deadlineRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.get(
    '/deadlines',
    {
      schema: {
        summary: 'Deadlines of all cases that the caller sees, soonest first',
        tags: ['deadlines'],
        querystring: z.strictObject({
          ...pageQuery,
          overdue: z.enum(['true', 'false']).optional(),
        }),
        response: { 200: pageOf(caseDeadlineSchema) },
      },
    },
    async ({ query: { limit, cursor, overdue }, viewer }, reply) => {
      const now = engine.now();
      const rows = await listDeadlines(engine.db, viewer, {
        overdue: overdue === undefined ? undefined : overdue === 'true',
        after: readCursor(cursor, z.tuple([cursorInstant, z.uuid(), storable(50), storable(50)])),
        limit: limit + 1,
        now,
      });
      if (rows.length === 0) await untilQuantum(reply);
      const page = toPage(rows, limit, ({ dueAt, caseId, name, ref }) => [
        dueAt.toISOString(),
        caseId,
        name,
        ref,
      ]);
      const items = page.items.map(({ caseId, codename, name, ref, stage, dueAt, pending }) => ({
        case: caseId,
        codename,
        name: name as z.infer<typeof deadlineSchema>['name'],
        ref: ref === 'case' ? null : ref,
        stage,
        dueAt: dueAt.toISOString(),
        overdue: !pending || dueAt <= now,
      }));
      return { items, next: page.next };
    },
  );
};
