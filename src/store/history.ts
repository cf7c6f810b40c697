/** Reading the history: one function per statement. Visibility is that of the case. */
import { and, asc, desc, eq, exists, isNotNull, lte, ne, sql, type SQL } from 'drizzle-orm';
import { cases, history, sealedParts } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { given, statement } from './statement.ts';
import { actingAs, actingAsEngine, engineIdentity, visibleTo } from './visibility.ts';

export type EntryRow = typeof history.$inferSelect;

/** An entry with the parts of its content that are still there, by name. */
export interface SealedEntry extends EntryRow {
  readonly sealed: Readonly<Record<string, Buffer>>;
}

const ofVisibleCase = (db: Db, person: string) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(cases)
      .where(and(eq(cases.caseId, history.caseId), visibleTo(person))),
  );

type PartRow = typeof sealedParts.$inferSelect;

/** An entry as PostgreSQL names its columns. */
export interface Row {
  readonly case_id: string;
  readonly seq: number;
  readonly outcome: EntryRow['outcome'];
  readonly type: string;
  readonly facts: EntryRow['facts'];
  readonly parts: EntryRow['parts'];
  readonly by: EntryRow['by'];
  readonly at: string;
  readonly version: number;
  readonly stages: EntryRow['stages'];
  readonly snapshot_hash: string;
  readonly violations: unknown[];
  readonly machine_id: string;
  readonly machine_version: string;
  readonly previous_hash: string;
  readonly hash: string;
  readonly snapshot: string | null;
  readonly mac: string | null;
  /** In base64. */
  readonly sealed: Readonly<Record<string, string>> | null;
}

const identity = actingAs(given('person'));

/** So many bytes of sealed content are read at once, or one entry's or part's where that is more. */
const readAtOnce = sql.raw(String(2 ** 20));

// The parts come with their entry, so that one round trip is enough. Each part of a statement that reads
// says for whom.
const reading = (visible: SQL) =>
  statement<Row>(sql`
    select h.*, (
      select json_object_agg(p.part, encode(p.sealed, 'base64')) from sealed_parts p
      where ${identity} and p.case_id = h.case_id and p.seq = h.seq) as sealed
    from (
      select *, sum(size) over (order by seq) - size as before from (
        select h.*, (
          select coalesce(sum(octet_length(p.sealed)), 0) from sealed_parts p
          where ${identity} and p.case_id = h.case_id and p.seq = h.seq) as size
        from history h
        where ${identity} and h.case_id = ${given('caseId')}::uuid and h.seq > ${given('after')}::int
          and exists (select from cases
                      where case_id = ${given('caseId')}::uuid and ${visible})
        order by h.seq limit ${given('limit')}::int) sized) h
    where h.before < ${readAtOnce} order by h.seq`);

const forEngine = reading(visibleTo(engineIdentity));
const forPerson = reading(visibleTo(given('person')));

const bytesOf = (sealed: Row['sealed']): SealedEntry['sealed'] =>
  Object.fromEntries(
    Object.entries(sealed ?? {}).map(([part, text]) => [part, Buffer.from(text, 'base64')]),
  );

export const entryOf = (row: Row): SealedEntry => ({
  caseId: row.case_id,
  seq: row.seq,
  outcome: row.outcome,
  type: row.type,
  facts: row.facts,
  parts: row.parts,
  by: row.by,
  at: new Date(row.at),
  version: row.version,
  stages: row.stages,
  snapshotHash: row.snapshot_hash,
  violations: row.violations,
  machineId: row.machine_id,
  machineVersion: row.machine_version,
  previousHash: row.previous_hash,
  hash: row.hash,
  snapshot: row.snapshot,
  mac: row.mac,
  sealed: bytesOf(row.sealed),
});

/**
 * Entries after `after`, in order; at most `limit`, and as many as are read at once. None behind the last,
 * and where the person does not see the case.
 */
export async function listEntries(
  db: Db,
  person: string,
  page: { caseId: string; after: number; limit: number },
): Promise<SealedEntry[]> {
  const read = person === engineIdentity ? forEngine : forPerson;
  return (await read(db, { person, ...page })).map(entryOf);
}

