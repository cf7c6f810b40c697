import { expect, test } from 'vitest';
import { runEvery, runJobs } from '../../src/deadlines/loop.ts';

test('a job that fails is reported and comes again, and holds up no other', async () => {
  const ending = new AbortController();
  const reported: unknown[] = [];
  const rounds = { failing: 0, waiting: 0, counting: 0 };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const jobs = [
    {
      name: 'failing',
      pace: 1,
      run: async () => {
        rounds.failing += 1;
        throw new Error(`round ${rounds.failing}`);
      },
    },
    {
      name: 'waiting',
      pace: 1,
      run: async () => {
        rounds.waiting += 1;
        await released;
      },
    },
    {
      name: 'counting',
      pace: 1,
      run: async (report: (error: unknown) => void) => {
        rounds.counting += 1;
        if (rounds.counting === 2) report('half of a round');
        if (rounds.counting < 5) return;
        ending.abort();
        release();
      },
    },
  ];
  await runJobs(jobs, ending.signal, (error, job) => reported.push([String(error), job]));
  expect(rounds).toMatchObject({ waiting: 1, counting: 5 });
  expect(reported).toContainEqual(['half of a round', 'counting']);
  expect(reported).toContainEqual(['Error: round 1', 'failing']);
  expect(reported).toContainEqual(['Error: round 2', 'failing']);
});

test('the end waits for the round under way, and not for the next', async () => {
  const ending = new AbortController();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const steps: string[] = [];
  const hour = 60 * 60 * 1000;
  const running = runEvery(
    hour,
    async () => {
      begin();
      await released;
      steps.push('round');
    },
    ending.signal,
    (error) => steps.push(String(error)),
  ).then(() => steps.push('end'));
  await begun;
  ending.abort();
  expect(steps).toEqual([]);
  release();
  await running;
  expect(steps).toEqual(['round', 'end']);
});
