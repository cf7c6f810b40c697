/**
 * The machine's version: a structural hash tells when the definition changed, and a case that was
 * opened under another version is carried over only where its whole history still holds.
 */
import { caseMachine, machineIdentity } from '../../../machines/case.ts';
import { definition } from '../../../machines/definition.ts';
import { carryOverType } from '../../../machines/events.ts';
import { canonicalHash } from '../../crypto/chain.ts';
import { findCaseAsEngine, listOtherVersions, type CaseRow } from '../../store/cases.ts';
import { commitStep } from '../../store/commit.ts';
import { engineIdentity } from '../../store/visibility.ts';
import { changeOf } from '../step/advance.ts';
import { entriesOf } from './audit.ts';
import type { Engine } from '../engine.ts';
import { makeEntry } from '../step/entry.ts';
import { isCurrent, replayEntry } from '../step/replay.ts';
import { stagesOf, type CaseSnapshot } from '../step/statechart.ts';

/** Lowercase hex SHA-256 of the definition: states, events, rules, delays. */
export const definitionHash = (): string => canonicalHash(definition(caseMachine));

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
  readonly snapshot: CaseSnapshot | null;
}

/** Runs a history through the current machine: what was accepted must be accepted, to the same stages. */
async function rerun(engine: Engine, row: CaseRow): Promise<Rerun> {
  let snapshot: CaseSnapshot | null = null;
  for await (const entry of entriesOf(engine.db, engineIdentity, row.caseId, row.headSeq)) {
    if (entry.outcome === 'refused' || entry.type === carryOverType) continue;
    const { seq, type } = entry;
    try {
      const step = replayEntry(snapshot, entry);
      const rules = step.violations.map(({ rule }) => rule);
      if (step.outcome !== entry.outcome || !step.snapshot)
        return { failsAt: { seq, type, rules }, snapshot };
      snapshot = step.snapshot;
    } catch {
      return { failsAt: { seq, type, rules: [] }, snapshot };
    }
    if (canonicalHash(stagesOf(snapshot)) !== canonicalHash(entry.stages))
      return { failsAt: { seq, type, rules: [] }, snapshot };
  }
  return { failsAt: null, snapshot };
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
    const { snapshot } = run;
    if (run.failsAt || !snapshot) return reportOf(row, run);
    const from = { id: row.machineId, version: row.machineVersion };
    const { entry, stored } = makeEntry({
      head: { caseId, seq: row.headSeq + 1, version: row.version + 1, previousHash: row.headHash },
      outcome: 'accepted',
      type: carryOverType,
      facts: { from, to: machineIdentity },
      sealed: null,
      by: null,
      at: new Date(Math.max(engine.now().getTime(), row.updatedAt.getTime())).toISOString(),
      violations: [],
      snapshot,
    });
    const step = { entry, change: changeOf(snapshot, stored, entry), answer: null };
    if (await commitStep(engine.db, step)) return reportOf(row, run);
  }
}
