import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { machineIdentity } from '../../../machines/case.ts';
import { roles } from '../../../machines/vocabulary.ts';
import { eventDefinitions, eventTypes } from '../../../machines/events.ts';
import type { EventType } from '../../../machines/events.ts';
import type { Settings } from '../../../machines/procedure.ts';
import { ruleIds, universalRules } from '../../../machines/rules.ts';
import { homes, stageNodes, type StageNode } from '../../../machines/stages.ts';
import { confidentialFields } from '../../engine/step/split.ts';
import { departableRules, guideTo } from '../event-guide.ts';
import { guideShape } from '../case-schemas.ts';

const stageSchema = z.strictObject({
  name: z.string(),
  machine: z
    .enum(['case', 'reporter', 'reported'])
    .describe('Whose it is: the case’s, or that of each reporter or reported person.'),
  states: z.array(z.string()),
  initial: z.string(),
});

const eventSchema = z.strictObject({
  type: z.enum(eventTypes),
  stage: z.string().describe('The stage that takes it, or `case`.'),
  takenIn: z.array(z.string()).describe('The states of the stage that take it.'),
  who: z.array(z.enum(roles)).describe('Whose roles may send it; rules may narrow that.'),
  rules: z.array(z.enum(ruleIds)).describe('Every rule on it, in the order of the catalogue.'),
  ...guideShape,
  departable: z.array(z.enum(ruleIds)).describe('Those of them from which somebody may depart.'),
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

/** Every rule on an event: those that are on all, then its own. */
export const rulesOn = (type: EventType) => {
  const all = new Set([...universalRules, ...eventDefinitions[type].rules]);
  return ruleIds.filter((rule) => all.has(rule));
};

function stageOf({ name, machine, node }: StageNode): z.infer<typeof stageSchema> {
  const initial = node.initial.target[0]?.key ?? '';
  return { name, machine, states: Object.keys(node.states), initial };
}

function eventOf(type: EventType, settings: Settings): z.infer<typeof eventSchema> {
  const { stage, takenIn } = homes[type];
  return {
    type,
    stage,
    takenIn: [...takenIn],
    who: [...eventDefinitions[type].who],
    rules: rulesOn(type),
    departable: departableRules(type, settings),
    confidential: confidentialFields(type),
    ...guideTo(type, settings),
  };
}

/** What the procedure is made of, for programs that want to know. */
export const machineRoutes: FastifyPluginAsyncZod = async (app) => {
  const machine = {
    ...machineIdentity,
    stages: stageNodes.map(stageOf),
    events: eventTypes.map((type) => eventOf(type, app.engine.settings)),
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
