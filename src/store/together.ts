/**
 * Statements about one case each that travel as one: half of what a step costs the database is the
 * statement rather than what it reads and writes, and so is much of what it costs the server.
 */
import { isRefusal } from './connection.ts';
import type { Db } from './database.ts';

interface Travelling<Item, Result> {
  /** Items of one kind can travel together... */
  readonly kindOf: (item: Item) => string;
  /** ...unless they are about the same case. */
  readonly caseOf: (item: Item) => string;
  /** The results in the items' order; undefined for an item that has to travel alone. */
  readonly go: (db: Db, items: readonly Item[]) => Promise<readonly (Result | undefined)[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const limits = new WeakMap<Db, number>();

/**
 * How many cases a statement over `db` may be about: 16 unless this is called. With 1 each travels
 * alone, which is what a distributed PostgreSQL wants.
 */
export function limitCompany(db: Db, most: number): void {
  limits.set(db, most);
}

/** Those of one kind: while one statement of theirs is under way, who comes waits, and then travels at once. */
class Company<Item, Result> {
  readonly #db: Db;
  readonly #how: Travelling<Item, Result>;
  readonly #most: number;
  readonly #dissolve: () => unknown;
  #waiting: Waiting<Item, Result>[] = [];
  #isUnderWay = false;

  constructor(
    db: Db,
    how: Travelling<Item, Result>,
    most: number,
    dissolve: () => unknown = () => undefined,
  ) {
    this.#db = db;
    this.#how = how;
    this.#most = most;
    this.#dissolve = dissolve;
  }

  go(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#isUnderWay || this.#waiting.length === 0) return;
    this.#isUnderWay = true;
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#isUnderWay = false;
      if (this.#waiting.length === 0) this.#dissolve();
      this.#next();
    };
    // one that waits for somebody's lock holds up nobody else
    const patience = setTimeout(over, 100);
    void this.#take(this.#fellows()).finally(() => {
      clearTimeout(patience);
      over();
    });
  }

  /** Of those who wait, as many as can go along. */
  #fellows(): Waiting<Item, Result>[] {
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const cases = new Set<string>();
    for (const one of this.#waiting) {
      const about = this.#how.caseOf(one.item);
      (taken.length < this.#most && !cases.has(about) ? taken : left).push(one);
      cases.add(about);
    }
    this.#waiting = left;
    return taken;
  }

  async #take(fellows: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#how.go(
        this.#db,
        fellows.map(({ item }) => item),
      );
      await Promise.all(
        fellows.map(async (one, i) => {
          const result = results[i];
          if (result === undefined) await this.#alone(one);
          else one.resolve(result);
        }),
      );
    } catch (error) {
      // what the database refused was not done, so each can try without the one that was to blame
      const apart = fellows.length > 1 && isRefusal(error);
      if (apart) await Promise.all(fellows.map((one) => this.#alone(one)));
      else for (const { reject } of fellows) reject(error);
    }
  }

  async #alone({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> {
    try {
      const [result] = await this.#how.go(this.#db, [item]);
      resolve(result as Result);
    } catch (error) {
      reject(error);
    }
  }
}

/** A way to the database on which what arrives together travels together; who comes alone waits for nobody. */
export function together<Item, Result>(
  how: Travelling<Item, Result>,
): (db: Db, item: Item) => Promise<Result> {
  const companies = new WeakMap<Db, Map<string, Company<Item, Result>>>();
  return async (db, item) => {
    const most = limits.get(db) ?? 16;
    if (most === 1) return new Company(db, how, most).go(item);
    const kinds = companies.get(db) ?? new Map<string, Company<Item, Result>>();
    companies.set(db, kinds);
    const kind = how.kindOf(item);
    const company = kinds.get(kind) ?? new Company(db, how, most, () => kinds.delete(kind));
    kinds.set(kind, company);
    return company.go(item);
  };
}
