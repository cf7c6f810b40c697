import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { handle } from '../../../machines/events/fields.ts';
import { issueTokenTo } from '../../engine/staff/tokens.ts';
import { Forbidden, InvalidRequest, NotFound } from '../../errors.ts';
import { findPerson } from '../../store/people.ts';
import { listTokens, revokeToken } from '../../store/tokens.ts';
import { holdsAny, type Viewer } from '../authentication.ts';
import { instant, instantAndId, line, pageOf, pageQuery, readCursor, toPage } from '../fields.ts';

const newTokenSchema = z
  .strictObject({
    label: line.describe('What it is for, to tell it from others.'),
    expiresAt: instant
      .optional()
      .describe(
        'In the future. A token for oneself expires no later than the one that it is made with, ' +
          'and with it where nothing is said; any other does not expire then.',
      ),
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

const listedTokenSchema = tokenSchema
  .omit({ token: true })
  .extend({
    createdAt: z.iso.datetime(),
    madeWith: z.uuid().nullable().describe('The token that it was made with.'),
  })
  .meta({ id: 'ListedToken', description: 'A token that is not revoked; it may have expired.' });

const forOthersToo = z
  .enum(['true', 'false'])
  .optional()
  .describe(
    'Whether those end too that an admin made with it for others, and all that were made with these. ' +
      'For when it was stolen; it can be asked for later as well.',
  );

/**
 * When a token expires. Made for oneself, it does not outlive the one that it is made with: or
 * whoever finds a token that is about to expire would make it last.
 */
function expiryOf(
  asked: string | undefined,
  { viewer, person, at }: { viewer: Viewer; person: string; at: Date },
): Date | null {
  const latest = viewer.person === person ? viewer.expiresAt : null;
  const expiry = asked === undefined ? latest : new Date(asked);
  if (expiry && expiry <= at) refuseExpiry('must be in the future');
  if (expiry && latest && expiry > latest)
    refuseExpiry('must not be later than the token that it is made with expires');
  return expiry;
}

function refuseExpiry(message: string): never {
  throw new InvalidRequest([{ pointer: '/expiresAt', message }]);
}

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
      const at = now();
      const person = params.id;
      const expiry = expiryOf(expiresAt, { viewer, person, at });
      const issued = await issueTokenTo(db, {
        person,
        label,
        expiresAt: expiry,
        madeWith: viewer.tokenId,
        now: at,
        // who was let in a moment ago may have been deactivated since
        active: viewer.person === person,
      });
      if (!issued) throw new NotFound();
      return reply.code(201).send(issued);
    },
  );

  app.get(
    '/people/:id/tokens',
    {
      schema: {
        summary:
          "List one's own tokens that are not revoked, or as an admin anybody's, newest first",
        tags,
        params: z.strictObject({ id: handle }),
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(listedTokenSchema) },
      },
    },
    async ({ viewer, params: { id }, query: { limit, cursor } }) => {
      if (viewer.person !== id && !holdsAny(viewer, ['admin'])) throw new NotFound();
      const after = readCursor(cursor, instantAndId);
      if (!(await findPerson(db, id))) throw new NotFound();
      const rows = await listTokens(db, id, { after, limit: limit + 1 });
      const page = toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
      const items = page.items.map(({ createdAt, expiresAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
      }));
      return { items, next: page.next };
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { problems: ['not-an-admin'] },
      schema: {
        summary: 'Revoke a token, at once, and those that its holder made with it',
        tags,
        params: z.strictObject({ id: z.uuid() }),
        querystring: z.strictObject({ forOthers: forOthersToo }),
        response: { 204: z.undefined().describe('Revoked.') },
      },
    },
    async ({ viewer, params: { id }, query }, reply) => {
      // To others somebody's token does not exist, as it would not if it were made up.
      const owner = holdsAny(viewer, ['admin']) ? undefined : viewer.person;
      const forOthers = query.forOthers === 'true';
      if (owner !== undefined && forOthers)
        throw new Forbidden('not-an-admin', 'Only admins may revoke the tokens of others.');
      const ending = { owner, forOthers, at: now() };
      if (!(await revokeToken(db, id, ending))) throw new NotFound();
      return reply.code(204).send();
    },
  );
};
