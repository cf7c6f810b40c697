/** Opening a case: the first step of its history. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Actor } from '../../../machines/context.ts';
import type { Channel } from '../../../machines/vocabulary.ts';
import { openingType } from '../../../machines/events.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { inUtc } from '../../../machines/time.ts';
import { sha256Hex } from '../../crypto/chain.ts';
import { newDataKey } from '../../crypto/sealing.ts';
import { EngineDefect, EventRefused, NotFound, TooContended } from '../../errors.ts';
import { findCase, findCaseAsEngine, findRoles } from '../../store/cases.ts';
import { reserveCodename } from '../../store/codenames.ts';
import { commitOpening } from '../../store/commit.ts';
import { authenticated, proven } from './authenticity.ts';
import { changeOf } from './change.ts';
import { codename } from './codename.ts';
import type { Engine } from '../engine.ts';
import { entryAfter, genesis } from './entry.ts';
import { findKept, keyedCaseId, recall, sealAnswer, type RequestKey } from './idempotency.ts';
import { presentCase, type CaseView } from './present.ts';
import { judgeOpening } from './replay.ts';

export interface NewCase {
  readonly person: string;
  readonly channel: Channel;
  readonly excluded: readonly string[];
  /** When the report reached the team, if that was not just now. */
  readonly receivedAt?: string | undefined;
  readonly request?: RequestKey | undefined;
}

/** How often one idempotency key may open a case, each time after its answer was forgotten. */
const generations = 1000;

/**
 * Opens a case with the settings of today.
 *
 * @throws {EventRefused} where somebody excluded is no active member of staff, or is the opener
 */
export async function openCase(
  engine: Engine,
  opening: NewCase,
): Promise<{ case: CaseView; replayed: boolean }> {
  const { person, request } = opening;
  if (!request) {
    const view = await open(engine, opening, randomUUID());
    if (view) return { case: view, replayed: false };
    throw new EngineDefect('a random id was taken');
  }
  const earlier = await openedUnderEarlierKey(engine, { person, request });
  if (earlier) return { case: earlier, replayed: true };
  const [secret] = engine.keyring.derive('case-id');
  for (let generation = 0; generation < generations; generation++) {
    const caseId = keyedCaseId(secret, person, request.key, generation);
    // asked before anything is judged: whatever has changed since, the first answer stands
    const before = await openedBefore(engine, { person, request }, caseId);
    if (before) return { case: before, replayed: true };
    const view = await open(engine, opening, caseId);
    if (view) return { case: view, replayed: false };
    const meanwhile = await openedBefore(engine, { person, request }, caseId);
    if (meanwhile) return { case: meanwhile, replayed: true };
  }
  throw new TooContended();
}

/**
 * What was answered when this request opened the case; undefined where it did not, or is forgotten.
 *
 * @throws {NotFound} where the opener does not see the case any more
 */
async function openedBefore(
  engine: Engine,
  { person, request }: { person: string; request: RequestKey },
  caseId: string,
): Promise<CaseView | undefined> {
  const key = { caseId, person, ...request };
  // in this order: a case whose answer was there before it was looked for is hidden, not on its way
  const kept = await findKept(engine.db, key, engine.now());
  const row = await findCase(engine.db, caseId, person);
  // whoever left the case that they opened learns nothing of it any more, by a retry neither
  // and an answer that went with an erasure is not given by another case
  if (kept && !row?.dataKey) throw new NotFound();
  if (!row?.dataKey) return undefined;
  await proven(engine, row);
  const dataKey = await engine.keyring.unwrap(row.dataKey, caseId);
  const answer = kept ?? (await findKept(engine.db, key, engine.now())) ?? null;
  return recall(answer, key, dataKey, engine.now()) as CaseView | undefined;
}

/** The same, where the master key has changed since: the id that the request had then was another. */
async function openedUnderEarlierKey(
  engine: Engine,
  { person, request }: { person: string; request: RequestKey },
): Promise<CaseView | undefined> {
  const [, ...secrets] = engine.keyring.derive('case-id');
  for (const secret of secrets) {
    for (let generation = 0; generation < generations; generation++) {
      const caseId = keyedCaseId(secret, person, request.key, generation);
      const answer = await openedBefore(engine, { person, request }, caseId);
      if (answer) return answer;
      if (!(await findCaseAsEngine(engine.db, caseId))) break;
    }
  }
  return undefined;
}

/** Null where the id is taken. */
async function open(engine: Engine, opening: NewCase, caseId: string): Promise<CaseView | null> {
  const { db, settings } = engine;
  const { person, channel, excluded, request } = opening;
  const directory = await findRoles(db, [person, ...excluded]);
  const rolesOf = (handle: string) => lookUp(directory, handle);
  const now = engine.now();
  const at = now.toISOString();
  const by: Actor = { person, roles: rolesOf(person) ?? [] };
  const people = Object.fromEntries(
    excluded.flatMap((handle) => (rolesOf(handle) ? [[handle, rolesOf(handle) ?? []]] : [])),
  );
  const receivedAt = opening.receivedAt === undefined ? at : inUtc(opening.receivedAt);
  const facts = { channel, receivedAt, excluded, settings, people };
  const verdict = judgeOpening(facts, { at, by, seq: 1 });
  if (verdict.outcome === 'refused') throw new EventRefused(verdict.violations, []);
  const { state } = verdict;
  const dataKey = newDataKey();
  // what the case's row has of its own follows from the history as well
  const own = { codename: await newCodename(engine), dataKeyHash: sha256Hex(dataKey) };
  const entry = entryAfter(genesis(caseId), {
    outcome: 'accepted',
    type: openingType,
    facts: { ...facts, ...own },
    by,
    at,
    state,
  });
  const row = {
    caseId,
    codename: own.codename,
    version: 1,
    openedBy: person,
    openedAt: now,
    updatedAt: now,
    machineId: entry.machineId,
    machineVersion: entry.machineVersion,
    macsFrom: 1,
  };
  const view = presentCase(row, state, now);
  const step = await authenticated(engine, row, {
    entries: [{ ...entry, sealed: {} }],
    change: changeOf(state, entry),
    answer: request ? sealAnswer({ caseId, person, ...request }, dataKey, now, view) : null,
    codename: own.codename,
    openedBy: person,
    dataKey: await engine.keyring.wrap(dataKey, caseId),
  });
  if (!(await commitOpening(db, step))) return null;
  engine.announcements?.announce();
  return view;
}

/** Names to try before a number goes behind one, and before giving up. */
const plainTries = 10;
const tries = 100;

/** A name that no other case had or will have. */
async function newCodename({ db }: Engine): Promise<string> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const name = codename(() => randomInt(2 ** 32) / 2 ** 32);
    const whole = attempt < plainTries ? name : `${name}-${randomInt(2, 1_000_000)}`;
    if (await reserveCodename(db, whole)) return whole;
  }
  throw new TooContended();
}
