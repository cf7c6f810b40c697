/**
 * The machine's version: a structural hash tells when the definition changed, and a case that was
 * opened under another version is carried over only where its whole history still holds.
 */
import { machineIdentity } from '../../../machines/case.ts';
import { definition } from '../../../machines/definition.ts';
import { stagesOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { carryOverType } from '../../../machines/events.ts';
import { canonicalHash } from '../../crypto/chain.ts';
import { findCaseAsEngine, listOtherVersions, type CaseRow } from '../../store/cases.ts';
import { engineIdentity } from '../../store/visibility.ts';
import { historyKeyOf } from '../confidential/history-key.ts';
import { isEntryProven, isRowAuthentic } from '../step/authenticity.ts';
import { takeAsEngine } from '../step/as-engine.ts';
import { entriesOf } from './audit.ts';
import type { Engine } from '../engine.ts';
import { isCurrent, replayEntry } from '../step/replay.ts';

/** Lowercase hex SHA-256 of the definition: states, events, rules, delays. */
export const definitionHash = (): string => canonicalHash(definition());

/** What the current version would do to a case of another one. */
export interface CarryOver {
  readonly caseId: string;
  readonly codename: string;
  readonly from: { readonly id: string; readonly version: string };
  readonly holds: boolean;
  /** The first step that the current version judges otherwise; null where all of them hold. */
  readonly failsAt: {
    readonly seq: number;
    readonly type: string;
    readonly rules: readonly string[];
  } | null;
}

interface Rerun {
  readonly failsAt: CarryOver['failsAt'];
  readonly state: CaseState | null;
}

/** Runs a history through the current machine: what was accepted must be accepted, to the same stages. */
async function rerun(engine: Engine, row: CaseRow): Promise<Rerun> {
  let state: CaseState | null = null;
  let failsAt: CarryOver['failsAt'] = null;
  const key = await historyKeyOf(engine);
  const { caseId, headSeq: last } = row;
  for await (const entry of entriesOf(engine.db, engineIdentity, caseId, { last })) {
    failsAt = { seq: entry.seq, type: entry.type, rules: [] };
    if (!isEntryProven(key, row, entry)) return { failsAt, state };
    if (entry.outcome === 'refused' || entry.type === carryOverType) continue;
    try {
      const step = replayEntry(state, entry);
      const rules = step.violations.map(({ rule }) => rule);
      if (step.outcome !== entry.outcome || !step.state)
        return { failsAt: { ...failsAt, rules }, state };
      state = step.state;
    } catch {
      return { failsAt, state };
    }
    if (canonicalHash(stagesOf(state)) !== canonicalHash(entry.stages)) return { failsAt, state };
  }
  // what proves no head proves nothing before it
  return { failsAt: isRowAuthentic(key, row) ? null : failsAt, state };
}

const reportOf = (row: CaseRow, { failsAt }: Rerun): CarryOver => ({
  caseId: row.caseId,
  codename: row.codename,
  from: { id: row.machineId, version: row.machineVersion },
  holds: failsAt === null,
  failsAt,
});

/** What the current version would do to every case of another one. Changes nothing. */
export async function* planCarryOver(engine: Engine): AsyncGenerator<CarryOver> {
  for (const row of await listOtherVersions(engine.db, machineIdentity))
    yield reportOf(row, await rerun(engine, row));
}

/**
 * Carries every case of another version over where its history holds; an entry records the
 * move. A case whose history does not hold stays as it is: it can be read, and takes no events.
 */
export async function* carryOver(engine: Engine): AsyncGenerator<CarryOver> {
  for (const { caseId } of await listOtherVersions(engine.db, machineIdentity)) {
    const report = await carryOne(engine, caseId);
    if (report) yield report;
  }
}

/** Null where somebody else carried it over meanwhile. */
async function carryOne(engine: Engine, caseId: string): Promise<CarryOver | null> {
  for (;;) {
    const row = await findCaseAsEngine(engine.db, caseId);
    if (!row || isCurrent(row)) return null;
    const run = await rerun(engine, row);
    const { state } = run;
    if (run.failsAt || !state) return reportOf(row, run);
    const from = { id: row.machineId, version: row.machineVersion };
    const facts = { from, to: machineIdentity };
    const moved = { outcome: 'accepted', type: carryOverType, facts, state } as const;
    const carried = await takeAsEngine(engine, row, [() => moved], { now: engine.now() });
    if (carried) return reportOf(row, run);
  }
}
