/**
 * Whether two groups of numbers are alike, by the ranks of their members (Mann and Whitney, 1947): how many
 * standard deviations the first lies above the second. No outlier weighs more than its rank.
 */
export function zOf(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].toSorted((a, b) => a.value - b.value);
  const sum = all.reduce((total, { isFirst }, rank) => total + (isFirst ? rank + 1 : 0), 0);
  const [m, n] = [first.length, second.length];
  const above = sum - (m * (m + 1)) / 2;
  return (above - (m * n) / 2) / Math.sqrt((m * n * (m + n + 1)) / 12);
}
