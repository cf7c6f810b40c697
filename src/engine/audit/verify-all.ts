/** Every case of the database, verified: for who runs it, on nobody's behalf. */
import { listCaseIds } from '../../store/cases.ts';
import { engineIdentity } from '../../store/visibility.ts';
import { verifyCase } from './audit.ts';
import type { Reader } from '../step/present.ts';
import type { Engine } from '../engine.ts';
import type { Verification } from './verification.ts';

/** The engine as a reader: it sees every case, and opens none. */
export const engineReader: Reader = { person: engineIdentity, roles: [] };

export interface VerifiedCase {
  readonly caseId: string;
  readonly codename: string;
  readonly verification: Verification;
}

/** Cases whose rows are read at once. */
const batch = 100;

/** Verifies case after case, by id: whatever else a row says may not be readable. */
export async function* verifyAll(engine: Engine): AsyncGenerator<VerifiedCase> {
  for (let after: string | undefined; ;) {
    const rows = await listCaseIds(engine.db, { after, limit: batch });
    for (const { caseId, codename } of rows)
      yield { caseId, codename, verification: await verifyCase(engine, engineReader, caseId) };
    after = rows.at(-1)?.caseId;
    if (after === undefined) return;
  }
}
