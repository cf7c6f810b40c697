/**
 * Steps of a case, from the request to the reply: load, decide, commit. A head that moved in the
 * meantime means: load again, decide again, so no event is ever applied to a state it was not judged on.
 */
import type { EventInput } from '../../../machines/events.ts';
import { isOutside } from '../../../machines/rules/case-facts.ts';
import type { CaseState } from '../../../machines/system.ts';
import {
  Forbidden,
  NotFound,
  OtherMachineVersion,
  StaleVersion,
  TooContended,
} from '../../errors.ts';
import { filterVisible } from '../../store/cases.ts';
import { commitStep } from '../../store/commit.ts';
import {
  loadForStep,
  type Credential,
  type StepLoad,
  type WantedCase,
} from '../../store/step-load.ts';
import { dbForSteps, type Engine } from '../engine.ts';
import { authenticated, proven } from './authenticity.ts';
import { hasQueue, queueForCase } from './case-queue.ts';
import { listsOf } from './change.ts';
import { caseIdsNamedBy } from './establish.ts';
import { recall, sealAnswer, type RequestKey } from './idempotency.ts';
import { judge, type Loaded, type Reply } from './judge.ts';
import { knownStates } from './known-states.ts';
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
  /** The case as it was loaded a moment ago, together with its sender; else it is loaded. */
  readonly arrival?: StepLoad | undefined;
}

export type Answered = Reply & { readonly replayed: boolean };

/** Of writers who meet at one case one gets through each time, so this many may meet at once. */
const attempts = 100;

/**
 * Judges events and records them.
 *
 * @throws {NotFound} for a case that the person does not see
 * @throws {Forbidden} for a case that the person sees as an auditor only
 * @throws {RecordDamaged} for a case that is not as a server wrote it
 * @throws {OtherMachineVersion} for a case that was opened under another version of the machine
 * @throws {InvalidRequest} for a response kind that the case's settings don't know
 * @throws {StaleVersion} where `ifMatch` names other versions
 * @throws {IdempotencyKeyReused} where the request's key came with another body
 * @throws {TooContended} where others were faster every time
 */
export async function submit(engine: Engine, submission: Submission): Promise<Answered> {
  const { caseId } = submission;
  // At once, so that nobody learns by waiting that there is something to wait for. Only what is to be
  // written waits for whoever writes the case: one whose row somebody holds would otherwise take the
  // connections of all others, statement by statement.
  const answered = await attemptStep(engine, submission, {
    arrival: submission.arrival,
    write: async (work) => !hasQueue(engine, caseId) && queueForCase(engine, caseId, work),
  });
  if (answered) return answered;
  return queueForCase(engine, caseId, async () => {
    for (let attempt = 1; attempt < attempts; attempt++) {
      const later = await attemptStep(engine, submission, { write: async (work) => work() });
      if (later) return later;
    }
    throw new TooContended();
  });
}

/** Null where the step was not written, or the head had moved before. */
async function attemptStep(
  engine: Engine,
  submission: Submission,
  {
    arrival,
    write,
  }: {
    arrival?: StepLoad | undefined;
    write: (work: () => Promise<boolean>) => Promise<boolean>;
  },
): Promise<Answered | null> {
  const { caseId, person, dryRun = false, ifMatch } = submission;
  const loaded = await openWithNamed(engine, submission, arrival);
  const { row, dataKey, earlier, now } = loaded;
  const keyed = submission.request && !dryRun ? { caseId, person, ...submission.request } : null;
  const before = keyed && dataKey && recall(earlier, keyed, dataKey, now);
  if (before) return { ...(before as Reply), replayed: true };
  if (ifMatch && !ifMatch.includes(row.version)) throw new StaleVersion(row.version);

  const judged = await judge(engine, submission, loaded);
  const { entries, state, reply } = judged;
  if (dryRun) return { ...reply, replayed: false };
  const change = await judged.change();
  // an answer that holds what is taken away would keep it
  const keeps = keyed && dataKey && !change?.erased && !change?.removed;
  const answer = keeps ? sealAnswer(keyed, dataKey, now, reply) : null;
  const stood = listsOf(row.snapshot as CaseState);
  const step = await authenticated(engine, row, { entries, change, answer, before: stood });
  const written = await write(async () => commitStep(dbForSteps(engine), step));
  if (!written) return null;
  engine.announcements?.announce();
  const headHash = entries.at(-1)?.hash ?? '';
  if (dataKey && !change?.erased) knownStates(engine).set(caseId, { headHash, state, dataKey });
  else knownStates(engine).delete(caseId);
  return { ...reply, replayed: false };
}

/**
 * Loads a case for a step, with whoever takes it; its snapshot only where its state is not known.
 *
 * @returns undefined where nobody active is known by the credential
 */
export async function loadCase(
  engine: Engine,
  credential: Credential,
  wanted: Pick<WantedCase, 'caseId' | 'request'>,
): Promise<StepLoad | undefined> {
  const known = knownStates(engine).get(wanted.caseId);
  const knownHead = known?.headHash ?? null;
  const load = await loadForStep(dbForSteps(engine), credential, { ...wanted, knownHead });
  const row = load?.loaded?.row;
  if (!load?.loaded || !row || !known || row.headHash !== knownHead) return load;
  return { ...load, loaded: { ...load.loaded, row: { ...row, snapshot: known.state } } };
}

/**
 * A case that somebody may take steps in, with its key opened.
 *
 * @throws {NotFound} for a case that the person does not see
 * @throws {RecordDamaged} for a case that is not as a server wrote it
 * @throws {OtherMachineVersion} for a case that was opened under another version of the machine
 * @throws {Forbidden} for a case that the person sees as an auditor only
 */
export async function openForStep(
  engine: Engine,
  { person, caseId, request }: Pick<Submission, 'person' | 'caseId' | 'request'>,
  arrival?: StepLoad,
): Promise<Omit<Loaded, 'visibleCases'>> {
  const { caller, loaded } =
    arrival ?? (await loadCase(engine, { person }, { caseId, request })) ?? {};
  if (!caller || !loaded) throw new NotFound();
  await proven(engine, loaded.row);
  if (!isCurrent(loaded.row)) throw new OtherMachineVersion();
  // the list that keeps people out stands beside the row, and is no proof
  if (isOutside(contextOf(loaded.row), person)) throw new NotFound();
  const sender = { person, roles: caller.roles };
  // whoever sees the case as its auditor alone takes no step in it, whatever else they are
  if (!mayHandle(contextOf(loaded.row), sender))
    throw new Forbidden(
      'not-a-handler',
      'You see this case as an auditor, and take no steps in it.',
    );
  const { dataKey: wrapped, headHash } = loaded.row;
  const known = knownStates(engine).get(caseId);
  const dataKey =
    known?.headHash === headHash
      ? known.dataKey
      : wrapped && (await engine.keyring.unwrap(wrapped, caseId));
  return { ...loaded, sender, dataKey, now: engine.now() };
}

/** The same, with which of the cases that the events name the sender sees. */
async function openWithNamed(
  engine: Engine,
  submission: Submission,
  arrival: StepLoad | undefined,
): Promise<Loaded> {
  const { person, caseId, events } = submission;
  const opened = await openForStep(engine, submission, arrival);
  const named = [...new Set(events.flatMap(caseIdsNamedBy))].filter((id) => id !== caseId);
  return { ...opened, visibleCases: await filterVisible(engine.db, named, person) };
}
