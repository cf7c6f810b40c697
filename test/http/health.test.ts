import { connect } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { cases } from '../../drizzle/schema.ts';
import { machineIdentity } from '../../machines/case.ts';
import { tidyComponents } from '../../src/http/components.ts';
import { copyCase } from '../support/forgery.ts';
import { asOwner, openCase } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({}, { per: 'test' });
const { as } = app;

describe('for those who run the server', () => {
  test('it is alive and ready, and needs no token to say so', async () => {
    const alive = await as('nobody').get('/livez');
    expect([alive.status, alive.body]).toEqual([200, { status: 'alive' }]);
    const ready = await as('nobody').get('/readyz');
    const machine = { id: 'case', version: machineIdentity.version };
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready', machine }]);
  });

  test('it counts nothing of cases but for admins and auditors', async () => {
    const { id } = await openCase(app);
    await asOwner(app, ({ db }) =>
      db.update(cases).set({ machineVersion: '0' }).where(eq(cases.caseId, id)),
    );
    for (const by of ['nobody', 'cleo', 'ada', 'dov'])
      expect((await as(by).get<object>('/readyz')).body, by).not.toHaveProperty('otherVersions');
    for (const by of ['admin', 'eve'])
      expect((await as(by).get('/readyz')).body, by).toMatchObject({ otherVersions: 1 });
    const headers = { authorization: 'Bearer made-up' };
    expect((await app.app.inject({ url: '/readyz', headers })).statusCode).toBe(401);
  });

  test('it says how many open cases are of another machine version, up to a thousand', async () => {
    const others = async () => (await as('admin').get<{ otherVersions: number }>('/readyz')).body;
    const { id } = await openCase(app);
    for (const other of [
      ['case', '0'],
      ['case', '999'],
      ['another', '1'],
      ['face', '1'],
    ]) {
      const [machineId, machineVersion] = other;
      await asOwner(app, ({ db }) =>
        db.update(cases).set({ machineId, machineVersion }).where(eq(cases.caseId, id)),
      );
      expect(await others(), other.join()).toMatchObject({ otherVersions: 1 });
    }
    await copyCase(app, id, 1200);
    expect(await others()).toMatchObject({ otherVersions: 1000 });
  });

  test('it is not ready on a database that was not migrated, but alive', async () => {
    await asOwner(app, (owner) => owner.db.execute(sql`delete from drizzle.__drizzle_migrations`));
    const { status, body } = await as('nobody').get('/readyz');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      type: 'urn:recourse:problem:not-ready',
      detail: 'The database has not been migrated.',
    });
    expect((await as('nobody').get('/livez')).status).toBe(200);
  });

  test('it is not ready without its database, but alive', async () => {
    await asOwner(app, (owner) => owner.db.execute(sql`drop schema drizzle cascade`));
    expect((await as('nobody').get('/readyz')).status).toBe(503);
    expect((await as('nobody').get('/livez')).status).toBe(200);
  });

  test('it counts requests by route, and names no person and no path', async () => {
    await as('ada').get('/v1/me');
    await as('admin').patch('/v1/people/ada', { name: 'Ada' });
    await as('ada').get('/v1/nothing/of/interest');
    const { status, headers, text } = await as('nobody').get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const count = 'http_request_duration_seconds_count';
    expect(text).toContain(`${count}{method="GET",route="/v1/me",status="200"} 1`);
    expect(text).toContain(`${count}{method="PATCH",route="/v1/people/:id",status="200"} 1`);
    expect(text).toContain(`${count}{method="GET",route="none",status="404"} 1`);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('recourse_steps_total');
    expect(text).not.toMatch(/ada|interest/);
  });
});

