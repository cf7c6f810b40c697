/** What stands between the server and whoever reaches its port. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { openCase, send, type Step } from '../support/telling.ts';

interface OpenApi {
  readonly paths: Readonly<Record<string, object>>;
}

describe('every answer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ trustProxy: ['192.0.2.1'] });
    await app.hire();
  });
  afterAll(() => app.close());

  const get = (url: string, headers: Record<string, string> = {}, remoteAddress = '192.0.2.7') =>
    app.app.inject({ url, headers, remoteAddress });
  const policyOf = async (url: string) =>
    String((await app.as('ada').get(url)).headers['content-security-policy']);

  test.each([
    ['what was asked for', '/v1/me', 200],
    ['a problem', '/v1/nothing', 404],
    ['an address that cannot be decoded', '/v1/%zz', 400],
    ['another method', '/v1/people/ada', 405],
    ['health', '/livez', 200],
    ['the OpenAPI document', '/openapi.json', 200],
  ])('%s lets a browser do nothing with it', async (_what, url, status) => {
    const answer = await app.as('ada').get(url);
    expect(answer).toMatchObject({
      status,
      headers: {
        'content-security-policy':
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      },
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
  });

  test('that is to be looked at has a policy of its own', async () => {
    expect(await policyOf('/docs/')).toContain("script-src 'self'");
    expect(await policyOf('/v1/machine/diagram.svg')).toContain("style-src 'unsafe-inline'");
    for (const url of ['/docs/', '/v1/machine/diagram.svg'])
      expect(await policyOf(url)).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
  });

  test.each([
    ['over plain HTTP', undefined, '192.0.2.1', false],
    ['through a trusted proxy that spoke TLS', 'https', '192.0.2.1', true],
    ['through a trusted proxy that did not', 'http', '192.0.2.1', false],
    ['for whoever only says so', 'https', '192.0.2.7', false],
  ])('%s: HSTS where there was TLS, and only there', async (_how, proto, from, isTls) => {
    const claimed: Record<string, string> = proto ? { 'x-forwarded-proto': proto } : {};
    for (const url of ['/livez', '/v1/me', '/nothing']) {
      const { headers } = await get(url, claimed, from);
      expect(headers['strict-transport-security']).toBe(isTls ? 'max-age=31536000' : undefined);
    }
  });

  test('says nothing of sharing it with other origins, on any path', async () => {
    const paths = Object.keys((await app.as('nobody').get<OpenApi>('/openapi.json')).body.paths);
    expect(paths.length).toBeGreaterThan(10);
    const origin = 'https://elsewhere.example';
    for (const path of [...paths, '/docs/', '/openapi.json', '/nothing', '/v1/%zz']) {
      const url = path.replaceAll(/\{\w+\}/g, randomUUID());
      const token = { authorization: `Bearer ${app.tokenOf('ada')}` };
      const preflight = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const asked = [await get(url, { origin }), await get(url, { origin, ...token })];
      const preflights = [
        await app.app.inject({ method: 'OPTIONS', url, headers: preflight }),
        await app.app.inject({ method: 'OPTIONS', url, headers: { ...preflight, ...token } }),
      ];
      for (const answer of [...asked, ...preflights]) {
        const names = Object.keys(answer.headers);
        expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
      for (const answer of preflights) expect(answer.statusCode).toBeGreaterThan(399);
    }
  });
});

describe('failures', () => {
  const [guesses, refusals] = [5, 10];
  let app: TestApp;
  beforeEach(async () => {
    const failureLimits = { guesses, refusals };
    app = await startApp({ trustProxy: ['192.0.2.0/24'], failureLimits });
    await app.hire();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });

  let counted = 0;
  const guess = async (from: string, url = '/v1/me', forwardedFor?: string) => {
    counted += 1;
    const headers = {
      authorization: `Bearer rcs_guess-${counted}`,
      ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
    };
    return app.app.inject({ url, headers, remoteAddress: from });
  };
  const guessTooOften = async (from: string) => {
    for (let i = 0; i < guesses; i += 1) expect((await guess(from)).statusCode).toBe(401);
    const answer = await guess(from);
    expect(answer.statusCode).toBe(429);
    return answer;
  };

  test('to present a valid token are told so only so often to one address', async () => {
    const answer = await guessTooOften('198.51.100.7');
    expect(answer.json()).toMatchObject({ type: 'urn:recourse:problem:too-many-requests' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    for (const url of ['/v1', '/v1/nothing', '/v1/%zz', `/v1/cases/${randomUUID()}`])
      expect((await guess('198.51.100.7', url)).statusCode).toBe(429);
    expect((await guess('198.51.100.8')).statusCode).toBe(401);
  });

  test('keep nobody from their work who has a valid token, not even at the same address', async () => {
    // inject() comes from there too
    await guessTooOften('127.0.0.1');
    expect((await app.as('cleo').get('/v1/me')).status).toBe(200);
    const { id } = await openCase(app);
    const step = await send<Step>(app, 'cleo', id, { type: 'intake.thankReporter' });
    expect(step.status).toBe(200);
  });

  test('are not held against whoever brings no token: that is no guess', async () => {
    for (let i = 0; i < guesses * 2; i += 1)
      expect((await app.as('nobody').get('/v1/me')).status).toBe(401);
  });

  test('are forgotten after a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await guessTooOften('198.51.100.7');
    vi.setSystemTime(Date.now() + 60_000);
    expect((await guess('198.51.100.7')).statusCode).toBe(401);
  });

  test.each([
    ['all addresses of an IPv6 /64', (i: number) => `2001:db8:1:2::${i.toString(16)}`],
    ['an IPv4 address, however written', (i: number) => (i % 2 ? '' : '::ffff:') + '198.51.100.9'],
  ])('of %s count together', async (_what, address) => {
    for (let i = 1; i <= guesses; i += 1) expect((await guess(address(i))).statusCode).toBe(401);
    expect((await guess(address(0))).statusCode).toBe(429);
    expect((await guess('2001:db8:1:3::1')).statusCode).toBe(401);
  });

  test('count for who sent them: a proxy is believed, others are not', async () => {
    for (let i = 0; i < guesses; i += 1)
      expect((await guess('198.51.100.7', '/v1/me', `203.0.113.${i}`)).statusCode).toBe(401);
    expect((await guess('198.51.100.7', '/v1/me', '203.0.113.200')).statusCode).toBe(429);

    for (let i = 0; i < guesses; i += 1)
      expect((await guess('192.0.2.1', '/v1/me', `203.0.113.9`)).statusCode).toBe(401);
    // What the client wrote itself stands further left, and is not looked at.
    expect((await guess('192.0.2.1', '/v1/me', '203.0.113.77, 203.0.113.9')).statusCode).toBe(429);
    expect((await guess('192.0.2.1', '/v1/me', '203.0.113.10')).statusCode).toBe(401);
  });

  const times = async (count: number, work: () => Promise<{ status: number }>) => {
    const statuses = new Set<number>();
    for (let i = 0; i < count; i += 1) statuses.add((await work()).status);
    return [...statuses];
  };

  test('to see what is not theirs tell a person, in the end, nothing: hidden or never there', async () => {
    const { id: hidden } = await openCase(app, 'rui');
    const never = randomUUID();
    const looking = (id: string) => app.as('cleo').get(`/v1/cases/${id}`);
    expect(await times(refusals / 2, () => looking(hidden))).toEqual([404]);
    expect(await times(refusals / 2, () => looking(never))).toEqual([404]);
    const [ofHidden, ofNever] = [await looking(hidden), await looking(never)];
    expect(ofHidden.status).toBe(429);
    expect(ofHidden.text.replace(hidden, never)).toBe(ofNever.text);
    expect(Object.keys(ofHidden.headers)).toEqual(Object.keys(ofNever.headers));
    // All tokens of a person count together, and nobody else's.
    const { body } = await app.as('cleo').post<{ token: string }>('/v1/people/cleo/tokens', {
      label: 'another',
    });
    const authorization = `Bearer ${body.token}`;
    const again = await app.as('nobody').get(`/v1/cases/${never}`, { authorization });
    expect(again.status).toBe(429);
    expect((await app.as('rui').get(`/v1/cases/${never}`)).status).toBe(404);

    // And their work goes on.
    const { id } = await openCase(app, 'cleo');
    const step = await send<Step>(app, 'cleo', id, { type: 'intake.thankReporter' });
    expect(step.status).toBe(200);
    expect((await app.as('cleo').post('/v1/cases', {})).status).toBe(400);
  });

  test('that are part of working are never too many', async () => {
    const { id } = await openCase(app);
    const wrong = () => app.as('cleo').get('/v1/people?limit=0');
    expect(await times(refusals + 1, wrong)).toEqual([400]);
    const stale = { headers: { 'if-match': '"9"' } };
    expect((await send(app, 'cleo', id, { type: 'case.close' })).status).toBe(409);
    expect((await send(app, 'cleo', id, { type: 'case.close' }, stale)).status).toBe(412);
  });
});

describe('the settings', () => {
  const load = (variables: Record<string, string>) =>
    loadConfig({
      DATABASE_URL: 'postgres://localhost/x',
      RECOURSE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
      ...variables,
    });
  const openId = {
    RECOURSE_OIDC_ISSUER: 'https://id.example/realms/x',
    RECOURSE_OIDC_AUDIENCE: 'recourse',
  };

  test('trust nobody, and no provider, by themselves', async () => {
    expect(await load({})).toMatchObject({ trustProxy: [], openId: undefined });
  });

  test('name proxies by address', async () => {
    const { trustProxy } = await load({ RECOURSE_TRUST_PROXY: '10.0.0.0/8, ::1,fd00::/8' });
    expect(trustProxy).toEqual(['10.0.0.0/8', '::1', 'fd00::/8']);
  });

  test('name a provider, an audience and a claim', async () => {
    const { RECOURSE_OIDC_ISSUER: issuer, RECOURSE_OIDC_AUDIENCE: audience } = openId;
    expect((await load(openId)).openId).toEqual({ issuer, audience, claim: 'sub' });
    expect((await load({ ...openId, RECOURSE_OIDC_CLAIM: 'handle' })).openId?.claim).toBe('handle');
  });

  test.each([
    ['RECOURSE_TRUST_PROXY', { RECOURSE_TRUST_PROXY: '1' }],
    ['RECOURSE_TRUST_PROXY', { RECOURSE_TRUST_PROXY: 'true' }],
    ['RECOURSE_TRUST_PROXY', { RECOURSE_TRUST_PROXY: '10.0.0.0/8,proxy.example' }],
    ['RECOURSE_OIDC_AUDIENCE', { RECOURSE_OIDC_ISSUER: 'https://id.example' }],
    ['RECOURSE_OIDC_ISSUER', { RECOURSE_OIDC_AUDIENCE: 'recourse' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'http://id.example' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'http://127.0.0.1.example' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'https://id.example/?x=1' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'https://u:p@id.example' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'file:///etc/passwd' }],
    ['RECOURSE_OIDC_ISSUER', { ...openId, RECOURSE_OIDC_ISSUER: 'id.example' }],
  ])('%s may not be %j', async (variable, given) => {
    await expect(load(given)).rejects.toThrow(new RegExp(`^${variable}: (must|is required)`));
  });
});
