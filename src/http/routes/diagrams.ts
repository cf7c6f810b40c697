import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { graphOf } from '../../../machines/diagram.ts';
import { stageNames } from '../../../machines/stages.ts';
import { renderDiagram } from '../../diagram/render.ts';
import { takingTurns } from '../../engine/turns.ts';

/** An SVG that is opened by itself is a document: nothing in it may run or load. */
const headers = {
  'content-type': 'image/svg+xml; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

/** The statechart with the states that a case is in, or where its stages stood when it was closed. */
export async function sendCaseDiagram(
  reply: FastifyReply,
  { stages, status }: { stages: Readonly<Record<string, string>>; status: 'open' | 'closed' },
): Promise<FastifyReply> {
  const lit = new Set(Object.entries(stages).map(([stage, state]) => `${stage}.${state}`));
  if (status === 'closed') lit.add('closed');
  return reply.headers(headers).send(await renderDiagram(graphOf(), lit, takingTurns()));
}

interface Drawn {
  readonly svg: string;
  readonly etag: string;
}

/** The definition does not change while the process runs, so that each picture is drawn once. */
const drawn = new Map<string | undefined, Promise<Drawn>>();

function machineDiagram(stage: string | undefined): Promise<Drawn> {
  const known = drawn.get(stage);
  if (known) return known;
  const drawing = renderDiagram(graphOf(stage), new Set(), takingTurns()).then((svg) => ({
    svg,
    etag: `"${createHash('sha256').update(svg).digest('base64url')}"`,
  }));
  drawn.set(stage, drawing);
  return drawing;
}

/** The statechart of the procedure, as a picture. */
export const diagramRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/machine/diagram.svg',
    {
      schema: {
        summary: 'The statechart: the overview, or one stage with its rules',
        tags: ['machine'],
        produces: ['image/svg+xml'],
        querystring: z.strictObject({ stage: z.enum(stageNames).optional() }),
        response: { 200: z.string(), 304: z.undefined().describe('Not modified.') },
      },
    },
    async ({ query: { stage }, headers: { 'if-none-match': known } }, reply) => {
      const { svg, etag } = await machineDiagram(stage);
      // It needs a token, hence private; asked for anew each time, since an update may change it.
      reply.headers({ etag, 'cache-control': 'private, no-cache' });
      if (matches(known, etag)) return reply.code(304).send();
      return reply.headers(headers).send(svg);
    },
  );
};

/** RFC 9110, 13.1.2: a list of validators, compared weakly, or anything. */
const matches = (known: string | undefined, etag: string) =>
  known?.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
