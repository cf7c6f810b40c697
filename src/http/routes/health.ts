import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { machineIdentity } from '../../../machines/case.ts';
import { compareClocks, differenceOf } from '../../engine/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { NotReady } from '../../errors.ts';
import { countOtherVersions, mostOtherVersions } from '../../store/cases.ts';
import { pendingMigrations } from '../../store/database.ts';
import { outageOf } from '../../store/outage.ts';
import { canWrite } from '../../store/readiness.ts';
import { authenticate, holdsAny } from '../authentication.ts';
import { machineSchema } from '../case-schemas.ts';
import { registry } from '../metrics.ts';

/** Whoever asks whether the server is ready gives up after a few seconds. */
const patience = 2_000;

/** For those who run the server: is it alive, is it ready, how is it doing. */
export const healthRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app.engine;
  const tags = ['operations'];
  const security: [] = [];

  app.get(
    '/livez',
    {
      schema: {
        summary: 'Whether the process answers',
        tags,
        security,
        response: { 200: z.strictObject({ status: z.literal('alive') }) },
      },
    },
    async () => ({ status: 'alive' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { problems: ['not-ready', 'unauthenticated', 'too-many-requests'] },
      schema: {
        summary:
          'Whether the database is in reach, takes what is written and is migrated, and the clock agrees with it',
        tags,
        security: [{}, { bearer: [] }],
        response: {
          200: z.strictObject({
            status: z.literal('ready'),
            machine: machineSchema,
            otherVersions: z
              .int()
              .optional()
              .describe(
                `For admins and auditors: open cases of another machine version, counted up to ${mostOtherVersions}; \`recourse machine diff\` says which.`,
              ),
          }),
        },
      },
    },
    async (request) => {
      await beReady(app.engine);
      const ready = { status: 'ready' as const, machine: machineIdentity };
      if (!(await mayCount(request))) return ready;
      return { ...ready, otherVersions: await countOtherVersions(db, machineIdentity) };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics in the text format of Prometheus; nothing of any case',
        tags,
        security,
        produces: ['text/plain'],
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
};

/** Nothing of any case is for who has no token, numbers neither. Throws Unauthenticated for one that is not valid. */
async function mayCount(request: FastifyRequest): Promise<boolean> {
  if (request.headers.authorization === undefined) return false;
  await authenticate(request.server, request);
  return holdsAny(request.viewer, ['admin', 'auditor']);
}

type Asked = Pick<Engine, 'db' | 'now' | 'databaseNow'>;

/** Throws NotReady, with what is in the way, where the database does not do its work in time. */
async function beReady(engine: Asked): Promise<void> {
  const answered = new AbortController();
  const tooLate = delay(patience, undefined, { signal: answered.signal }).then(() => {
    throw new NotReady('The database: no answer.');
  });
  try {
    await Promise.race([askWhetherReady(engine), tooLate]);
  } finally {
    answered.abort();
    tooLate.catch(() => undefined);
  }
}

async function askWhetherReady({ db, ...clocks }: Asked): Promise<void> {
  const why = (error: unknown) => {
    const kind = outageOf(error)?.kind ?? 'cannot be reached';
    throw new NotReady(`The database: ${kind}.`, { cause: error });
  };
  if (!(await canWrite(db).catch(why))) throw new NotReady('The database: read only.');
  if ((await pendingMigrations(db).catch(why)) > 0)
    throw new NotReady('The database has not been migrated.');
  const clock = await compareClocks(clocks).catch(why);
  // what it writes would bear wrong times for good; whoever asks it all the same is answered
  if (clock.off)
    throw new NotReady(
      `The clock of this server is ${differenceOf(clock)} the database's. Until both agree, it lets no deadline run out and erases nothing.`,
    );
}
