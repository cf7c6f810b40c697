/**
 * One connection to PostgreSQL. It serves until it is lost or given up, and never comes back.
 *
 * Of the driver it uses an instance with a single connection, and neither its pool nor its
 * transactions: those send a rollback on a socket that is gone, which ends the process
 * (porsager/postgres #1154, #1208), go on outside the transaction after a reconnect, and wait for
 * ever on a server that has stopped answering.
 */
import { makePgArray, parsePgArray } from 'drizzle-orm/pg-core';
import postgres, {
  type Options,
  type PostgresType,
  type Row,
  type RowList,
  type Sql,
} from 'postgres';
import type { Limits } from '../config/limits.ts';
import { ConnectionFault } from './outage.ts';

/** What is sent. Without parameters it may be several statements, separated by semicolons. */
export interface Sending {
  readonly text: string;
  readonly parameters?: readonly unknown[] | undefined;
  /** Rows as lists of values rather than by the names of their columns. */
  readonly inLists?: boolean;
}

export type Rows = RowList<Row[]>;

export type ConnectionOptions = Sql['options'];

/** Arrays of text and of uuid, so that no connection has to ask for them first, and fail at it unheard. */
const arrays: PostgresType = {
  to: 1009,
  from: [1009, 2951],
  parse: (text: string): unknown[] => parsePgArray(text),
  serialize: (value: unknown) => (Array.isArray(value) ? makePgArray(value) : value),
};

/** What connections have in common. */
export function connectionOptions(
  url: string,
  { connect, lock, statement, idle }: Limits,
  settings: Options<Record<string, PostgresType>>['connection'] = {},
): ConnectionOptions {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    types: { arrays },
    // a transaction may be under way when that is over; the pool sees to it
    max_lifetime: null,
    connect_timeout: connect / 1000,
    // Notices would go to standard output, which is for whoever started the server.
    onnotice: () => undefined,
    connection: {
      ...settings,
      // nothing, where it is 0
      lock_timeout: lock,
      statement_timeout: statement,
      idle_in_transaction_session_timeout: idle,
    },
  }).options;
}

/** Whether PostgreSQL itself said no, and so did nothing of it. */
export const isRefusal = (error: unknown): boolean => error instanceof postgres.PostgresError;

export class Connection {
  readonly opened = performance.now();
  readonly #driver: Sql;
  readonly #options: { socket: unknown };
  readonly #unanswered = new Set<(fault: Error) => void>();
  readonly #onLost: () => void;
  #fault: Error | undefined;

  /** @param onLost called once, when it is of no more use */
  constructor(options: ConnectionOptions, onLost: () => void = () => undefined) {
    this.#onLost = onLost;
    // the driver takes options that it has read before as they are
    this.#options = Object.create(options, {
      onclose: { value: () => this.giveUp(new ConnectionFault('CONNECTION_CLOSED')) },
      socket: { value: undefined, writable: true },
      no_subscribe: { value: true },
    }) as { socket: unknown };
    this.#driver = postgres(this.#options as Options<Record<string, PostgresType>>);
  }

  /** Connects. Throws what is in the way, within so many milliseconds. */
  async open(within: number): Promise<void> {
    try {
      // an empty statement: the answer says that there is somebody
      await this.send({ text: '' }, within, 'CONNECT_TIMEOUT');
    } catch (error) {
      this.giveUp(error);
      throw error;
    }
  }

  /**
   * Sends statements; several at once travel together, and are answered in order.
   *
   * @param within in milliseconds, 0 for as long as it takes. After that the connection is given up:
   *   the answer to this could come in place of another's
   * @throws {ConnectionFault} once it is lost
   */
  async send(
    { text, parameters = [], inLists = false }: Sending,
    within: number,
    late: ConnectionFault['code'] = 'NOT_ANSWERED',
  ): Promise<Rows> {
    if (this.#fault) throw this.#fault;
    const { promise, resolve, reject } = Promise.withResolvers<Rows>();
    const timer =
      within > 0 ? setTimeout(() => this.giveUp(new ConnectionFault(late)), within) : undefined;
    this.#unanswered.add(reject);
    // Prepared, under its text, it is planned once a connection: it saves a round trip, and half of the
    // database's time for a step.
    const query = this.#driver.unsafe(text, parameters as never[], { prepare: true });
    const answer = (inLists ? query.values() : query) as PromiseLike<unknown>;
    answer.then(
      (rows) => resolve(rows as Rows),
      (error: unknown) => {
        reject(error);
        // All but what PostgreSQL itself says leaves the driver in a state that nobody vouches for.
        if (!isRefusal(error)) this.giveUp(error);
      },
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#unanswered.delete(reject);
    }
  }

  /** Ends it, with everything that has not been answered. */
  giveUp(why: unknown): void {
    if (this.#fault) return;
    const fault = why instanceof Error ? why : new ConnectionFault('CONNECTION_CLOSED');
    this.#fault = fault;
    // The driver would connect again by itself, for what it has not sent yet.
    this.#options.socket = () => {
      throw new ConnectionFault('CONNECTION_CLOSED');
    };
    for (const reject of this.#unanswered) reject(fault);
    void this.#driver.end({ timeout: 0 });
    this.#onLost();
  }

  /** Ends it in order, once everything is answered. */
  async close(): Promise<void> {
    if (this.#fault) return;
    this.#fault = new ConnectionFault('CONNECTION_CLOSED');
    await this.#driver.end({ timeout: 5 });
  }
}
