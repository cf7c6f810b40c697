/** Stories over HTTP: a case is opened, what is said is sent by whom says it, and the database looked into. */
import { sql } from 'drizzle-orm';
import { expect, inject } from 'vitest';
import type { EventInput } from '../../machines/events.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import type { CaseView, EntryView } from '../../src/engine/step/present.ts';
import type { Violation } from '../../src/errors.ts';
import { connectBare, type BareDatabase } from './bare-database.ts';
import type { Answer, TestApp } from './app.ts';
import type { Sent } from './cast.ts';

export interface Step {
  readonly case?: CaseView;
  readonly entry: EntryView;
}

/** Any problem; the members that only some have are absent from the others. */
export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly violations: readonly Violation[];
  readonly allowed: readonly string[];
  readonly index?: number;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

type App = Pick<TestApp, 'as'>;

/** A case of its own for a story. */
export async function openCase(
  { as }: App,
  by = 'cleo',
  opening: { channel?: string; excluded?: string[] } = {},
): Promise<CaseView> {
  const answer = await as(by).post<CaseView>('/v1/cases', { channel: 'in-person', ...opening });
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body;
}

/** Sends a story that goes as told; throws where it doesn't. Returns the case as it then stands. */
export async function tell(
  { as }: App,
  caseId: string,
  story: readonly Sent[],
): Promise<CaseView | undefined> {
  let last: CaseView | undefined;
  for (const { by, event } of story) {
    const answer = await send<Step>({ as }, by ?? 'nobody', caseId, event);
    if (answer.status !== 200) throw new Error(`told, but not taken: ${answer.text}`);
    last = answer.body.case;
  }
  return last;
}

/** Closes a case however much is left to do: one says why, another confirms it. */
export async function closeAnyway(app: App, caseId: string): Promise<void> {
  const everything = ['intake', 'interimActions', 'leadsMeeting', 'decision', 'reporterCare'];
  const refused = await send<Problem>(app, 'ada', caseId, { type: 'case.close' });
  const [violation] = refused.body.violations;
  const left = (violation?.detail?.['missing'] ?? []) as readonly string[];
  const items = everything.filter((name) => left.some((item) => item.startsWith(name)));
  const departure = { rule: 'settled-before-close', ground: 'does-not-fit', items, reason: 'x' };
  const event = { type: 'case.close', departures: [departure] };
  const proposed = await send<Step>(app, 'ada', caseId, event);
  expect(proposed.status, proposed.text).toBe(200);
  const seq = proposed.body.entry.seq;
  const confirmed = await send<Step>(app, 'ben', caseId, { type: 'case.confirm', seq });
  expect(confirmed.body.case, confirmed.text).toMatchObject({ status: 'closed' });
}

/** A case that has come as far as the story tells. */
export async function caseAfter(app: App, story: readonly Sent[]): Promise<CaseView> {
  const opened = await openCase(app);
  return (await tell(app, opened.id, story)) ?? opened;
}

export const send = async <Body>(
  { as }: App,
  by: string,
  caseId: string,
  event: EventInput | { readonly type: string; readonly [field: string]: unknown },
  { headers, query = '' }: { headers?: Record<string, string>; query?: string } = {},
): Promise<Answer<Body>> => as(by).post<Body>(`/v1/cases/${caseId}/events${query}`, event, headers);

/** Several at once: all or none. */
export const sendAll = async <Body>(
  { as }: App,
  by: string,
  caseId: string,
  events: readonly object[],
  { headers, query = '' }: { headers?: Record<string, string>; query?: string } = {},
): Promise<Answer<Body>> =>
  as(by).post<Body>(`/v1/cases/${caseId}/batch${query}`, { events }, headers);

/** What is not as it should be in a case, by whom sees it; nothing, where it verifies. */
export async function failuresOf({ as }: App, caseId: string, by = 'eve'): Promise<unknown[]> {
  const { body, text } = await as(by).get<Verification>(`/v1/cases/${caseId}/verification`);
  expect(body.failures, text).toBeDefined();
  return body.ok ? [] : [...body.failures];
}

/** The parts of sealed content that a case has: `4 content`. */
export const partsIn = (app: Pick<TestApp, 'db'>, caseId: string): Promise<string[]> =>
  asOwner(app, async ({ sql: query }) => {
    const rows = await query<{ part: string }[]>`
      select seq || ' ' || part as part from sealed_parts where case_id = ${caseId}
      order by seq, sealed_parts.part`;
    return rows.map(({ part }) => part);
  });

export const rulesOf = ({ body }: Answer<Problem>): string[] =>
  body.violations.map(({ rule }) => rule);

/** The whole history of a case. */
export async function historyOf({ as }: App, by: string, caseId: string): Promise<EntryView[]> {
  const path = `/v1/cases/${caseId}/history?limit=200`;
  const { body, text } = await as(by).get<Page<EntryView>>(path);
  expect(body.items, text).toBeDefined();
  return [...body.items];
}

/** Does something in an application's database as its owner, who sees every row. */
export async function asOwner<Result>(
  { db }: Pick<TestApp, 'db'>,
  work: (owner: BareDatabase) => Promise<Result>,
): Promise<Result> {
  const [row] = await db.execute<{ name: string }>(sql`select current_database() as name`);
  const url = new URL(inject('templateUrl'));
  url.pathname = row?.name ?? '';
  const owner = connectBare(url.href, { max: 2 });
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}

/** Requests that wait for a row that somebody holds. */
export async function countWaiting(own: Pick<TestApp, 'db'>): Promise<number> {
  const [row] = await asOwner(own, (owner) =>
    owner.db.execute(sql`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`),
  );
  return Number(row?.['waiting']);
}

/** Every row of every table as text; bytes as hexadecimal digits. */
export async function everythingIn(
  app: Pick<TestApp, 'db'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return asOwner(app, async ({ db }) => {
    const tables = await db.execute<{ name: string }>(
      sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    const rows: Record<string, readonly string[]> = {};
    for (const { name } of tables) {
      const found = await db.execute<{ row: string }>(
        sql`select t::text as row from ${sql.identifier(name)} t order by 1`,
      );
      rows[name] = found.map(({ row }) => row);
    }
    return rows;
  });
}

/** The same without the list of who looked at what: all that a request can have recorded or changed. */
export async function recordedIn(app: Pick<TestApp, 'db'>): Promise<object> {
  const { accesses: _, ...rest } = await everythingIn(app);
  return rest;
}

/** A clock that stands still until it is told otherwise. */
export function clock(start = '2026-05-01T10:00:00.000Z') {
  let time = new Date(start).getTime();
  return {
    now: () => new Date(time),
    /** Milliseconds. */
    advance: (by: number) => {
      time += by;
    },
  };
}

export const hour = 60 * 60 * 1000;
export const day = 24 * hour;

/** How a deadline that cannot be fired shows in a test. */
export const unexpected = (error: unknown): never => {
  throw error;
};
