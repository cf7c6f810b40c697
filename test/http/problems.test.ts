import { PassThrough } from 'node:stream';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as errors from '../../src/errors.ts';
import { answerBrokenRequest } from '../../src/http/error-handler.ts';
import {
  belongsToCalls,
  problemNames,
  problems,
  type ProblemName,
} from '../../src/http/problems.ts';
import type { Answer } from '../support/app.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();
const { as, log } = app;
const violation = {
  rule: 'a-rule',
  statement: 'Not yet.',
  source: 'SP, taking a report, 1',
  instead: 'Wait.',
  departure: { allowed: true, grounds: ['safety'] },
};
const secret = 'what-the-client-sent';

/** What a handler may throw, by the name of the problem that it should become. */
const thrown: Partial<Record<ProblemName, () => Error>> = {
  'not-a-handler': () => new errors.Forbidden('not-a-handler', 'No.'),
  'not-an-organizer': () => new errors.Forbidden('not-an-organizer', 'No.'),
  'not-an-admin': () => new errors.Forbidden('not-an-admin', 'No.'),
  'not-allowed': () => new errors.Forbidden('not-allowed', 'No.'),
  'already-exists': () => new errors.AlreadyExists('It'),
  'not-checkpointed': () => new errors.NotCheckpointed(),
  'case-open': () => new errors.CaseOpen(),
  'log-not-whole': () => new errors.LogNotWhole('a leaf is in no checkpoint'),
  'other-machine-version': () => new errors.OtherMachineVersion(),
  'event-refused': () => new errors.EventRefused([violation], ['case.close']),
  'last-admin': () => new errors.LastAdmin(),
  'record-damaged': () => new errors.RecordDamaged('00000000-0000-4000-8000-000000000000'),
  'stale-version': () => new errors.StaleVersion(7),
  'idempotency-key-reused': () => new errors.IdempotencyKeyReused(),
  'internal-error': () => new errors.EngineDefect(secret),
  'not-ready': () => new errors.NotReady('Not yet.'),
  'too-contended': () => new errors.TooContended(),
  'too-many-requests': () => new errors.TooManyRequests(60),
  'too-many-streams': () => new errors.TooManyStreams(10),
};

beforeAll(async () => {
  app.app.get('/probe/:name', { schema: { hide: true } }, (request) => {
    const { name } = z.object({ name: z.string() }).parse(request.params);
    throw thrown[name as ProblemName]?.() ?? new Error('no such probe');
  });
  app.app.get('/broken/code', { schema: { hide: true } }, async () => {
    throw new TypeError(`${secret}\n    at ${secret} (file.ts:1:1)`);
  });
  app.app.get('/broken/statement', { schema: { hide: true } }, async () => {
    await app.db.execute(sql`select ${secret}::uuid`);
  });
  app.app.get('/broken/worse', { schema: { hide: true } }, async () => {
    // oxlint-disable-next-line typescript/only-throw-error -- what a careless library does
    throw secret;
  });
  await app.app.listen({ port: 0, host: '127.0.0.1' });
});

const json = { 'content-type': 'application/json' };
const post = (body: string | Buffer, headers: Record<string, string> = json) =>
  as('admin').post('/v1/people', body, headers);

