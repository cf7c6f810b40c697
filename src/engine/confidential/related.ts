/** Patterns: other cases in which the same person was reported, or reports (SP, the meeting of the leads, 2). */
import type { Context } from '../../../machines/context.ts';
import type { CaseRow } from '../../store/cases.ts';
import { listRelated, type RelatedRow } from '../../store/digests.ts';
import { digestKeys, digestsAmong, staffIdentities } from './digests.ts';
import { identitiesFor } from './identities.ts';
import type { Engine } from '../engine.ts';
import { oneAtATime } from '../one-at-a-time.ts';

/**
 * The cases that a person sees that name somebody whom this one names too, reported in one of them at least; newest first.
 * The digests are made anew, under every master key of the ring: during a rotation some cases have
 * theirs under the one, some under the other.
 *
 * @param page `showsReporters`: whether it may say who of the one case reports in the other. The handle
 *   of whoever is reported is a fact, and would tell those who see facts alone who the reporter is
 */
export async function findRelated(
  engine: Engine,
  person: string,
  { caseId, dataKey, snapshot }: Pick<CaseRow, 'caseId' | 'dataKey' | 'snapshot'>,
  page: {
    after?: readonly [openedAt: string, caseId: string] | undefined;
    limit: number;
    showsReporters: boolean;
  },
): Promise<RelatedRow[]> {
  if (!dataKey) return [];
  const { db, keyring, now } = engine;
  const { people } = (snapshot as { context: Context }).context;
  const key = await keyring.unwrap(dataKey, caseId);
  const keys = digestKeys(keyring);
  const identities = identitiesFor(db, caseId, key, { person, at: now() });
  const digests = await oneAtATime(engine, person, async () => [
    ...(await digestsAmong(keys, identities())),
    ...(await digestsAmong(keys, staffIdentities(people.reported))),
  ]);
  return listRelated(db, person, { ...page, caseId, digests });
}
