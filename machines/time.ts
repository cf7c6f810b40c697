/**
 * Arithmetic on given times. The one file of `machines/` that may touch `Date`, and only to read and
 * write times it was handed: no clock is asked here.
 */

const duration =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/** The last moment that an ISO 8601 string of four-digit years can name. */
const endOfTime = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The moment that lies an ISO 8601 duration after `at`, both UTC; calendar units count as the
 * calendar does. Throws a RangeError where the duration is none, or leads past the year 9999.
 */
export function addDuration(at: string, iso: string): string {
  const parts = duration.exec(iso);
  if (!parts) throw new RangeError('not an ISO 8601 duration');
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const date = new Date(at);
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months);
  const inMinutes = ((weeks * 7 + days) * 24 + hours) * 60 + minutes;
  const time = date.getTime() + inMinutes * 60_000 + Math.round(seconds * 1000);
  if (!(time <= endOfTime)) throw new RangeError('the duration leads past the year 9999');
  return new Date(time).toISOString();
}

/** Milliseconds from one ISO 8601 time to another; negative where `to` is the earlier. */
export function millisecondsBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** The first moment of the first year; ISO 8601's year 0 is none to PostgreSQL. */
const beginOfTime = Date.parse('0001-01-01T00:00:00.000Z');

/** Whether a moment with its offset falls into years that can be written and stored, in UTC as well. */
export const isWithinTime = (at: string): boolean => {
  const time = Date.parse(at);
  return !(time < beginOfTime || time > endOfTime);
};

/** The same moment, written in UTC. */
export const inUtc = (at: string): string => new Date(at).toISOString();

/** The earlier of two moments; the other one where one is null. */
export const earlier = (a: string | null, b: string): string => (a !== null && a < b ? a : b);

/** Whether a moment, or the beginning of a day, comes after another. */
export const isAfter = (a: string, b: string): boolean => millisecondsBetween(b, a) > 0;
