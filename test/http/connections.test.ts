/** Slow, large and many: what a connection may cost. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { dial, statusOf, type Wire } from '../support/wire.ts';
import { useApp, withApp, type UseOptions } from '../support/use-app.ts';

describe('a connection', () => {
  const app = useApp({ requestTimeout: 300, maxConnections: 3 }, { per: 'test' });
  let wires: Wire[];
  beforeEach(async () => {
    wires = [];
    await app.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => {
    for (const { hangUp } of wires) hangUp();
  });
  const connected = async () => {
    const wire = await dial(app.app);
    wires.push(wire);
    return wire;
  };
  const post = (headers: string) =>
    `POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `Authorization: Bearer ${app.tokenOf('admin')}\r\n${headers}\r\n\r\n`;

  /** Bytes that arrive one by one, for as long as anybody listens. */
  const trickle = ({ send: say, served }: Wire) => {
    const timer = setInterval(() => say('x'), 20);
    served.once('close', () => clearInterval(timer));
  };

  test.each([
    ['says nothing', '', false],
    ['never ends its headers', 'GET /v1/me HTTP/1.1\r\nHost: x\r\nX-A: ', true],
    ['stops in the middle of its headers', 'GET /v1/me HTTP/1.1\r\nHost: x\r\n', false],
    ['never ends its body', 'body', true],
    ['stops in the middle of its body', 'body', false],
  ])('that %s ends with 408', async (_how, bytes, goesOn) => {
    const wire = await connected();
    const begun = performance.now();
    wire.send(bytes === 'body' ? `${post('Content-Length: 1000000')}{` : bytes);
    if (goesOn) trickle(wire);
    const answer = await wire.received;
    expect(statusOf(answer)).toBe(408);
    expect(answer).toContain('urn:recourse:problem:request-timeout');
    expect(performance.now() - begun).toBeLessThan(2_000);
    // Whoever goes on sending all the same is cut off.
    if (!wire.served.closed) await once(wire.served, 'close');
  });

  test('that sends too much is told so before it has sent it', async () => {
    const wire = await connected();
    wire.send(`${post(`Content-Length: ${10 ** 9}`)}{`);
    expect(statusOf(await wire.received)).toBe(413);
    expect(wire.served.bytesRead).toBeLessThan(10_000);
  });

  test('that does not say how much it sends is cut off at the limit', async () => {
    const wire = await connected();
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    wire.send(post('Transfer-Encoding: chunked') + chunk.repeat(17));
    expect(statusOf(await wire.received)).toBe(413);
    wire.send(chunk.repeat(100));
    if (!wire.served.closed) await once(wire.served, 'close');
    expect(wire.served.bytesRead).toBeLessThan(3 * 1024 * 1024);
  });

  test('without a token is answered before its body has come, and does not hold on to it', async () => {
    const wire = await connected();
    wire.send('POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    trickle(wire);
    expect(statusOf(await wire.received)).toBe(401);
    if (!wire.served.closed) await once(wire.served, 'close');
  });

  test.each([
    ['one that is long', `X-A: ${'x'.repeat(20_000)}\r\n`],
    ['many that are short', 'X-A: x\r\n'.repeat(4_000)],
  ])('with too large headers, %s, is refused', async (_how, headers) => {
    const wire = await connected();
    wire.send(`GET /v1/me HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    const answer = await wire.received;
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('urn:recourse:problem:headers-too-large');
  });

  test('that is one too many is closed, and there is room again when another ends', async () => {
    const first = await connected();
    await connected();
    await connected();
    const dropped = once(app.app.server, 'drop');
    const refused = await fetch(addressOf(app)).catch(() => 'refused');
    expect(refused).toBe('refused');
    await dropped;
    first.hangUp();
    await once(first.served, 'close');
    expect((await fetch(addressOf(app))).status).toBe(200);
  });
});

describe('the connections of one address', () => {
  /** How many of four that stay silent are closed at once. */
  const refusedOf = async (options: UseOptions) => {
    const wires: Wire[] = [];
    let refused = 0;
    await withApp(options, async ({ app }) => {
      await app.listen({ port: 0, host: '127.0.0.1' });
      for (let i = 0; i < 4; i += 1) wires.push(await dial(app));
      refused = wires.filter(({ served }) => served.destroyed).length;
      const [first] = wires;
      if (first && refused > 0) {
        first.hangUp();
        await once(first.served, 'close');
        const next = await dial(app);
        wires.push(next);
        expect(next.served.destroyed).toBe(false);
      }
      for (const { hangUp } of wires) hangUp();
    });
    return refused;
  };

  test('are few, and there is room again when one ends', async () => {
    expect(await refusedOf({ connectionsPerAddress: 3 })).toBe(1);
  });

  test('are those of everybody where it is a trusted proxy’s', async () => {
    const trustProxy = ['10.0.0.0/8', '127.0.0.1'];
    expect(await refusedOf({ connectionsPerAddress: 1, trustProxy })).toBe(0);
  });
});

const addressOf = ({ app }: TestApp) => {
  const address = app.server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/livez`;
};
