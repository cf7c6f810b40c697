/**
 * The entries of all cases in one order that holds whenever a transaction commits: by its number
 * (`history.moment`, see the migration `0010_feed`). What an unfinished transaction could still write goes
 * behind all that is listed, so who goes on from a position misses nothing, and is told nothing twice.
 */
import { getTableColumns, sql } from 'drizzle-orm';
import { history } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { entryOf, type Row, type SealedEntry } from './history.ts';
import { given, statement } from './statement.ts';
import { actingAs, visibleTo } from './visibility.ts';

/** A place between two entries; `moment` is a bigint, as text. */
export interface Position {
  readonly moment: string;
  readonly caseId: string;
  readonly seq: number;
}

/** Before, or behind, all that was written in a moment. */
const before = (moment: string): Position => ({
  moment,
  caseId: '00000000-0000-0000-0000-000000000000',
  seq: 0,
});

/** Before all entries. */
export const beginning: Position = before('-9223372036854775808');

/** An entry without its content: of its parts the names of those that are still there. */
interface FeedRow extends SealedEntry {
  readonly position: Position;
}

interface FeedRows {
  readonly rows: readonly FeedRow[];
  /** Where to go on. It tells nothing of cases that the person does not see. */
  readonly next: Position;
  /** Whether there may be more at once; if not, all was listed that no transaction can precede any more. */
  readonly more: boolean;
  /** Whether something is there for the person that a transaction under way can still precede. */
  readonly held: boolean;
}

/** Entries that are looked at for one page, whoever sees them; about a hundredth of a second's work. */
const looks = 1000;

const identity = actingAs(given('person'));

// All but the snapshot, which can be large.
const columns = Object.values(getTableColumns(history)).filter(({ name }) => name !== 'snapshot');
const listed = sql.join(
  columns.map(({ name }) => sql`h.${sql.identifier(name)}`),
  sql`, `,
);

type Listed = { readonly horizon: string; readonly reach: string; readonly held: boolean } & (
  (Row & { readonly moment: string; readonly kept: readonly string[] }) | { readonly case_id: null }
);

const visible = sql`exists (
  select from cases where cases.case_id = h.case_id and ${visibleTo(given('person'))} offset 0)`;

// `offset 0` keeps the planner from beginning with all cases that somebody sees
const list = statement<Listed>(sql`
  select r.horizon, r.reach, e.*, array(
    select p.part from sealed_parts p
    where ${identity} and p.case_id = e.case_id and p.seq = e.seq) as kept,
    exists (select from history h where ${identity} and h.moment >= r.horizon and ${visible}) as held
  from (select feed_horizon() as horizon,
               feed_reach(${given('moment')}::bigint, ${given('looks')}::int) as reach offset 0) r
  left join lateral (
    select h.moment, ${listed} from history h
    where ${identity} and h.moment < r.reach
      and (h.moment, h.case_id, h.seq)
        > (${given('moment')}::bigint, ${given('caseId')}::uuid, ${given('seq')}::int)
      and ${visible}
    order by h.moment, h.case_id, h.seq limit ${given('limit')}::int) e on true
  order by e.moment, e.case_id, e.seq`);

/** The entries after a position in cases that the person sees now, in order; at most `limit`, and maybe none though there are more. */
export async function listFeed(
  db: Db,
  person: string,
  { after, limit }: { after: Position; limit: number },
): Promise<FeedRows> {
  const found = await list(db, { person, ...after, limit, looks });
  const rows = found.flatMap((row) => (row.case_id === null ? [] : [feedRowOf(row)]));
  const [first] = found;
  const last = rows.at(-1);
  if (!first) throw new RangeError('a horizon is always there');
  const { horizon, reach, held } = first;
  if (last && rows.length === limit) return { rows, next: last.position, more: true, held };
  return { rows, next: before(reach), more: BigInt(reach) < BigInt(horizon), held };
}

const feedRowOf = (row: Row & { moment: string; kept: readonly string[] }): FeedRow => ({
  ...entryOf({ ...row, snapshot: null, sealed: null }),
  sealed: Object.fromEntries(row.kept.map((part) => [part, Buffer.alloc(0)])),
  position: { moment: row.moment, caseId: row.case_id, seq: row.seq },
});

const horizon = statement<{ horizon: string }>(sql`select feed_horizon() as horizon`);

/** Behind all entries that no transaction can precede any more. */
export async function presentPosition(db: Db): Promise<Position> {
  const [row] = await horizon(db, {});
  if (!row) throw new RangeError('a horizon is always there');
  return before(row.horizon);
}
