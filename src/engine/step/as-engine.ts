/** What the engine does by itself, for nobody: deadlines, the retention, the move to another version. */
import type { Stamp } from '../../../machines/events.ts';
import type { CaseState } from '../../../machines/system.ts';
import { findCaseAsEngine, type CaseRow } from '../../store/cases.ts';
import type { CaseLists } from '../../store/case-lists.ts';
import { commitStep } from '../../store/commit.ts';
import type { SealedEntry } from '../../store/history.ts';
import type { Engine } from '../engine.ts';
import { authenticated, proven } from './authenticity.ts';
import { changeOf, listsOf } from './change.ts';
import { deadlinesOf, eraseDueAt } from './clocks.ts';
import { decide, decideElapse } from './decide.ts';
import { entryAfter, headOf, type Head, type JudgedStep } from './entry.ts';
import { stepTime } from './judge.ts';
import { isCurrent } from './replay.ts';

type Own = Pick<JudgedStep, 'type' | 'facts' | 'state'> & {
  readonly outcome: 'accepted' | 'elapsed';
};

/** A step that nobody sends, judged on what the ones before have made of the case; null where there is none to take. */
type Judge = (state: CaseState, stamp: Stamp) => Own | null;

/**
 * Writes steps that nobody sends, all of them at once.
 *
 * @param options `now`: when they are taken; `before`: what stands beside the case's row, if it is as it should be
 * @returns how many were taken; null where the head has moved, and none was
 */
export async function takeAsEngine(
  engine: Engine,
  row: CaseRow,
  judges: readonly Judge[],
  { now, before }: { readonly now: Date; readonly before?: CaseLists },
): Promise<number | null> {
  const at = stepTime(now, row);
  const { caseId, headSeq: seq, version, headHash: hash } = row;
  let [head, state]: [Head, CaseState] = [
    { caseId, seq, version, hash },
    row.snapshot as CaseState,
  ];
  const entries: SealedEntry[] = [];
  for (const judged of judges) {
    const step = judged(state, { at, by: null, seq: head.seq + 1 });
    if (!step) continue;
    const entry = entryAfter(head, { ...step, by: null, at });
    entries.push({ ...entry, sealed: {} });
    [head, state] = [headOf(entry), step.state];
  }
  const last = entries.at(-1);
  if (!last) return 0;
  const change = changeOf(state, last);
  const step = { entries, change, answer: null, ...(before && { before }) };
  const written = await commitStep(engine.db, await authenticated(engine, row, step));
  if (!written) return null;
  engine.announcements?.announce();
  return entries.length;
}

/** What the engine does in a case when it is due; null where the head has moved meanwhile. */
export type DueStep = (engine: Engine, row: CaseRow, until: Date) => Promise<number | null>;

/**
 * Lets the deadlines of a case run out that are due by a moment, soonest first.
 *
 * @returns how many ran out by this; null where the head has moved, and none did
 */
export const elapse: DueStep = async (engine, row, until) => {
  const before = row.snapshot as CaseState;
  const moment = until.toISOString();
  const due = deadlinesOf(before).filter(({ pending, dueAt }) => pending && dueAt <= moment);
  const judges = due.map(({ name, ref, dueAt }): Judge => (state, stamp) => {
    const next = decideElapse(state, { name, ref }, stamp);
    const facts = { dueAt, ref };
    return next && { outcome: 'elapsed', type: `deadline.${name}`, facts, state: next };
  });
  return takeAsEngine(engine, row, judges, { now: until, before: listsOf(before) });
};

/**
 * Erases a case whose retention has passed by a moment, unless a hold stops it.
 *
 * @returns 1 where it was erased by this, else 0; null where the head has moved, and it was not
 */
export const eraseByRetention: DueStep = async (engine, row, until) => {
  const due = eraseDueAt(row.snapshot as CaseState);
  if (due === null || until.toISOString() < due) return 0;
  const erasure: Judge = (state, stamp) => {
    const [type, facts] = ['case.erase' as const, { reason: 'retention' as const }];
    const verdict = decide(state, { type, facts, ...stamp });
    return verdict.outcome === 'accepted'
      ? { outcome: 'accepted', type, facts, state: verdict.state }
      : null;
  };
  return takeAsEngine(engine, row, [erasure], { now: until });
};

/** After so many steps of others that were faster it is left to the next round. */
const attempts = 20;

/**
 * Takes a step that is due in a case, on the case as it then stands, however often others are faster.
 *
 * @throws {RecordDamaged} where no server wrote the case as it stands
 */
export async function takeWhenDue(
  engine: Engine,
  row: CaseRow,
  { step, until }: { readonly step: DueStep; readonly until: Date },
): Promise<number> {
  let standing = row;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const taken = await step(engine, await proven(engine, standing), until);
    if (taken !== null) return taken;
    const moved = await findCaseAsEngine(engine.db, row.caseId);
    if (!moved || !isCurrent(moved)) return 0;
    standing = moved;
  }
  return 0;
}
