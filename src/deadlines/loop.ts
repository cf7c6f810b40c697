/**
 * What goes on by itself: each job at its own pace, side by side. Deadlines are fired through the same
 * way in as any event, closed cases are erased when their retention has passed, stored answers of old
 * are forgotten, checkpoints are taken.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { elapse } from '../engine/step/as-engine.ts';
import { checkpointWhenDue, type CheckpointPace } from '../engine/audit/checkpoint.ts';
import { dueUntil } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { answersKeptFor } from '../engine/step/idempotency.ts';
import { deleteAnswersBefore } from '../store/answers.ts';
import { clockWatch, type Tell } from './clock.ts';
import { takeAllDue, type Report } from './due.ts';
import { eraseDueCases } from './retention.ts';

/** Lets every deadline run out that is due, soonest first. Returns how many. */
export const fireDueDeadlines = (
  engine: Engine,
  report: Report,
  signal?: AbortSignal,
): Promise<number> => takeAllDue(engine, { due: 'nextDueAt', step: elapse }, report, signal);

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Something to be done again and again. */
export interface Job {
  /** For the log. */
  readonly name: string;
  /** From the end of one round to the beginning of the next, in milliseconds. */
  readonly pace: number;
  /** One round, which may be long and then ends early at the signal. What it throws is reported, and the next comes all the same. */
  readonly run: (report: Report, signal?: AbortSignal) => Promise<unknown>;
}

/** @param options `checkpoints`: when one is due; `tell`: of the clock, if anybody listens */
export const jobsOf = (
  engine: Engine,
  { checkpoints, tell = () => undefined }: { checkpoints: CheckpointPace; tell?: Tell },
): readonly Job[] => [
  { name: 'deadlines', pace: second / 2, run: (...how) => fireDueDeadlines(engine, ...how) },
  { name: 'retention', pace: minute, run: (...how) => eraseDueCases(engine, ...how) },
  { name: 'answers', pace: hour, run: () => forgetOldAnswers(engine) },
  {
    name: 'checkpoints',
    pace: 2 * second,
    run: () => checkpointWhenDue(engine, checkpoints),
  },
  { name: 'clock', pace: 5 * second, run: clockWatch(engine, tell) },
];

/** By both clocks: a request whose answer is forgotten too soon would be taken for a new one. */
async function forgetOldAnswers(engine: Engine): Promise<void> {
  const until = await dueUntil(engine);
  if (until) await deleteAnswersBefore(engine.db, new Date(until.getTime() - answersKeptFor));
}

/** Does it at once and then at its pace until the signal aborts; resolves when the round under way is done. */
export async function runEvery(
  pace: number,
  job: () => Promise<unknown>,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  while (!signal.aborted) {
    await job().catch(report);
    await sleep(pace, undefined, { signal }).catch(() => undefined);
  }
}

/** Runs all jobs side by side until the signal aborts; resolves when the rounds under way are done. */
export async function runJobs(
  jobs: readonly Job[],
  signal: AbortSignal,
  report: (error: unknown, job: string) => void,
): Promise<void> {
  await Promise.all(
    jobs.map(async ({ name, pace, run }) => {
      const reportHere: Report = (error) => report(error, name);
      await runEvery(pace, () => run(reportHere, signal), signal, reportHere);
    }),
  );
}
