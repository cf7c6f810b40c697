/** Fires what is due, through the same way in as any event; and forgets stored answers of old. */
import { setTimeout as sleep } from 'node:timers/promises';
import { elapse } from '../engine/advance.ts';
import type { Engine } from '../engine/engine.ts';
import { answersKeptFor } from '../engine/idempotency.ts';
import { deleteAnswersBefore } from '../store/answers.ts';
import { claimDueDeadline, type DeadlineRow } from '../store/deadlines.ts';
import type { DeadlineName } from '../../machines/context.ts';

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
          if (await elapse({ ...engine, db: tx }, deadline.caseId, deadline.name as DeadlineName))
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

/** Between two looks at the clock, in milliseconds. */
const pace = 500;
const forgetEvery = 60 * 60 * 1000;

/** Runs until the signal aborts; resolves when the round under way is done. */
export async function runDeadlines(
  engine: Engine,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  let forgotten = 0;
  while (!signal.aborted) {
    await fireDueDeadlines(engine, report);
    const now = engine.now().getTime();
    if (now - forgotten >= forgetEvery) {
      forgotten = now;
      await deleteAnswersBefore(engine.db, new Date(now - answersKeptFor)).catch(report);
    }
    await sleep(pace, undefined, { signal }).catch(() => undefined);
  }
}
