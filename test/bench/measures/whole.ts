/** Whole histories verified, and a whole server started. */
import { join } from 'node:path';
import { startHelper, startServer } from '../processes.ts';
import type { Measure } from '../bench.ts';
import type { Verified, Wanted } from '../verification.ts';

export const verification: Measure = {
  name: 'verification',
  thresholds: [
    { name: 'entries verified in the database, per s', least: 10_000, aim: 20_000 },
    { name: 'entries verified from a bundle, per s', least: 10_000, aim: 20_000 },
    { name: 'memory in the database, 1,000 → 10,000 entries, MB', most: 50 },
    { name: 'memory from a bundle, 1,000 → 10,000 entries, MB', most: 50 },
  ],
  async round({ large }) {
    const [[short = ''], [long = '']] = [await large.ofLength(1_000), await large.ofLength(10_000)];
    const helper = startHelper('test/bench/verification.ts', large.settings);
    try {
      const wanted: Wanted = { short, long };
      const { verified } = (await helper.ask(wanted)) as { verified: Verified };
      return {
        'entries verified in the database, per s': verified.inDatabase,
        'entries verified from a bundle, per s': verified.fromBundle,
        'memory in the database, 1,000 → 10,000 entries, MB': verified.growthInDatabase,
        'memory from a bundle, 1,000 → 10,000 entries, MB': verified.growthFromBundle,
      };
    } finally {
      await helper.stop();
    }
  },
};

export const start: Measure = {
  name: 'start',
  thresholds: [{ name: 'start on an embedded database, s', most: 1.5 }],
  async round({ cluster }, number) {
    const settings = { RECOURSE_DATA_DIR: join(cluster.folder, 'start') };
    const begin = async () => startServer(settings, join(cluster.folder, 'start.log'));
    // the first start makes the database
    if (number === 0) await (await begin()).stop();
    const begun = performance.now();
    const server = await begin();
    const seconds = (performance.now() - begun) / 1000;
    await server.stop();
    return { 'start on an embedded database, s': seconds };
  },
};
