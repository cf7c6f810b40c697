/** What happened in all cases that somebody sees, as it happens: facts alone. */
import { isOutside } from '../../../machines/rules/case-facts.ts';
import { findCases } from '../../store/cases.ts';
import { listFeed, type Position } from '../../store/feed.ts';
import { historyKeyOf } from '../confidential/history-key.ts';
import type { Engine } from '../engine.ts';
import { isEntryProven, isRowAuthentic } from '../step/authenticity.ts';
import { contextOf, presentEntry, type EntryView, type Reader } from '../step/present.ts';

export interface FeedEntry extends EntryView {
  readonly case: string;
  readonly codename: string;
}

export interface FeedPage {
  readonly entries: readonly { readonly position: Position; readonly entry: FeedEntry }[];
  /** Where to go on, whether or not there was anything. */
  readonly next: Position;
  /** Whether there may be more at once. */
  readonly more: boolean;
  /** Whether something waits for a transaction that is under way. */
  readonly held: boolean;
  /** Cases of which something does not prove itself: that is left out, or it would be the end of the feed. */
  readonly damaged: readonly string[];
}

const nothingOpened = { dataKey: null, opened: false, visibleCases: new Set<string>() };

/**
 * The entries after a position in the cases that the reader sees at this moment, in the order in which they
 * were recorded, within a case that of its history. Content is withheld whoever reads.
 */
export async function readFeed(
  engine: Engine,
  { person }: Pick<Reader, 'person'>,
  page: { after: Position; limit: number },
): Promise<FeedPage> {
  const { rows, next, more, held } = await listFeed(engine.db, person, page);
  const ids = [...new Set(rows.map(({ caseId }) => caseId))];
  const key = await historyKeyOf(engine);
  const cases = new Map(
    (await findCases(engine.db, ids, person)).map((row) => [
      row.caseId,
      { row, isProven: isRowAuthentic(key, row) },
    ]),
  );
  const entries: { position: Position; entry: FeedEntry }[] = [];
  const damaged = new Set<string>();
  for (const stored of rows) {
    const { row, isProven } = cases.get(stored.caseId) ?? {};
    // it was hidden from them just now
    if (!row) continue;
    // the list that keeps people out stands beside the row, and is no proof
    if (isProven && isOutside(contextOf(row), person)) continue;
    if (!isProven || !isEntryProven(key, row, stored)) {
      damaged.add(row.caseId);
      continue;
    }
    const insight = { ...nothingOpened, erased: row.dataKey === null };
    const entry = { case: row.caseId, codename: row.codename, ...presentEntry(stored, insight) };
    entries.push({ position: stored.position, entry });
  }
  return { entries, next, more, held, damaged: [...damaged] };
}
