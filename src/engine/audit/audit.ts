/** Reading a case's past: its entries, the case as it once stood, and whether it all holds. */
import { randomUUID } from 'node:crypto';
import type { CaseState } from '../../../machines/system.ts';
import { NotFound } from '../../errors.ts';
import { insertAccess, listAccesses, type AccessRow } from '../../store/accesses.ts';
import { loadCaseLists } from '../../store/case-lists.ts';
import { filterVisible, findCase, type CaseRow } from '../../store/cases.ts';
import type { Db } from '../../store/database.ts';
import { listEntries, type EntryRow, type SealedEntry } from '../../store/history.ts';
import type { Engine } from '../engine.ts';
import {
  caseIdsIn,
  contextOf,
  mayOpen,
  namesCases,
  openEntry,
  presentCase,
  presentEntry,
  type CaseView,
  type EntryView,
  type Reader,
} from '../step/present.ts';
import { replayEntry } from '../step/replay.ts';
import { HistoryVerifier, type Verification } from './verify.ts';

/** Entries that are read from the database at once; each may hold a report of a mebibyte. */
const batch = 50;

/** Sealed bytes after which a page of the history ends, however few entries it holds. */
const pageBytes = 4 * 2 ** 20;

/** The case's row. Throws NotFound for a case that the reader does not see. */
export async function readCase(
  engine: Engine,
  { person }: Reader,
  caseId: string,
): Promise<CaseRow> {
  const row = await findCase(engine.db, caseId, person);
  if (!row) throw new NotFound();
  return row;
}

/** All entries from seq 1 on, in order, read in batches; up to `last` where it is given. */
export async function* entriesOf(
  db: Db,
  person: string,
  caseId: string,
  last = Infinity,
): AsyncGenerator<SealedEntry> {
  for (let after = 0; after < last;) {
    const limit = Math.min(batch, last - after);
    const rows = await listEntries(db, person, { caseId, after, limit });
    yield* rows;
    const end = rows.at(-1);
    if (!end || rows.length < limit) return;
    after = end.seq;
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
  await noteAccess(engine, reader, row, dataKey ? entries : []);
  const naming = entries.filter(({ type }) => namesCases(type));
  const named = naming.flatMap((entry) => caseIdsIn(openEntry(entry, dataKey)));
  const visibleCases = await filterVisible(engine.db, named, reader.person);
  return entries.map((entry) => presentEntry(entry, { dataKey, erased, opened, visibleCases }));
}

/** Writes down who opens the content of some entries, before it is opened. */
async function noteAccess(
  { db, now }: Engine,
  { person }: Reader,
  { caseId }: CaseRow,
  entries: readonly SealedEntry[],
): Promise<void> {
  const opened = entries.filter(({ sealed }) => Object.keys(sealed).length > 0);
  const [first, last] = [opened.at(0), opened.at(-1)];
  if (!first || !last) return;
  const id = randomUUID();
  await insertAccess(db, { caseId, id, person, at: now(), firstSeq: first.seq, lastSeq: last.seq });
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
  const { entries, isLast } = await entriesOfPage(engine.db, reader, { caseId, after, limit });
  const items = await presentEntries(engine, reader, row, entries);
  const last = isLast ? undefined : items.at(-1);
  return { items, next: last ? String(last.seq) : null };
}

/** The entries after `after`, as many as a page holds by number and by bytes; at least one, if any. */
async function entriesOfPage(
  db: Db,
  { person }: Reader,
  { caseId, after, limit }: { caseId: string; after: number; limit: number },
): Promise<{ entries: SealedEntry[]; isLast: boolean }> {
  const entries: SealedEntry[] = [];
  for (let bytes = 0; ;) {
    // one more than the page holds, to know whether it is the last
    const wanted = Math.min(batch, limit + 1 - entries.length);
    const from = entries.at(-1)?.seq ?? after;
    const rows = await listEntries(db, person, { caseId, after: from, limit: wanted });
    for (const entry of rows) {
      bytes += Object.values(entry.sealed).reduce((sum, part) => sum + part.length, 0);
      const isFull = entries.length === limit || (entries.length > 0 && bytes > pageBytes);
      if (isFull) return { entries, isLast: false };
      entries.push(entry);
    }
    if (rows.length < wanted) return { entries, isLast: true };
  }
}

/** The case after its last entry that `until` lets pass, rebuilt by replay. Undefined where none does. */
async function rebuild(
  engine: Engine,
  reader: Reader,
  row: CaseRow,
  { last, until = () => true }: { last: number; until?: (entry: EntryRow) => boolean },
): Promise<{ entry: SealedEntry; view: (now: Date) => CaseView } | undefined> {
  let state: CaseState | null = null;
  let moved: EntryRow | undefined;
  let entry: SealedEntry | undefined;
  for await (const next of entriesOf(engine.db, reader.person, row.caseId, last)) {
    if (!until(next)) break;
    ({ state } = replayEntry(state, next));
    if (next.outcome !== 'refused') moved = next;
    entry = next;
  }
  if (!state || !moved || !entry) return undefined;
  const stood = state;
  const { version, at: updatedAt, machineId, machineVersion } = moved;
  const then = { ...row, version, updatedAt, machineId, machineVersion };
  return { entry, view: (now) => presentCase(then, stood, now) };
}

/** One entry, and the case as it stood after it, rebuilt by replay. Throws NotFound where there is none. */
export async function readEntry(
  engine: Engine,
  reader: Reader,
  caseId: string,
  seq: number,
): Promise<EntryView & { after: CaseView }> {
  const row = await readCase(engine, reader, caseId);
  const rebuilt = await rebuild(engine, reader, row, { last: seq });
  if (rebuilt?.entry.seq !== seq) throw new NotFound();
  const [view] = await presentEntries(engine, reader, row, [rebuilt.entry]);
  if (!view) throw new NotFound();
  return { ...view, after: rebuilt.view(rebuilt.entry.at) };
}

/** The case as it stood at a moment. Throws NotFound for a moment before it was opened. */
export async function readCaseAt(
  engine: Engine,
  reader: Reader,
  caseId: string,
  at: Date,
): Promise<CaseView> {
  const row = await readCase(engine, reader, caseId);
  const until = (entry: EntryRow) => entry.at <= at;
  const rebuilt = await rebuild(engine, reader, row, { last: row.headSeq, until });
  if (!rebuilt) throw new NotFound();
  return rebuilt.view(at);
}

/**
 * Walks the chain and judges every step again, on the case as it is at one moment; the rows beside
 * the case, which visibility and deadlines rest on, are held to its history too.
 */
export async function verifyCase(
  engine: Engine,
  reader: Reader,
  caseId: string,
): Promise<Verification> {
  return engine.db.transaction(
    async (tx) => {
      const row = await readCase({ ...engine, db: tx }, reader, caseId);
      const verifier = new HistoryVerifier();
      for await (const entry of entriesOf(tx, reader.person, caseId)) verifier.add(entry);
      return verifier.finish(row, await loadCaseLists(tx, reader.person, caseId));
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
