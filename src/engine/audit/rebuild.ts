/**
 * A case as it once stood, rebuilt from its history. An entry now and then holds the state itself, so
 * that a replay is as short in a long case as in a new one. Such a state is never believed: it is what
 * the entry commits to, and the entry proves itself, or the replay begins at the opening.
 */
import type { CaseState } from '../../../machines/system.ts';
import { sha256Hex } from '../../crypto/chain.ts';
import { NotFound } from '../../errors.ts';
import type { CaseRow } from '../../store/cases.ts';
import { findMoved, findSnapshot, listEntries, type EntryRow } from '../../store/history.ts';
import type { Engine } from '../engine.ts';
import { provenEntries } from '../step/authenticity.ts';
import { takingTurns } from '../turns.ts';
import { presentCase, type CaseView, type EntryView, type Reader } from '../step/present.ts';
import { isReplayed, replayEntry } from '../step/replay.ts';
import { entriesOf, presentEntries, readCase } from './audit.ts';

/** The state that an entry holds, where it is what replaying the entry would come to. */
function storedState(entry: EntryRow): CaseState | null {
  const { snapshot, snapshotHash } = entry;
  const isProven = snapshot !== null && isReplayed(entry) && sha256Hex(snapshot) === snapshotHash;
  return isProven ? (JSON.parse(snapshot) as CaseState) : null;
}

/** The last entry, and the last moment, that count. */
interface Until {
  readonly last: number;
  readonly at?: Date;
}

interface Rebuilt {
  readonly state: CaseState;
  /** The last entry that was not refused. */
  readonly moved: EntryRow;
}

/** From the last stored state on; null where there is none that holds. */
async function resume(
  engine: Engine,
  { person }: Reader,
  row: CaseRow,
  until: Until,
): Promise<(Rebuilt & { readonly seq: number }) | null> {
  const { db } = engine;
  const { caseId } = row;
  const stored = await findSnapshot(db, person, { caseId, ...until });
  const state = stored && storedState(stored);
  const moved = state && (await findMoved(db, person, { caseId, last: stored.seq }));
  if (!moved) return null;
  await provenEntries(engine, row, [stored, moved]);
  return { state, moved, seq: stored.seq };
}

/** The case after its last entry that counts, as it is presented at a moment; null where none does. */
async function rebuild(
  engine: Engine,
  reader: Reader,
  row: CaseRow,
  { last, at }: Until,
): Promise<((now: Date) => CaseView) | null> {
  const { caseId } = row;
  const begun = await resume(engine, reader, row, { last, ...(at && { at }) });
  let { state = null, moved }: { state?: CaseState | null; moved?: EntryRow } = begun ?? {};
  const othersTurn = takingTurns();
  for await (const entry of entriesOf(engine.db, reader.person, caseId, {
    after: begun?.seq ?? 0,
    last,
  })) {
    await provenEntries(engine, row, [entry]);
    if (at && entry.at > at) break;
    await othersTurn();
    ({ state } = replayEntry(state, entry));
    if (entry.outcome !== 'refused') moved = entry;
  }
  if (!state || !moved) return null;
  const stood = state;
  const { version, at: updatedAt, machineId, machineVersion } = moved;
  const then = { ...row, version, updatedAt, machineId, machineVersion };
  return (now) => presentCase(then, stood, now);
}

/**
 * One entry, and the case as it stood after it, rebuilt by replay.
 *
 * @throws {NotFound} where there is none
 * @throws {RecordDamaged} where an entry that leads there is not as a server wrote it
 */
export async function readEntry(
  engine: Engine,
  reader: Reader,
  caseId: string,
  seq: number,
): Promise<EntryView & { after: CaseView }> {
  const row = await readCase(engine, reader, caseId);
  const place = { caseId, after: seq - 1, limit: 1 };
  const [entry] = await listEntries(engine.db, reader.person, place);
  if (entry?.seq !== seq) throw new NotFound();
  const view = await rebuild(engine, reader, row, { last: seq });
  const [shown] = await presentEntries(engine, reader, row, [entry]);
  if (!view || !shown) throw new NotFound();
  return { ...shown, after: view(entry.at) };
}

/**
 * The case as it stood at a moment.
 *
 * @throws {NotFound} for a moment before it was opened
 * @throws {RecordDamaged} where an entry that leads there is not as a server wrote it
 */
export async function readCaseAt(
  engine: Engine,
  reader: Reader,
  caseId: string,
  at: Date,
): Promise<CaseView> {
  const row = await readCase(engine, reader, caseId);
  const view = await rebuild(engine, reader, row, { last: row.headSeq, at });
  if (!view) throw new NotFound();
  return view(at);
}
