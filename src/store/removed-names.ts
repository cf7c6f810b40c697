/** Keyed hashes of names that were taken away, for the screening of texts. */
import { and, eq } from 'drizzle-orm';
import { removedNames } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAsEngine } from './visibility.ts';

export type RemovedName = Pick<typeof removedNames.$inferSelect, 'ref' | 'digest'>;

export async function listRemovedNames(db: Db, caseId: string): Promise<RemovedName[]> {
  return db
    .select({ ref: removedNames.ref, digest: removedNames.digest })
    .from(removedNames)
    .where(and(actingAsEngine, eq(removedNames.caseId, caseId)));
}
