/** What every answer tells a browser, and whether it trusts a proxy. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useApp } from '../support/use-app.ts';

interface OpenApi {
  readonly paths: Readonly<Record<string, object>>;
}

describe('every answer', () => {
  const app = useApp({ trustProxy: ['192.0.2.1'] });

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
