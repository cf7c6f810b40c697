/** Verifies long cases in a process of its own, whose memory nobody else uses; says how fast, and what it took. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withEngine } from '../../src/cli/database.ts';
import { verifyCase } from '../../src/engine/audit/audit.ts';
import { exportCase } from '../../src/engine/audit/export.ts';
import { engineReader } from '../../src/engine/audit/verify-all.ts';
import { openBundle } from '../../src/engine/audit/verify-bundle.ts';
import type { Engine } from '../../src/engine/engine.ts';

/** Of a case of a thousand entries, and of one of ten thousand. */
export interface Wanted {
  readonly short: string;
  readonly long: string;
}

export interface Verified {
  /** Entries per second. */
  readonly inDatabase: number;
  readonly fromBundle: number;
  /** By how many MB the peak of memory grew from the short case to the long one. */
  readonly growthInDatabase: number;
  readonly growthFromBundle: number;
}

/** In MB, of this process so far. */
const peak = () => process.resourceUsage().maxRSS / 1024;

interface Run {
  readonly perSecond: number;
  readonly growth: number;
}

/** The short one first, until all is compiled and the memory that it needs is taken. */
async function measure(
  { short, long }: Wanted,
  verify: (id: string) => Promise<number>,
): Promise<Run> {
  for (let i = 0; i < 3; i += 1) await verify(short);
  const before = peak();
  const begun = performance.now();
  const entries = await verify(long);
  const seconds = (performance.now() - begun) / 1000;
  return { perSecond: entries / seconds, growth: peak() - before };
}

async function run(engine: Engine, wanted: Wanted, folder: string): Promise<Verified> {
  const inDatabase = await measure(wanted, async (id) => {
    const { ok, entries } = await verifyCase(engine, engineReader, id);
    if (!ok) throw new Error('the case does not verify');
    return entries;
  });
  const bundle = (id: string) => join(folder, `${id}.ndjson`);
  for (const id of Object.values(wanted) as string[]) {
    const { lines } = await exportCase(engine, engineReader, id);
    await writeFile(bundle(id), lines);
  }
  const fromBundle = await measure(wanted, async (id) => {
    const reading = await openBundle(createReadStream(bundle(id)));
    let entries = 0;
    for await (const _ of reading.steps()) entries += 1;
    if (!reading.finish().ok) throw new Error('the bundle does not verify');
    return entries;
  });
  return {
    inDatabase: inDatabase.perSecond,
    fromBundle: fromBundle.perSecond,
    growthInDatabase: inDatabase.growth,
    growthFromBundle: fromBundle.growth,
  };
}

process.once('message', (wanted: Wanted) => {
  const verify = async (): Promise<Verified> => {
    const folder = await mkdtemp(join(tmpdir(), 'recourse-bench-'));
    try {
      return await withEngine(async (engine) => run(engine, wanted, folder));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  void verify().then(
    (verified) => process.send?.({ verified }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
