/** Measuring and telling. */

export interface Measure {
  readonly what: string;
  readonly count: number;
  readonly seconds: number;
}

/** Times something that does `count` things. */
export async function timed(what: string, work: () => Promise<number>): Promise<Measure> {
  const start = performance.now();
  const count = await work();
  return { what, count, seconds: (performance.now() - start) / 1000 };
}

/** Repeats something for about `seconds`, after a while of warming up that does not count. */
export async function repeated(
  what: string,
  seconds: number,
  once: (i: number) => unknown,
): Promise<Measure> {
  let i = 0;
  const run = async (length: number) => {
    const start = performance.now();
    const first = i;
    while (performance.now() - start < length * 1000) await once(i++);
    return { count: i - first, seconds: (performance.now() - start) / 1000 };
  };
  await run(seconds / 4);
  return { what, ...(await run(seconds)) };
}

/** Peak memory of this process so far, in bytes. */
export const peak = (): number => process.resourceUsage().maxRSS * 1024;

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const rate = ({ count, seconds }: Measure): number => count / seconds;

/** One line of the table: what was measured, per second, beside its floor. */
export function tell(measured: Measure, floor: Measure): void {
  const [fast, slow] = [rate(measured), rate(floor)];
  console.log(
    [
      measured.what.padEnd(42),
      `${number.format(fast)}/s`.padStart(10),
      `   ${number.format(slow / fast)} × the floor:`.padEnd(20),
      `${floor.what}, ${number.format(slow)}/s`,
    ].join(' '),
  );
}

export const note = (text: string): void => console.log(`  ${text}`);
