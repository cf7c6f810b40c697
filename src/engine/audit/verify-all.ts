/** Every case of the database, verified: for who runs it, on nobody's behalf. */
import { listCases } from '../../store/case-list.ts';
import { engineIdentity } from '../../store/visibility.ts';
import { verifyCase } from './audit.ts';
import type { Reader } from '../step/present.ts';
import type { Engine } from '../engine.ts';
import type { Verification } from './verify.ts';

/** The engine as a reader: it sees every case, and opens none. */
export const engineReader: Reader = { person: engineIdentity, roles: [] };

export interface VerifiedCase {
  readonly caseId: string;
  readonly codename: string;
  readonly verification: Verification;
}

/** Cases whose rows are read at once. */
const batch = 100;

/** Verifies case after case, the newest first. Those opened meanwhile are not among them. */
export async function* verifyAll(engine: Engine): AsyncGenerator<VerifiedCase> {
  const { db, now } = engine;
  for (let after: readonly [string, string] | undefined; ;) {
    const rows = await listCases(db, engineReader, { after, limit: batch, now: now() });
    for (const { caseId, codename } of rows)
      yield { caseId, codename, verification: await verifyCase(engine, engineReader, caseId) };
    const last = rows.at(-1);
    if (!last) return;
    after = [last.openedAt.toISOString(), last.caseId];
  }
}
