import type { Engine } from '../engine.ts';

/** Who waits for which case, per engine. Losing it costs time and nothing else. */
const queues = new WeakMap<Engine, Map<string, Promise<unknown>>>();

/**
 * Does something when those who came before for the same case, in this process, are done. Writers of
 * one case who met would otherwise judge their steps again and again, all of them for each that gets
 * through. Other processes are kept apart by the head that a commit expects.
 */
export async function queueForCase<Result>(
  engine: Engine,
  caseId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const waiting = queues.get(engine) ?? new Map<string, Promise<unknown>>();
  queues.set(engine, waiting);
  const before = waiting.get(caseId) ?? Promise.resolve();
  const mine = before.then(work);
  const settled = mine.catch(() => undefined);
  waiting.set(caseId, settled);
  try {
    return await mine;
  } finally {
    if (waiting.get(caseId) === settled) waiting.delete(caseId);
  }
}
