/** Fills a database: staff, stories told once by the engine, and their copies in bulk. */
import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { takeCheckpoint } from '../../engine/audit/checkpoint.ts';
import { digestKeys } from '../../engine/confidential/digests.ts';
import type { Engine } from '../../engine/engine.ts';
import { codename } from '../../engine/step/codename.ts';
import type { Db } from '../../store/database.ts';
import { copyOf, mouldOf, type Mould } from './mould.ts';
import { insertCopies, type Named } from './rows.ts';
import { fewCases, hire, pairs } from './staff.ts';
import { stories } from './stories.ts';
import { tell, type Template } from './template.ts';

/** Cases that are written at once. */
const chunkSize = 1000;
/** Cases that are made before the connection to the database gets its turn. */
const burst = 10;

/**
 * Adds so many cases.
 *
 * @param progress called with how many are there
 */
export async function seed(
  engine: Engine,
  count: number,
  progress: (done: number) => void = () => undefined,
): Promise<void> {
  await hire(engine);
  const told: Told[][] = [];
  let done = 0;
  for (const kind of stories) {
    const templates: Told[] = [];
    for (const { share, story } of kind.slice(0, count - done)) {
      templates.push({ share, template: await tell(engine, story) });
      progress((done += 1));
    }
    told.push(templates);
  }
  let writing = Promise.resolve();
  for (const chunk of chunksOf(told, count - done)) {
    // while the database writes, the next ones are made
    const [copies] = await Promise.all([copiesOf(engine, chunk), writing]);
    writing = insertCopies(engine.db, copies);
    progress((done += copies.length));
  }
  await writing;
  await takeCheckpoint(engine);
  await analyze(engine.db);
}

interface Told {
  /** How many of a thousand cases go like this. */
  readonly share: number;
  readonly template: Template;
}

interface Portion {
  readonly mould: Mould;
  readonly count: number;
}

/** One kind of report after another; every chunk at times of its own, and with other staff. */
function* chunksOf(told: readonly (readonly Told[])[], count: number): Generator<Portion[]> {
  let moulds = 0;
  const cast = (template: Template, [cleo, rui]: readonly [cleo: string, rui: string]) => {
    moulds += 1;
    return mouldOf(template, { earlier: template.room * spread(moulds), staff: { cleo, rui } });
  };
  const few = Math.min(fewCases.count, count);
  const [, recorded] = told[0] ?? [];
  if (recorded && few > 0) yield [{ mould: cast(recorded.template, fewCases.pair), count: few }];
  const size = Math.min(chunkSize, Math.ceil(count / told.length));
  for (let left = count - few, kind = 0; left > 0; left -= size, kind += 1) {
    const templates = told[kind % told.length] ?? [];
    const counts = apportion(Math.min(size, left), templates);
    yield templates.map(({ template }, index) => ({
      mould: cast(template, pairs[(kind + index) % pairs.length] ?? fewCases.pair),
      count: counts[index] ?? 0,
    }));
  }
}

/** The n-th of numbers from 0 to below 1 that lie evenly however many there are (by the golden ratio). */
const spread = (n: number): number => (n * 0.618_033_988_749_895) % 1;

/** Shares a number out, without losing any to rounding. */
function apportion(count: number, among: readonly { readonly share: number }[]): number[] {
  const whole = among.reduce((sum, { share }) => sum + share, 0);
  let [shares, given] = [0, 0];
  return among.map(({ share }) => {
    shares += share;
    const before = given;
    given = Math.round((count * shares) / whole);
    return given - before;
  });
}

async function copiesOf({ db, keyring }: Engine, chunk: readonly Portion[]): Promise<Named[]> {
  const names = await takeCodenames(
    db,
    chunk.reduce((sum, { count }) => sum + count, 0),
  );
  const keys = { db, keyring, digestKey: digestKeys(keyring)[0] };
  const copies: Named[] = [];
  for (const { mould, count } of chunk)
    for (let i = 0; i < count; i += 1) {
      copies.push({ mould, copy: await copyOf(mould, names.pop() ?? '', keys) });
      if (copies.length % burst === 0) await setImmediate();
    }
  return copies;
}

/** Names that no case has or had; taken for good. */
async function takeCodenames(db: Db, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const drawn = Array.from({ length: count - taken.length }, () => {
      const name = codename(() => randomInt(2 ** 32) / 2 ** 32);
      return `${name}-${randomInt(2, 1_000_000_000)}`;
    });
    const free = await db.execute<{ codename: string }>(sql`
      insert into codenames select distinct unnest(${sql.param(drawn)}::text[])
      on conflict do nothing returning codename`);
    taken.push(...free.map((row) => row.codename));
  }
  return taken;
}

/** Without statistics the planner takes a million rows for a handful; they are the owner's to gather. */
async function analyze(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local role none`);
    await tx.execute(sql`analyze`);
  });
}