/** Every problem, provoked: the type of this table keeps it complete. */
const provoke: Record<ProblemName, () => Promise<Answer>> = {
  'invalid-request': () => post('{}'),
  unauthenticated: () => as('nobody').get('/v1/me'),
  'not-a-handler': () => as('nobody').get('/probe/not-a-handler'),
  'not-an-organizer': () => as('nobody').get('/probe/not-an-organizer'),
  'not-an-admin': () => as('nobody').get('/probe/not-an-admin'),
  'not-allowed': () => as('nobody').get('/probe/not-allowed'),
  'not-found': () => as('nobody').get('/nothing?here=1'),
  'method-not-allowed': () => as('ada').patch('/v1/people'),
  'request-timeout': async () => answerOf(await brokenBy('ERR_HTTP_REQUEST_TIMEOUT')),
  'already-exists': () => as('nobody').get('/probe/already-exists'),
  'not-checkpointed': () => as('nobody').get('/probe/not-checkpointed'),
  'case-open': () => as('nobody').get('/probe/case-open'),
  'other-machine-version': () => as('nobody').get('/probe/other-machine-version'),
  'event-refused': () => as('nobody').get('/probe/event-refused'),
  'record-damaged': () => as('nobody').get('/probe/record-damaged'),
  'last-admin': () => as('nobody').get('/probe/last-admin'),
  'log-not-whole': () => as('nobody').get('/probe/log-not-whole'),
  'stale-version': () => as('nobody').get('/probe/stale-version'),
  'payload-too-large': () => post(`"${'x'.repeat(1024 * 1024)}"`),
  'unsupported-media-type': () => post('id=1', { 'content-type': 'text/plain' }),
  'expectation-failed': () => as('nobody').get('/livez', { expect: 'the-unexpected' }),
  'idempotency-key-reused': () => as('nobody').get('/probe/idempotency-key-reused'),
  'headers-too-large': async () =>
    answerOf(await sendRaw(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)),
  'internal-error': () => as('nobody').get('/probe/internal-error'),
  'not-ready': () => as('nobody').get('/probe/not-ready'),
  'too-contended': () => as('nobody').get('/probe/too-contended'),
  'too-many-requests': () => as('nobody').get('/probe/too-many-requests'),
  'too-many-streams': () => as('nobody').get('/probe/too-many-streams'),
};

