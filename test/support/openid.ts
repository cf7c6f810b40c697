/** OpenID Connect as a fixture: a provider, an application that takes its tokens, others that pretend. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { TestApp } from './app.ts';
import { audience, startIdentityProvider, type IdentityProvider } from './identity-provider.ts';
import { useApp } from './use-app.ts';

export const seconds = () => Math.floor(Date.now() / 1000);

/** For the file that calls this. `ask` tells who the bearer of a token is, or why nobody. */
export function useOpenId() {
  let started: IdentityProvider | undefined;
  const running = (): IdentityProvider => {
    if (!started) throw new Error('the provider is not there before the tests begin');
    return started;
  };
  beforeAll(async () => {
    const handles = { 'phone-of-kim': 'kim', 'phone-of-nobody': 42 };
    const clients = ['ada', 'cleo', 'rui', 'not-staff', ...Object.keys(handles)];
    started = await startIdentityProvider(clients, handles);
  });
  afterAll(() => started?.close());
  const provider: IdentityProvider = {
    get issuer() {
      return running().issuer;
    },
    get publicKey() {
      return running().publicKey;
    },
    timesAsked: (path) => running().timesAsked(path),
    tokenFor: (client, resource) => running().tokenFor(client, resource),
    forge: (claims, options) => running().forge(claims, options),
    close: () => running().close(),
  };
  const app = useApp(() => ({ openId: { issuer: provider.issuer, audience, claim: 'sub' } }));
  let asks = 0;
  /** Each time from another address, since failures from one are limited. */
  const ask = (token: string, { app: asked }: Pick<TestApp, 'app'> = app) =>
    asked.inject({
      url: '/v1/me',
      headers: { authorization: `Bearer ${token}` },
      remoteAddress: `198.51.100.${(asks += 1) % 256}`,
    });
  return { provider, app, ask };
}

export type Reply = Readonly<Record<string, unknown>> & { status?: number; location?: string };

/** A server on the loopback interface that says what it is told to. */
export async function listen(answer: (path: string) => unknown, port = 0) {
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
