import { setImmediate } from 'node:timers/promises';

/** So long, in milliseconds, others wait for one turn of long work. */
const turn = 10;

let last: Promise<unknown> = Promise.resolve();

/**
 * For work that takes longer than others may wait. Between two of its pieces it awaits what this
 * returns, and whoever else is there gets their turn once it has had its own. Of all that works so in
 * this process, one takes a turn at a time.
 */
export function takingTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < turn) return;
    last = last.then(() => setImmediate());
    await last;
    since = performance.now();
  };
}
