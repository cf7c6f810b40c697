/** Tokens that say that the identity provider made them, for us and for now. */
import { base64url, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { audience, keyId } from '../support/identity-provider.ts';
import { listen, seconds, useOpenId } from '../support/openid.ts';

const { provider, ask } = useOpenId();
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  foreign = await generateKeyPair('RS256', { extractable: true });
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
    'to tell its client who signed in': () => idToken({ nonce: 'n', at_hash: 'h', auth_time: 1 }),
    'to tell that, bound to nothing': () => idToken({ azp: audience, email: 'ada@example.org' }),
    'to tell that, of type jwt': () => idToken({ azp: audience }, 'application/jwt'),
    'to tell that, with what was granted and a nonce': () => idToken({ scope: '', nonce: 'n' }),
    'to tell that, beside an access token': () => idToken({ scp: 'use', at_hash: 'h' }),
    'to tell that, beside a code': () => idToken({ scope: 'openid', c_hash: 'h' }),
    'to tell that, as Keycloak names it': () => idToken({ scope: 'openid', typ: 'ID' }),
    'to tell that, as Cognito names it': () => idToken({ scope: 'openid', token_use: 'id' }),
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

  /** Its audience is its client, which here is the server as well. */
  const idToken = (claims: object, typ?: string) =>
    provider.forge({ ...claims }, { header: { typ } });

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
