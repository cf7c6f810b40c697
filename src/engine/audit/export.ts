/** Writing a bundle (bundle.ts), as the reader may see the case. */
import { createHash } from 'node:crypto';
import { machineIdentity } from '../../../machines/case.ts';
import type { CaseState } from '../../../machines/system.ts';
import type { CaseRow } from '../../store/cases.ts';
import { listEntries, type EntryRow } from '../../store/history.ts';
import { presentEntries, readCase } from './audit.ts';
import {
  bundleFormat,
  bundleVersion,
  writeLine,
  type BundleEnd,
  type BundleEntry,
  type BundleHeader,
} from './bundle.ts';
import { inclusionOf, type Inclusion } from './checkpoint.ts';
import type { Engine } from '../engine.ts';
import { stateHash } from '../step/entry.ts';
import { definitionHash } from './machine-version.ts';
import { contextOf, mayOpen, type EntryView, type Reader } from '../step/present.ts';
import { isCurrent } from '../step/replay.ts';

/** Entries that are read from the database at once; each may hold a report. */
const batch = 100;

/**
 * The lines of a case's bundle. The head is read at one moment, and the history up to it can't change
 * any more: so the bundle is whole however slowly it is taken, and no transaction waits for who takes it.
 *
 * @throws {NotFound} at once, for a case that the reader does not see; while it is read, where the
 *   reader stopped seeing it
 * @throws {RecordDamaged} at once, for a case that is not as a server wrote it; while it is read, where an
 *   entry is not
 */
export async function exportCase(
  engine: Engine,
  reader: Reader,
  caseId: string,
): Promise<{ codename: string; lines: AsyncGenerator<string> }> {
  const now = engine.now();
  // what a reader may see expires too: it is judged once, for the whole bundle
  const still = { ...engine, now: () => now };
  const { row, logged } = await headOf(still, reader, caseId);
  const opened = mayOpen(contextOf(row), reader, now);
  const header = headerOf(row, { opened, logged, now });
  const entries = entriesTo(still, reader, row);
  return { codename: row.codename, lines: writeBundle(header, entries, logged) };
}

interface Head {
  readonly row: CaseRow;
  readonly logged: Inclusion | null;
}

const headOf = async (engine: Engine, reader: Reader, caseId: string): Promise<Head> =>
  engine.db.transaction(
    async (tx) => {
      const inside = { ...engine, db: tx };
      const row = await readCase(inside, reader, caseId);
      return { row, logged: await inclusionOf(inside, caseId) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );

/** The header of a bundle; `opened`: whether its reader sees confidential fields. */
export function headerOf(
  row: CaseRow,
  { opened, logged, now }: { opened: boolean; logged: Inclusion | null; now: Date },
): BundleHeader {
  const machine = { id: row.machineId, version: row.machineVersion };
  return {
    format: bundleFormat,
    version: bundleVersion,
    case: {
      id: row.caseId,
      codename: row.codename,
      status: row.status,
      version: row.version,
      openedAt: row.openedAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      stages: row.stages,
      headSeq: row.headSeq,
      headHash: row.headHash,
      snapshotHash: stateHash(row.snapshot as CaseState),
    },
    // this program knows the definition of its own version only
    machine: isCurrent(row) ? { ...machineIdentity, definitionHash: definitionHash() } : machine,
    settings: { ...contextOf(row).settings },
    exportedAt: now.toISOString(),
    confidential: !row.dataKey ? 'erased' : opened ? 'opened' : 'withheld',
    verifierKey: logged?.verifierKey ?? null,
    loggedSeq: logged?.leaf.seq ?? null,
  };
}

/** The lines of a bundle: header, entries, end. */
export async function* writeBundle(
  header: BundleHeader,
  entries: AsyncIterable<BundleEntry> | Iterable<BundleEntry>,
  logged: Inclusion | null,
): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const digested = (line: string) => {
    digest.update(line);
    return line;
  };
  yield digested(writeLine(header));
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    yield digested(writeLine(entry));
  }
  const end: BundleEnd = {
    entries: count,
    headHash: header.case.headHash,
    digest: digest.digest('hex'),
    checkpoint: logged?.checkpoint ?? null,
    inclusion: logged && { leaf: { ...logged.leaf }, path: [...logged.path] },
  };
  yield writeLine({ end });
}

/** An entry as a line of a bundle; what its view leaves out is what the hash commits to besides. */
export const lineOf = (view: EntryView, { parts, snapshotHash }: EntryRow): BundleEntry =>
  ({ ...view, parts, snapshotHash }) as unknown as BundleEntry;

/** The history up to the head of the row. What is missing is left to whoever verifies the bundle. */
async function* entriesTo(
  engine: Engine,
  reader: Reader,
  row: CaseRow,
): AsyncGenerator<BundleEntry> {
  const { caseId, headSeq } = row;
  for (let after = 0; after < headSeq;) {
    const limit = Math.min(batch, headSeq - after);
    const rows = await listEntries(engine.db, reader.person, { caseId, after, limit });
    const views = await presentEntries(engine, reader, row, rows);
    for (const [i, entry] of rows.entries()) {
      const view = views[i];
      if (view) yield lineOf(view, entry);
    }
    const last = rows.at(-1);
    // nothing more to see, or nothing more for this reader: then the bundle must not look complete
    if (!last) await readCase(engine, reader, caseId);
    after = last?.seq ?? headSeq;
  }
}
