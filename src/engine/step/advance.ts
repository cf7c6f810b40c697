/**
 * One step of a case, from the request to the reply: load, decide, commit. A head that moved in the
 * meantime means: load again, decide again, so no event is ever applied to a state it was not judged on.
 */
import type { Actor, DeadlineName } from '../../../machines/context.ts';
import type { CaseEvent, EventInput, EventType } from '../../../machines/events.ts';
import { isOutside, staffNamed } from '../../../machines/rules/case-facts.ts';
import { seal } from '../../crypto/sealing.ts';
import {
  EngineDefect,
  Forbidden,
  NotFound,
  OtherMachineVersion,
  StaleVersion,
  TooContended,
  type Violation,
} from '../../errors.ts';
import { findCaseAsEngine, loadForStep, type CaseRow, type Directory } from '../../store/cases.ts';
import { commitStep, type CaseChange } from '../../store/commit.ts';
import type { EntryRow } from '../../store/history.ts';
import { decide, decideElapse, optionsFor } from './decide.ts';
import { digestKeys, digestsOf, reportedBy } from '../confidential/digests.ts';
import type { Engine } from '../engine.ts';
import { makeEntry } from './entry.ts';
import { caseIdsNamed, establish } from './establish.ts';
import { recall, sealAnswer, type RequestKey } from './idempotency.ts';
import { refuseUnknownResponseKinds } from './response-kinds.ts';
import {
  assignedTo,
  type CaseView,
  contextOf,
  type EntryView,
  mayHandle,
  presentCase,
  presentEntry,
} from './present.ts';
import { isCurrent } from './replay.ts';
import { splitEvent } from './split.ts';
import {
  deadlinesOf,
  eraseDueAt,
  restore,
  stagesOf,
  statusOf,
  type CaseSnapshot,
  type StoredSnapshot,
} from './statechart.ts';
import { queueForCase } from './case-queue.ts';

export interface Submission {
  readonly person: string;
  readonly caseId: string;
  readonly event: EventInput;
  /** The versions that the caller takes the case to stand at; any if absent. */
  readonly ifMatch?: readonly number[] | undefined;
  readonly request?: RequestKey | undefined;
  readonly dryRun?: boolean;
}

type Reply =
  | {
      readonly outcome: 'accepted';
      readonly case: CaseView | null;
      readonly entry: EntryView;
      readonly version: number;
    }
  | {
      readonly outcome: 'refused';
      readonly violations: readonly Violation[];
      readonly allowed: readonly EventType[];
    };

export type Answered = Reply & { readonly replayed: boolean };

/** Of writers who meet at one case one gets through each time, so this many may meet at once. */
const attempts = 100;

/**
 * Judges an event and records it.
 *
 * @throws {NotFound} for a case that the person does not see
 * @throws {Forbidden} for a case that the person sees as an auditor only
 * @throws {OtherMachineVersion} for a case that was opened under another version of the machine
 * @throws {InvalidRequest} for a response kind that the case's settings don't know
 * @throws {StaleVersion} where `ifMatch` names other versions
 * @throws {IdempotencyKeyReused} where the request's key came with another body
 * @throws {TooContended} where others were faster every time
 */
export async function submit(engine: Engine, submission: Submission): Promise<Answered> {
  // at once, so that nobody learns by waiting that there is something to wait for
  const answered = await attemptStep(engine, submission);
  if (answered) return answered;
  return queueForCase(engine, submission.caseId, async () => {
    for (let attempt = 1; attempt < attempts; attempt++) {
      const later = await attemptStep(engine, submission);
      if (later) return later;
    }
    throw new TooContended();
  });
}

/** Also for those who ask what they may do. */
export const notItsHandler = () =>
  new Forbidden('not-a-handler', 'You see this case as an auditor, and take no steps in it.');

interface Loaded {
  readonly row: CaseRow;
  readonly directory: Directory;
  readonly visibleCases: number;
  readonly dataKey: Buffer | null;
  readonly now: Date;
}

/** Null where the head moved before the step was written. */
async function attemptStep(engine: Engine, submission: Submission): Promise<Answered | null> {
  const { caseId, person, dryRun = false, ifMatch } = submission;
  const loaded = await load(engine, submission);
  const { row, dataKey, now } = loaded;
  const keyed = submission.request && !dryRun ? { caseId, person, ...submission.request } : null;
  // the case first and the answer second: what was written in between moved the head
  const before = keyed && dataKey && (await recall(engine.db, keyed, dataKey, now));
  if (before) return { ...(before as Reply), replayed: true };
  if (ifMatch && !ifMatch.includes(row.version)) throw new StaleVersion(row.version);

  const { entry, change, reply } = await judge(engine, submission, loaded);
  if (dryRun) return { ...reply, replayed: false };
  const keeps = keyed && dataKey && !change?.erased;
  const answer = keeps ? sealAnswer(keyed, dataKey, now, reply) : null;
  const written = await commitStep(engine.db, { entry, change, answer });
  return written ? { ...reply, replayed: false } : null;
}

async function load({ db, keyring, now }: Engine, submission: Submission): Promise<Loaded> {
  const { person, caseId, event } = submission;
  const handles = [person, ...staffNamed(splitEvent(event).facts)];
  const caseIds = caseIdsNamed(event).filter((id) => id !== caseId);
  const loaded = await loadForStep(db, { caseId, person, handles, caseIds });
  if (!loaded) throw new NotFound();
  if (!isCurrent(loaded.row)) throw new OtherMachineVersion();
  const reader = { person, roles: loaded.directory[person] ?? [] };
  // whoever sees the case as its auditor alone takes no step in it, whatever else they are
  if (!mayHandle(contextOf(loaded.row), reader)) throw notItsHandler();
  const { dataKey } = loaded.row;
  return { ...loaded, dataKey: dataKey && (await keyring.unwrap(dataKey, caseId)), now: now() };
}

