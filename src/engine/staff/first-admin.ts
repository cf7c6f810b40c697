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
 * @param options `token`: the admin's; or else `leave`, which hands a generated one over before there is
 *   an admin, who would be locked out without it. `now`: when it is made
 */
export async function ensureFirstAdmin(
  db: Db,
  options: {
    readonly now: Date;
    readonly token?: string | undefined;
    readonly leave: (token: string) => Promise<void>;
  },
): Promise<void> {
  const { token: given, leave, now } = options;
  await db.transaction(async (tx) => {
    if ((await countPeople(tx)) > 0) return;
    const admin = { id: firstAdmin, name: 'Admin', roles: ['admin'] as const };
    if (!(await insertPerson(tx, admin, now))) return;
    const token = given ?? newToken();
    await insertToken(tx, {
      id: randomUUID(),
      personId: firstAdmin,
      label: given === undefined ? 'generated at the first start' : 'RECOURSE_ADMIN_TOKEN',
      hash: hashToken(token),
      createdAt: now,
      expiresAt: null,
      madeWith: null,
    });
    if (given === undefined) await leave(token);
  });
}
