import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventTypes } from '../../../machines/events.ts';
import { ruleIds, rules, type RuleId } from '../../../machines/rules.ts';
import { pageOf } from '../fields.ts';
import { rulesOn } from './machine.ts';

const ruleSchema = z
  .strictObject({
    id: z.enum(ruleIds),
    statement: z.string().describe('What it demands.'),
    source: z.string().describe('Where the procedure says so.'),
    instead: z.string().optional().describe('What to do instead.'),
    events: z.array(z.enum(eventTypes)).describe('The events that it is judged on.'),
  })
  .meta({ id: 'Rule', description: 'A rule of the procedure.' });

function ruleOf(id: RuleId): z.infer<typeof ruleSchema> {
  const { statement, source, instead } = rules[id];
  const events = eventTypes.filter((type) => rulesOn(type).includes(id));
  return { id, statement, source, ...(instead !== undefined && { instead }), events };
}

/** The catalogue of rules. */
export const ruleRoutes: FastifyPluginAsyncZod = async (app) => {
  const tags = ['machine'];
  const catalogue = new Map(ruleIds.map((id) => [id, ruleOf(id)]));

  app.get(
    '/rules',
    {
      schema: {
        summary: 'Every rule, with its source, what to do instead, and the events that it is on',
        tags,
        response: { 200: pageOf(ruleSchema) },
      },
    },
    async () => ({ items: [...catalogue.values()], next: null }),
  );

  app.get(
    '/rules/:id',
    {
      schema: {
        summary: 'One rule',
        tags,
        params: z.strictObject({ id: z.enum(ruleIds) }),
        response: { 200: ruleSchema },
      },
    },
    async ({ params: { id } }) => ruleOf(id),
  );
};
