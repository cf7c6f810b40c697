/** Patterns: other cases in which the same person was reported, or reports (SP, the meeting of the leads, 2). */
import type { Context } from '../../../machines/context.ts';
import { NotFound } from '../../errors.ts';
import { findCase } from '../../store/cases.ts';
import { listRelated, type RelatedRow } from '../../store/digests.ts';
import { digestKeys, digestsOf, staffIdentities } from './digests.ts';
import { identitiesOf } from './identities.ts';
import type { Engine } from '../engine.ts';

/**
 * The cases that a person sees that name somebody whom this one names too, reported in one of them at least; newest first.
 * The digests are made anew, under every master key of the ring: during a rotation some cases have
 * theirs under the one, some under the other.
 *
 * @param page `showsReporters`: whether it may say who of the one case reports in the other. The handle
 *   of whoever is reported is a fact, and would tell those who see facts alone who the reporter is
 * @throws {NotFound} for a case that the person does not see
 */
export async function findRelated(
  { db, keyring, now }: Engine,
  person: string,
  caseId: string,
  page: {
    after?: readonly [openedAt: string, caseId: string] | undefined;
    limit: number;
    showsReporters: boolean;
  },
): Promise<RelatedRow[]> {
  const row = await findCase(db, caseId, person);
  if (!row) throw new NotFound();
  if (!row.dataKey) return [];
  const { people } = (row.snapshot as { context: Context }).context;
  const dataKey = await keyring.unwrap(row.dataKey, caseId);
  const identities = [
    ...(await identitiesOf(db, caseId, dataKey, { person, at: now() })),
    ...staffIdentities(people.reported),
  ];
  const digests = digestKeys(keyring).flatMap((key) => digestsOf(key, identities));
  return listRelated(db, person, { ...page, caseId, digests });
}
