/** Erasing closed cases when their time has come: the profile's `retainFor`, unless a hold stops it. */
import type { CaseEvent } from '../../../machines/events.ts';
import { EngineDefect } from '../../errors.ts';
import { findCaseAsEngine } from '../../store/cases.ts';
import { commitStep } from '../../store/commit.ts';
import { changeOf, stepTime } from './advance.ts';
import { decide } from './decide.ts';
import type { Engine } from '../engine.ts';
import { makeEntry } from './entry.ts';
import { isCurrent } from './replay.ts';
import { eraseDueAt, restore, type StoredSnapshot } from './statechart.ts';

/**
 * Erases a case whose retention has passed; nobody sends it, so the history names nobody.
 *
 * @returns whether it was erased by this
 */
export async function eraseByRetention(engine: Engine, caseId: string): Promise<boolean> {
  const row = await findCaseAsEngine(engine.db, caseId);
  if (!row) throw new EngineDefect('the retention of no case');
  if (!isCurrent(row)) return false;
  const snapshot = restore(row.snapshot as StoredSnapshot);
  const at = stepTime(engine.now(), row);
  const due = eraseDueAt(snapshot);
  if (due === null || at < due) return false;
  const seq = row.headSeq + 1;
  const [type, facts] = ['case.erase' as const, { reason: 'retention' as const }];
  const verdict = decide(snapshot, { type, ...facts, at, by: null, seq } satisfies CaseEvent);
  if (verdict.outcome === 'refused') return false;
  const { entry, stored } = makeEntry({
    head: { caseId, seq, version: row.version + 1, previousHash: row.headHash },
    outcome: 'accepted',
    type,
    facts,
    sealed: null,
    by: null,
    at,
    violations: [],
    snapshot: verdict.snapshot,
  });
  const change = changeOf(verdict.snapshot, stored, entry);
  return commitStep(engine.db, { entry, change, answer: null });
}
