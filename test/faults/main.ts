/**
 * `npm run test:faults`: what must hold when processes are killed and the database goes away, tried on a
 * PostgreSQL that writes to the disk and on servers that were started as anyone would, under load. Every
 * answer is one that a client can act on, and comes in time; no server ends by itself; in the end each
 * event that was acknowledged is in its case, once, and every case verifies.
 *
 * Ten minutes at most; `--quick` takes about two. Exit 1 where something did not hold.
 */
import { mkdtemp } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { inOneLine } from '../../src/cli/outcome.ts';
import { startDatabase } from './database.ts';
import { fillDisk, killAgain, loseForGood, mountSmall } from './embedded.ts';
import { startLoad, type Faults, type Load } from './load.ts';
import { scenarios } from './scenarios.ts';
import { startServer } from './servers.ts';
import { openSite, type Site } from './site.ts';

const program = new Command('test:faults')
  .description('kill servers and databases under load, and see that nothing is lost')
  .option('-q, --quick', 'each fault for a few seconds')
  .option('-o, --only <words>', 'the faults whose names have these words', '');
program.parse();
const { quick = false, only } = program.opts<{ quick?: boolean; only: string }>();
const wanted = (name: string) => name.includes(only);

const minute = 60_000;
const limit = (quick ? 4 : 10) * minute;

let [passed, failed] = [0, 0];

/** What was found since the last time, as the verdict on this. */
function judge(name: string, faults: Faults, told = ''): void {
  const lines = faults.take();
  if (lines.length === 0) passed += 1;
  else failed += 1;
  console.log(`${lines.length === 0 ? 'ok    ' : 'FAILED'}  ${name}${told}`);
  for (const line of lines) console.log(`          ${line}`);
}

/** Lets it happen under load. */
async function play(name: string, site: Site, fault: (load: Load) => Promise<void>) {
  const start = performance.now();
  const load = startLoad(site);
  try {
    await load.underWay();
    await fault(load);
  } catch (error) {
    site.faults.add(inOneLine(error));
  }
  const { acknowledged, unready, slowest } = await load.stop();
  if (acknowledged === 0) site.faults.add('nothing was acknowledged');
  const took = seconds(performance.now() - start);
  judge(
    name,
    site.faults,
    `: ${took}, ${acknowledged} acknowledged, ${unready} times 503, slowest ${seconds(slowest)}`,
  );
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

async function judgeRecords(name: string, site: Site) {
  const { length } = site.acknowledged;
  await site.audit().catch((error: unknown) => site.faults.add(inOneLine(error)));
  judge(
    `${name}: ${length} acknowledged events are recorded once, every case verifies`,
    site.faults,
  );
}

/** Ends in the opposite order, whatever happened. */
async function withEnds(work: (ends: (() => unknown)[]) => Promise<void>): Promise<void> {
  const ends: (() => unknown)[] = [];
  try {
    await work(ends);
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function onOneDatabase(folder: string): Promise<void> {
  const chosen = scenarios.filter(
    ({ name, seconds: [short] }) => wanted(name) && (!quick || short > 0),
  );
  if (chosen.length === 0) return;
  await withEnds(async (ends) => {
    const database = await startDatabase(join(folder, 'shared'), { max_connections: '60' });
    ends.push(database.stop);
    const settings = {
      DATABASE_URL: database.url,
      RECOURSE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const site = await openSite({ settings, folder, servers: 3 });
    ends.push(site.stop);
    for (const {
      name,
      seconds: [short, long],
      run,
    } of chosen)
      await play(name, site, async (load) =>
        run({ ...site, database, load }, quick ? short : long),
      );
    await judgeRecords('three servers', site);
  });
}

async function embedded(folder: string): Promise<void> {
  const [killed, lost] = ['the embedded PostgreSQL is killed', 'the embedded PostgreSQL is lost'];
  if (!wanted(killed) && !wanted(lost)) return;
  await withEnds(async (ends) => {
    const data = join(folder, 'embedded');
    const settings = { RECOURSE_DATA_DIR: data };
    const site = await openSite({ settings, folder: join(folder, 'embedded-logs') });
    ends.push(site.stop);
    await play(killed, site, async () => killAgain(data, quick ? 2 : 6));
    await judgeRecords('embedded', site);
    if (quick) return;
    const log = join(folder, 'lost.log');
    const server = await startServer({ settings, log, onFault: site.faults.add });
    ends.push(server.stop);
    await loseForGood(server, { data, log, faults: site.faults });
    judge(`${lost} for good: the server ends, and says why`, site.faults);
  });
}

async function fullDisk(folder: string): Promise<void> {
  const name = 'the disk is full';
  if (!wanted(name)) return;
  await withEnds(async (ends) => {
    const disk = join(folder, 'disk');
    const unmount = await mountSmall(disk, 256);
    if (!unmount) {
      console.log(`skipped ${name}: no file system may be mounted here`);
      return;
    }
    ends.push(unmount);
    const settings = { RECOURSE_DATA_DIR: join(disk, 'data') };
    const site = await openSite({ settings, folder: join(folder, 'logs') });
    ends.push(site.stop);
    await play(name, site, async () => fillDisk(disk, quick ? 6 : 20));
    await judgeRecords('on the small disk', site);
  });
}

const folder = await mkdtemp(join(tmpdir(), 'recourse-faults-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
setTimeout(() => {
  console.log(`FAILED  it is not done after ${limit / minute} minutes`);
  process.exit(1);
}, limit).unref();
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const part of [onOneDatabase, embedded, fullDisk])
  await part(folder).catch((error: unknown) => {
    failed += 1;
    console.log(`FAILED  ${inOneLine(error)}`);
  });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
