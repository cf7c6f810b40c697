/** What happens in all cases that the caller sees: as pages, and as a stream that goes on. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { readFeed } from '../../engine/audit/feed.ts';
import { TooManyStreams, Unauthenticated } from '../../errors.ts';
import { beginning, presentPosition, type Position } from '../../store/feed.ts';
import { outageOf } from '../../store/outage.ts';
import { authenticate, caseReadersOnly } from '../authentication.ts';
import { feedEntrySchema } from '../case-schemas.ts';
import { feedStream } from '../feed-stream.ts';
import { encodeCursor, pageQuery, readCursor } from '../fields.ts';

const feedPageSchema = z
  .strictObject({
    items: z.array(feedEntrySchema),
    next: z.string().describe('Where to go on, as `after`: on the last page too.'),
    more: z.boolean().describe('Whether there may be more at once, even if this page is empty.'),
  })
  .meta({ id: 'FeedPage' });

const isBigint = (text: string) => BigInt.asIntN(64, BigInt(text)) === BigInt(text);
const position = z.tuple([
  z
    .string()
    .regex(/^-?\d{1,19}$/)
    .refine(isBigint),
  z.uuid(),
  z.int().min(0).max(2_147_483_647),
]);

const textOf = ({ moment, caseId, seq }: Position) => encodeCursor([moment, caseId, seq]);

/** Streams that one person may have open on one server. */
const mostStreams = 10;

const eventStream = 'text/event-stream';

export const feedRoutes: FastifyPluginAsyncZod = async (app) => {
  const { engine, feedPace } = app;
  const streams = new Map<string, number>();
  const ending = new AbortController();
  app.addHook('preClose', async () => ending.abort());

  const positionFrom = async (text: string | undefined, pointer: string): Promise<Position> => {
    if (text === 'now') return presentPosition(engine.db);
    const found = readCursor(text, position, pointer);
    return found ? { moment: found[0], caseId: found[1], seq: found[2] } : beginning;
  };

  const read = async (request: FastifyRequest, page: { after: Position; limit: number }) => {
    const found = await readFeed(engine, request.viewer, page);
    for (const caseId of found.damaged)
      request.log.error({ caseId }, 'a record does not prove itself');
    return found;
  };

  /** Counts a stream until its connection closes. */
  const countStream = (person: string, { raw }: FastifyReply) => {
    const before = streams.get(person) ?? 0;
    if (before >= mostStreams) throw new TooManyStreams(mostStreams);
    streams.set(person, before + 1);
    const gone = new AbortController();
    raw.once('close', () => {
      const left = (streams.get(person) ?? 0) - 1;
      if (left > 0) streams.set(person, left);
      else streams.delete(person);
      gone.abort();
    });
    return AbortSignal.any([gone.signal, ending.signal]);
  };

  const streamFrom = (start: Position, request: FastifyRequest, reply: FastifyReply) => {
    const { limit } = pageQuery;
    let after = start;
    const next = async () => {
      try {
        // whoever may not read any more, whose token was revoked or who left, is told nothing more
        await authenticate(app, request);
        const page = await read(request, { after, limit: limit.parse(undefined) });
        after = page.next;
        const events = page.entries.map(({ position: at, entry }) => ({
          id: textOf(at),
          data: entry,
        }));
        return { events, id: textOf(after), more: page.more, held: page.held };
      } catch (error) {
        // The client comes back, and is told what is wrong.
        if (!(error instanceof Unauthenticated))
          request.log.warn({ outage: outageOf(error)?.kind }, 'a feed broke off');
        return undefined;
      }
    };
    return feedStream(
      {
        read: next,
        hear: (listener) => engine.announcements?.hear(listener) ?? (() => undefined),
        signal: countStream(request.viewer.person, reply),
        giveUp: () => reply.raw.destroy(),
      },
      feedPace,
    );
  };

  app.get(
    '/feed',
    {
      onRequest: caseReadersOnly,
      config: { problems: ['not-allowed', 'too-many-streams'] },
      schema: {
        summary:
          'What happens in the cases that the caller sees, in the order in which it is recorded',
        description:
          'Facts alone, whoever reads: content is withheld. As JSON a page. With ' +
          `\`Accept: ${eventStream}\` a stream of Server-Sent Events that goes on, each with an entry ` +
          'as its data and a position as its id; a comment comes where nothing else does. Whoever ' +
          'comes back with `Last-Event-ID`, or with `after`, goes on behind that, and is told ' +
          'nothing twice. Who comes to see a case finds what was before in its history.',
        tags: ['feed'],
        querystring: z.strictObject({
          limit: pageQuery.limit.describe('Of a page.'),
          after: z
            .string()
            .max(200)
            .optional()
            .describe('`next` or an id; `now` for what comes; without it everything is told.'),
        }),
        headers: z.object({
          'last-event-id': z.string().max(200).optional().describe('Goes before `after`.'),
        }),
        response: {
          200: {
            description: 'A page, or a stream',
            content: {
              'application/json': { schema: feedPageSchema },
              [eventStream]: { schema: z.string() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { after, limit } = request.query;
      const last = request.headers['last-event-id'] || undefined;
      const start =
        last === undefined
          ? await positionFrom(after, '/query/after')
          : await positionFrom(last, '/headers/last-event-id');
      reply.header('vary', 'accept');
      if (request.method === 'GET' && request.headers.accept?.includes(eventStream))
        return (
          reply
            .type(`${eventStream}; charset=utf-8`)
            // what a proxy would gather is meant for now (nginx)
            .header('x-accel-buffering', 'no')
            .send(Readable.from(streamFrom(start, request, reply)) as never)
        );
      const { entries, next, more } = await read(request, { after: start, limit });
      return { items: entries.map(({ entry }) => entry), next: textOf(next), more };
    },
  );
};
