/** The story: one evening from the first word to the closing, and then its audit. */
import { theAppeal, theSecondLook } from './story-again.ts';
import { theAudit, theClosing } from './story-end.ts';
import { theDecision, theLeadsMeet } from './story-leads.ts';
import { safetyNow, takingTheReport, whoDoesNotSeeIt } from './story-report.ts';
import type { Theatre } from './theatre.ts';

/**
 * Plays all of it.
 *
 * @throws {StoryBroken} at the first answer that is not what the story expects
 */
export async function tell(play: Theatre): Promise<void> {
  const report = await takingTheReport(play);
  const action = await safetyNow(play);
  await whoDoesNotSeeIt(play);
  await theLeadsMeet(play, { report, action });
  await theDecision(play);
  await theSecondLook(play);
  await theAppeal(play);
  await theClosing(play);
  await theAudit(play);
}
