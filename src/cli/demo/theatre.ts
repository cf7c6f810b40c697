/** How they play: each deed goes through the REST interface with that person's own token. */
import { z } from 'zod';
import type { EventType } from '../../../machines/events.ts';
import { lookUp } from '../../../machines/look-up.ts';
import type { RuleId } from '../../../machines/rules.ts';
import {
  caseSchema,
  movesBetween,
  optionsSchema,
  refusalSchema,
  standing,
  stepSchema,
  stepsSchema,
  type Case,
  type Standing,
} from './answers.ts';
import { staff, type Who } from './cast.ts';
import type { Printer } from './print.ts';
import type { Server } from './server.ts';

/** The server answered otherwise than the story expects. */
export class StoryBroken extends Error {
  override readonly name = 'StoryBroken';
}

export interface Sent {
  readonly type: EventType;
  readonly [field: string]: unknown;
}

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

  const tokenOf = async ([id, { name, roles }]: [string, (typeof staff)[Who]]) => {
    const made = await call(server.adminToken, 'POST', '/v1/people', { id, name, roles });
    made(201, z.object({ id: z.literal(id) }));
    const path = `/v1/people/${id}/tokens`;
    const answer = await call(server.adminToken, 'POST', path, { label: 'demo' });
    return [id, answer(201, z.object({ token: z.string() })).token] as const;
  };
  const tokens = new Map(await Promise.all(Object.entries(staff).map(tokenOf)));
  const as = (who: Who, method: string, path: string, body?: object) =>
    call(tokens.get(who) ?? '', method, path, body);

  let chapters = 0;
  let current: Case | undefined;
  const theCase = (): Case => {
    if (!current) throw new StoryBroken('no case was opened');
    return current;
  };
  const path = (rest: string) => `/v1/cases/${theCase().id}${rest}`;

  /** Takes note of what a deed has moved, which has to be exactly this. */
  function moved(deed: string, after: Case, expected: Standing) {
    const moves = movesBetween(standing(theCase()), standing(after));
    const got = Object.fromEntries(moves.map(({ whose, what, to }) => [`${whose} ${what}`, to]));
    const differs = Object.keys({ ...got, ...expected }).some(
      (key) => lookUp(got, key) !== lookUp(expected, key),
    );
    if (differs) {
      const [wanted, found] = [JSON.stringify(expected), JSON.stringify(got)];
      throw new StoryBroken(`${deed}: the story expects it to move ${wanted}, it moved ${found}`);
    }
    const known = theCase().people;
    const came = Object.keys(after.people).some((ref) => !Object.hasOwn(known, ref));
    current = after;
    return { moves, people: came ? Object.keys(after.people) : [] };
  }

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
      print.step(who, does, 'case.open');
      return current;
    },
    /** A step that is taken and moves exactly this. Returns its number in the history. */
    step: async (who: Who, does: string, event: Sent, expected: Standing = {}): Promise<number> => {
      const deed = `${who}, ${event.type}`;
      const answer = await as(who, 'POST', path('/events'), event);
      const { case: after, entry } = answer(200, stepSchema, deed);
      print.step(who, does, entry.type);
      print.moved(moved(deed, after, expected));
      return entry.seq;
    },
    /** Several steps in one request, which are taken all or none. */
    together: async (who: Who, does: string, events: Sent[], expected: Standing = {}) => {
      const deed = `${who}, ${events.map(({ type }) => type).join(', ')}`;
      const answer = await as(who, 'POST', path('/batch'), { events });
      const { case: after, entries } = answer(200, stepsSchema, deed);
      print.steps(
        who,
        does,
        entries.map(({ type }) => type),
      );
      print.moved(moved(deed, after, expected));
    },
    /** An attempt that is refused, by just these rules. */
    refused: async (who: Who, does: string, event: Sent, ...rules: readonly RuleId[]) => {
      const deed = `${who}, ${event.type}`;
      const answer = await as(who, 'POST', path('/events'), event);
      const { violations } = answer(409, refusalSchema, deed);
      const named = violations.map(({ rule }) => rule);
      if (named.toSorted().join() !== rules.toSorted().join()) {
        const [wanted, got] = [rules.join(', '), named.join(', ')];
        throw new StoryBroken(`${deed}: the story expects ${wanted} in the way, not ${got}`);
      }
      print.refused(who, does, event.type, violations);
    },
    /** Asks whether they may send it, where that hangs on a departure from one rule. */
    asksFor: async (who: Who, does: string, type: EventType, rule: RuleId) => {
      const answer = await as(who, 'GET', path(`/options?type=${type}`));
      const [{ verdict, violations }] = answer(200, optionsSchema).items;
      const open = violations.filter(({ departure }) => departure.allowed);
      const [only] = open;
      if (verdict !== 'conditional' || only?.rule !== rule || open.length > 1)
        throw new StoryBroken(`${who}, ${type}: the story expects that ${rule} can be explained`);
      const grounds = only.departure.grounds.join(', ');
      const said = `${verdict}; may be departed from, with a reason: ${only.rule} (${grounds})`;
      print.asked(who, does, `GET …/options?type=${type}`, said);
    },
    /** Reads what the schema describes. */
    read: async <T>(who: Who, from: string, schema: z.ZodType<T>, status = 200): Promise<T> =>
      (await as(who, 'GET', from))(status, schema),
    /** Reads something of the case. */
    look: async <T>(who: Who, rest: string, schema: z.ZodType<T>): Promise<T> =>
      (await as(who, 'GET', path(rest)))(200, schema),
  };
}
