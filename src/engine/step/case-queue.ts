import { TooContended } from '../../errors.ts';
import type { Engine } from '../engine.ts';

/** Who waits for which case, per engine. Losing it costs time and nothing else. */
const queues = new WeakMap<Engine, Map<string, Promise<unknown>>>();

const queuesOf = (engine: Engine): Map<string, Promise<unknown>> => {
  const known = queues.get(engine) ?? new Map<string, Promise<unknown>>();
  queues.set(engine, known);
  return known;
};

/** In milliseconds. Whoever's turn comes later is told to come again. */
const longestWait = 5_000;

/**
 * Does something when those who came before for the same case, in this process, are done. Writers of
 * one case who met would otherwise judge their steps again and again, all of them for each that gets
 * through. Other processes are kept apart by the head that a commit expects.
 *
 * @throws {TooContended} where those before took too long, such as while somebody holds the case's row
 */
export async function queueForCase<Result>(
  engine: Engine,
  caseId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const waiting = queuesOf(engine);
  const before = waiting.get(caseId) ?? Promise.resolve();
  const come = performance.now();
  const mine = before.then(async () => {
    if (performance.now() - come > longestWait) throw new TooContended();
    return work();
  });
  const settled = mine.catch(() => undefined);
  waiting.set(caseId, settled);
  try {
    return await mine;
  } finally {
    if (waiting.get(caseId) === settled) waiting.delete(caseId);
  }
}

/** Whether somebody in this process is at a case, or waits for it. */
export const hasQueue = (engine: Engine, caseId: string): boolean => queuesOf(engine).has(caseId);
