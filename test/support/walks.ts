/** Walks through the real engine: what people may send in any order, and what the story would be. */
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import type { EventInput } from '../../machines/events.ts';
import { submit } from '../../src/engine/step/advance.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openCase } from '../../src/engine/step/open.ts';
import { entriesOf } from '../../src/engine/audit/audit.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { HistoryVerifier } from '../../src/engine/audit/verify.ts';
import { InvalidRequest, NotFound } from '../../src/errors.ts';
import { findCaseAsEngine, type CaseRow } from '../../src/store/cases.ts';
import type { Db } from '../../src/store/database.ts';
import type { SealedEntry } from '../../src/store/history.ts';
import { engineIdentity } from '../../src/store/visibility.ts';
import { anyEvent } from './arbitrary.ts';
import { closed, covered, met } from './chapters.ts';
import { ada, dov, oli, rui, type Sent } from './cast.ts';

export interface Said {
  readonly by: string;
  readonly event: EventInput;
}

/** From the first word to the end, with an appeal on the way: what most of the states need. */
export const wholeStory: readonly Said[] = [
  ...covered,
  rui('followUp.complete'),
  ...closed.slice(met.length).filter(({ event }) => event.type !== 'case.close'),
  dov('appeal.file'),
  dov('appeal.assignReviewers', { reviewers: ['oli'] }),
  oli('appeal.decide', { outcome: 'modified', responses: [{ keep: 1 }] }),
  rui('decision.liftResponse', { response: 2 }),
  rui('decision.notifyReportedPerson', { medium: 'email' }),
  ada('case.close'),
  dov('case.hold'),
  dov('case.releaseHold'),
  ada('case.reopen'),
].map(({ by, event }: Sent) => ({ by: by ?? '', event }));

/** The story begins again where it ends: by then most of it is refused. */
export const storyAt = (index: number): Said => {
  const said = wholeStory[index % wholeStory.length];
  if (!said) throw new Error('the story is empty');
  return said;
};

const people = ['ada', 'ben', 'cleo', 'rui', 'kim', 'dov', 'oli'];

/** Anybody says anything that makes sense. */
export const anything = (caseIds: readonly string[]): fc.Arbitrary<Said> =>
  fc.record({ by: fc.constantFrom(...people), event: anyEvent({ caseIds }) });

export async function openFor(engine: Engine): Promise<string> {
  const opened = await openCase(engine, { person: 'cleo', channel: 'in-person', excluded: [] });
  return opened.case.id;
}

/** What became of a step; null where it was none: nobody sees the case, or nobody knows the kind. */
export async function say(
  engine: Engine,
  caseId: string,
  { by: person, event }: Said,
): Promise<'accepted' | 'refused' | null> {
  try {
    return (await submit(engine, { person, caseId, events: [event] })).outcome;
  } catch (error) {
    if (error instanceof NotFound || error instanceof InvalidRequest) return null;
    throw error;
  }
}

export interface Told {
  readonly row: CaseRow;
  readonly entries: readonly SealedEntry[];
  readonly verification: Verification;
}

/** A case as the database holds it, and whether it verifies. `db` is the owner's, who sees all. */
export async function readBack(db: Db, caseId: string, key?: KeyObject): Promise<Told> {
  const row = await findCaseAsEngine(db, caseId);
  if (!row) throw new Error('no such case');
  const entries = await Array.fromAsync(entriesOf(db, engineIdentity, caseId));
  const verifier = new HistoryVerifier(key);
  for (const entry of entries) verifier.add(entry);
  return { row, entries, verification: verifier.finish({ row }) };
}
