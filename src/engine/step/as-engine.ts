/** What the engine does by itself, for nobody: deadlines, the retention, the move to another version. */
import type { Stamp } from '../../../machines/events.ts';
import type { CaseState, Clock } from '../../../machines/system.ts';
import { dueAt } from '../../../machines/deadlines.ts';
import { EngineDefect } from '../../errors.ts';
import { findCaseAsEngine, type CaseRow } from '../../store/cases.ts';
import { commitStep } from '../../store/commit.ts';
import type { Engine } from '../engine.ts';
import { authenticated, proven } from './authenticity.ts';
import { changeOf } from './change.ts';
import { eraseDueAt } from './clocks.ts';
import { decide, decideElapse } from './decide.ts';
import { entryAfter, type JudgedStep } from './entry.ts';
import { stepTime } from './judge.ts';
import { isCurrent } from './replay.ts';

type Own = Pick<JudgedStep, 'type' | 'facts' | 'state'> & {
  readonly outcome: 'accepted' | 'elapsed';
};

/**
 * Writes a step that nobody sends.
 *
 * @param judged the step, judged on the case as it is loaded; null where there is none to take
 * @returns whether it was taken by this
 */
export async function takeAsEngine(
  engine: Engine,
  row: CaseRow,
  judged: (stamp: Stamp) => Own | null,
): Promise<boolean> {
  const at = stepTime(engine.now(), row);
  const step = judged({ at, by: null, seq: row.headSeq + 1 });
  if (!step) return false;
  const head = { caseId: row.caseId, seq: row.headSeq, version: row.version, hash: row.headHash };
  const entry = { ...entryAfter(head, { ...step, by: null, at }), sealed: {} };
  const change = changeOf(step.state, entry);
  const written = { entries: [entry], change, answer: null };
  return commitStep(engine.db, await authenticated(engine, row, written));
}

async function rowOf(engine: Engine, caseId: string): Promise<CaseRow> {
  const row = await findCaseAsEngine(engine.db, caseId);
  if (!row) throw new EngineDefect('a job of no case');
  return proven(engine, row);
}

/**
 * Lets a deadline of a case run out, if its clock still runs and it is due.
 *
 * @returns whether it ran out by this
 */
export async function elapse(
  engine: Engine,
  caseId: string,
  deadline: Pick<Clock, 'name' | 'ref'>,
): Promise<boolean> {
  const row = await rowOf(engine, caseId);
  if (!isCurrent(row)) return false;
  const before = row.snapshot as CaseState;
  const { name, ref } = deadline;
  return takeAsEngine(engine, row, (stamp) => {
    const state = decideElapse(before, deadline, stamp);
    const facts = { dueAt: dueAt(before.context, deadline), ref };
    return state && { outcome: 'elapsed', type: `deadline.${name}`, facts, state };
  });
}

/**
 * Erases a case whose retention has passed, unless a hold stops it.
 *
 * @returns whether it was erased by this
 */
export async function eraseByRetention(engine: Engine, caseId: string): Promise<boolean> {
  const row = await rowOf(engine, caseId);
  if (!isCurrent(row)) return false;
  const before = row.snapshot as CaseState;
  const due = eraseDueAt(before);
  return takeAsEngine(engine, row, (stamp) => {
    if (due === null || stamp.at < due) return null;
    const [type, facts] = ['case.erase' as const, { reason: 'retention' as const }];
    const verdict = decide(before, { type, facts, ...stamp });
    return verdict.outcome === 'accepted'
      ? { outcome: 'accepted', type, facts, state: verdict.state }
      : null;
  });
}
