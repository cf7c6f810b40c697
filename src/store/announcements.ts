/**
 * Word among servers that something was recorded, so that feeds need not wait for their next look. It may
 * get lost, and then they look all the same. It does not go with the step's own statement: transactions that
 * notify commit one after another (PostgreSQL's PreCommit_Notify), and this one writes nothing.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Limits } from '../config/limits.ts';
import { Connection, connectionOptions, type ConnectionOptions } from './connection.ts';

const channel = 'recourse_history';

/** What is recorded within so many milliseconds is told once. */
const gathering = 25;

/** Before it is tried again to connect, in milliseconds. */
const pauseBetween = 1000;

export class Announcements {
  readonly #server = randomUUID();
  readonly #listeners = new Set<() => void>();
  readonly #options: ConnectionOptions;
  readonly #limits: Limits;
  readonly #ending = new AbortController();
  readonly #listening: Promise<void>;
  #connection: Connection | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(url: string, limits: Limits) {
    this.#limits = limits;
    this.#options = Object.create(connectionOptions(url, limits), {
      onnotify: {
        value: (_: string, server: string) => {
          if (server !== this.#server) this.#tell();
        },
      },
    }) as ConnectionOptions;
    this.#listening = this.#listen();
  }

  /** Calls the listener whenever something was recorded, by whichever server; returns what ends that. */
  hear(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that something was recorded, here at once and to the others in a moment. */
  announce(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#tell();
      const text = `select pg_notify('${channel}', '${this.#server}')`;
      this.#connection?.send({ text }, this.#limits.answer).catch(() => undefined);
    }, gathering);
  }

  async close(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#ending.abort();
    await this.#listening;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** On a connection of its own, and on the next one where that is lost. */
  async #listen(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const over = Promise.withResolvers<void>();
      const connection = new Connection(this.#options, () => over.resolve());
      signal.addEventListener('abort', () => over.resolve(), { once: true });
      try {
        await connection.open(this.#limits.connect);
        await connection.send({ text: `listen ${channel}` }, this.#limits.answer);
        this.#connection = connection;
        // whatever was said meanwhile
        this.#tell();
        await over.promise;
      } catch {
        // the statements of everybody else say what is in the way
      }
      this.#connection = undefined;
      await connection.close();
      await pause(pauseBetween, undefined, { signal }).catch(() => undefined);
    }
  }
}
