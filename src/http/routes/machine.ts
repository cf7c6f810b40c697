import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { machineIdentity } from '../../../machines/case.ts';
import { roles } from '../../../machines/context.ts';
import { graphOf, stageNames } from '../../../machines/diagram.ts';
import { eventDefinitions, eventTypes, schemaName } from '../../../machines/events.ts';
import type { EventType } from '../../../machines/events.ts';
import { ruleIds, universalRules } from '../../../machines/rules.ts';
import { confidentialFields } from '../../engine/step/split.ts';
import { homes } from '../../engine/step/statechart.ts';

const stageSchema = z.strictObject({
  name: z.string(),
  states: z.array(z.string()),
  initial: z.string(),
});

const eventSchema = z.strictObject({
  type: z.enum(eventTypes),
  stage: z.string().describe('The stage that takes it, or `case`.'),
  takenIn: z.array(z.string()).describe('The states of the stage that take it.'),
  who: z.array(z.enum(roles)).describe('Whose roles may send it; rules may narrow that.'),
  rules: z.array(z.enum(ruleIds)).describe('Every rule on it, in the order of the catalogue.'),
  schema: z.strictObject({ $ref: z.string() }),
  confidential: z
    .array(z.string())
    .describe('Its confidential fields, as dotted paths; lists are passed through.'),
});

const machineSchema = z
  .strictObject({
    id: z.string(),
    version: z.string(),
    stages: z.array(stageSchema),
    events: z.array(eventSchema),
  })
  .meta({ id: 'Machine', description: 'The definition that cases run on.' });

/** Where an event's schema stands; the erasure is not sent as an event, but to a route of its own. */
const schemaRef = (type: EventType) => {
  const name = type === 'case.erase' ? 'Erasure' : schemaName(type);
  return { $ref: `/openapi.json#/components/schemas/${name}` };
};

/** Every rule on an event: those that are on all, then its own. */
export const rulesOn = (type: EventType) => {
  const all = new Set([...universalRules, ...eventDefinitions[type].rules]);
  return ruleIds.filter((rule) => all.has(rule));
};

function stageOf(name: string): z.infer<typeof stageSchema> {
  const { nodes, edges } = graphOf(name);
  const states = nodes.filter(({ parent, kind }) => parent === name && kind !== 'initial');
  const start = edges.find(({ from }) => from === `${name}.(initial)`);
  const initial = states.find(({ id }) => id === start?.to);
  return { name, states: states.map(({ label }) => label), initial: initial?.label ?? '' };
}

function eventOf(type: EventType): z.infer<typeof eventSchema> {
  const { stage, takenIn } = homes[type];
  return {
    type,
    stage,
    takenIn: [...takenIn],
    who: [...eventDefinitions[type].who],
    rules: rulesOn(type),
    schema: schemaRef(type),
    confidential: confidentialFields(type),
  };
}

/** What the procedure is made of, for programs that want to know. */
export const machineRoutes: FastifyPluginAsyncZod = async (app) => {
  const machine = {
    ...machineIdentity,
    stages: stageNames.map(stageOf),
    events: eventTypes.map(eventOf),
  };
  app.get(
    '/machine',
    {
      schema: {
        summary: 'The stages, their states, and every event with its schema and rules',
        tags: ['machine'],
        response: { 200: machineSchema },
      },
    },
    async () => machine,
  );
};
