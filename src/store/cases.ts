/** Reading cases: one function per statement. What the caller may not see is not there. */
import { and, count, eq, gt, isNotNull, sql, type SQL } from 'drizzle-orm';
import { cases } from '../../drizzle/schema.ts';
import type { Role } from '../../machines/vocabulary.ts';
import type { Db } from './database.ts';
import { actingAsEngine, visibleTo } from './visibility.ts';

export type CaseRow = typeof cases.$inferSelect;

/** The case, or undefined where there is none that `person` sees. */
export async function findCase(
  db: Db,
  caseId: string,
  person: string,
): Promise<CaseRow | undefined> {
  const [row] = await db
    .select()
    .from(cases)
    .where(and(eq(cases.caseId, caseId), visibleTo(person)));
  return row;
}

/** Those of `caseIds` that the person sees. */
export async function findCases(
  db: Db,
  caseIds: readonly string[],
  person: string,
): Promise<CaseRow[]> {
  if (caseIds.length === 0) return [];
  return db
    .select()
    .from(cases)
    .where(and(sql`${cases.caseId} = any(${sql.param([...caseIds])}::uuid[])`, visibleTo(person)));
}

/** The case for the engine's own steps: deadlines and retention act for nobody. */
export async function findCaseAsEngine(db: Db, caseId: string): Promise<CaseRow | undefined> {
  const [row] = await db
    .select()
    .from(cases)
    .where(and(actingAsEngine, eq(cases.caseId, caseId)));
  return row;
}

export type Directory = Readonly<Record<string, readonly Role[]>>;

/** Whether it can be a case's id at all; PostgreSQL would not be asked about anything else. */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);

/** The roles of those among `handles` who are staff; none for those who are not active any more. */
export async function findRoles(db: Db, handles: readonly string[]): Promise<Directory> {
  const rows = await db.execute<{ directory: Directory }>(sql`
    select coalesce(
      jsonb_object_agg(p.id, case when p.active then to_jsonb(p.roles) else '[]' end), '{}'::jsonb)
      as directory
    from people p where p.id = any(${sql.param([...handles])}::text[])`);
  return rows[0]?.directory ?? {};
}

/** The names, by handle, of those among `handles` who are in the directory. */
export async function findNames(
  db: Db,
  handles: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const rows = await db.execute<{ names: Record<string, string> }>(sql`
    select coalesce(jsonb_object_agg(id, name), '{}'::jsonb) as names
    from people where id = any(${sql.param([...handles])}::text[])`);
  return rows[0]?.names ?? {};
}

/** Those of `caseIds` that the person sees. */
export async function filterVisible(
  db: Db,
  caseIds: readonly string[],
  person: string,
): Promise<Set<string>> {
  const ids = caseIds.filter(isId);
  if (ids.length === 0) return new Set();
  const rows = await db
    .select({ caseId: cases.caseId })
    .from(cases)
    .where(and(sql`${cases.caseId} = any(${sql.param(ids)}::uuid[])`, visibleTo(person)));
  return new Set(rows.map(({ caseId }) => caseId));
}

/** The cases after `after`, by id; at most `limit`. */
export async function listCaseIds(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Pick<CaseRow, 'caseId' | 'codename'>[]> {
  return db
    .select({ caseId: cases.caseId, codename: cases.codename })
    .from(cases)
    .where(and(actingAsEngine, after === undefined ? undefined : gt(cases.caseId, after)))
    .orderBy(cases.caseId)
    .limit(limit);
}

/** Cases of another machine than this, but for erased ones: nothing more can happen to those. */
export async function listOtherVersions(
  db: Db,
  machine: { readonly id: string; readonly version: string },
): Promise<CaseRow[]> {
  return db
    .select()
    .from(cases)
    .where(
      and(
        actingAsEngine,
        isNotNull(cases.dataKey),
        sql`(${cases.machineId}, ${cases.machineVersion}) <> (${machine.id}, ${machine.version})`,
      ),
    )
    .orderBy(cases.openedAt, cases.caseId);
}

/** More open cases of other machines than this are not counted: it's enough to know that there are many. */
export const mostOtherVersions = 1000;

/** How many open cases are of another machine than this, up to `mostOtherVersions`; read from an index. */
export async function countOtherVersions(
  db: Db,
  machine: { readonly id: string; readonly version: string },
): Promise<number> {
  const beside = (order: SQL) => sql`
    (select 1 from ${cases}
     where ${actingAsEngine} and ${cases.status} = 'open'
       and (${cases.machineId}, ${cases.machineVersion}) ${order} (${machine.id}, ${machine.version})
     limit ${sql.raw(String(mostOtherVersions))})`;
  const [row] = await db.execute<{ others: number }>(sql`
    select least(count(*), ${sql.raw(String(mostOtherVersions))})::int as others
    from (${beside(sql`<`)} union all ${beside(sql`>`)}) other`);
  return row?.others ?? 0;
}

/** How many cases there are, and entries in their histories. */
export async function measureCases(db: Db): Promise<{ cases: number; entries: number }> {
  const [row] = await db
    .select({ cases: count(), entries: sql<string | null>`sum(${cases.headSeq})` })
    .from(cases)
    .where(actingAsEngine);
  return { cases: row?.cases ?? 0, entries: Number(row?.entries ?? 0) };
}
