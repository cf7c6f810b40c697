/** How far a long command has come: one line on a terminal's standard error, and nothing elsewhere. */
import type { WriteStream } from 'node:tty';

export interface Progress {
  /** @param more what else to say of it, such as `12 cases` */
  readonly at: (done: number, more?: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const redrawAfter = 100;
const columns = 24;
const eraseLine = '\r\u001B[2K';
const number = new Intl.NumberFormat('en');

/** Counts per second since a moment, for people to read. */
export const perSecond = (count: number, since: number): string =>
  number.format(Math.round((count * 1000) / Math.max(1, performance.now() - since)));

export const inGroups = (count: number): string => number.format(count);

/** A bar that fills up to `total`. */
export function progressBar(
  total: number,
  unit: string,
  out: WriteStream = process.stderr,
): Progress {
  const start = performance.now();
  let drawn = -Infinity;
  if (!out.isTTY) return { at: () => undefined, end: () => undefined };
  return {
    at(done, more = '') {
      const now = performance.now();
      if (now - drawn < redrawAfter) return;
      drawn = now;
      const part = Math.min(1, total === 0 ? 1 : done / total);
      const bar = '█'.repeat(Math.floor(part * columns)).padEnd(columns, '░');
      const count = `${inGroups(done)}/${inGroups(total)} ${unit}`;
      out.write(`${eraseLine}${bar} ${count}, ${perSecond(done, start)}/s ${more}`.trimEnd());
    },
    end: () => void out.write(eraseLine),
  };
}
