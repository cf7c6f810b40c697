/** Patterns: other cases in which the same person was reported (SP, the meeting of the leads, 2). */
import { NotFound } from '../../errors.ts';
import { findCase } from '../../store/cases.ts';
import { listRelated, type RelatedRow } from '../../store/digests.ts';
import { digestKeys, digestsOf, reportedIn } from './digests.ts';
import type { Engine } from '../engine.ts';

/**
 * The cases that a person sees in which somebody is reported whom this one names too; newest first.
 * The digests are made anew, under every master key of the ring: during a rotation some cases have
 * theirs under the one, some under the other.
 *
 * @throws {NotFound} for a case that the person does not see
 */
export async function findRelated(
  { db, keyring }: Engine,
  person: string,
  caseId: string,
  page: { after?: readonly [openedAt: string, caseId: string] | undefined; limit: number },
): Promise<RelatedRow[]> {
  const row = await findCase(db, caseId, person);
  if (!row) throw new NotFound();
  if (!row.dataKey) return [];
  const reported = await reportedIn(db, caseId, await keyring.unwrap(row.dataKey, caseId));
  const digests = digestKeys(keyring).flatMap((key) => digestsOf(key, reported));
  return listRelated(db, person, { ...page, caseId, digests });
}
