/** Stories, each told once through the engine itself, in a case that stays: what the copies are made of. */
import { addDuration } from '../../../machines/time.ts';
import type { CaseState } from '../../../machines/system.ts';
import { unseal } from '../../crypto/sealing.ts';
import { EngineDefect } from '../../errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { submit } from '../../engine/step/advance.ts';
import { elapse } from '../../engine/step/as-engine.ts';
import { deadlinesOf } from '../../engine/step/clocks.ts';
import { openCase } from '../../engine/step/open.ts';
import { findCaseAsEngine } from '../../store/cases.ts';
import { listEntries, type EntryRow } from '../../store/history.ts';
import { engineIdentity } from '../../store/visibility.ts';
import type { Step, Story } from './stories.ts';

/** Sealed content in clear: everything in the stories is made up. */
export interface Part {
  readonly seq: number;
  readonly part: string;
  readonly value: unknown;
}

export interface Template {
  readonly entries: readonly EntryRow[];
  readonly parts: readonly Part[];
  /** How far back its copies may begin, in milliseconds, so that nothing is due yet that will be. */
  readonly room: number;
}

const pause = 'PT4M';
/** Cases of which nothing will be due lie within three years. */
const wholeSpan = 3 * 365 * 24 * 60 * 60 * 1000;

/** Told so that it ends now. */
export async function tell(engine: Engine, { channel, steps }: Story): Promise<Template> {
  const length = (from: string) =>
    steps.reduce((at, step) => addDuration(at, 'wait' in step ? step.wait : pause), from);
  const now = engine.now().toISOString();
  let at = new Date(Date.parse(now) - (Date.parse(length(now)) - Date.parse(now)));
  const then: Engine = { ...engine, now: () => at };
  const opened = await openCase(then, { person: 'cleo', channel, excluded: [] });
  for (const step of steps) {
    at = new Date(addDuration(at.toISOString(), 'wait' in step ? step.wait : pause));
    await take(then, opened.case.id, step);
  }
  return readBack(engine, opened.case.id);
}

async function take(engine: Engine, caseId: string, step: Step): Promise<void> {
  if ('wait' in step) return runOut(engine, caseId);
  const { by: person, event, refused = false } = step;
  const reply = await submit(engine, { person, caseId, events: [event] });
  if ((reply.outcome === 'refused') === refused) return;
  const why = reply.outcome === 'refused' ? reply.violations : [];
  const rules = why.map(({ rule, detail }) => `${rule} ${JSON.stringify(detail ?? {})}`);
  throw new EngineDefect(`a story does not go as told: ${event.type}: ${rules.join(' ')}`);
}

async function runOut(engine: Engine, caseId: string): Promise<void> {
  await elapse(engine, await rowOf(engine, caseId), engine.now());
}

async function rowOf({ db }: Engine, caseId: string) {
  const row = await findCaseAsEngine(db, caseId);
  if (!row?.dataKey) throw new EngineDefect('a story without a case');
  return { ...row, dataKey: row.dataKey };
}

async function readBack(engine: Engine, caseId: string): Promise<Template> {
  const row = await rowOf(engine, caseId);
  const dataKey = await engine.keyring.unwrap(row.dataKey, caseId);
  const entries = await listEntries(engine.db, engineIdentity, { caseId, after: 0, limit: 1000 });
  const parts = entries.flatMap(({ seq, sealed }) =>
    Object.entries(sealed).map(([part, bytes]) => ({
      seq,
      part,
      value: unseal(dataKey, { caseId, seq, part }, bytes),
    })),
  );
  const running = deadlinesOf(row.snapshot as CaseState).filter(({ pending }) => pending);
  const due = [...running.map(({ dueAt }) => new Date(dueAt)), row.eraseDueAt ?? []].flat();
  const left = due.map((moment) => moment.getTime() - engine.now().getTime());
  return { entries, parts, room: Math.min(wholeSpan, ...left.map((time) => time / 4)) };
}
