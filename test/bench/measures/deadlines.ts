/** Deadlines that run out: a crowd at once, with people at work meanwhile or not, and one now and then. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineIdentity } from '../../../machines/case.ts';
import { copyOf, mouldOf, type Mould } from '../../../src/cli/seed/mould.ts';
import { insertCopies } from '../../../src/cli/seed/rows.ts';
import { digestKeys } from '../../../src/engine/confidential/digests.ts';
import { recorded } from '../../support/chapters.ts';
import { write } from '../../support/written.ts';
import { on, sending, type Bench, type Measure, type Site } from '../bench.ts';
import { startServer } from '../processes.ts';

const second = 1000;

/** Cases of which each has a deadline at one of these moments; the names that they are told apart by begin alike. */
async function lay(
  { owner, engine }: Site,
  dueAt: readonly number[],
  version: string = machineIdentity.version,
): Promise<string> {
  const story = { entries: write(recorded).entries, parts: [] };
  const soonest = Date.parse(mouldOf(story, { earlier: 0, staff: {} }).change.nextDueAt ?? '');
  const keys = { ...engine, digestKey: digestKeys(engine.keyring)[0] };
  const name = `due-${Date.now()}`;
  const castFor = (at: number): { mould: Mould; laid: Mould } => {
    const mould = mouldOf(story, { earlier: soonest - at, staff: {} });
    const change = { ...mould.change, machine: { ...machineIdentity, version } };
    return { mould, laid: { ...mould, change } };
  };
  const moulds = new Map([...new Set(dueAt)].map((at) => [at, castFor(at)]));
  const named = await Promise.all(
    dueAt.flatMap((at, index) => {
      const cast = moulds.get(at);
      if (!cast) return [];
      const { mould, laid } = cast;
      // authentic once it is of this version again
      return [copyOf(mould, `${name}-${index}`, keys).then((copy) => ({ mould: laid, copy }))];
    }),
  );
  for (let i = 0; i < named.length; i += 500) await insertCopies(owner.db, named.slice(i, i + 500));
  return name;
}

interface Fired {
  readonly perSecond: number;
  /** In milliseconds, of the 99th of a hundred. */
  readonly late: number;
}

/** Waits until all of them have run out. */
async function fired({ owner: { sql } }: Site, name: string, wanted: number): Promise<Fired> {
  for (;;) {
    const [told] = await sql<{ count: number; begun: Date; late: number }[]>`
      select count(*)::int as count, min(at) as begun,
        1000 * percentile_disc(0.99) within group (
          order by extract(epoch from at - (facts ->> 'dueAt')::timestamptz))::float as late
      from cases c join history h on h.case_id = c.case_id and h.seq = c.head_seq
      where codename like ${`${name}-%`} and outcome = 'elapsed'`;
    if (told?.count === wanted) {
      const took = Date.now() - new Date(told.begun).getTime();
      return { perSecond: (wanted * second) / took, late: told.late };
    }
    await sleep(100);
  }
}

/**
 * Lets so many be due at once, some time ago. They are laid as cases of another version, which no server
 * comes upon, and all brought over in a moment.
 */
async function crowd(site: Site, size: number): Promise<() => Promise<string>> {
  const due = Date.now() - 60 * second;
  const name = await lay(
    site,
    Array.from({ length: size }, () => due),
    'none',
  );
  return async () => {
    await site.owner.sql`
      update cases set machine_version = ${machineIdentity.version}
      where codename like ${`${name}-%`}`;
    return name;
  };
}

async function drain(site: Site, size: number): Promise<number> {
  // a smaller one first, for which a server compiles what it needs
  const first = await crowd(site, size / 2);
  await fired(site, await first(), size / 2);
  const begin = await crowd(site, size);
  return (await fired(site, await begin(), size)).perSecond;
}

/** Milliseconds within which nearly all events are answered, before such a crowd and during it. */
async function beside(site: Site, size: number, { load }: Bench): Promise<number> {
  const work = (seconds: number) =>
    load(on(site, { connections: 2, seconds, calls: sending(site.open) }));
  const before = (await work(3)).p99;
  const begin = await crowd(site, size);
  const name = await begin();
  const during = (await work(size / 2000)).p99;
  await fired(site, name, size);
  return during / before;
}

/** With three servers on one database, how much of the rate of one is left. */
async function shared({ cluster, large }: Bench, size: number): Promise<number> {
  const log = join(cluster.folder, 'servers.log');
  const others = [await startServer(large.settings, log), await startServer(large.settings, log)];
  try {
    return await drain(large, size);
  } finally {
    for (const server of others) await server.stop();
  }
}

export const deadlines: Measure = {
  name: 'deadlines',
  thresholds: [
    { name: 'deadlines of a crowd, per s', aim: 1_500 },
    { name: 'the same with three servers ÷ with one', least: 0.9 },
    { name: 'events during it ÷ before, p99', most: 2 },
    { name: 'deadlines now and then, late by, p99, ms', most: 1_000 },
  ],
  async round(bench) {
    const { large, quick } = bench;
    const size = quick ? 3_000 : 20_000;
    const alone = await drain(large, size);
    const begin = Date.now() + 2 * second;
    const name = await lay(
      large,
      Array.from({ length: 200 }, (_, i) => begin + 25 * i),
    );
    const { late } = await fired(large, name, 200);
    return {
      'deadlines of a crowd, per s': alone,
      'the same with three servers ÷ with one': (await shared(bench, size)) / alone,
      'events during it ÷ before, p99': await beside(large, size, bench),
      'deadlines now and then, late by, p99, ms': late,
    };
  },
};
