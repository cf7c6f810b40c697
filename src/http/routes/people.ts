import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from '../../../machines/vocabulary.ts';
import { handle } from '../../../machines/events/fields.ts';
import { AlreadyExists, LastAdmin, NotFound } from '../../errors.ts';
import { changePerson } from '../../engine/staff/tokens.ts';
import { findPerson, insertPerson, listPeople } from '../../store/people.ts';
import { adminsOnly, directoryReadersOnly } from '../authentication.ts';
import { line, pageOf, pageQuery, readCursor, roleList, toPage } from '../fields.ts';

const personSchema = z
  .strictObject({
    id: handle,
    name: z.string(),
    roles: z.array(z.enum(roles)).readonly(),
    active: z.boolean(),
  })
  .meta({ id: 'Person', description: 'A member of staff.' });

const newPersonSchema = z
  .strictObject({ id: handle, name: line, roles: roleList })
  .meta({ id: 'NewPerson' });

const personChangeSchema = z
  .strictObject({
    name: line.optional(),
    roles: roleList.optional(),
    active: z.boolean().optional().describe('Who is not active has no access, whatever the token.'),
  })
  .refine((change) => Object.keys(change).length > 0, { error: 'must change something' })
  .meta({ id: 'PersonChange', minProperties: 1 });

/** The staff directory. */
export const peopleRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db, now } = app.engine;
  const tags = ['people'];

  app.post(
    '/people',
    {
      onRequest: adminsOnly,
      config: { problems: ['not-an-admin', 'already-exists'] },
      schema: {
        summary: 'Add a member of staff',
        tags,
        body: newPersonSchema,
        response: { 201: personSchema },
      },
    },
    async ({ body: person }, reply) => {
      if (!(await insertPerson(db, person, now()))) {
        throw new AlreadyExists(`A person with the handle ${person.id}`);
      }
      return reply.code(201).send({ ...person, active: true });
    },
  );

  app.get(
    '/people',
    {
      onRequest: directoryReadersOnly,
      config: { problems: ['not-allowed'] },
      schema: {
        summary: 'List the staff, by handle',
        tags,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(personSchema) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const after = readCursor(cursor, z.tuple([handle]))?.[0];
      const rows = await listPeople(db, { after, limit: limit + 1 });
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );

  app.patch(
    '/people/:id',
    {
      onRequest: adminsOnly,
      config: { problems: ['not-an-admin', 'last-admin'] },
      schema: {
        summary:
          "Change a person's name or roles, or (de)activate them; deactivating revokes all their tokens",
        tags,
        params: z.strictObject({ id: handle }),
        body: personChangeSchema,
        response: { 200: personSchema },
      },
    },
    async ({ params: { id }, body }) => {
      const person = await changePerson(db, id, { ...body, at: now() });
      if (person) return person;
      throw (await findPerson(db, id)) ? new LastAdmin() : new NotFound();
    },
  );
};
