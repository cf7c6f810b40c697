import { compareClocks, differenceOf, type Comparison } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';

/** Says in the log, once, that the clock is off, and once that it is right again. */
export type Tell = (clock: Pick<Comparison, 'off'>, line: string) => void;

/** Compares this server's clock with the database's, again and again. */
export function clockWatch(engine: Engine, tell: Tell): () => Promise<void> {
  let wasOff = false;
  return async () => {
    const clock = await compareClocks(engine);
    if (clock.off !== wasOff) tell(clock, lineOf(clock));
    wasOff = clock.off;
  };
}

const lineOf = (clock: Comparison): string =>
  clock.off
    ? `the clock is ${differenceOf(clock)} the database's: no deadline runs out here and nothing is erased`
    : `the clock agrees with the database's again`;
