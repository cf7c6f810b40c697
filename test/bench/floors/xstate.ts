/**
 * A floor: XState as its documentation persists it. A request restores an actor from the snapshot of its
 * row, sends the event, and writes the snapshot back, in a transaction; there are no rules and no history.
 */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import postgres from 'postgres';
// oxlint-disable-next-line no-restricted-imports -- what is measured here is XState itself
import { createActor } from 'xstate';
import { caseMachine, type CaseEvent, type CaseSnapshot } from './machine.ts';

const sql = postgres(process.env['DATABASE_URL'] ?? '', { prepare: true });
const app = Fastify();

app.post<{ Params: { id: string }; Body: CaseEvent }>(
  '/cases/:id/events',
  async ({ params, body }) =>
    sql.begin(async (tx) => {
      const [row] = await tx<{ snapshot: CaseSnapshot }[]>`
      select snapshot from floor_cases where id = ${params.id} for update`;
      const actor = createActor(caseMachine, { ...(row && { snapshot: row.snapshot }) }).start();
      actor.send(body);
      const snapshot = actor.getPersistedSnapshot();
      actor.stop();
      await tx`update floor_cases set snapshot = ${tx.json(snapshot as never)} where id = ${params.id}`;
      return snapshot;
    }),
);

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (app.server.address() as AddressInfo).port });