describe('the documentation', () => {
  test('is OpenAPI 3.1, with every reference leading somewhere', async () => {
    const { status, body, text } = await as('nobody').get<{
      openapi: string;
      components: { schemas: Record<string, unknown> };
    }>('/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\./);
    const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(names.length).toBeGreaterThan(10);
    const known = Object.keys(body.components.schemas).map(
      (name) => `#/components/schemas/${name}`,
    );
    expect(new Set(names)).toEqual(new Set(known));
    // One name for one thing: no schema stands there a second time because requests use it too.
    const twice = known.filter((name) => name.endsWith('InputInput'));
    expect([...twice, ...known.filter((name) => known.includes(`${name}Input`))]).toEqual([]);
  });

  test('describes what is sent and answered', async () => {
    const { body } = await as('nobody').get<{
      paths: Record<string, Record<string, { responses: object; requestBody?: object }>>;
    }>('/openapi.json');
    const add = body.paths['/v1/people']?.['post'];
    expect(Object.keys(add?.responses ?? {})).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
    expect(add).toMatchObject({
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPerson' } } },
      },
      responses: {
        201: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Person' } } },
        },
        409: {
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/problem.already-exists' },
            },
          },
        },
      },
    });
    expect(body.paths['/livez']?.['get']).toMatchObject({ security: [] });
    expect(body.paths['/v1/tokens/{id}']?.['delete']?.responses).toMatchObject({ 204: {} });
  });

  test('calls a schema by one name, unless requests and answers differ', () => {
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const text = { type: 'string' };
    const schemas = {
      Same: { items: ref('Inner') },
      SameInput: { items: ref('InnerInput') },
      Inner: text,
      InnerInput: text,
      Differs: { required: ['id'] },
      DiffersInput: {},
      Sent: text,
      SentInput: text,
      Unused: text,
    };
    const paths = ['Same', 'SameInput', 'Differs', 'DiffersInput', 'SentInput'].map(ref);
    expect(tidyComponents({ paths, components: { schemas } })).toEqual({
      paths: ['Same', 'Same', 'Differs', 'DiffersInput', 'Sent'].map(ref),
      components: {
        schemas: {
          Same: { items: ref('Inner') },
          Inner: text,
          Differs: { required: ['id'] },
          DiffersInput: {},
          Sent: text,
        },
      },
    });
  });

  test('can be read in a browser, which is allowed to load nothing from elsewhere', async () => {
    const page = await as('nobody').get('/docs/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).toContain("connect-src 'self'");
    expect(page.text).not.toMatch(/(src|href)="?(https?:)?\/\//);
    expect(page.text).toContain('/openapi.json');
    const redirect = await as('nobody').get('/docs');
    expect([redirect.status, redirect.headers['location']]).toEqual([301, '/docs/']);
    const script = await as('nobody').get('/docs/js/scalar.js');
    expect(script.headers['content-type']).toContain('application/javascript');
  });
});

/** A request that is being answered while the application closes; `release` lets the answer come. */
async function closingWhileAsked() {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  app.app.get('/slow', { schema: { hide: true } }, async () => {
    arrive();
    await released;
    return { done: true };
  });
  await app.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(z.object({ port: z.number() }).parse(app.app.server.address()).port);
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await arrived;
  const closed = app.app.close();
  await vi.waitFor(() => expect(app.app.server.listening).toBe(false));
  return { socket, release, closed };
}

describe('answers', () => {
  test('leave as they were made, even where the schema forgot something', async () => {
    const schema = { hide: true, response: { 200: z.strictObject({ known: z.number() }) } };
    app.app.get('/slip', { schema }, async () => ({
      known: 'text',
      forgotten: [1, { deep: null }],
    }));
    const reply = await app.app.inject('/slip');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ known: 'text', forgotten: [1, { deep: null }] });
  });

  test('end their connections once the application closes, whatever their clients would like', async () => {
    const { socket, release, closed } = await closingWhileAsked();
    release();
    expect((await socket.toArray()).join('')).toContain('{"done":true}');
    await closed;
  });

  test('are given to everybody who is connected when the application closes', async () => {
    const { socket, release, closed } = await closingWhileAsked();
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    release();
    const received = (await socket.toArray()).join('');
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(received).toContain('{"done":true}');
    await closed;
  });
});
