/** Who plays, and how: each deed goes through the REST interface with that person's own token. */
import { z } from 'zod';
import type { Role } from '../../../machines/context.ts';
import type { EventType } from '../../../machines/events.ts';
import type { RuleId } from '../../../machines/rules.ts';
import type { Moves, Printer } from './print.ts';
import type { Server } from './server.ts';

/** The names are no real person's. */
const staff = {
  cleo: { name: 'Cleo Inkwell', roles: ['responder'] },
  rui: { name: 'Rui Teakettle', roles: ['responder'] },
  ada: { name: 'Ada Lamplight', roles: ['lead'] },
  ben: { name: 'Ben Paperboat', roles: ['lead'] },
  cam: { name: 'Cam Weathervane', roles: ['lead'] },
  kim: { name: 'Kim Doorbell', roles: ['coordinator'] },
  dov: { name: 'Dov Bookmark', roles: ['organizer'] },
  oli: { name: 'Oli Signpost', roles: ['organizer'] },
  eve: { name: 'Eve Magnifier', roles: ['auditor'] },
} as const satisfies Record<string, { name: string; roles: readonly Role[] }>;
export type Who = keyof typeof staff;

/** The server answered otherwise than the story expects. */
export class StoryBroken extends Error {
  override readonly name = 'StoryBroken';
}

interface Sent {
  readonly type: EventType;
  readonly [field: string]: unknown;
}
/** Where stages stand, by name; `status` stands for the case itself. */
type Stages = Readonly<Record<string, string>>;

const caseSchema = z.object({
  id: z.string(),
  codename: z.string(),
  status: z.string(),
  stages: z.record(z.string(), z.string()),
});
type Case = z.infer<typeof caseSchema>;
const stepSchema = z.object({ case: caseSchema, entry: z.object({ seq: z.int() }) });
const refusalSchema = z.object({
  violations: z.array(
    z.object({
      rule: z.string(),
      statement: z.string(),
      source: z.string(),
      instead: z.string().optional(),
      detail: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

export type Theatre = Awaited<ReturnType<typeof openTheatre>>;

/** Makes the staff and their tokens as the admin, and gives the story its verbs. */
export async function openTheatre(server: Server, print: Printer, signal: AbortSignal) {
  async function call(token: string, method: string, path: string, body?: object) {
    const authorization = `Bearer ${token}`;
    const response = await fetch(server.base + path, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new StoryBroken(`${method} ${path} was not answered`, { cause: error });
    });
    const text = await response.text();
    /** The answer, where it is what the story expects. */
    return <T>(status: number, schema: z.ZodType<T>, deed = `${method} ${path}`): T => {
      const read = response.status === status ? schema.safeParse(JSON.parse(text)) : undefined;
      if (read?.success) return read.data;
      const got = `${response.status}: ${text.slice(0, 1000)}`;
      throw new StoryBroken(`${deed}: the story expects ${status}, the server answered ${got}`);
    };
  }

  const tokens = new Map<string, string>();
  for (const [id, { name, roles }] of Object.entries(staff)) {
    const made = await call(server.adminToken, 'POST', '/v1/people', { id, name, roles });
    made(201, z.object({ id: z.literal(id) }));
    const path = `/v1/people/${id}/tokens`;
    const answer = await call(server.adminToken, 'POST', path, { label: 'demo' });
    tokens.set(id, answer(201, z.object({ token: z.string() })).token);
  }
  const as = (who: Who, method: string, path: string, body?: object) =>
    call(tokens.get(who) ?? '', method, path, body);

  let chapters = 0;
  let current: Case | undefined;
  const theCase = (): Case => {
    if (!current) throw new StoryBroken('no case was opened');
    return current;
  };
  const send = (who: Who, event: Sent) =>
    as(who, 'POST', `/v1/cases/${theCase().id}/events`, event);

  return {
    print,
    theCase,
    chapter: (title: string, text: string): void => {
      chapters += 1;
      print.chapter(chapters, title, text);
    },
    /** Opens the case that all the rest is about. */
    open: async (who: Who, does: string, opening: object): Promise<Case> => {
      current = (await as(who, 'POST', '/v1/cases', opening))(201, caseSchema);
      print.step(who, does, 'case.open', []);
      return current;
    },
    /** A step that is taken and moves exactly these stages. Returns its number in the history. */
    step: async (who: Who, does: string, event: Sent, expected: Stages = {}): Promise<number> => {
      const deed = `${who}, ${event.type}`;
      const { case: after, entry } = (await send(who, event))(200, stepSchema, deed);
      const moves = movesBetween(standing(theCase()), standing(after));
      const moved = Object.fromEntries(moves.map(({ stage, to }) => [stage, to]));
      if (movesBetween(expected, moved).length > 0) {
        const [wanted, got] = [JSON.stringify(expected), JSON.stringify(moved)];
        throw new StoryBroken(`${deed}: the story expects it to move ${wanted}, it moved ${got}`);
      }
      current = after;
      print.step(who, does, event.type, moves);
      return entry.seq;
    },
    /** An attempt that is refused, by these rules at least. */
    refused: async (who: Who, does: string, event: Sent, ...rules: readonly RuleId[]) => {
      const deed = `${who}, ${event.type}`;
      const { violations } = (await send(who, event))(409, refusalSchema, deed);
      const named = new Set(violations.map(({ rule }) => rule));
      const missing = rules.filter((rule) => !named.has(rule));
      if (missing.length > 0) {
        throw new StoryBroken(`${deed}: the story expects ${missing.join(', ')} in the way`);
      }
      print.refused(who, does, event.type, violations);
    },
    /** Reads what the schema describes. */
    read: async <T>(who: Who, path: string, schema: z.ZodType<T>, status = 200): Promise<T> =>
      (await as(who, 'GET', path))(status, schema),
  };
}

const standing = ({ status, stages }: Case): Stages => ({ ...stages, status });

function movesBetween(before: Stages, after: Stages): Moves {
  return Object.keys({ ...before, ...after })
    .filter((stage) => before[stage] !== after[stage])
    .map((stage) => ({ stage, from: before[stage] ?? '', to: after[stage] ?? '' }));
}