describe('every problem of the catalogue', () => {
  test.each(problemNames)('%s has its type, title and status', async (name) => {
    const { status, headers, body } = await provoke[name]();
    const { status: wanted, title } = problems[name];
    expect(status).toBe(wanted);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({ type: `urn:recourse:problem:${name}`, title, status: wanted });
    const rest = z.looseObject({
      detail: z.string().min(1),
      instance: z.string().regex(/^[^?]+$/),
    });
    expect(rest.safeParse(body).error).toBeUndefined();
  });

  test('is documented, and nothing is documented that is not in it', async () => {
    const { text, body } = await as('nobody').get<OpenApi>('/openapi.json');
    const named = [...text.matchAll(/"urn:recourse:problem:([a-z-]+)"/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(problemNames.filter(belongsToCalls)));
    for (const name of problemNames) expect(body.info.description).toContain(`\`${name}\``);
  });

  test('has a class of errors.ts to be thrown as, or comes from below', () => {
    const ours = Object.values(thrown).map((make) => make().constructor);
    const classes = Object.values(errors).filter((value) => value.prototype instanceof Error);
    const others = [errors.NotFound, errors.InvalidRequest, errors.Unauthenticated];
    expect(new Set([...ours, ...others])).toEqual(new Set(classes));
  });
});

describe('what belongs to some problems', () => {
  test('a refusal brings the rules and what may be sent instead', async () => {
    const { body } = await provoke['event-refused']();
    expect(body).toMatchObject({ violations: [violation], allowed: ['case.close'] });
  });

  test('whoever should try again is told when', async () => {
    expect((await provoke['too-contended']()).headers['retry-after']).toBe('1');
    expect((await provoke['not-ready']()).headers['retry-after']).toBe('5');
    expect((await provoke['too-many-requests']()).headers['retry-after']).toBe('60');
  });

  test('a method that is not there comes with those that are', async () => {
    const { headers } = await provoke['method-not-allowed']();
    expect(String(headers['allow']).split(', ').toSorted()).toEqual(['GET', 'HEAD', 'POST']);
    expect((await as('nobody').post('/livez')).status).toBe(405);
  });

  test('the instance is the path as it was asked for, without the query', async () => {
    expect((await provoke['not-found']()).body).toMatchObject({ instance: '/nothing' });
  });
});

describe('garbage', () => {
  test.each<[string, string | Buffer, string]>([
    ['no JSON', '{"id":', ''],
    ['nothing, called JSON', '', ''],
    ['JSON with a NUL', '{"id": "zed\u0000"}', ''],
    ['a prototype', '{"__proto__": {"admin": true}}', ''],
    ['a constructor', '{"constructor": {"prototype": {"admin": true}}}', ''],
    [
      'a name that is not UTF-8',
      Buffer.from('{"id":"zed","name":"Zo\u00eb","roles":["lead"]}', 'latin1'),
      '',
    ],
    ['nothing but nesting', '['.repeat(500_000), ''],
    ['null', 'null', ''],
    ['a list', '[]', ''],
    ['text', '"text"', ''],
    ['unknown keys', `{"id":"zed","name":"Zed","roles":["lead"],"a/b~c":"${secret}"}`, '/a~1b~0c'],
    ['a value that is not known', `{"id":"zed","name":"Zed","roles":["${secret}"]}`, '/roles/0'],
    ['an object for text', `{"id":{"${secret}":1},"name":"Zed","roles":["lead"]}`, '/id'],
  ])('%s is told where it is wrong, and not what it said', async (_what, body, pointer) => {
    const { status, body: problem, text } = await post(body);
    expect(status).toBe(400);
    expect(problem).toMatchObject({ type: 'urn:recourse:problem:invalid-request' });
    expect(problem).toMatchObject({ errors: [{ pointer }] });
    expect(text).not.toContain(secret);
  });

  test('every wrong field is named, and a missing one as missing', async () => {
    const { body } = await post('{"name": 1, "extra": true}');
    expect(body).toMatchObject({
      errors: [
        { pointer: '/id', message: 'is missing' },
        { pointer: '/name' },
        { pointer: '/roles', message: 'is missing' },
        { pointer: '/extra', message: 'is not known here' },
      ],
    });
  });

  test('a key as long as a report is not repeated, nor a thousand of them', async () => {
    const long = await post(JSON.stringify({ [secret.repeat(10)]: 1 }));
    expect(long.text).not.toContain(secret);
    const many = await post(JSON.stringify(Object.fromEntries(numbers(1000))));
    expect(z.object({ errors: z.array(z.unknown()).max(100) }).safeParse(many.body).success).toBe(
      true,
    );
  });

  test.each([
    '/v1/cases/%zz',
    '/%',
    '/v1/people/%ff',
    '/v1/people/%00',
    `/v1/${'x'.repeat(10_000)}`,
  ])('the address %.20s is a problem like any other', async (path) => {
    const { status, headers } = await as('admin').get(path);
    expect([400, 404, 405]).toContain(status);
    expect(headers['content-type']).toContain('application/problem+json');
  });

  test.each([
    ['no content type', {}],
    ['a content type that is none', { 'content-type': 'nonsense' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s is not understood', async (_what, headers) => {
    const answer = await post('{}', headers);
    expect(answer.status).toBe(415);
    expect(answer.headers['accept']).toBe('application/json');
  });

  test('a host that is none cannot be redirected to', async () => {
    const answer = await as('nobody').get('/docs', { host: 'a b' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/headers/host' }] });
  });

  test('what is not HTTP gets a problem too', async () => {
    const { status, body } = answerOf(await sendRaw('HELLO\r\n\r\n'));
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:recourse:problem:invalid-request' });
  });
});

describe('our own defects', () => {
  test.each(['code', 'statement', 'worse'])('in %s say nothing, and log no data', async (what) => {
    const { status, body, text } = await as('nobody').get(`/broken/${what}`);
    expect(status).toBe(500);
    expect(body).toMatchObject({ type: 'urn:recourse:problem:internal-error' });
    expect(text).not.toContain(secret);
    expect(log()).toContain('unexpected error');
    expect(log()).not.toContain(secret);
  });

  test('can be found: the log names the error, its cause and the place', () => {
    expect(log()).toMatch(/"type":"TypeError","stack":"at .*problems\.test\.ts:\d+:\d+/);
    // invalid_text_representation
    expect(log()).toContain('"code":"22P02"');
  });
});

interface OpenApi {
  readonly info: { readonly description: string };
}

const numbers = (count: number) =>
  Array.from({ length: count }, (_, i) => [`key-${i}`, i] as const);

/** Sends bytes over a connection, and takes whatever comes until it is closed. */
async function sendRaw(bytes: string): Promise<string> {
  const { port } = app.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (received += String(chunk)));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

/** What a connection is told that breaks in a way that would take too long to wait for. */
async function brokenBy(code: string): Promise<string> {
  const socket = new PassThrough();
  answerBrokenRequest(Object.assign(new Error('broken'), { code }), socket as unknown as Socket);
  return (await socket.toArray()).join('');
}

function answerOf(raw: string): Answer {
  const [head = '', text = ''] = raw.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines
      .map((header) => header.split(': '))
      .map(([name = '', value]) => [name.toLowerCase(), value]),
  );
  return { status: Number(first.split(' ')[1]), headers, text, body: JSON.parse(text) };
}
