import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { exportCase } from '../../engine/audit/export.ts';
import { caseParams } from '../case-schemas.ts';

/** A case as a file that proves itself. */
export const exportRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine } = app;

  app.get(
    '/cases/:id/export',
    {
      schema: {
        summary: 'The case as one bundle, which verifies without this server',
        description:
          'NDJSON: a header, a line for each entry, an end with the latest checkpoint and the ' +
          "case's inclusion proof (RFC 9162). `recourse audit verify` checks it offline: chain, " +
          'replay, header, end and proof. Confidential content is as the caller may see it; it ' +
          'cannot be checked against the chain, which holds the hash of the sealed bytes. A ' +
          'bundle without its last line was cut off.',
        tags: ['history'],
        produces: ['application/x-ndjson'],
        params: caseParams,
        response: { 200: z.string() },
      },
    },
    async ({ params: { id }, viewer }, reply) => {
      const { codename, lines } = await exportCase(engine, viewer, id);
      return reply
        .headers({
          'content-type': 'application/x-ndjson; charset=utf-8',
          'content-disposition': `attachment; filename="${codename}.ndjson"`,
        })
        .send(Readable.from(lines, { objectMode: false }) as unknown as string);
    },
  );
};
