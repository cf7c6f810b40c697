import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { handle } from '../../../machines/events/fields.ts';
import { issueToken } from '../../engine/tokens.ts';
import { Forbidden, InvalidRequest, NotFound } from '../../errors.ts';
import { findPerson } from '../../store/people.ts';
import { revokeToken } from '../../store/tokens.ts';
import { holdsAny } from '../authentication.ts';
import { instant, line } from '../fields.ts';

const newTokenSchema = z
  .strictObject({
    label: line.describe('What it is for, to tell it from others.'),
    expiresAt: instant.optional().describe('In the future; without it the token does not expire.'),
  })
  .meta({ id: 'NewToken' });

const tokenSchema = z
  .strictObject({
    id: z.uuid(),
    token: z.string().describe('The token itself. It is shown this once.'),
    label: z.string(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Token' });

/** Bearer tokens. */
export const tokenRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db, now } = app.engine;
  const tags = ['people'];

  app.post(
    '/people/:id/tokens',
    {
      config: { problems: ['not-an-admin'] },
      schema: {
        summary: 'Make a token, for oneself or as an admin',
        tags,
        params: z.strictObject({ id: handle }),
        body: newTokenSchema,
        response: { 201: tokenSchema },
      },
    },
    async ({ viewer, params, body: { label, expiresAt } }, reply) => {
      if (viewer.person !== params.id && !holdsAny(viewer, ['admin'])) {
        throw new Forbidden('not-an-admin', 'Only admins may make tokens for others.');
      }
      const createdAt = now();
      const expiry = expiresAt === undefined ? null : new Date(expiresAt);
      if (expiry && expiry <= createdAt) {
        throw new InvalidRequest([{ pointer: '/expiresAt', message: 'must be in the future' }]);
      }
      if (!(await findPerson(db, params.id))) throw new NotFound();
      const token = { person: params.id, label, expiresAt: expiry, now: createdAt };
      return reply.code(201).send(await issueToken(db, token));
    },
  );

  app.delete(
    '/tokens/:id',
    {
      schema: {
        summary: 'Revoke a token, at once',
        tags,
        params: z.strictObject({ id: z.uuid() }),
        response: { 204: z.undefined().describe('Revoked.') },
      },
    },
    async ({ viewer, params: { id } }, reply) => {
      // To others somebody's token does not exist, as it would not if it were made up.
      const owner = holdsAny(viewer, ['admin']) ? undefined : viewer.person;
      if (!(await revokeToken(db, id, { owner, at: now() }))) throw new NotFound();
      return reply.code(204).send();
    },
  );
};
