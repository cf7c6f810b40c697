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

/** Statements under way at once: while one is on its way to the disk, the next is worked on. */
const underWay = 2;

const limits = new WeakMap<Db, number>();

/**
 * How many cases a statement over `db` may be about: 16 unless this is called. With 1 each travels
 * alone, which is what a distributed PostgreSQL wants.
 */
export function limitCompany(db: Db, most: number): void {
  limits.set(db, most);
}

/** While as many are under way as may be, what comes waits, and then travels at once. */
class Company<Item, Result> {
  readonly #db: Db;
  readonly #how: Travelling<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;

  constructor(db: Db, how: Travelling<Item, Result>) {
    this.#db = db;
    this.#how = how;
  }

  go(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < underWay && this.#waiting.length > 0) {
      this.#underWay += 1;
      let isOver = false;
      const over = () => {
        if (isOver) return;
        isOver = true;
        this.#underWay -= 1;
        this.#next();
      };
      // one that waits for somebody's lock holds up nobody else
      const patience = setTimeout(over, 100);
      void this.#take(this.#fellows()).finally(() => {
        clearTimeout(patience);
        over();
      });
    }
  }

  /** Of those who wait, the first and whoever can go along. */
  #fellows(): Waiting<Item, Result>[] {
    const { kindOf, caseOf } = this.#how;
    const most = limits.get(this.#db) ?? 16;
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const cases = new Set<string>();
    let kind: string | undefined;
    for (const one of this.#waiting) {
      kind ??= kindOf(one.item);
      const about = caseOf(one.item);
      const fits = taken.length < most && kindOf(one.item) === kind && !cases.has(about);
      (fits ? taken : left).push(one);
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
  const companies = new WeakMap<Db, Company<Item, Result>>();
  return async (db, item) => {
    const company = companies.get(db) ?? new Company(db, how);
    companies.set(db, company);
    return company.go(item);
  };
}
