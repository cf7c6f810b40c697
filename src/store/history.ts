/** Reading the history: one function per statement. Visibility is that of the case. */
import { and, asc, between, eq, exists, gt, sql } from 'drizzle-orm';
import { cases, history, sealedParts } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAs, actingAsEngine, visibleTo } from './visibility.ts';

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

/** Entries after `after`, in order; at most `limit`. Empty as well where the person does not see the case. */
export async function listEntries(
  db: Db,
  person: string,
  { caseId, after, limit }: { caseId: string; after: number; limit: number },
): Promise<SealedEntry[]> {
  const rows = await db
    .select()
    .from(history)
    .where(
      and(
        actingAs(person),
        eq(history.caseId, caseId),
        gt(history.seq, after),
        ofVisibleCase(db, person),
      ),
    )
    .orderBy(asc(history.seq))
    .limit(limit);
  const [first, last] = [rows.at(0), rows.at(-1)];
  if (!first || !last) return [];
  const parts = await listParts(db, person, { caseId, from: first.seq, to: last.seq });
  const bySeq = Map.groupBy(parts, ({ seq }) => seq);
  return rows.map((row) => ({
    ...row,
    sealed: Object.fromEntries(
      (bySeq.get(row.seq) ?? []).map(({ part, sealed }) => [part, sealed]),
    ),
  }));
}

type PartRow = typeof sealedParts.$inferSelect;

/** The parts of the entries from one to another: the statement's own identity, so it sees what the person sees. */
async function listParts(
  db: Db,
  person: string,
  { caseId, from, to }: { caseId: string; from: number; to: number },
): Promise<PartRow[]> {
  return db
    .select()
    .from(sealedParts)
    .where(
      and(actingAs(person), eq(sealedParts.caseId, caseId), between(sealedParts.seq, from, to)),
    );
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
