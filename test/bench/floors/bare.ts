/** A floor: a request is one prepared statement, which moves the head of a case and adds to its history. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import postgres, { type JSONValue } from 'postgres';

interface Request {
  readonly Params: { readonly id: string };
  readonly Body: JSONValue;
}

const sql = postgres(process.env['DATABASE_URL'] ?? '', { prepare: true });
const app = Fastify();

app.post<Request>('/cases/:id/events', async ({ params, body }) => {
  const [head] = await sql`
    with head as (
      update floor_cases set seq = seq + 1, hash = md5(hash) where id = ${params.id}
      returning id, seq, hash)
    insert into floor_history (id, seq, hash, entry)
    select id, seq, hash, ${sql.json(body)} from head returning seq, hash`;
  return head;
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (app.server.address() as AddressInfo).port });
