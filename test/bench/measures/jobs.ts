/** The rounds of what goes on in the background, at many cases and at few. */
import { jobsOf } from '../../../src/deadlines/loop.ts';
import { takeCheckpoint } from '../../../src/engine/audit/checkpoint.ts';
import { submit } from '../../../src/engine/step/advance.ts';
import { medianOf } from '../report.ts';
import { events, type Measure, type Site } from '../bench.ts';

const names = ['deadlines', 'retention', 'answers', 'checkpoints'] as const;
const afresh = 'a checkpoint of five cases';

/** A round does little, so it is repeated: the middle one counts. */
async function timed(work: () => Promise<unknown>, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const begun = performance.now();
    await work();
    took.push(performance.now() - begun);
  }
  return medianOf(took);
}

const unexpected = (error: unknown): never => {
  throw error;
};

async function roundsOf({ engine, open }: Site): Promise<Record<string, number>> {
  const took: Record<string, number> = {};
  // so that there is nothing new in any of them, and no checkpoint is due
  await takeCheckpoint(engine);
  for (const { name, run } of jobsOf(engine, { checkpoints: { every: 100, interval: 'PT1H' } }))
    took[name] = await timed(() => run(unexpected), 5);
  for (const caseId of open.slice(0, 5))
    await submit(engine, { person: 'ada', caseId, events: [events.plain] });
  took[afresh] = await timed(() => takeCheckpoint(engine), 1);
  return took;
}

export const jobs: Measure = {
  name: 'jobs',
  thresholds: [...names.map((name) => `job, ${name}`), afresh].map((name) => ({
    name,
    most: 1.5,
    sized: true,
  })),
  async round({ large, small }) {
    const [many, few] = [await roundsOf(large), await roundsOf(small)];
    return Object.fromEntries(
      [...names, afresh].map((name) => [
        name === afresh ? name : `job, ${name}`,
        (many[name] ?? Number.NaN) / (few[name] ?? Number.NaN),
      ]),
    );
  },
};
