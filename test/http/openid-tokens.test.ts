/** What a token of the identity provider is good for. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hashToken } from '../../src/crypto/tokens.ts';
import { insertToken } from '../../src/store/tokens.ts';
import { audience } from '../support/identity-provider.ts';
import { seconds, useOpenId } from '../support/openid.ts';
import { withApp } from '../support/use-app.ts';

const { provider, app, ask } = useOpenId();

describe('a token of the identity provider', () => {
  test('lets in the person whom it names, with the roles of our directory', async () => {
    const answer = await ask(await provider.tokenFor('cleo'));
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ person: 'cleo', name: 'cleo', roles: ['responder'] });
    const boasting = await provider.forge({ sub: 'cleo', roles: ['admin'], name: 'The Admin' });
    expect((await ask(boasting)).json()).toEqual(answer.json());
  });

  test('is as good as one of ours for work', async () => {
    const authorization = `Bearer ${await provider.tokenFor('cleo')}`;
    const opened = await app.app.inject({
      method: 'POST',
      url: '/v1/cases',
      headers: { authorization },
      payload: { channel: 'in-person' },
    });
    expect(opened.statusCode).toBe(201);
    const { location } = opened.headers;
    const own = await app.as('cleo').get(`${location}/history`);
    expect(own.body).toMatchObject({ items: [{ by: { person: 'cleo', roles: ['responder'] } }] });
    const hidden = await ask(await provider.tokenFor('rui'));
    expect(hidden.statusCode).toBe(200);
    const asRui = { authorization: `Bearer ${await provider.tokenFor('rui')}` };
    const seen = await app.app.inject({ url: String(location), headers: asRui });
    expect(seen.statusCode).toBe(404);
  });

  test('may name the person by another claim, which must hold a handle', async () => {
    const openId = { issuer: provider.issuer, audience, claim: 'handle' };
    await withApp({ openId }, async (other) => {
      const known = await ask(await provider.tokenFor('phone-of-kim'), other);
      expect(known.json()).toMatchObject({ person: 'kim' });
      for (const client of ['phone-of-nobody', 'ada'])
        expect((await ask(await provider.tokenFor(client), other)).statusCode).toBe(401);
    });
  });

  test.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])(
    'may say that it is one: %s',
    async (typ) => {
      const claims = { nonce: 'n', auth_time: seconds() };
      expect((await ask(await provider.forge(claims, { header: { typ } }))).statusCode).toBe(200);
    },
  );

  test.each(['JWT', 'jwt', 'application/jwt', undefined])(
    'may be of type %s, as providers differ, where it says what was granted',
    async (typ) => {
      for (const granted of [{ scope: 'openid profile' }, { scp: 'use' }, { scp: ['use'] }]) {
        const claims = { ...granted, typ: 'Bearer', token_use: 'access', auth_time: seconds() };
        expect((await ask(await provider.forge(claims, { header: { typ } }))).statusCode).toBe(200);
      }
    },
  );

  test('is nothing to a server that knows no provider', async () => {
    await withApp({}, async (other) => {
      expect((await ask(await provider.tokenFor('ada'), other)).statusCode).toBe(401);
    });
  });

  test('ends when its person is deactivated, and does not wait for the provider', async () => {
    const token = await provider.tokenFor('rui');
    expect((await ask(token)).statusCode).toBe(200);
    await app.as('admin').patch('/v1/people/rui', { active: false });
    expect((await ask(token)).statusCode).toBe(401);
    await app.as('admin').patch('/v1/people/rui', { active: true });
    expect((await ask(token)).statusCode).toBe(200);
  });

  test('bounds those that are made with it', async () => {
    const exp = seconds() + 120;
    const make = async (token: string, body: object = {}) => {
      const reply = await app.app.inject({
        method: 'POST',
        url: '/v1/people/ada/tokens',
        headers: { authorization: `Bearer ${token}` },
        payload: { label: 'child', ...body },
      });
      return { status: reply.statusCode, body: reply.json<object>() };
    };
    const token = await provider.forge({ exp });
    const expiresAt = new Date(exp * 1000).toISOString();
    expect(await make(token)).toMatchObject({ status: 201, body: { expiresAt } });
    const later = new Date(exp * 1000 + 1).toISOString();
    expect(await make(token, { expiresAt: later })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/expiresAt' }] },
    });
    // let in by the tolerance for clocks alone
    expect((await make(await provider.forge({ exp: seconds() - 2 }))).status).toBe(400);
    const eternal = await make(await provider.forge({ exp: 1e15 }));
    expect(eternal).toMatchObject({ status: 201, body: { expiresAt: '9999-12-31T00:00:00.000Z' } });
  });

  test('takes nothing from our own tokens, whatever they look like', async () => {
    const dotted = 'chosen.by-the.operator';
    await insertToken(app.db, {
      id: randomUUID(),
      personId: 'ada',
      label: 'dotted',
      hash: hashToken(dotted),
      createdAt: new Date(),
      expiresAt: null,
      madeWith: null,
    });
    for (const token of [dotted, app.tokenOf('ada')])
      expect((await ask(token)).json()).toMatchObject({ person: 'ada' });
  });

  test('is not logged, and neither is what it says', async () => {
    const canary = 'canary-in-a-claim';
    const tokens = [
      await provider.tokenFor('cleo'),
      await provider.forge({ sub: canary }),
      await provider.forge({ iss: canary }),
    ];
    for (const token of tokens) await ask(token);
    for (const part of [...tokens.flatMap((token) => token.split('.').slice(1)), canary])
      expect(app.log()).not.toContain(part);
  });
});
