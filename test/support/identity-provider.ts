/** A real OpenID Connect provider on the loopback interface, whose private key the test holds as well. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { Provider } from 'oidc-provider';
import { z } from 'zod';

export interface IdentityProvider {
  readonly issuer: string;
  /** The token that a client of this name gets for a resource. */
  readonly tokenFor: (client: string, resource?: string) => Promise<string>;
  /** What the provider could have signed, but would not. */
  readonly forge: (
    claims: Readonly<Record<string, unknown>>,
    options?: {
      header?: { alg?: string; [parameter: string]: unknown };
      key?: CryptoKey | Uint8Array;
    },
  ) => Promise<string>;
  /** The public key that it publishes. */
  readonly publicKey: CryptoKey;
  /** How often a path was asked for. */
  readonly timesAsked: (path: string) => number;
  readonly close: () => Promise<void>;
}

export const audience = 'urn:recourse:test';
export const keyId = 'the-only-key';
const secret = 'not-a-secret';
const forget = async () => undefined;

/** Starts a provider with clients of these names; `handles` are what its `handle` claim says of them. */
export async function startIdentityProvider(
  clients: readonly string[],
  handles: Readonly<Record<string, unknown>> = {},
): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: clients.map((name) => ({
      client_id: name,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    cookies: { keys: [secret] },
    // A signed token need not be kept.
    adapter: () => ({
      upsert: forget,
      find: forget,
      findByUserCode: forget,
      findByUid: forget,
      consume: forget,
      destroy: forget,
      revokeByGrantId: forget,
    }),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: keyId, alg: 'RS256', use: 'sig' }] },
    extraTokenClaims: (_context, { clientId }) => ({ handle: handles[clientId ?? ''] }),
    ttl: { ClientCredentials: 300 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const asked: string[] = [];
  const answer = provider.callback();
  server.on('request', (request, response) => {
    asked.push(request.url ?? '');
    void answer(request, response);
  });
  return {
    issuer,
    publicKey,
    timesAsked: (path) => asked.filter((url) => url === path).length,
    async tokenFor(client, resource = audience) {
      const answered = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
      });
      return z.object({ access_token: z.string() }).parse(await answered.json()).access_token;
    },
    async forge(claims, { header = {}, key = privateKey } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const standard = { iss: issuer, aud: audience, sub: 'ada', iat: now, exp: now + 300 };
      return new SignJWT({ ...standard, ...claims })
        .setProtectedHeader({
          kid: keyId,
          typ: 'at+jwt',
          ...header,
          alg: header.alg ?? 'RS256',
        })
        .sign(key, { crit: { 'urn:x': true } });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}
