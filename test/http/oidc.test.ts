import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, exportSPKI, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken } from '../../src/crypto/tokens.ts';
import { insertToken } from '../../src/store/tokens.ts';
import { startApp, type TestApp } from '../support/app.ts';
import {
  audience,
  keyId,
  startIdentityProvider,
  type IdentityProvider,
} from '../support/identity-provider.ts';

let provider: IdentityProvider;
let app: TestApp;
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  const handles = { 'phone-of-kim': 'kim', 'phone-of-nobody': 42 };
  provider = await startIdentityProvider(
    ['ada', 'cleo', 'rui', 'not-staff', ...Object.keys(handles)],
    handles,
  );
  foreign = await generateKeyPair('RS256', { extractable: true });
  app = await startApp({ openId: { issuer: provider.issuer, audience, claim: 'sub' } });
  await app.hire();
});
afterAll(async () => {
  await app.close();
  await provider.close();
});

let asks = 0;
/** Each time from another address, since failures from one are limited. */
const ask = (token: string, { app: asked }: Pick<TestApp, 'app'> = app) =>
  asked.inject({
    url: '/v1/me',
    headers: { authorization: `Bearer ${token}` },
    remoteAddress: `198.51.100.${(asks += 1) % 256}`,
  });

const seconds = () => Math.floor(Date.now() / 1000);

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
    const other = await startApp({
      openId: { issuer: provider.issuer, audience, claim: 'handle' },
    });
    try {
      await other.hire();
      const known = await ask(await provider.tokenFor('phone-of-kim'), other);
      expect(known.json()).toMatchObject({ person: 'kim' });
      for (const client of ['phone-of-nobody', 'ada'])
        expect((await ask(await provider.tokenFor(client), other)).statusCode).toBe(401);
    } finally {
      await other.close();
    }
  });

  test.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])(
    'may be of type %s, as providers differ',
    async (typ) => {
      expect((await ask(await provider.forge({}, { header: { typ } }))).statusCode).toBe(200);
    },
  );

  test('is nothing to a server that knows no provider', async () => {
    const other = await startApp();
    try {
      await other.hire();
      expect((await ask(await provider.tokenFor('ada'), other)).statusCode).toBe(401);
    } finally {
      await other.close();
    }
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

describe('a token that the provider did not make, for us and for now', () => {
  const refused: Readonly<Record<string, () => Promise<string> | string>> = {
    'for a person who is not staff': () => provider.tokenFor('not-staff'),
    'for another audience': () => provider.tokenFor('ada', 'urn:elsewhere'),
    'for many audiences, none of which is ours': () => provider.forge({ aud: ['a', 'b'] }),
    'for no audience': () => provider.forge({ aud: undefined }),
    'by another issuer': () => provider.forge({ iss: 'https://id.example' }),
    'by the issuer with a slash': () => provider.forge({ iss: `${provider.issuer}/` }),
    'by no issuer': () => provider.forge({ iss: undefined }),
    'that has expired': () => provider.forge({ exp: seconds() - 30 }),
    'that never expires': () => provider.forge({ exp: undefined }),
    'that expires on a day of its own making': () => provider.forge({ exp: 'never' }),
    'that is not valid yet': () => provider.forge({ nbf: seconds() + 30 }),
    'for nobody': () => provider.forge({ sub: undefined }),
    'for a list of people': () => provider.forge({ sub: ['ada'] }),
    'for an object': () => provider.forge({ sub: { id: 'ada' } }),
    'for a number': () => provider.forge({ sub: 7 }),
    'for a handle in other letters': () => provider.forge({ sub: 'Ada' }),
    'for a handle and more': () => provider.forge({ sub: 'ada\n' }),
    'for SQL': () => provider.forge({ sub: "' or true --" }),
    'that is bound to a key': () => provider.forge({ cnf: { jkt: 'x' } }),
    'for logging out': () => provider.forge({}, { header: { typ: 'logout+jwt' } }),
    'for something critical': () =>
      provider.forge({}, { header: { crit: ['urn:x'], 'urn:x': true } }),
    'signed with another key': () => provider.forge({}, { key: foreign.privateKey }),
    'signed with another key, without a key id': () =>
      provider.forge({}, { key: foreign.privateKey, header: { kid: undefined } }),
    'signed with an unknown key': () =>
      provider.forge({}, { key: foreign.privateKey, header: { kid: 'unknown' } }),
    'signed with a key id that is a path': () =>
      provider.forge({}, { key: foreign.privateKey, header: { kid: '../../../dev/null' } }),
    'signed with a key id that is no text': () =>
      provider.forge({}, { key: foreign.privateKey, header: { kid: 1 } }),
    'signed in another manner than its key is for': async () => {
      const { privateKey } = await generateKeyPair('ES256');
      return provider.forge({}, { key: privateKey, header: { alg: 'ES256' } });
    },
    'that brings its own key': async () => {
      const jwk = await exportJWK(foreign.publicKey);
      return provider.forge({}, { key: foreign.privateKey, header: { jwk, kid: 'own' } });
    },
    'signed with our public key as a shared secret': async () => {
      const key = new TextEncoder().encode(await exportSPKI(provider.publicKey));
      return provider.forge({}, { key, header: { alg: 'HS256' } });
    },
    'signed with the modulus as a shared secret': async () => {
      const { n = '' } = await exportJWK(provider.publicKey);
      return provider.forge({}, { key: base64url.decode(n), header: { alg: 'HS256' } });
    },
    'not signed': async () => unsigned({ alg: 'none' }),
    'not signed, and loud about it': async () => unsigned({ alg: 'NONE', typ: 'JWT' }),
    'not signed, with a key id': async () => unsigned({ alg: 'none', kid: keyId }),
    'with its signature left out': async () => (await provider.forge({})).replace(/\.[^.]*$/, '.'),
    'with its claims exchanged': async () => {
      const [header, , signature] = (await provider.forge({ sub: 'cleo' })).split('.');
      return [header, (await provider.forge({ sub: 'ada' })).split('.')[1], signature].join('.');
    },
    'of nothing': () => 'eyJ..',
    'of garbage': () => `eyJ${'x'.repeat(500)}.${'y'.repeat(500)}.${'z'.repeat(500)}`,
  };

  const unsigned = async (header: object) => {
    const [, claims] = (await provider.forge({})).split('.');
    return `${base64url.encode(JSON.stringify(header))}.${claims}.`;
  };

  test.each(Object.keys(refused))('%s is refused', async (which) => {
    // What is refused is well made but for that: this one is not.
    expect((await ask(await provider.forge({}))).statusCode).toBe(200);
    const token = await refused[which]?.();
    const answer = await ask(String(token));
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ detail: 'A valid bearer token is needed.' });
  });

  test('sends nobody to fetch keys where it says', async () => {
    const trap = await listen(() => ({ keys: [] }));
    const addresses = { jku: `${trap.address}/jwks`, x5u: `${trap.address}/certificate` };
    const key = foreign.privateKey;
    for (const kid of [keyId, 'theirs'])
      expect(
        (await ask(await provider.forge({}, { key, header: { ...addresses, kid } }))).statusCode,
      ).toBe(401);
    const iss = await provider.forge({ iss: trap.address }, { key });
    expect((await ask(iss)).statusCode).toBe(401);
    expect(trap.asked()).toBe(0);
    await trap.close();
  });

  test('does not make us ask the provider again and again', async () => {
    for (let i = 0; i < 20; i += 1)
      await ask(
        await provider.forge({}, { key: foreign.privateKey, header: { kid: `made-up-${i}` } }),
      );
    expect(provider.timesAsked('/jwks')).toBeLessThanOrEqual(3);
  });
});

