/**
 * What goes on by itself: each job at its own pace, side by side. Deadlines are fired through the same
 * way in as any event, closed cases are erased when their retention has passed, stored answers of old
 * are forgotten, checkpoints are taken.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { elapse } from '../engine/step/as-engine.ts';
import { checkpointWhenDue, type CheckpointPace } from '../engine/audit/checkpoint.ts';
import type { Engine } from '../engine/engine.ts';
import { answersKeptFor } from '../engine/step/idempotency.ts';
import { deleteAnswersBefore } from '../store/answers.ts';
import { claimDueDeadline, type DeadlineRow } from '../store/deadlines.ts';
import type { DeadlineName } from '../../machines/context.ts';
import { eraseDueCases } from './retention.ts';

/** Called with what went wrong at one deadline; the others are fired all the same. */
export type Report = (error: unknown) => void;

/**
 * Fires every deadline that is due by the engine's time, one after another, each once however many
 * processes do so at the same time.
 *
 * @returns how many ran out
 */
export async function fireDueDeadlines(engine: Engine, report: Report): Promise<number> {
  const passedOver: DeadlineRow[] = [];
  for (let fired = 0; ;) {
    let claimed: DeadlineRow | undefined;
    try {
      const due = await claimDueDeadline(
        engine.db,
        { now: engine.now(), passedOver },
        async (tx, deadline) => {
          claimed = deadline;
          if (
            await elapse({ ...engine, db: tx }, deadline.caseId, {
              name: deadline.name as DeadlineName,
              ref: deadline.ref,
            })
          )
            fired++;
          else passedOver.push(deadline);
        },
      );
      if (!due) return fired;
    } catch (error) {
      report(error);
      if (!claimed) return fired;
      passedOver.push(claimed);
    }
  }
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Something to be done again and again. */
export interface Job {
  /** For the log. */
  readonly name: string;
  /** From the end of one round to the beginning of the next, in milliseconds. */
  readonly pace: number;
  /** One round. What it throws is reported, and the next round comes all the same. */
  readonly run: (report: Report) => Promise<unknown>;
}

/** @param options `checkpoints`: when one is due */
export const jobsOf = (
  engine: Engine,
  { checkpoints }: { checkpoints: CheckpointPace },
): readonly Job[] => [
  { name: 'deadlines', pace: second / 2, run: (report) => fireDueDeadlines(engine, report) },
  { name: 'retention', pace: minute, run: (report) => eraseDueCases(engine, report) },
  { name: 'answers', pace: hour, run: () => forgetOldAnswers(engine) },
  {
    name: 'checkpoints',
    pace: 2 * second,
    run: () => checkpointWhenDue(engine, checkpoints),
  },
];

const forgetOldAnswers = ({ db, now }: Engine): Promise<void> =>
  deleteAnswersBefore(db, new Date(now().getTime() - answersKeptFor));

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
      await runEvery(pace, () => run(reportHere), signal, reportHere);
    }),
  );
}
