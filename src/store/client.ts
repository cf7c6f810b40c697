/** What drizzle asks of its driver, with connections of ours below. */
import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import type { Connection, ConnectionOptions, Rows, Sending } from './connection.ts';
import type { Db } from './database.ts';
import { ConnectionFault } from './outage.ts';

type Send = (sending: Sending) => Promise<Rows>;

/** The part of a driver that drizzle uses. */
export interface Client {
  readonly options: ConnectionOptions;
  /** As drizzle asks for it: once it is awaited, and in lists if that was said before. */
  readonly unsafe: (
    text: string,
    parameters?: readonly unknown[],
  ) => Promise<Rows> & { readonly values: () => Promise<Rows> };
  /** Does something in a transaction. */
  readonly begin: Begin;
  /** The same within a transaction, of which it is a part: what fails there fails as a whole. */
  readonly savepoint: Begin;
}

type Begin = <Result>(work: (client: Client) => Promise<Result>) => Promise<Result>;

/** The client of a database: `db` of drizzle's, with `$client`. */
export const drizzleOver = (client: Client): Db => drizzle(client as unknown as Sql);

/** The client that a database or a transaction sends its statements by. */
export const clientOf = (db: Db): Client => (db._.session as unknown as { client: Client }).client;

export function clientOver(options: ConnectionOptions, send: Send, begin: Begin): Client {
  return {
    options,
    unsafe: (text, parameters) => {
      let inLists = false;
      // a moment later, when the one who asked has said how
      const rows = Promise.resolve().then(async () => send({ text, parameters, inLists }));
      return Object.assign(rows, {
        values: () => {
          inLists = true;
          return rows;
        },
      });
    },
    begin,
    savepoint: begin,
  };
}

/**
 * Does something in a transaction on a connection that nobody else uses meanwhile. Statements go one
 * after another. Once the connection is lost every later one fails, and the database undoes the rest.
 *
 * @param within how long each statement may take, in milliseconds; 0: as long as it takes
 * @throws what `work` throws, after everything was undone; an error where the database would not commit
 */
export async function inTransaction<Result>(
  connection: Connection,
  options: ConnectionOptions,
  within: number,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  const send: Send = async (sending) => {
    // what comes too late would be a statement of its own, or of somebody else's transaction
    if (isOver) throw new ConnectionFault('CONNECTION_CLOSED');
    const mine = last.then(async () => connection.send(sending, within));
    last = mine.catch(() => undefined);
    return mine;
  };
  const inside: Client = clientOver(options, send, async (part) => part(inside));
  try {
    await send({ text: 'begin' });
    const result = await work(inside);
    const { command } = await send({ text: 'commit' });
    // PostgreSQL's answer where a statement had failed, and nobody had minded
    if (command !== 'COMMIT') throw new Error('the transaction was undone');
    return result;
  } catch (error) {
    await send({ text: 'rollback' }).catch((fault: unknown) => connection.giveUp(fault));
    throw error;
  } finally {
    isOver = true;
  }
}
