/** What requests and answers of several routes are made of. */
import { z } from 'zod';
import { roles } from '../../machines/vocabulary.ts';
import { distinct } from '../../machines/events/fields.ts';
import { InvalidRequest } from '../errors.ts';

export { line } from '../engine/staff/line.ts';

/** A moment that a client names. */
export const instant = z.iso.datetime().describe('ISO 8601, UTC.');

/** What a person may do. Who has no role any more is deactivated instead. */
export const roleList = distinct(z.enum(roles), roles.length)
  .refine((list) => list.length > 0, {
    error: 'must hold a role; deactivate who has none',
  })
  .refine((list) => !list.includes('ombud') || list.length === 1, {
    error: 'an ombud is outside the team, and holds no other role',
  });

/** Text that a client names something by: without NUL and lone surrogates, which no row can hold. */
export const storable = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000') && text.isWellFormed(), {
      error: 'must not contain NUL or broken Unicode',
    });

/** A moment in a cursor, as toISOString writes it; in no year that PostgreSQL does not know. */
export const cursorInstant = z.iso
  .datetime({ precision: 3 })
  .refine((text) => !text.startsWith('0000'));

/** The cursor of lists that are ordered by a moment and an id. */
export const instantAndId = z.tuple([cursorInstant, z.uuid()]);

/** The cursor of lists that are ordered by a number, which stands in it as text. */
export const wholeNumber = z.tuple([
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/)
    .transform(Number)
    .pipe(z.int()),
]);

/** The query of every list: keyset pages, so that no page skips or repeats what changes meanwhile. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional().describe("The `next` of the page before; it's opaque."),
};

/** The answer of every list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('The cursor of the next page; null on the last one.'),
  });

/** Cuts a page out of one row more than it holds, and says where the next one begins. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = last !== undefined && rows.length > limit ? encodeCursor(keyOf(last)) : null;
  return { items, next };
}

/** A place in a list, for its reader to hand back. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * Reads a cursor that encodeCursor wrote.
 *
 * @param key what the cursor holds
 * @param pointer where in the request it stands
 * @throws {InvalidRequest} when it holds something else
 */
export function readCursor<Key>(
  cursor: string | undefined,
  key: z.ZodType<Key>,
  pointer = '/query/cursor',
): Key | undefined {
  if (cursor === undefined) return undefined;
  const found = key.safeParse(parsed(Buffer.from(cursor, 'base64url').toString()));
  if (found.success) return found.data;
  throw new InvalidRequest([{ pointer, message: 'is not a cursor of this list' }]);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
