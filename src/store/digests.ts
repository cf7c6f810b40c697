/** Keyed digests of who reports and is reported: how they are written, and where else they occur. */
import { and, desc, eq, ne, sql, type SQL } from 'drizzle-orm';
import { cases, digests } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { visibleTo } from './visibility.ts';

export type NewDigest = Pick<typeof digests.$inferSelect, 'ref' | 'kind' | 'digest'>;

/** Digests as JSON for a statement; their bytes travel as hexadecimal digits. */
export const rowsOfDigests = (list: readonly NewDigest[]): string =>
  JSON.stringify(
    list.map(({ ref, kind, digest }) => ({ ref, kind, digest: digest.toString('hex') })),
  );

/** The rows that such JSON holds. */
const digestsIn = (json: SQL): SQL => sql`(
  select r.ref, r.kind, decode(r.digest, 'hex') as digest
  from jsonb_to_recordset(${json}::jsonb) as r(ref text, kind text, digest text))`;

/** Part of a statement: writes the digests of each case that `moved`, another part of it, has a row of. */
export const insertDigests = (moved: SQL, json: SQL, identity: SQL): SQL => sql`
  insert into digests (case_id, ref, kind, digest)
  select ${moved}.case_id, d.ref, d.kind, d.digest from ${moved}, lateral ${digestsIn(json)} d
  where ${identity} on conflict do nothing`;

export interface RelatedRow {
  readonly caseId: string;
  readonly codename: string;
  readonly status: 'open' | 'closed';
  readonly openedAt: Date;
  /** Whom of the one case the other names too, and what gives them away; a pair stands here once a kind. */
  readonly matches: readonly { ref: string; otherRef: string; kind: NewDigest['kind'] }[];
}

/**
 * The cases that the person sees, but for `caseId`, in which one of the digests occurs; newest first,
 * at most `limit`.
 */
export async function listRelated(
  db: Db,
  person: string,
  filter: {
    caseId: string;
    digests: readonly NewDigest[];
    /** Whether it may show who of the one case reports in the other. */
    showsReporters: boolean;
    after?: readonly [openedAt: string, caseId: string] | undefined;
    limit: number;
  },
): Promise<RelatedRow[]> {
  const { caseId, after, limit, showsReporters } = filter;
  const mine = sql`${digestsIn(sql`${rowsOfDigests(filter.digests)}`)} mine`;
  return db
    .select({
      caseId: cases.caseId,
      codename: cases.codename,
      status: cases.status,
      openedAt: cases.openedAt,
      matches: sql<RelatedRow['matches']>`jsonb_agg(distinct jsonb_build_object(
        'ref', mine.ref, 'otherRef', ${digests.ref}, 'kind', ${digests.kind}))`,
    })
    .from(cases)
    .innerJoin(digests, eq(digests.caseId, cases.caseId))
    .innerJoin(mine, sql`mine.digest = ${digests.digest}`)
    .where(
      and(
        visibleTo(person),
        ne(cases.caseId, caseId),
        // that somebody reports often is no pattern
        sql`not (mine.ref like 'reporter%' and ${digests.ref} like 'reporter%')`,
        showsReporters
          ? undefined
          : sql`not (mine.ref like 'reporter%' or ${digests.ref} like 'reporter%')`,
        after &&
          sql`(${cases.openedAt}, ${cases.caseId}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .groupBy(cases.caseId)
    .orderBy(desc(cases.openedAt), desc(cases.caseId))
    .limit(limit);
}