/** The last of the entries up to `last` of which a condition holds. */
async function findLast(
  db: Db,
  person: string,
  { caseId, last }: { caseId: string; last: number },
  condition: SQL | undefined,
): Promise<EntryRow | undefined> {
  const [row] = await db
    .select()
    .from(history)
    .where(
      and(
        actingAs(person),
        eq(history.caseId, caseId),
        lte(history.seq, last),
        condition,
        ofVisibleCase(db, person),
      ),
    )
    .orderBy(desc(history.seq))
    .limit(1);
  return row;
}

/** The last entry, of those up to `last` and up to `at`, that holds the state after it. */
export async function findSnapshot(
  db: Db,
  person: string,
  { at, ...upTo }: { caseId: string; last: number; at?: Date },
): Promise<EntryRow | undefined> {
  const inTime = at && lte(history.at, at);
  return findLast(db, person, upTo, and(isNotNull(history.snapshot), inTime));
}

/** The last entry, of those up to `last`, that was not refused. */
export async function findMoved(
  db: Db,
  person: string,
  upTo: { caseId: string; last: number },
): Promise<EntryRow | undefined> {
  return findLast(db, person, upTo, ne(history.outcome, 'refused'));
}

/** One part of an entry, for the engine's own reading. */
export async function findPart(
  db: Db,
  { caseId, seq, part }: { caseId: string; seq: number; part: string },
): Promise<Buffer | undefined> {
  const [row] = await db
    .select({ sealed: sealedParts.sealed })
    .from(sealedParts)
    .where(
      and(
        actingAsEngine,
        eq(sealedParts.caseId, caseId),
        eq(sealedParts.seq, seq),
        eq(sealedParts.part, part),
      ),
    );
  return row?.sealed;
}

/**
 * Who is identified in a case: the identity parts of what was accepted that come after `after`, in
 * order; as many as are read at once, and none behind the last.
 */
export async function listIdentities(
  db: Db,
  caseId: string,
  after: { readonly seq: number; readonly part: string },
): Promise<Pick<PartRow, 'seq' | 'part' | 'sealed'>[]> {
  return db.execute<Pick<PartRow, 'seq' | 'part' | 'sealed'>>(sql`
    select p.seq, p.part, p.sealed from (
      select seq, part, sum(size) over (order by seq, part) - size as before from (
        select p.seq, p.part, octet_length(p.sealed) as size
        from sealed_parts p join history h on h.case_id = p.case_id and h.seq = p.seq
        where ${actingAsEngine} and p.case_id = ${caseId}::uuid and p.part like 'identity:%'
          and (p.seq, p.part) > (${after.seq}::int, ${after.part}) and h.outcome = 'accepted'
        order by p.seq, p.part limit 200) sized) chosen
    join sealed_parts p on p.case_id = ${caseId}::uuid and p.seq = chosen.seq and p.part = chosen.part
    where ${actingAsEngine} and chosen.before < ${readAtOnce} order by p.seq, p.part`);
}

/** The first and the last entry that holds such a part; nothing where there is none. */
export async function findIdentitySpan(db: Db, caseId: string): Promise<readonly number[]> {
  const [row] = await db.execute<{ first: number | null; last: number | null }>(sql`
    select min(p.seq) as first, max(p.seq) as last
    from sealed_parts p join history h on h.case_id = p.case_id and h.seq = p.seq
    where ${actingAsEngine} and p.case_id = ${caseId}::uuid and p.part like 'identity:%'
      and h.outcome = 'accepted'`);
  return [row?.first ?? [], row?.last ?? []].flat();
}

/** Which parts there are, of one entry or of one person in all entries, whatever became of them. */
export async function listPartNames(
  db: Db,
  caseId: string,
  wanted: { readonly seq: number } | { readonly part: string },
): Promise<{ seq: number; part: string }[]> {
  return db
    .select({ seq: sealedParts.seq, part: sealedParts.part })
    .from(sealedParts)
    .where(
      and(
        actingAsEngine,
        eq(sealedParts.caseId, caseId),
        'seq' in wanted ? eq(sealedParts.seq, wanted.seq) : eq(sealedParts.part, wanted.part),
      ),
    )
    .orderBy(asc(sealedParts.seq), asc(sealedParts.part));
}
