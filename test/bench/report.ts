/** What was measured, beside what it should be. */
import type { Measure, Threshold } from './bench.ts';

export interface Result extends Threshold {
  readonly rounds: readonly number[];
  readonly median: number;
  readonly ok: boolean;
  /** Whether falling short of it fails the run. */
  readonly decides: boolean;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  const [low = Number.NaN, high = Number.NaN] = [Math.floor, Math.ceil].map(
    (rounded) => sorted[rounded(last / 2)],
  );
  return (low + high) / 2;
}

/** @param quick whether the sizes are small */
export function resultOf(threshold: Threshold, rounds: readonly number[], quick: boolean): Result {
  const median = medianOf(rounds);
  const { least, most, sized = false } = threshold;
  const isLimited = least !== undefined || most !== undefined;
  const ok = !isLimited || (median >= (least ?? -Infinity) && median <= (most ?? Infinity));
  return { ...threshold, rounds, median, ok, decides: isLimited && !(quick && sized) };
}

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const columns = [52, 10, 20, 10, 8] as const;
const line = (...cells: readonly string[]): string =>
  cells
    .map((cell, i) => (i === 0 ? cell.padEnd(columns[i]) : cell.padStart(columns[i] ?? 0)))
    .join(' ');

export const heading: string = line('', 'median', 'min … max', 'limit', '');

export function tell({ name, rounds, median, least, most, ok, decides }: Result): string {
  const limit =
    least !== undefined
      ? `≥ ${number.format(least)}`
      : most !== undefined
        ? `≤ ${number.format(most)}`
        : '';
  const spread = `${number.format(Math.min(...rounds))} … ${number.format(Math.max(...rounds))}`;
  const verdict = limit === '' ? '' : ok ? 'ok' : decides ? 'SHORT' : 'short';
  return line(name, number.format(median), spread, limit, verdict);
}

/** What of a measure can be asked for by name. */
export const named = (measures: readonly Measure[]): string =>
  measures.map(({ name }) => name).join(', ');
