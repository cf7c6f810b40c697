import { eraseByRetention } from '../engine/step/as-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { claimDueErasure } from '../store/retention.ts';

/**
 * Erases every case whose retention has passed by the engine's time, one after another, each once
 * however many processes do so at the same time.
 *
 * @param report called with what went wrong at one case; the others are erased all the same
 * @returns how many were erased
 */
export async function eraseDueCases(
  engine: Engine,
  report: (error: unknown) => void,
): Promise<number> {
  const passedOver: string[] = [];
  for (let erased = 0; ;) {
    let claimed: string | undefined;
    try {
      const due = await claimDueErasure(
        engine.db,
        { now: engine.now(), passedOver },
        async (tx, caseId) => {
          claimed = caseId;
          if (await eraseByRetention({ ...engine, db: tx }, caseId)) erased++;
          else passedOver.push(caseId);
        },
      );
      if (due === undefined) return erased;
    } catch (error) {
      report(error);
      if (claimed === undefined) return erased;
      passedOver.push(claimed);
    }
  }
}
