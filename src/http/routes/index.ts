import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { accessRoutes } from './accesses.ts';
import { caseRoutes } from './cases.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { deadlineRoutes } from './deadlines.ts';
import { diagramRoutes } from './diagrams.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './export.ts';
import { feedRoutes } from './feed.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { machineRoutes } from './machine.ts';
import { meRoutes } from './me.ts';
import { peopleRoutes } from './people.ts';
import { relatedRoutes } from './related.ts';
import { ruleRoutes } from './rules.ts';
import { tokenRoutes } from './tokens.ts';

/** Open to whoever reaches the listening address. */
export const openRoutes: readonly FastifyPluginAsyncZod[] = [healthRoutes];

/** Under /v1, for who has a token. */
export const routes: readonly FastifyPluginAsyncZod[] = [
  meRoutes,
  peopleRoutes,
  tokenRoutes,
  caseRoutes,
  eventRoutes,
  historyRoutes,
  exportRoutes,
  relatedRoutes,
  accessRoutes,
  checkpointRoutes,
  deadlineRoutes,
  feedRoutes,
  machineRoutes,
  ruleRoutes,
  diagramRoutes,
];
