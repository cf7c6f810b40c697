/**
 * Steps of a case, from the request to the reply: load, decide, commit. A head that moved in the
 * meantime means: load again, decide again, so no event is ever applied to a state it was not judged on.
 */
import type { EventInput } from '../../../machines/events.ts';
import {
  Forbidden,
  NotFound,
  OtherMachineVersion,
  StaleVersion,
  TooContended,
} from '../../errors.ts';
import { loadForStep } from '../../store/cases.ts';
import { commitStep } from '../../store/commit.ts';
import type { Engine } from '../engine.ts';
import { queueForCase } from './case-queue.ts';
import { caseIdsNamedBy, staffNamedBy } from './establish.ts';
import { recall, sealAnswer, type RequestKey } from './idempotency.ts';
import { judge, type Loaded, type Reply } from './judge.ts';
import { contextOf, mayHandle } from './present.ts';
import { isCurrent } from './replay.ts';

export interface Submission {
  readonly person: string;
  readonly caseId: string;
  /** Judged in order; recorded all or none. */
  readonly events: readonly EventInput[];
  /** Whether they were sent as several, however many they are. */
  readonly batch?: boolean;
  /** The versions that the caller takes the case to stand at; any if absent. */
  readonly ifMatch?: readonly number[] | undefined;
  readonly request?: RequestKey | undefined;
  readonly dryRun?: boolean;
}

export type Answered = Reply & { readonly replayed: boolean };

/** Of writers who meet at one case one gets through each time, so this many may meet at once. */
const attempts = 100;

/**
 * Judges events and records them.
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

  const { entries, change, reply } = await judge(engine, submission, loaded);
  if (dryRun) return { ...reply, replayed: false };
  // an answer that holds what is taken away would keep it
  const keeps = keyed && dataKey && !change?.erased && !change?.removed;
  const answer = keeps ? sealAnswer(keyed, dataKey, now, reply) : null;
  const written = await commitStep(engine.db, { entries, change, answer });
  return written ? { ...reply, replayed: false } : null;
}

async function load({ db, keyring, now }: Engine, submission: Submission): Promise<Loaded> {
  const { person, caseId, events } = submission;
  const handles = [...new Set([person, ...events.flatMap(staffNamedBy)])];
  const caseIds = [...new Set(events.flatMap(caseIdsNamedBy))].filter((id) => id !== caseId);
  const loaded = await loadForStep(db, { caseId, person, handles, caseIds });
  if (!loaded) throw new NotFound();
  if (!isCurrent(loaded.row)) throw new OtherMachineVersion();
  const roles = Object.hasOwn(loaded.directory, person) ? loaded.directory[person] : undefined;
  const sender = { person, roles: roles ?? [] };
  // whoever sees the case as its auditor alone takes no step in it, whatever else they are
  if (!mayHandle(contextOf(loaded.row), sender)) throw notItsHandler();
  const { dataKey } = loaded.row;
  return {
    ...loaded,
    sender,
    dataKey: dataKey && (await keyring.unwrap(dataKey, caseId)),
    now: now(),
  };
}
