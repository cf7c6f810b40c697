/** Cases whose retention has passed. Their time is written by `commit.ts`, with the step that moves it. */
import { and, asc, lte, notInArray } from 'drizzle-orm';
import { cases } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAsEngine } from './visibility.ts';

/**
 * Claims one case that is due to be erased, by locking it, and calls `erase` in the same transaction:
 * another process skips it, and a writer of the case waits for the outcome.
 *
 * @param passedOver cases that could not be erased in this round
 * @returns the case's id; undefined when none is due
 */
export async function claimDueErasure(
  db: Db,
  { now, passedOver }: { now: Date; passedOver: readonly string[] },
  erase: (tx: Db, caseId: string) => Promise<void>,
): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    const [claimed] = await tx
      .select({ caseId: cases.caseId })
      .from(cases)
      .where(
        and(
          actingAsEngine,
          lte(cases.eraseDueAt, now),
          passedOver.length > 0 ? notInArray(cases.caseId, [...passedOver]) : undefined,
        ),
      )
      .orderBy(asc(cases.eraseDueAt))
      .limit(1)
      .for('update', { skipLocked: true });
    if (claimed) await erase(tx, claimed.caseId);
    return claimed?.caseId;
  });
}
