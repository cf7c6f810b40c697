/** Reading a case's past: its entries, who opened them, and whether it all holds. */
import { isOutside } from '../../../machines/rules/case-facts.ts';
import { sha256Hex } from '../../crypto/chain.ts';
import { SealBroken } from '../../crypto/sealing.ts';
import { NotFound } from '../../errors.ts';
import { listAccesses, type AccessRow } from '../../store/accesses.ts';
import { loadCaseLists } from '../../store/case-lists.ts';
import { filterVisible, findCase, type CaseRow } from '../../store/cases.ts';
import type { Db } from '../../store/database.ts';
import { listEntries, type SealedEntry } from '../../store/history.ts';
import { noteAccess } from '../confidential/accesses.ts';
import { historyKeyOf } from '../confidential/history-key.ts';
import type { Engine } from '../engine.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { proven, provenEntries } from '../step/authenticity.ts';
import { takingTurns } from '../turns.ts';
import {
  caseIdsIn,
  contextOf,
  mayOpen,
  namesCases,
  openEntry,
  presentEntry,
  type EntryView,
  type Reader,
} from '../step/present.ts';
import type { Stored, Verification } from './verification.ts';
import { HistoryVerifier } from './verify.ts';

/** Entries that are read from the database at once, first and from then on; each may hold a report. */
const firstBatch = 50;
const batch = 100;

/**
 * The case's row, which proves itself.
 *
 * @throws {NotFound} for a case that the reader does not see
 * @throws {RecordDamaged} for a case that is not as a server wrote it
 */
export async function readCase(
  engine: Engine,
  { person }: Reader,
  caseId: string,
): Promise<CaseRow> {
  const row = await findCase(engine.db, caseId, person);
  if (!row) throw new NotFound();
  await proven(engine, row);
  // the list that keeps people out stands beside the row, and is no proof
  if (isOutside(contextOf(row), person)) throw new NotFound();
  return row;
}

/** All entries in order, read in batches: those after `after`, and up to `last`, where these are given. */
export async function* entriesOf(
  db: Db,
  person: string,
  caseId: string,
  { after: from = 0, last = Infinity }: { after?: number; last?: number } = {},
): AsyncGenerator<SealedEntry> {
  const read = (after: number) => listEntries(db, person, { caseId, after, limit: limitAt(after) });
  const limitAt = (after: number) => Math.min(after === from ? firstBatch : batch, last - after);
  let ahead: ReturnType<typeof read> | undefined;
  for (let after = from; after < last;) {
    const rows = await (ahead ?? read(after));
    const end = rows.at(-1)?.seq;
    const isLast = end === undefined || end >= last;
    // the first page may be all that is wanted; whoever goes on reads while the next one is fetched
    if (after > from && !isLast) {
      ahead = read(end);
      ahead.catch(() => undefined);
    }
    yield* rows;
    if (isLast) return;
    after = end;
  }
}

/** Entries as the reader may see them. */
export async function presentEntries(
  engine: Engine,
  reader: Reader,
  row: CaseRow,
  entries: readonly SealedEntry[],
): Promise<EntryView[]> {
  const opened = mayOpen(contextOf(row), reader, engine.now());
  const erased = row.dataKey === null;
  const dataKey =
    row.dataKey && opened ? await engine.keyring.unwrap(row.dataKey, row.caseId) : null;
  await provenEntries(engine, row, entries);
  if (dataKey) {
    const access = { caseId: row.caseId, person: reader.person, at: engine.now() };
    const opening = entries.filter(({ sealed }) => Object.keys(sealed).length > 0);
    await noteAccess(
      engine.db,
      access,
      opening.map(({ seq }) => seq),
    );
  }
  const naming = entries.filter(({ type }) => namesCases(type));
  const named = naming.flatMap((entry) => caseIdsIn(openEntry(entry, dataKey)));
  const visibleCases = await filterVisible(engine.db, named, reader.person);
  const views: EntryView[] = [];
  const othersTurn = takingTurns();
  for (const entry of entries) {
    await othersTurn();
    views.push(presentEntry(entry, { dataKey, erased, opened, visibleCases }));
  }
  return views;
}

/** Who opened content of a case, newest first; at most `limit`. Throws NotFound for a case not seen. */
export async function readAccesses(
  engine: Engine,
  reader: Reader,
  caseId: string,
  page: { after?: readonly [at: string, id: string] | undefined; limit: number },
): Promise<AccessRow[]> {
  await readCase(engine, reader, caseId);
  return listAccesses(engine.db, reader.person, { caseId, ...page });
}

/** A page of the history after `after`; it ends early where its content is much. */
export async function readHistory(
  engine: Engine,
  reader: Reader,
  caseId: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ items: EntryView[]; next: string | null }> {
  const row = await readCase(engine, reader, caseId);
  const entries = await listEntries(engine.db, reader.person, { caseId, after, limit });
  const items = await presentEntries(engine, reader, row, entries);
  const last = items.at(-1);
  return { items, next: last && last.seq < row.headSeq ? String(last.seq) : null };
}

/**
 * Walks the chain and judges every step again, on the case as it is at one moment; the rows beside
 * the case, which visibility and deadlines rest on, are held to its history too.
 */
export async function verifyCase(
  engine: Engine,
  { person }: Reader,
  caseId: string,
): Promise<Verification> {
  const key = await historyKeyOf(engine);
  return oneAtATime(engine, person, async () =>
    engine.db.transaction(
      async (tx) => {
        // as it is: whether it proves itself is what is asked
        const row = await findCase(tx, caseId, person);
        if (!row) throw new NotFound();
        const verifier = new HistoryVerifier(key);
        const othersTurn = takingTurns();
        for await (const entry of entriesOf(tx, person, caseId)) {
          await othersTurn();
          verifier.add(entry);
        }
        const lists = await loadCaseLists(tx, person, caseId);
        return verifier.finish({ row, lists, ...(await openedKeyOf(engine, row)) });
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    ),
  );
}

/** What the case's key turns out to be; nothing where the case was erased. */
async function openedKeyOf(
  { keyring }: Engine,
  { caseId, dataKey }: CaseRow,
): Promise<Pick<Stored, 'dataKeyHash'>> {
  if (!dataKey) return {};
  try {
    return { dataKeyHash: sha256Hex(await keyring.unwrap(dataKey, caseId)) };
  } catch (error) {
    if (error instanceof SealBroken) return { dataKeyHash: null };
    throw error;
  }
}
