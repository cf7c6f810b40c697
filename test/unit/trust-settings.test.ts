/** Whom the environment may name as trusted: proxies, and a provider of identities. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';

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
