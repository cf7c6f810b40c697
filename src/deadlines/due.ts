/** Going through the cases in which something is due: in batches, soonest first, shared among servers. */
import { setImmediate } from 'node:timers/promises';
import { machineIdentity } from '../../machines/case.ts';
import { dueUntil } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { takeWhenDue, type DueStep } from '../engine/step/as-engine.ts';
import { beginning, claimDue, releaseClaims, type Due, type DueCase } from '../store/claims.ts';

/** Called with what went wrong in one case; the others are seen to all the same. */
export type Report = (error: unknown) => void;

/** Cases that are claimed at once, and whose steps may be on their way to the database at a time. */
const batch = 64;

/**
 * Takes a step in every case in which it is due, by both clocks, each once however many servers do so at
 * the same time. Nothing is taken while this server's clock is off.
 *
 * @returns how many steps were taken
 */
export async function takeAllDue(
  engine: Engine,
  { due, step }: { readonly due: Due; readonly step: DueStep },
  report: Report,
  signal?: AbortSignal,
): Promise<number> {
  let taken = 0;
  for (let after = beginning; ;) {
    const until = await dueUntil(engine);
    if (!until || signal?.aborted) return taken;
    const wanted = { machine: machineIdentity, until, after, most: batch };
    const { claimed, end } = await claimDue(engine.db, due, wanted);
    if (!end) return taken;
    after = end;
    const failed: unknown[] = [];
    const see = async (row: DueCase) => {
      const standing = { ...row, snapshot: JSON.parse(row.snapshot) as unknown };
      const steps = await takeWhenDue(engine, standing, { step, until });
      taken += steps;
    };
    const turns: Promise<unknown>[] = [];
    for (const row of claimed) {
      turns.push(see(row).catch((error: unknown) => failed.push(error)));
      // between two cases whoever waits for an answer has a turn
      await setImmediate();
    }
    await Promise.all(turns);
    await releaseClaims(engine.db, claimed);
    for (const error of failed) report(error);
  }
}
