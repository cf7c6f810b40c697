/** Reading a case's past: its entries, the case as it once stood, and whether it all holds. */
import type { Role } from '../../machines/context.ts';
import { unwrapKey } from '../crypto/sealing.ts';
import { NotFound } from '../errors.ts';
import { filterVisible, findCase, type CaseRow } from '../store/cases.ts';
import { listEntries, type EntryRow } from '../store/history.ts';
import type { Engine } from './engine.ts';
import {
  caseIdsIn,
  mayOpen,
  openEntry,
  presentCase,
  presentEntry,
  type CaseView,
  type EntryView,
} from './present.ts';
import { replayEntry } from './replay.ts';
import { restore, type CaseSnapshot, type StoredSnapshot } from './statechart.ts';
import { HistoryVerifier, type Verification } from './verify.ts';

export interface Auditor {
  readonly person: string;
  readonly roles: readonly Role[];
}

/** Entries that are read from the database at once. */
const batch = 500;

/** The case's row. Throws NotFound for a case that the reader does not see. */
export async function readCase(
  engine: Engine,
  { person }: Auditor,
  caseId: string,
): Promise<CaseRow> {
  const row = await findCase(engine.db, caseId, person);
  if (!row) throw new NotFound();
  return row;
}

/** All entries up to `last`, in order, read in batches. */
async function* entriesOf(
  engine: Engine,
  { person }: Auditor,
  caseId: string,
  last: number,
): AsyncGenerator<EntryRow> {
  for (let after = 0; after < last; after += batch) {
    const limit = Math.min(batch, last - after);
    yield* await listEntries(engine.db, person, { caseId, after, limit });
  }
}

/** Entries as the reader may see them. */
export async function presentEntries(
  engine: Engine,
  reader: Auditor,
  row: CaseRow,
  entries: readonly EntryRow[],
): Promise<EntryView[]> {
  const { context } = restore(row.snapshot as StoredSnapshot);
  const opened = mayOpen(context, reader, engine.now());
  const dataKey =
    row.dataKey && opened ? unwrapKey(engine.masterKey, row.dataKey, row.caseId) : null;
  const named = entries.flatMap((entry) => caseIdsIn(opened ? openEntry(entry, dataKey) : null));
  const visibleCases = await filterVisible(engine.db, named, reader.person);
  return entries.map((entry) => presentEntry(entry, { dataKey, opened, visibleCases }));
}

/** A page of the history after `after`. */
export async function readHistory(
  engine: Engine,
  reader: Auditor,
  caseId: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ items: EntryView[]; next: string | null }> {
  const row = await readCase(engine, reader, caseId);
  const rows = await listEntries(engine.db, reader.person, { caseId, after, limit: limit + 1 });
  const items = await presentEntries(engine, reader, row, rows.slice(0, limit));
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last ? String(last.seq) : null };
}

/** One entry, and the case as it stood after it, rebuilt by replay. Throws NotFound where there is none. */
export async function readEntry(
  engine: Engine,
  reader: Auditor,
  caseId: string,
  seq: number,
): Promise<EntryView & { after: CaseView }> {
  const row = await readCase(engine, reader, caseId);
  if (seq < 1 || seq > row.headSeq) throw new NotFound();
  let snapshot: CaseSnapshot | null = null;
  let updatedAt = row.openedAt;
  let last: EntryRow | undefined;
  for await (const entry of entriesOf(engine, reader, caseId, seq)) {
    ({ snapshot } = replayEntry(snapshot, entry));
    if (entry.outcome !== 'refused') updatedAt = entry.at;
    last = entry;
  }
  if (!snapshot || last?.seq !== seq) throw new NotFound();
  const [view] = await presentEntries(engine, reader, row, [last]);
  if (!view) throw new NotFound();
  const { version, machineId, machineVersion, at } = last;
  return {
    ...view,
    after: presentCase({ ...row, version, updatedAt, machineId, machineVersion }, snapshot, at),
  };
}

/** Walks the chain and judges every step again. */
export async function verifyCase(
  engine: Engine,
  reader: Auditor,
  caseId: string,
): Promise<Verification> {
  const row = await readCase(engine, reader, caseId);
  const verifier = new HistoryVerifier();
  for await (const entry of entriesOf(engine, reader, caseId, row.headSeq)) verifier.add(entry);
  return verifier.finish(row);
}
