/** What somebody would try who has a valid token and bad intentions, or neither. */
import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { handlerRoles } from '../../machines/vocabulary.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import type { Answer, Client } from '../support/app.ts';
import {
  openCase,
  recordedIn,
  send,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ staff: { root: [...handlerRoles, 'auditor', 'admin'] } });
const { as } = app;
/** A case of cleo's, which rui has nothing to do with, and the admin never. */
let hidden: CaseView;
const never = randomUUID();

beforeAll(async () => {
  hidden = await openCase(app);
});

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly const?: string;
}
interface Operation {
  readonly requestBody?: { readonly content: { readonly 'application/json': { schema: Schema } } };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Every call of the OpenAPI document, with what its body may be. */
async function calls() {
  const { paths, components } = (await as('nobody').get<OpenApi>('/openapi.json')).body;
  const resolve = ({ $ref, ...schema }: Schema): Schema =>
    $ref === undefined ? schema : resolve(components.schemas[$ref.replace(/.*\//, '')] ?? {});
  const alternatives = (schema: Schema): Schema[] => {
    const { oneOf, anyOf } = resolve(schema);
    return (oneOf ?? anyOf)?.flatMap(alternatives) ?? [resolve(schema)];
  };
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json'].schema;
      return { path, method, bodies: schema === undefined ? [] : alternatives(schema) };
    }),
  );
  return { all, alternatives };
}

const call = (client: Client, method: string, path: string, body: unknown): Promise<Answer> => {
  if (method === 'post') return client.post(path, body ?? {});
  if (method === 'patch') return client.patch(path, body ?? {});
  return method === 'delete' ? client.delete(path) : client.get(path);
};

/** An answer without what differs between any two, and with one id for another. */
const comparable = ({ status, headers, text }: Answer, id: string) => ({
  status,
  headers: { ...headers, date: undefined },
  text: text.replaceAll(id, 'ID'),
});

describe('mass assignment', () => {
  const inner = ['id', 'active', 'roles', 'person', 'by', 'at', 'version', 'seq', 'hash', 'status'];
  inner.push('codename', 'openedBy', 'openedAt', 'closedAt', 'facts', 'stages', 'snapshot');
  inner.push('settings', 'assigned', 'outsiders', 'dataKey', 'personId', 'revokedAt', 'outcome');

  test('no call that takes a body takes a field that is not documented', async () => {
    const before = await recordedIn(app);
    let tried = 0;
    for (const { path, method, bodies } of (await calls()).all) {
      const url = path.replace(/^(\/v1\/people\/){id}/, '$1cleo').replaceAll(/{\w+}/g, hidden.id);
      for (const { properties = {} } of bodies) {
        const extra = inner.filter((name) => !(name in properties));
        const type = properties['type']?.const;
        const body = {
          ...(type !== undefined && { type }),
          ...Object.fromEntries(extra.map((name) => [name, 'x'])),
        };
        const answer = (await call(as('root'), method, url, body)) as Answer<Problem>;
        expect(answer.status, `${method} ${url} ${type}`).toBe(400);
        const unknown = answer.body.errors.filter(({ message }) => message === 'is not known here');
        expect(unknown.map(({ pointer }) => pointer)).toEqual(extra.map((name) => `/${name}`));
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(40);
    expect(await recordedIn(app)).toEqual(before);
  });

  test('nor does any object inside a body', async () => {
    const { all, alternatives } = await calls();
    const looseIn = (schema: Schema, where: string): string[] =>
      alternatives(schema).flatMap(({ properties, items, additionalProperties }) => [
        ...(properties && additionalProperties !== false ? [where] : []),
        ...(items ? looseIn(items, `${where}/0`) : []),
        ...Object.entries(properties ?? {}).flatMap(([name, inside]) =>
          looseIn(inside, `${where}/${name}`),
        ),
      ]);
    const loose = all.flatMap(({ path, bodies }) => bodies.flatMap((body) => looseIn(body, path)));
    expect(loose).toEqual([]);
  });
});

describe('what belongs to others', () => {
  test.each(['rui', 'admin'])('is no more there for %s than what never was', async (person) => {
    const paths = (await calls()).all.filter(({ path }) => path.startsWith('/v1/cases/{id}'));
    expect(paths.length).toBeGreaterThan(5);
    const events = { type: 'intake.thankReporter' };
    const samples = { erasure: { reason: 'legal' }, events, batch: { events: [events] } };
    for (const { path, method } of paths) {
      const body = samples[path.replace(/.*\//, '') as keyof typeof samples] as unknown;
      const about = async (id: string) => {
        const url = path.replace('{id}', id).replaceAll(/{\w+}/g, '1');
        return comparable(await call(as(person), method, url, body), id);
      };
      const answer = await about(hidden.id);
      expect([403, 404], `${method} ${path}`).toContain(answer.status);
      expect(answer).toEqual(await about(never));
    }
  });

  test('as tokens, cannot be ended or made, nor found out about', async () => {
    const mine = await as('cleo').post<{ id: string; token: string }>('/v1/people/cleo/tokens', {
      label: 'mine',
    });
    for (const person of ['rui', 'dov', 'eve']) {
      const ended = await as(person).delete(`/v1/tokens/${mine.body.id}`);
      expect(ended.status).toBe(404);
      const missing = await as(person).delete(`/v1/tokens/${never}`);
      expect(comparable(ended, mine.body.id)).toEqual(comparable(missing, never));

      const make = (id: string) => as(person).post(`/v1/people/${id}/tokens`, { label: 'x' });
      const made = await make('cleo');
      expect(made.status).toBe(403);
      expect(comparable(made, 'cleo')).toEqual(comparable(await make('kate'), 'kate'));
    }
    expect((await withToken(mine.body.token)).statusCode).toBe(200);
  });

  test('as roles, cannot be taken', async () => {
    for (const person of ['cleo', 'dov', 'eve']) {
      for (const change of [{ roles: ['admin'] }, { active: true }])
        expect((await as(person).patch(`/v1/people/${person}`, change)).status).toBe(403);
    }
  });

  test('is not told by how a token fails: unknown, revoked, or of somebody who left', async () => {
    await app.hire({ gone: ['lead'] });
    await as('admin').patch('/v1/people/gone', { active: false });
    const { body } = await as('cleo').post<{ id: string; token: string }>(
      '/v1/people/cleo/tokens',
      { label: 'x' },
    );
    await as('cleo').delete(`/v1/tokens/${body.id}`);
    const answers = await Promise.all(
      [body.token, app.tokenOf('gone'), 'rcs_unknown', 'x'].map(withToken),
    );
    const [first, ...others] = answers.map(({ statusCode, headers, body: text }) => ({
      statusCode,
      headers: { ...headers, date: undefined },
      text,
    }));
    expect(first?.statusCode).toBe(401);
    for (const other of others) expect(other).toEqual(first);
  });
});

const withToken = (token: string) =>
  app.app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } });

describe("somebody else's idempotency key", () => {
  const key = { 'idempotency-key': 'known-to-both' };

  test('opens a case of their own, and shows nothing of the first', async () => {
    const opening = { channel: 'in-person' };
    const first = await as('cleo').post<CaseView>('/v1/cases', opening, key);
    const second = await as('rui').post<CaseView>('/v1/cases', opening, key);
    expect(second.status).toBe(201);
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
    expect(second.body.id).not.toBe(first.body.id);
    const other = await as('kim').post<CaseView>('/v1/cases', { channel: 'email' }, key);
    expect(other.status).toBe(201);
    const { items } = (await as('rui').get<Page<CaseView>>('/v1/cases')).body;
    expect(items.map(({ id }) => id)).toEqual([second.body.id]);
  });

  test('brings neither answer nor hint where they do not see the case', async () => {
    const { id } = await openCase(app);
    const event = { type: 'intake.thankReporter' };
    expect((await send(app, 'cleo', id, event, { headers: key })).status).toBe(200);
    for (const sent of [event, { type: 'case.close' }]) {
      const answer = await send(app, 'rui', id, sent, { headers: key });
      expect(answer.status).toBe(404);
      const missing = await send(app, 'rui', never, sent, { headers: key });
      expect(comparable(answer, id)).toEqual(comparable(missing, never));
    }
    const seeing = await send<Step>(app, 'ada', id, event, { headers: key });
    expect(seeing.headers).not.toHaveProperty('idempotency-replayed');
    expect(seeing.body.entry).toMatchObject({ seq: 3, by: { person: 'ada' } });
  });
});

describe('a token anywhere but in its header', () => {
  test.each<[string, () => InjectOptions]>([
    ['the query', () => ({ url: `/v1/me?access_token=${app.tokenOf('ada')}` })],
    ['a cookie', () => ({ url: '/v1/me', cookies: { access_token: app.tokenOf('ada') } })],
    ['another header', () => ({ url: '/v1/me', headers: { 'x-api-key': app.tokenOf('ada') } })],
    [
      'a form',
      () => ({
        method: 'POST',
        url: '/v1/cases',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `access_token=${app.tokenOf('ada')}`,
      }),
    ],
  ])('such as %s opens nothing', async (_where, request) => {
    const answer = await app.app.inject(request());
    expect(answer).toMatchObject({ statusCode: 401 });
  });

  test('is in no line of the log, valid or not', async () => {
    const wrong = 'rcs_wrong-but-secret';
    await withToken(app.tokenOf('ada'));
    await withToken(wrong);
    await app.app.inject({ url: `/v1/me?access_token=${wrong}` });
    await app.app.inject({ url: `/v1/${wrong}/%zz`, headers: { authorization: wrong } });
    expect(app.log()).not.toContain(wrong);
    for (const person of ['ada', 'admin']) expect(app.log()).not.toContain(app.tokenOf(person));
  });
});
