import { codenames } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';

/** Takes a codename for good. Returns whether it was free: of two at once, one gets it. */
export async function reserveCodename(db: Db, codename: string): Promise<boolean> {
  const reserved = await db
    .insert(codenames)
    .values({ codename })
    .onConflictDoNothing()
    .returning({ codename: codenames.codename });
  return reserved.length === 1;
}
