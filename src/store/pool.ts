/** The connections to one database, shared out among who asks. All statements go through here. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Limits } from '../config/limits.ts';
import { clientOver, inTransaction, type Client } from './client.ts';
import { Connection, type ConnectionOptions, type Rows, type Sending } from './connection.ts';
import { codeOf, ConnectionFault } from './outage.ts';

interface PoolOptions {
  readonly limits: Limits;
  /** Connections. */
  readonly max: number;
  /** Statements that travel together on one connection; 1: each waits for the one before. */
  readonly depth: number;
  /** How long a statement waits for a lock each time that it is sent, in milliseconds. */
  readonly lockPause: number;
}

/** Who waits for a connection. */
interface Waiting {
  readonly alone: boolean;
  readonly take: (connection: Connection) => void;
  readonly refuse: (error: unknown) => void;
}

/** How long a connection is used, in milliseconds: its process keeps what it has learned of every table. */
const lifetime = 45 * 60_000;

/** How long a full database is left alone, while other connections are there, in milliseconds. */
const pauseAfterRefusal = 200;

/** How often what met others in the database is done again. */
const conflictTries = 4;

export class Pool {
  readonly client: Client;
  readonly #connectionOptions: ConnectionOptions;
  readonly #options: PoolOptions;
  /** The connections that are open, by how many use each. */
  readonly #users = new Map<Connection, number>();
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #refusedAt = -Infinity;
  #isClosed = false;

  constructor(connectionOptions: ConnectionOptions, options: PoolOptions) {
    this.#connectionOptions = connectionOptions;
    this.#options = options;
    this.client = clientOver(
      connectionOptions,
      async (sending) => this.#untilItGoes(async () => this.#send(sending)),
      async (work) => this.#untilItGoes(async () => this.#transact(work)),
    );
  }

  /** Lets running statements finish, for up to five seconds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuseAll(new ConnectionFault('CONNECTION_CLOSED'));
    await Promise.all([...this.#users.keys()].map(async (connection) => connection.close()));
  }

  /**
   * What lost against others is undone as a whole, and may be done again. Where statements travel
   * together they wait for locks in short pieces, so that none holds up for long what was sent behind it.
   */
  async #untilItGoes<Result>(work: () => Promise<Result>): Promise<Result> {
    const { limits, lockPause } = this.#options;
    const until = performance.now() + limits.lock;
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const code = codeOf(error);
        const lost = code === '40001' || code === '40P01';
        const isLocked = code === '55P03' && lockPause < limits.lock;
        if (isLocked && performance.now() + lockPause < until) await pause(lockPause);
        else if (lost && tries < conflictTries) await pause(Math.random() * 20 * tries);
        else throw error;
      }
    }
  }

  async #send(sending: Sending): Promise<Rows> {
    const { answer } = this.#options.limits;
    const begun = performance.now();
    const connection = await this.#take(false);
    try {
      const left = answer && Math.max(1, answer - (performance.now() - begun));
      return await connection.send(sending, left);
    } finally {
      this.#release(connection, 1);
    }
  }

  async #transact<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const connection = await this.#take(true);
    try {
      const { answer } = this.#options.limits;
      return await inTransaction(connection, this.#connectionOptions, answer, work);
    } finally {
      this.#release(connection, this.#options.depth);
    }
  }

  /** A connection; `alone`, nobody else gets it until it is released. */
  async #take(alone: boolean): Promise<Connection> {
    const free = this.#find(alone);
    if (free) {
      // one more, where all are in use
      if (!alone && (this.#users.get(free) ?? 0) > 1) this.#openMore(1);
      return free;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const waiting: Waiting = { alone, take: resolve, refuse: reject };
    this.#waiting.push(waiting);
    this.#openMore();
    const { answer } = this.#options.limits;
    const giveUp = () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      reject(new ConnectionFault('NO_CONNECTION'));
    };
    const timer = answer > 0 ? setTimeout(giveUp, answer) : undefined;
    return promise.finally(() => clearTimeout(timer));
  }

  /** The connection that fewest use, if there is room on it. */
  #find(alone: boolean): Connection | undefined {
    const { depth } = this.#options;
    let best: Connection | undefined;
    let least = alone ? 1 : depth;
    for (const [connection, users] of this.#users)
      if (users < least) [best, least] = [connection, users];
    if (!best) return undefined;
    this.#users.set(best, alone ? depth : least + 1);
    return best;
  }

  #release(connection: Connection, users: number): void {
    const before = this.#users.get(connection);
    // it was lost meanwhile
    if (before === undefined) return;
    this.#users.set(connection, before - users);
    if (before === users && performance.now() - connection.opened > lifetime) {
      this.#users.delete(connection);
      void connection.close();
    }
    this.#serve();
  }

  /** In the order in which they came. */
  #serve(): void {
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      const connection = this.#find(next.alone);
      if (!connection) break;
      this.#waiting.shift();
      next.take(connection);
    }
    this.#openMore();
  }

  /** Opens as many as are waited for, and some more. */
  #openMore(more = 0): void {
    const { max } = this.#options;
    const wanted = this.#waiting.length + more;
    // With none open everybody waits for this: then it is tried at once, and they learn what is in the way.
    const mayTry =
      this.#users.size === 0 || performance.now() - this.#refusedAt > pauseAfterRefusal;
    if (this.#isClosed) this.#refuseAll(new ConnectionFault('CONNECTION_CLOSED'));
    else if (mayTry)
      while (this.#opening < wanted && this.#users.size + this.#opening < max) void this.#open();
  }

  async #open(): Promise<void> {
    this.#opening += 1;
    const connection = new Connection(this.#connectionOptions, () => {
      if (this.#users.delete(connection)) this.#serve();
    });
    try {
      await connection.open(this.#options.limits.connect);
      if (this.#isClosed) await connection.close();
      else this.#users.set(connection, 0);
    } catch (error) {
      this.#refusedAt = performance.now();
      if (this.#users.size === 0) this.#refuseAll(error);
    } finally {
      this.#opening -= 1;
      this.#serve();
    }
  }

  #refuseAll(error: unknown): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }
}
