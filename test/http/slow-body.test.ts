/** A request whose body comes long after its head: what was loaded with the head is not believed any more. */
import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clock, openCase } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';
import { dial, statusOf } from '../support/wire.ts';

const app = useApp({ now: clock().now }, { per: 'test' });
beforeEach(() => app.app.listen({ port: 0, host: '127.0.0.1' }));
afterEach(() => vi.restoreAllMocks());

/** When the case of a step was asked for. */
const loading = () =>
  new Promise<void>((resolve) => {
    const { client } = app.engine.db._.session as unknown as { client: Sql };
    client.options.debug = (_connection, text) => {
      if (text.includes('with caller as')) resolve();
    };
  });

test.each([
  ['is judged by the roles that they have by then', 2000, 409],
  ['is judged by those that they had, where it came at once', 0, 200],
])('whoever sends it %s', async (_, later, status) => {
  const { id } = await openCase(app, 'ada');
  const other = await openCase(app, 'ada');
  const body = JSON.stringify({ type: 'case.link', case: other.id, relation: 'pattern' });
  const wire = await dial(app.app);
  const loaded = loading();
  wire.send(
    `POST /v1/cases/${id}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `Authorization: Bearer ${app.tokenOf('ada')}\r\n\r\n`,
  );
  await loaded;
  if (later > 0) {
    // what she opened she still sees
    const now = await app.as('admin').patch('/v1/people/ada', { roles: ['responder'] });
    expect(now.status, now.text).toBe(200);
    const clockOf = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => clockOf() + later);
  }
  wire.send(body);
  const answer = await wire.received;
  expect(statusOf(answer), answer).toBe(status);
  if (status === 409) expect(answer).toContain('who-may-act');
});