/** Decides on the event, and makes all that is to be written and answered of it. */
async function judge(
  { db, keyring }: Engine,
  { person, event }: Submission,
  { row, directory, visibleCases, dataKey, now }: Loaded,
): Promise<{ entry: EntryRow; change: CaseChange | null; reply: Reply }> {
  // the row's own spelling of the id: it goes into hashes and seals
  const { caseId } = row;
  const snapshot = restore(row.snapshot as StoredSnapshot);
  refuseUnknownResponseKinds(event, snapshot.context.settings);
  const by: Actor = { person, roles: directory[person] ?? [] };
  const at = stepTime(now, row);
  const seq = row.headSeq + 1;
  const { facts, confidential } = splitEvent(event);
  const { context } = snapshot;
  const knowledge = { caseId, context, dataKey, directory, visibleCases };
  const known = { ...facts, ...(await establish(db, event, facts, knowledge)) };
  const verdict = decide(snapshot, { type: event.type, ...known, at, by, seq } as CaseEvent);
  const accepted = verdict.outcome === 'accepted';
  const next = accepted ? verdict.snapshot : snapshot;
  const { entry, stored } = makeEntry({
    head: {
      caseId,
      seq,
      version: accepted ? row.version + 1 : row.version,
      previousHash: row.headHash,
    },
    outcome: verdict.outcome,
    type: event.type,
    facts: known,
    sealed: dataKey && confidential && seal(dataKey, { caseId, seq }, confidential),
    by,
    at,
    violations: accepted ? [] : verdict.violations,
    snapshot: next,
  });
  if (accepted) {
    const reply = replyOf(row, next, entry, { person, dataKey, now });
    const [key] = digestKeys(keyring);
    const digests = digestsOf(key, reportedBy(event, context.people.reported.length));
    return { entry, change: { ...changeOf(next, stored, entry), digests }, reply };
  }
  const { violations } = verdict;
  const options = optionsFor(snapshot, at, by).filter(({ verdict: open }) => open !== 'refused');
  const allowed = options.map(({ type }) => type).filter((type) => type !== 'case.erase');
  return { entry, change: null, reply: { outcome: 'refused', violations, allowed } };
}

/** The engine's time, but never before the case's last step: clocks of several servers differ. */
export const stepTime = (now: Date, { updatedAt }: Pick<CaseRow, 'updatedAt'>): string =>
  new Date(Math.max(now.getTime(), updatedAt.getTime())).toISOString();

/** What the caller may see after the step: whoever left the case by it sees no case and no content. */
function replyOf(
  row: CaseRow,
  next: CaseSnapshot,
  entry: EntryRow,
  { person, dataKey, now }: { person: string; dataKey: Buffer | null; now: Date },
): Reply {
  const stays = !isOutside(next.context, person);
  const { version, at: updatedAt, machineId, machineVersion } = entry;
  const shown = openedAsSent(entry, next, dataKey, stays);
  return {
    outcome: 'accepted',
    case: stays
      ? presentCase({ ...row, version, updatedAt, machineId, machineVersion }, next, now)
      : null,
    entry: shown,
    version,
  };
}

/** The sender knows the cases that they named. */
function openedAsSent(
  entry: EntryRow,
  next: CaseSnapshot,
  dataKey: Buffer | null,
  opened: boolean,
): EntryView {
  const { erased } = next.context;
  const all = { has: () => true } as unknown as ReadonlySet<string>;
  return presentEntry(entry, { dataKey, erased, opened, visibleCases: all });
}

/** What an accepted step changes beside its entry. */
export function changeOf(next: CaseSnapshot, stored: StoredSnapshot, entry: EntryRow): CaseChange {
  const { context } = next;
  return {
    status: statusOf(next),
    version: entry.version,
    stages: stagesOf(next),
    snapshot: stored,
    machine: { id: entry.machineId, version: entry.machineVersion },
    updatedAt: entry.at,
    erased: context.erased,
    eraseDueAt: eraseDueAt(next),
    outsiders: context.staff.outside.map(({ person }) => person),
    assignments: assignedTo(context),
    deadlines: deadlinesOf(next),
    digests: [],
  };
}

/**
 * Lets a deadline of a case run out, if its clock still runs and it is due.
 *
 * @returns whether it ran out by this
 */
export async function elapse(engine: Engine, caseId: string, name: DeadlineName): Promise<boolean> {
  const row = await findCaseAsEngine(engine.db, caseId);
  if (!row) throw new EngineDefect('a deadline of no case');
  if (!isCurrent(row)) return false;
  const at = stepTime(engine.now(), row);
  const seq = row.headSeq + 1;
  const snapshot = restore(row.snapshot as StoredSnapshot);
  const next = decideElapse(snapshot, name, at, seq);
  if (!next) return false;
  const { entry, stored } = makeEntry({
    head: { caseId, seq, version: row.version + 1, previousHash: row.headHash },
    outcome: 'elapsed',
    type: `deadline.${name}`,
    facts: { dueAt: snapshot.context.due[name] },
    sealed: null,
    by: null,
    at,
    violations: [],
    snapshot: next,
  });
  return commitStep(engine.db, { entry, change: changeOf(next, stored, entry), answer: null });
}
