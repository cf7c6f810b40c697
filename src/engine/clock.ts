/**
 * This server's clock beside the database's. What cannot be undone is due only when it is by both, so
 * that one clock that is wrong neither erases a case nor lets a deadline run out.
 */
import type { Engine } from './engine.ts';

type Clocks = Pick<Engine, 'now' | 'databaseNow'>;

export interface Comparison {
  /** Up to when something is due by both clocks. */
  readonly until: Date;
  /**
   * Milliseconds by which this server's clock is ahead of the database's, at the least; negative where it is
   * behind. 0 where the difference may as well be the time that the question took.
   */
  readonly ahead: number;
  /** Whether that is more than a clock which is kept right ever differs. */
  readonly off: boolean;
}

/** In milliseconds. */
const tolerance = 5_000;

/** Reads both clocks. The database's was read somewhere between the question and its answer. */
export async function compareClocks({ now, databaseNow }: Clocks): Promise<Comparison> {
  const asked = now().getTime();
  const there = (await databaseNow()).getTime();
  const answered = now().getTime();
  const ahead = Math.max(0, asked - there) - Math.max(0, there - answered);
  return { until: new Date(Math.min(asked, there)), ahead, off: Math.abs(ahead) > tolerance };
}

/** Up to when something is due that cannot be undone; null while this server's clock is off. */
export async function dueUntil(clocks: Clocks): Promise<Date | null> {
  const { until, off } = await compareClocks(clocks);
  return off ? null : until;
}

/** In words, such as `12 s ahead of`. */
export const differenceOf = ({ ahead }: Pick<Comparison, 'ahead'>): string =>
  `${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
