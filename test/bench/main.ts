/**
 * `npm run bench`: how fast the server is as its users have it, over HTTP and with a database that
 * writes to the disk, each time beside something that is measured in turn with it on the same machine:
 * a server that does less, the same at a smaller size. Exit 1 where a median lies beyond its limit, 2 where there
 * is no answer.
 *
 * `--quick` takes a minute or two, with fewer cases and shorter loads. What is about sizes is told then
 * and decides nothing; the ratios to the floors hold at any size.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { inOneLine } from '../../src/cli/outcome.ts';
import { startCluster, type Cluster } from './database.ts';
import { floorRows, type Bench, type Measure, type Site } from './bench.ts';
import { deadlines } from './measures/deadlines.ts';
import { dearest } from './measures/dearest.ts';
import { jobs } from './measures/jobs.ts';
import { lists, longCase, operations } from './measures/sizes.ts';
import { start, verification } from './measures/whole.ts';
import { contended, content, oneWriter, writers } from './measures/writing.ts';
import { startFloor, startLoader, startServer } from './processes.ts';
import { heading, named, resultOf, tell, type Result } from './report.ts';

const measures: readonly Measure[] = [
  writers,
  oneWriter,
  content,
  contended,
  longCase,
  lists,
  operations,
  jobs,
  deadlines,
  dearest,
  verification,
  start,
];

interface Options {
  readonly quick?: boolean;
  readonly only: readonly Measure[];
  readonly rounds: number;
  readonly cases?: number;
  readonly out?: string;
  readonly keep?: string;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new InvalidArgumentError('It is no number.');
  return Number(text);
}

function gather(name: string, before: readonly Measure[]): Measure[] {
  const measure = measures.find((one) => one.name === name);
  if (!measure) throw new InvalidArgumentError(`It is none of ${named(measures)}.`);
  return [...before, measure];
}

const program = new Command('bench')
  .description('measure the server beside floors, and hold the ratios to their limits')
  .option('-q, --quick', 'small sizes: what is about sizes decides nothing')
  .option('-o, --only <measure>', `one of ${named(measures)}; may be repeated`, gather, [])
  .option('-r, --rounds <number>', 'of each measure', count, 5)
  .option('-c, --cases <number>', 'cases of the larger database (1,000,000; quick: 20,000)', count)
  .option('--out <file>', 'where the numbers go, as JSON; a temporary file, if left out')
  .option('--keep <folder>', 'keep the databases there, and use those that are there');

const ending = new AbortController();
const ended = once(ending.signal, 'abort');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    ending.abort(new Error(`ended by ${signal}`));
  });

/** Ends in the opposite order, whatever happened. */
async function withEnds(work: (ends: (() => Promise<unknown>)[]) => Promise<void>): Promise<void> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    await work(ends);
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function openSite(
  cluster: Cluster,
  options: { readonly cases: number; readonly long: boolean },
  ends: (() => Promise<unknown>)[],
): Promise<Site> {
  const { cases, long } = options;
  const filled = await cluster.filled(cases, { long });
  ends.push(filled.close);
  const log = join(cluster.folder, `server-${cases}.log`);
  const server = await startServer(filled.settings, log);
  ends.push(server.stop);
  return { ...filled, server };
}

/** Round by round; what breaks off is told, has no numbers, and so falls short. */
async function take(measure: Measure, bench: Bench, rounds: number): Promise<Result[]> {
  const told: Readonly<Record<string, number>>[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const numbers = measure.round(bench, round);
      await Promise.race([numbers, ended]);
      ending.signal.throwIfAborted();
      told.push(await numbers);
    }
  } catch (error) {
    ending.signal.throwIfAborted();
    console.log(`${measure.name}: ${inOneLine(error)}`);
    told.length = 0;
  }
  return measure.thresholds.map((threshold) =>
    resultOf(
      threshold,
      told.map((round) => round[threshold.name] ?? Number.NaN),
      bench.quick,
    ),
  );
}

async function run({ quick = false, only, rounds, ...options }: Options): Promise<void> {
  const { cases = quick ? 20_000 : 1_000_000, keep, out } = options;
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'recourse-bench-')));
  const results: Result[] = [];
  await withEnds(async (ends) => {
    if (keep === undefined) ends.push(() => rm(folder, { recursive: true, force: true }));
    const cluster = await startCluster(folder, ending.signal);
    ends.push(cluster.stop);
    console.log(`${cases} cases, ${rounds} rounds, ${cpus().length} × ${cpus()[0]?.model}`);
    const small = await openSite(cluster, { cases: 1_000, long: false }, ends);
    const large = await openSite(cluster, { cases, long: true }, ends);
    const floor = await cluster.floor(floorRows);
    const bare = await startFloor(import.meta.resolve('./floors/bare.ts'), floor);
    const xstate = await startFloor(import.meta.resolve('./floors/xstate.ts'), floor);
    const loader = startLoader();
    ends.push(bare.stop, xstate.stop, loader.stop);
    const pace = quick ? 0.5 : 6;
    const bench: Bench = { cluster, large, small, bare, xstate, load: loader.load, pace, quick };
    console.log(heading);
    for (const measure of only.length > 0 ? only : measures) {
      const taken = await take(measure, bench, rounds);
      results.push(...taken);
      for (const result of taken) console.log(tell(result));
    }
  });
  const file = out ?? join(tmpdir(), `recourse-bench-${Date.now()}.json`);
  await writeFile(file, `${JSON.stringify({ cases, quick, results }, null, 2)}\n`);
  console.log(file);
  if (results.some(({ ok, decides }) => decides && !ok)) process.exitCode = 1;
}

try {
  await program.action(async () => run(program.opts())).parseAsync();
} catch (error) {
  console.error(`bench: ${inOneLine(error)}`);
  process.exitCode ??= 2;
}