describe('a provider that cannot be asked', () => {
  const withIssuer = async (issuer: string, story: (other: TestApp) => Promise<void>) => {
    const other = await startApp({ openId: { issuer, audience, claim: 'sub' } });
    try {
      await other.hire();
      await story(other);
    } finally {
      await other.close();
    }
  };
  const thenNobodyCanTell = async (other: TestApp, issuer: string) => {
    const answer = await ask(await provider.forge({ iss: issuer }), other);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ type: 'urn:recourse:problem:not-ready' });
    expect(answer.headers['retry-after']).toBe('5');
    // Our own tokens have nothing to do with it.
    expect((await ask(other.tokenOf('ada'), other)).statusCode).toBe(200);
  };

  /** What the provider would answer, under another address. */
  const keys = async () => ({
    keys: [{ ...(await exportJWK(provider.publicKey)), kid: keyId, alg: 'RS256' }],
  });
  const metadata = (issuer: string) => ({ issuer, jwks_uri: `${issuer}/keys` });
  let elsewhere: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    elsewhere = await listen(keys);
  });
  afterAll(() => elsewhere.close());

  test('leaves open whether its tokens are good, and is asked again when it is back', async () => {
    const away = await listen(() => undefined);
    const issuer = away.address;
    await away.close();
    await withIssuer(issuer, async (other) => {
      await thenNobodyCanTell(other, issuer);
      const back = await listen(
        (path) => (path === '/keys' ? keys() : metadata(issuer)),
        Number(new URL(issuer).port),
      );
      expect((await ask(await provider.forge({ iss: issuer }), other)).statusCode).toBe(200);
      await back.close();
    });
  });

  // Each would do, were it not for one thing.
  test.each<[string, (issuer: string) => Reply]>([
    ['speaks for another', (issuer) => ({ ...metadata(issuer), issuer: 'https://id.example' })],
    [
      'has its keys where anybody may answer',
      (issuer) => ({ issuer, jwks_uri: `${elsewhere.address}/keys` }),
    ],
    ['has its keys in a file', (issuer) => ({ issuer, jwks_uri: 'file:///dev/null' })],
    ['has no keys', (issuer) => ({ issuer })],
    ['has keys that are none', (issuer) => ({ issuer, jwks_uri: `${issuer}/metadata` })],
    ['is broken', (issuer) => ({ ...metadata(issuer), status: 500 })],
    ['sends us elsewhere', (issuer) => ({ status: 302, location: `${issuer}/metadata` })],
  ])('because it %s is not believed', async (_how, discovered) => {
    const strange = await listen((path) => {
      if (path === '/keys') return keys();
      return path === '/metadata' ? metadata(strange.address) : discovered(strange.address);
    });
    await withIssuer(strange.address, (other) => thenNobodyCanTell(other, strange.address));
    await strange.close();
  });
});

type Reply = Readonly<Record<string, unknown>> & { status?: number; location?: string };

/** A server on the loopback interface that says what it is told to. */
async function listen(answer: (path: string) => unknown, port = 0) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    void Promise.resolve(answer(request.url ?? '')).then((reply) => {
      const { status = 200, location, ...body } = reply as Reply;
      response.writeHead(status, location === undefined ? {} : { location });
      return response.end(JSON.stringify(body));
    });
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
