import { expect, test } from 'vitest';
import { holdsAny } from '../../src/http/authentication.ts';
import { handlerRoles } from '../../machines/vocabulary.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();
const { as, tokenOf, log } = app;

const get = (url: string, authorization?: string) =>
  app.app.inject({ url, headers: authorization === undefined ? {} : { authorization } });

test.each([
  ['a known path', 'GET', '/v1/me', undefined],
  ['an unknown path', 'GET', '/v1/no/such/thing', undefined],
  ['the base path', 'GET', '/v1', undefined],
  ['the base path with a slash', 'GET', '/v1/', undefined],
  ['a method that the path lacks', 'PUT', '/v1/me', undefined],
  ['a body that is not valid', 'POST', '/v1/people', '{"id": 1}'],
  ['a body that is not JSON', 'POST', '/v1/people', '{'],
  ['a body of another kind, for an unknown path', 'POST', '/v1/nothing', '{'],
  ['an address that cannot be decoded', 'GET', '/v1/cases/%zz', undefined],
  ['a parameter that is too long', 'PATCH', `/v1/people/${'x'.repeat(5000)}`, undefined],
] as const)('without a token nothing is said about %s', async (_what, method, url, payload) => {
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await app.app.inject({ method, url, headers, ...(payload && { payload }) });
  expect(reply.statusCode).toBe(401);
  expect(reply.headers['www-authenticate']).toBe('Bearer');
  expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(reply.json()).toEqual({
    type: 'urn:recourse:problem:unauthenticated',
    title: 'A valid token is needed',
    status: 401,
    detail: 'A valid bearer token is needed.',
    instance: url,
  });
});

test('with a token the same requests are told what is wrong with them', async () => {
  expect((await as('ada').get('/v1/no/such/thing')).status).toBe(404);
  expect((await as('ada').get('/v1/cases/%zz')).status).toBe(400);
  expect((await as('ada').get('/v1')).status).toBe(404);
  // An unknown path is not found, whatever is sent to it.
  const garbage = await as('ada').post('/v1/nothing', '{', { 'content-type': 'application/json' });
  expect(garbage.status).toBe(404);
  expect((await as('ada').delete('/v1/me')).status).toBe(405);
});

test.each(['Bearer', 'bearer', 'BEARER'])('the scheme may be written %s', async (scheme) => {
  expect((await get('/v1/me', `${scheme} ${tokenOf('ada')}`)).statusCode).toBe(200);
});

test.each([
  ['nothing', ''],
  ['no token', 'Bearer'],
  ['an unknown token', 'Bearer rcs_unknown'],
  ['another scheme', `Basic ${Buffer.from('ada:ada').toString('base64')}`],
  ['two tokens', 'Bearer one two'],
  ['an empty token', 'Bearer  '],
  ['what SQL might mistake', "Bearer ' or true --"],
  ['a very long token', `Bearer ${'x'.repeat(10_000)}`],
])('%s is no authorization', async (_what, authorization) => {
  expect((await get('/v1/me', authorization)).statusCode).toBe(401);
});

test('a token in the address counts for nothing (RFC 6750, 5.3)', async () => {
  expect((await get(`/v1/me?access_token=${tokenOf('ada')}`)).statusCode).toBe(401);
});

test('whoever holds a handler role is a handler, whatever else they are', () => {
  expect(holdsAny({ roles: ['auditor', 'lead'] }, handlerRoles)).toBe(true);
  expect(holdsAny({ roles: ['admin', 'responder'] }, handlerRoles)).toBe(true);
  expect(holdsAny({ roles: ['auditor', 'admin'] }, handlerRoles)).toBe(false);
});

test('answers are kept by nobody on the way, and framed by nobody', async () => {
  const { headers } = await as('ada').get('/v1/me');
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test('the log tells the route, and neither address, token, header nor body', async () => {
  await as('ada').patch('/v1/people/in-the-path?in=the-query', { name: 'in-the-body' });
  await as('ada').post('/v1/people/ada/tokens', { label: 'in-the-body', unknown: 1 });
  await as('ada').get('/v1/in-the-path');
  await get('/v1/cases/%zz-in-the-path', 'Bearer in-the-header');
  expect(log()).toContain('"route":"/v1/people/:id/tokens"');
  expect(log()).toContain('"method":"PATCH","route":"/v1/people/:id","status":403');
  for (const secret of ['in-the-path', 'in-the-body', 'in-the-header', 'the-query']) {
    expect(log()).not.toContain(secret);
  }
  expect(log()).not.toContain(tokenOf('ada'));
});
