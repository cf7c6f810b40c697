/** How often somebody may fail before the answers stop telling them why. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openCase, send, type Step } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

describe('failures', () => {
  const [guesses, refusals] = [5, 10];
  const failureLimits = { guesses, refusals };
  const app = useApp({ trustProxy: ['192.0.2.0/24'], failureLimits }, { per: 'test' });
  afterEach(() => vi.useRealTimers());

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
