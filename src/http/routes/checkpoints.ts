import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { readCase } from '../../engine/audit/audit.ts';
import {
  consistencyOf,
  inclusionOf,
  latestCheckpoint,
  takeCheckpoint,
} from '../../engine/audit/checkpoint.ts';
import { knownVerifierKeys } from '../../engine/audit/signing-keys.ts';
import { InvalidRequest, NotCheckpointed, NotFound } from '../../errors.ts';
import {
  findCheckpoint,
  listCheckpoints,
  listLeafHashes,
  type CheckpointRow,
} from '../../store/log.ts';
import { auditorsOnly, checkpointTakersOnly } from '../authentication.ts';
import { caseParams } from '../case-schemas.ts';
import { pageOf, pageQuery, readCursor, toPage, wholeNumber } from '../fields.ts';

const tags = ['checkpoints'];
const hash = z.string().describe('SHA-256, base64.');
const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const sizeParams = z.strictObject({ size: z.coerce.number().pipe(size) });
const path = z.array(hash);

const checkpointSchema = z
  .strictObject({
    size: size.describe('How many leaves the log has: heads of cases that were found moved.'),
    rootHash: hash.describe('The Merkle tree hash of the log (RFC 9162, 2.1.1), base64.'),
    origin: z.string().describe('Whose log it is: the name of the key that signed.'),
    at: z.string().meta({ format: 'date-time' }),
    note: z.string().describe('The signed note (https://c2sp.org/tlog-checkpoint): what to keep.'),
  })
  .meta({ id: 'Checkpoint', description: 'A signed tree head of the log of all heads of cases.' });

const inclusionSchema = z
  .strictObject({
    checkpoint: z.string().describe('The latest signed note.'),
    verifierKey: z.string().describe('Of the key that signed it (https://c2sp.org/signed-note).'),
    leaf: z
      .strictObject({ index: size, caseId: z.uuid(), seq: z.int(), hash: z.string() })
      .describe(
        'The newest head of the case in the log. The data of the leaf is the canonical JSON ' +
          '(RFC 8785) of caseId, seq and hash.',
      ),
    path: path.describe("The inclusion proof (RFC 9162, 2.1.3), from the leaf's sibling up."),
  })
  .meta({ id: 'Inclusion' });

const consistencySchema = z
  .strictObject({
    from: size,
    to: size,
    path: path.describe('The consistency proof (RFC 9162, 2.1.4).'),
  })
  .meta({ id: 'Consistency' });

const keySchema = z
  .strictObject({
    verifierKey: z
      .string()
      .describe('Name, id and public key (https://c2sp.org/signed-note); the name is an `origin`.'),
    present: z.boolean().describe('Whether it signs now.'),
  })
  .meta({ id: 'VerifierKey', description: 'Keep it where the server cannot reach it.' });

const leafSchema = z
  .strictObject({ index: size, hash: hash.describe('Of the leaf (RFC 9162, 2.1.1), base64.') })
  .meta({ id: 'Leaf', description: 'Names no case: the hash alone, to compute the root from.' });

const present = ({ size: leaves, rootHash, note, at }: CheckpointRow) => ({
  size: leaves,
  rootHash,
  // The first line of a checkpoint.
  origin: note.slice(0, note.indexOf('\n')),
  at: at.toISOString(),
  note,
});

/** Signed tree heads of the log of all heads of cases, and its proofs. */
export const checkpointRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;
  const { db } = engine;

  app.get(
    '/checkpoints',
    {
      schema: {
        summary: 'List the checkpoints, newest first',
        tags,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(checkpointSchema) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const before = readCursor(cursor, wholeNumber)?.[0];
      const rows = await listCheckpoints(db, { before, limit: limit + 1 });
      const page = toPage(rows, limit, (row) => [String(row.size)]);
      return { items: page.items.map(present), next: page.next };
    },
  );

  app.post(
    '/checkpoints',
    {
      onRequest: checkpointTakersOnly,
      config: { problems: ['not-allowed', 'log-not-whole'] },
      schema: {
        summary: 'Take a checkpoint; where no case moved since, it is the latest one',
        tags,
        response: { 201: checkpointSchema },
      },
    },
    async (_request, reply) => reply.code(201).send(present(await takeCheckpoint(engine))),
  );

  app.get(
    '/checkpoints/latest',
    {
      config: { problems: ['not-checkpointed'] },
      schema: { summary: 'The latest checkpoint', tags, response: { 200: checkpointSchema } },
    },
    async () => {
      const latest = await latestCheckpoint(db);
      if (!latest) throw new NotCheckpointed('anything');
      return present(latest);
    },
  );

  app.get(
    '/checkpoints/keys',
    {
      schema: {
        summary: 'The keys that checkpoints were signed with, the present one first',
        tags,
        response: { 200: z.strictObject({ items: z.array(keySchema) }) },
      },
    },
    async () => {
      const keys = await knownVerifierKeys(engine);
      return { items: keys.map((verifierKey, at) => ({ verifierKey, present: at === 0 })) };
    },
  );

  app.get(
    '/checkpoints/:size/consistency',
    {
      config: { problems: ['log-not-whole'] },
      schema: {
        summary: 'The proof that a checkpoint only added to an earlier one',
        tags,
        params: sizeParams,
        querystring: z.strictObject({
          from: z.coerce.number().pipe(size).describe('The size of the earlier checkpoint.'),
        }),
        response: { 200: consistencySchema },
      },
    },
    async ({ params: { size: to }, query: { from } }) => {
      if (!(await findCheckpoint(db, to))) throw new NotFound();
      if (from > to) {
        throw new InvalidRequest([{ pointer: '/query/from', message: 'is of a later checkpoint' }]);
      }
      return { from, to, path: await consistencyOf(engine, from, to) };
    },
  );

  app.get(
    '/checkpoints/:size/leaves',
    {
      onRequest: auditorsOnly,
      config: { problems: ['not-allowed'] },
      schema: {
        summary: 'The hashes of the leaves under a checkpoint, in order',
        tags,
        params: sizeParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(leafSchema) },
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      if (!(await findCheckpoint(db, params.size))) throw new NotFound();
      const last = readCursor(cursor, wholeNumber)?.[0] ?? -1;
      const rows = await listLeafHashes(db, {
        from: last + 1,
        size: params.size,
        limit: limit + 1,
      });
      const page = toPage(rows, limit, ({ index }) => [String(index)]);
      const items = page.items.map((leaf) => ({ ...leaf, hash: leaf.hash.toString('base64') }));
      return { items, next: page.next };
    },
  );

  app.get(
    '/cases/:id/inclusion',
    {
      config: { problems: ['not-checkpointed', 'log-not-whole'] },
      schema: {
        summary: 'The proof that the latest checkpoint covers a case',
        tags,
        params: caseParams,
        response: { 200: inclusionSchema },
      },
    },
    async ({ params: { id }, viewer }) => {
      // Whoever does not see the case is told so before anybody looks into the log.
      await readCase(engine, viewer, id);
      const inclusion = await inclusionOf(engine, id);
      if (!inclusion) throw new NotCheckpointed();
      return { ...inclusion, path: [...inclusion.path] };
    },
  );
};
