import { TooManyRequests } from '../errors.ts';
import type { Engine } from './engine.ts';

/** What one person has under way: the last of it, and how much. */
interface Line {
  readonly last: Promise<unknown>;
  readonly length: number;
}

/** By person, per engine. Losing it costs time and nothing else. */
const lines = new WeakMap<Engine, Map<string, Line>>();

/** So much of one person's may be under way at once. */
const most = 100;

/**
 * Does long work when what the same person asked for before, in this process, is done.
 *
 * @throws {TooManyRequests} where too much of theirs is under way
 */
export async function oneAtATime<Result>(
  engine: Engine,
  person: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const waiting = lines.get(engine) ?? new Map<string, Line>();
  lines.set(engine, waiting);
  const { last, length } = waiting.get(person) ?? { last: Promise.resolve(), length: 0 };
  if (length >= most) throw new TooManyRequests(5, 'Too much of this is under way for you.');
  const mine = last.then(work);
  waiting.set(person, { last: mine.catch(() => undefined), length: length + 1 });
  try {
    return await mine;
  } finally {
    const now = waiting.get(person);
    if (now && now.length > 1) waiting.set(person, { ...now, length: now.length - 1 });
    else waiting.delete(person);
  }
}
