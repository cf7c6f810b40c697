import { randomUUID } from 'node:crypto';
import { hashToken, newToken } from '../../crypto/tokens.ts';
import type { Db } from '../../store/database.ts';
import { countPeople, insertPerson } from '../../store/people.ts';
import { insertToken } from '../../store/tokens.ts';

/** The handle of the first admin (README.md, "Run it"). */
const firstAdmin = 'admin';

/**
 * Makes the first admin, on a database with no people. Of several processes that start at once one
 * does, since a handle is taken only once; the others wait for it to be committed.
 *
 * @param options `token`: the admin's, generated if left out; `now`: when it is made
 * @returns the generated token, to be shown once; undefined when there was nothing to generate
 */
export async function ensureFirstAdmin(
  db: Db,
  { token: given, now }: { token?: string | undefined; now: Date },
): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    if ((await countPeople(tx)) > 0) return undefined;
    const admin = { id: firstAdmin, name: 'Admin', roles: ['admin'] as const };
    if (!(await insertPerson(tx, admin, now))) return undefined;
    const token = given ?? newToken();
    await insertToken(tx, {
      id: randomUUID(),
      personId: firstAdmin,
      label: given === undefined ? 'generated at the first start' : 'RECOURSE_ADMIN_TOKEN',
      hash: hashToken(token),
      createdAt: now,
      expiresAt: null,
    });
    return given === undefined ? token : undefined;
  });
}
