/** Content that pretends to be structure: of objects, headers, log lines, or HTTP itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import { recordedIn } from '../support/telling.ts';
import { dial, statusOf } from '../support/wire.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();
const { as } = app;

beforeAll(async () => {
  await app.app.listen({ port: 0, host: '127.0.0.1' });
});

describe('JSON', () => {
  test.each([
    '{"channel":"in-person","__proto__":{"polluted":1}}',
    '{"channel":"in-person","constructor":{"prototype":{"polluted":1}}}',
    '{"channel":"in-person","excluded":[{"__proto__":{"polluted":1}}]}',
    '{"channel":"in-person","\\u005f_proto__":{"polluted":1}}',
    '{"channel":{"toString":"in-person"}}',
    '{"__proto__":{"channel":"in-person"}}',
  ])('%s changes no prototype and opens no case', async (body) => {
    const before = await recordedIn(app);
    const json = { 'content-type': 'application/json' };
    expect((await as('cleo').post('/v1/cases', body, json)).status).toBe(400);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
    expect(await recordedIn(app)).toEqual(before);
  });

  test.each(['__proto__[x]=1', 'constructor.prototype.x=1', '__proto__=1', 'limit[]=1'])(
    'nor does the query %s',
    async (query) => {
      expect((await as('cleo').get(`/v1/cases?${query}`)).status).toBe(400);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});

describe('a line break', () => {
  const forged = 'set-cookie: forged=1';

  test.each([
    `/v1/people/%0d%0a${forged}/tokens`,
    `/v1/cases/%0d%0a${forged}`,
    `/v1/rules/%0d%0a${forged}`,
    `/docs%0d%0a${forged}`,
    `/v1/cases?cursor=%0d%0a${forged}`,
  ])('in the address %s does not get into the headers', async (path) => {
    const wire = await dial(app.app);
    const request = `GET ${path.replaceAll(' ', '%20')} HTTP/1.1\r\nHost: x\r\n`;
    wire.send(`${request}Authorization: Bearer ${app.tokenOf('ada')}\r\nConnection: close\r\n\r\n`);
    const [head = ''] = (await wire.received).split('\r\n\r\n');
    expect(statusOf(head)).toBeGreaterThanOrEqual(400);
    expect(head).not.toMatch(/^set-cookie/im);
  });

  test('in a label or a name is refused', async () => {
    const label = `x\r\n${forged}`;
    expect((await as('cleo').post('/v1/people/cleo/tokens', { label })).status).toBe(400);
    expect((await as('admin').patch('/v1/people/cleo', { name: label })).status).toBe(400);
  });

  test('cannot be put into an idempotency key', async () => {
    const wire = await dial(app.app);
    const body = '{"channel":"in-person"}';
    wire.send(
      `POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.tokenOf('cleo')}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
        `Idempotency-Key: x\r\n folded\r\nConnection: close\r\n\r\n${body}`,
    );
    expect(statusOf(await wire.received)).toBe(400);
  });

  test('does not forge a line of the log', async () => {
    const line = `{"level":50,"msg":"forged"}`;
    const address = `/v1/cases/%0a${encodeURIComponent(line)}%0a`;
    await as('ada').get(address, { 'user-agent': line, 'x-request-id': line, 'request-id': line });
    await as('nobody').get(address);
    await as('ada').post('/v1/people/ada/tokens', { label: `\n${line}\n`, [`\n${line}`]: 1 });
    const lines = app.log().trimEnd().split('\n');
    for (const each of lines) expect(() => JSON.parse(each) as unknown).not.toThrow();
    expect(app.log()).not.toContain('forged');
  });
});

describe('HTTP that means different things to different readers', () => {
  const head = () =>
    `POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.tokenOf('cleo')}\r\nContent-Type: application/json\r\n`;

  test.each([
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nnull\n'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks within something else', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 4\r\n\r\nnull'],
    ['a line that ends early', 'X-A: x\nContent-Length: 4\r\n\r\nnull'],
  ])('such as %s is refused (RFC 9112, 6.3 and 11.2)', async (_what, rest) => {
    const before = await recordedIn(app);
    const wire = await dial(app.app);
    wire.send(head() + rest);
    expect(statusOf(await wire.received)).toBe(400);
    wire.hangUp();
    expect(await recordedIn(app)).toEqual(before);
  });

  test('such as a method in a header is not understood', async () => {
    const { status } = await as('cleo').post(
      '/v1/people/cleo',
      {},
      { 'x-http-method-override': 'PATCH' },
    );
    expect(status).toBe(405);
  });
});
