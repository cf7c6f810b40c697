/** What a step changed, for people to read: which stages moved, and which facts. */
import { lookUp } from '../../../machines/look-up.ts';

export interface Change {
  /** Where, such as `people.reported[0].staff`. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly from: unknown;
  /** Undefined where nothing is left. */
  readonly to: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether there is nothing to tell of a value: what a case begins with. */
const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (isObject(value) && Object.values(value).every(isBlank));

/**
 * The differences between two JSON values, place by place. What comes or goes is told as a whole, and
 * a blank (null, false, nothing, or made of those) that comes or goes not at all.
 */
export function changesBetween(from: unknown, to: unknown, path = ''): Change[] {
  if (isObject(from) && isObject(to) && Array.isArray(from) === Array.isArray(to)) {
    const place = (key: string) =>
      Array.isArray(to) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...keys].flatMap((key) =>
      changesBetween(lookUp(from, key), lookUp(to, key), place(key)),
    );
  }
  if (from === to || (isBlank(from) && isBlank(to))) return [];
  return [{ path, from, to }];
}
