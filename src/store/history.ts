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

interface Row {
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

// The parts come with their entry, so that one round trip is enough. Each part of a statement that reads
// says for whom.
const reading = (visible: SQL) =>
  statement<Row>(sql`
    select h.*, (
      select json_object_agg(p.part, encode(p.sealed, 'base64')) from sealed_parts p
      where ${identity} and p.case_id = h.case_id and p.seq = h.seq) as sealed
    from history h
    where ${identity} and h.case_id = ${given('caseId')}::uuid and h.seq > ${given('after')}::int
      and exists (select from cases
                  where case_id = ${given('caseId')}::uuid and ${visible})
    order by h.seq limit ${given('limit')}::int`);

const forEngine = reading(visibleTo(engineIdentity));
const forPerson = reading(visibleTo(given('person')));

const bytesOf = (sealed: Row['sealed']): SealedEntry['sealed'] =>
  Object.fromEntries(
    Object.entries(sealed ?? {}).map(([part, text]) => [part, Buffer.from(text, 'base64')]),
  );

const entryOf = (row: Row): SealedEntry => ({
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

/** Entries after `after`, in order; at most `limit`. Empty as well where the person does not see the case. */
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

/** Who is identified in a case: the identity parts of what was accepted, in order. */
export async function listIdentities(
  db: Db,
  caseId: string,
): Promise<Pick<PartRow, 'seq' | 'part' | 'sealed'>[]> {
  return db
    .select({ seq: sealedParts.seq, part: sealedParts.part, sealed: sealedParts.sealed })
    .from(sealedParts)
    .innerJoin(
      history,
      and(eq(history.caseId, sealedParts.caseId), eq(history.seq, sealedParts.seq)),
    )
    .where(
      and(
        actingAsEngine,
        eq(sealedParts.caseId, caseId),
        sql`${sealedParts.part} like 'identity:%'`,
        eq(history.outcome, 'accepted'),
      ),
    )
    .orderBy(asc(sealedParts.seq), asc(sealedParts.part));
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
