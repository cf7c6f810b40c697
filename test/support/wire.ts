/** Bare connections, for what no HTTP client would send. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Both ends of a connection. */
export interface Wire {
  readonly send: (bytes: string) => void;
  /** All that came back by the time the server closed, or broke, the connection. */
  readonly received: Promise<string>;
  /** The server's end. */
  readonly served: Socket;
  readonly hangUp: () => void;
}

/** Connects to an application that listens. The caller's end stays open until the server closes its own. */
export async function dial(app: FastifyInstance): Promise<Wire> {
  const { port } = app.server.address() as AddressInfo;
  const accepted = once(app.server, 'connection');
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  // The server may close while something is still on its way to it.
  socket.on('error', () => undefined);
  const received = new Promise<string>((resolve) => {
    socket.once('end', () => resolve(answer));
    socket.once('close', () => resolve(answer));
  });
  const [served] = (await accepted) as [Socket];
  return {
    send: (bytes) => void socket.write(bytes),
    received,
    served,
    hangUp: () => socket.destroy(),
  };
}

/** The status of an answer as it came. */
export const statusOf = (answer: string): number =>
  Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
