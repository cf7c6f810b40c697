/** An identity provider that is away, or is not to be believed. */
import { exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { audience, keyId } from '../support/identity-provider.ts';
import { listen, useOpenId, type Reply } from '../support/openid.ts';
import { withApp } from '../support/use-app.ts';

const { provider, ask } = useOpenId();

describe('a provider that cannot be asked', () => {
  const withIssuer = (issuer: string, story: (other: TestApp) => Promise<void>) =>
    withApp({ openId: { issuer, audience, claim: 'sub' } }, story);
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
