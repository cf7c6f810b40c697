import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from '../../../machines/vocabulary.ts';

const meSchema = z
  .strictObject({ person: z.string(), name: z.string(), roles: z.array(z.enum(roles)) })
  .meta({ id: 'Me', description: 'Whom the token belongs to.' });

/** Who am I? */
export const meRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/me',
    { schema: { summary: 'Who am I', tags: ['people'], response: { 200: meSchema } } },
    async ({ viewer: { person, name, roles: held } }) => ({ person, name, roles: [...held] }),
  );
};
