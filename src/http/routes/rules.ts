import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventTypes } from '../../../machines/events.ts';
import { grounds, roles } from '../../../machines/vocabulary.ts';
import { bindingOf, ruleIds, rules, sourceOf, type RuleId } from '../../../machines/rules.ts';
import { sources } from '../../../machines/sources.ts';
import { pageOf } from '../fields.ts';
import { rulesOn } from './machine.ts';

const sourceSchema = z
  .strictObject({
    key: z.string(),
    title: z.string(),
    address: z.string(),
    licence: z.string(),
    asOf: z.string().describe('When it was read, or what it says of itself.'),
  })
  .meta({ id: 'Source', description: 'A document that rules cite.' });

const ruleSchema = z
  .strictObject({
    id: z.enum(ruleIds),
    statement: z.string().describe('What it demands.'),
    binding: z
      .enum(['always', 'explain'])
      .describe('always: nothing makes it right. explain: until somebody who may says why not.'),
    basis: z
      .enum(['text', 'practice', 'ours'])
      .describe('The procedure says so; others do it; we inferred it, and `why`.'),
    why: z.string().optional(),
    sources: z.array(z.strictObject({ source: z.string(), section: z.string() })).readonly(),
    source: z.string().describe('The sources in one line.'),
    instead: z.string().optional().describe('What to do instead.'),
    departure: z
      .strictObject({
        who: z.array(z.enum(roles)).readonly(),
        grounds: z.array(z.enum(grounds)).readonly(),
        condition: z.string().optional(),
      })
      .optional()
      .describe('Who may depart from it, and on which grounds.'),
    events: z.array(z.enum(eventTypes)).describe('The events that it is judged on.'),
  })
  .meta({ id: 'Rule', description: 'A rule of the procedure.' });

function ruleOf(id: RuleId): z.infer<typeof ruleSchema> {
  const { statement, basis, why, sources: cited, instead, departing } = rules[id];
  return {
    id,
    statement,
    binding: bindingOf(id),
    basis,
    ...(why !== undefined && { why }),
    sources: cited,
    source: sourceOf(id),
    ...(instead !== undefined && { instead }),
    ...(departing && {
      departure: {
        who: departing.who,
        grounds: departing.grounds,
        ...(departing.condition !== undefined && { condition: departing.condition }),
      },
    }),
    events: eventTypes.filter((type) => rulesOn(type).includes(id)),
  };
}

const sourceList = Object.entries(sources).map(([key, source]) => ({ key, ...source }));

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
        response: { 200: pageOf(ruleSchema).extend({ sources: z.array(sourceSchema) }) },
      },
    },
    async () => ({ items: [...catalogue.values()], next: null, sources: sourceList }),
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
