import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, InjectOptions } from 'fastify';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Role } from '../../machines/vocabulary.ts';
import { parseSettings, type Settings } from '../../machines/procedure.ts';
import { keyringOf, type Keyring } from '../../src/crypto/keyring.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { hashToken, newToken } from '../../src/crypto/tokens.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { fitsDatabase } from '../../src/engine/confidential/rotate.ts';
import { ensureFirstAdmin } from '../../src/engine/staff/first-admin.ts';
import { buildApp, type AppOptions } from '../../src/http/app.ts';
import { belongsToCalls, problemNames, problems, problemSchemas } from '../../src/http/problems.ts';
import { readClock } from '../../src/store/clock.ts';
import { serverRole } from '../../src/store/database.ts';
import { insertPerson } from '../../src/store/people.ts';
import { insertToken } from '../../src/store/tokens.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';

/** What came back. `body` is the parsed JSON, or undefined. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

/** Somebody who sends requests. */
export interface Client {
  readonly get: <Body>(path: string, headers?: Headers) => Promise<Answer<Body>>;
  readonly post: <Body>(path: string, body?: unknown, headers?: Headers) => Promise<Answer<Body>>;
  readonly patch: <Body>(path: string, body?: unknown, headers?: Headers) => Promise<Answer<Body>>;
  readonly delete: <Body>(path: string, headers?: Headers) => Promise<Answer<Body>>;
}

/** An application with a database of its own. */
export interface TestApp {
  /** Not started before the first request, so that a test may still register routes. */
  readonly app: FastifyInstance;
  readonly db: TestDatabase['db'];
  readonly engine: Engine;
  /** By handle; `admin` is there from the start, `nobody` sends no token. */
  readonly as: (person: string) => Client;
  /** The token that `as` sends. */
  readonly tokenOf: (person: string) => string;
  /** Adds people with a token each; the roster of the shared scenarios if left out. */
  readonly hire: (people?: Readonly<Record<string, readonly Role[]>>) => Promise<void>;
  /** All that was logged so far, at every level. */
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

const roster: Readonly<Record<string, readonly Role[]>> = {
  ada: ['lead'],
  ben: ['lead'],
  cam: ['lead'],
  cleo: ['responder'],
  rui: ['responder'],
  kim: ['coordinator'],
  dov: ['organizer'],
  oli: ['organizer'],
  uma: ['ombud'],
  eve: ['auditor'],
};

/** What differs from an ordinary server. */
export interface StartOptions extends Partial<Omit<AppOptions, 'engine'>> {
  readonly settings?: Partial<Settings>;
  readonly now?: () => Date;
  /** The same as `now`, if absent; without that, the real one. */
  readonly databaseNow?: () => Date;
  readonly keyring?: Keyring;
  /** The language by which the database sorts (ICU); bytes if left out. */
  readonly sorting?: string;
}

/** Builds the application on a clone of the migrated database, and holds every answer to its schema. */
export async function startApp({
  settings,
  now,
  databaseNow = now,
  keyring = keyringOf(randomBytes(32)),
  sorting,
  ...options
}: StartOptions = {}): Promise<TestApp> {
  const database = await cloneDatabase({ role: serverRole, ...(sorting && { sorting }) });
  const { db } = database;
  const engine: Engine = {
    db,
    keyring,
    signer: checkpointSigner(randomBytes(32)),
    settings: parseSettings(settings ?? {}),
    now: now ?? (() => new Date()),
    databaseNow: async () => databaseNow?.() ?? readClock(db),
  };
  const logged: string[] = [];
  const logStream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  await fitsDatabase(engine);
  const app = await buildApp({ engine, logLevel: 'trace', logStream, ...options });
  const undocumented: string[] = [];
  app.addHook('onSend', async (request, reply, payload) => {
    undocumented.push(...whatIsUndocumented(request, reply, payload));
  });

  const tokens = new Map([['admin', newToken()]]);
  const leave = () => Promise.reject(new Error('the token was given'));
  await ensureFirstAdmin(db, { token: tokens.get('admin'), now: engine.now(), leave });

  const tokenOf = (person: string): string => {
    const token = tokens.get(person);
    if (token === undefined) throw new Error(`hire ${person} first`);
    return token;
  };
  const call = async <Body>(
    person: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body: unknown,
    headers: Headers = {},
  ): Promise<Answer<Body>> => {
    const authorization = person === 'nobody' ? {} : { authorization: `Bearer ${tokenOf(person)}` };
    const payload =
      body === undefined ? {} : { payload: body as NonNullable<InjectOptions['payload']> };
    const reply = await app.inject({
      method,
      url,
      headers: { ...authorization, ...headers },
      ...payload,
    });
    expect(undocumented.splice(0)).toEqual([]);
    const isJson = /[/+]json/.test(String(reply.headers['content-type']));
    return {
      status: reply.statusCode,
      headers: reply.headers,
      body: (isJson ? JSON.parse(reply.body) : undefined) as Body,
      text: reply.body,
    };
  };

  return {
    app,
    db,
    engine,
    tokenOf,
    as: (person) => ({
      get: (path, headers) => call(person, 'GET', path, undefined, headers),
      post: (path, body, headers) => call(person, 'POST', path, body, headers),
      patch: (path, body, headers) => call(person, 'PATCH', path, body, headers),
      delete: (path, headers) => call(person, 'DELETE', path, undefined, headers),
    }),
    async hire(people = roster) {
      const at = engine.now();
      for (const [id, roles] of Object.entries(people)) {
        const token = newToken();
        await insertPerson(db, { id, name: id, roles }, at);
        await insertToken(db, {
          id: randomUUID(),
          personId: id,
          label: 'test',
          hash: hashToken(token),
          createdAt: at,
          expiresAt: null,
          madeWith: null,
        });
        tokens.set(id, token);
      }
    },
    log: () => logged.join(''),
    async close() {
      await app.close();
      await database.close();
    },
  };
}

/** Where an answer is not what the OpenAPI document promises of its route. */
function whatIsUndocumented(
  { method, routeOptions }: FastifyRequest,
  { statusCode }: FastifyReply,
  payload: unknown,
): string[] {
  const response = routeOptions.schema?.response as Record<number, unknown> | undefined;
  // Hidden routes promise nothing.
  if (!response || method === 'HEAD') return [];
  const where = `${method} ${routeOptions.url} ${statusCode}`;
  const anywhere = problemNames.find(
    (name) => !belongsToCalls(name) && problems[name].status === statusCode,
  );
  const documented = anywhere ? problemSchemas[anywhere] : response[statusCode];
  const { data } = z
    .object({ content: z.record(z.string(), z.object({ schema: z.custom<z.ZodType>() })) })
    .safeParse(documented);
  const isProblem = statusCode >= 400;
  const schema =
    data?.content[isProblem ? 'application/problem+json' : 'application/json']?.schema ??
    documented;
  if (!(schema instanceof z.ZodType)) return [`${where}: not documented`];
  if (typeof payload !== 'string' || payload === '' || schema instanceof z.ZodString) return [];
  const { error } = schema.safeParse(JSON.parse(payload));
  return (error?.issues ?? []).map((issue) => `${where}: ${issue.path.join('/')} ${issue.message}`);
}
