/** Deadlines of many cases that are due at once: their order, what they cost, and who sees to them. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { cases } from '../../drizzle/schema.ts';
import { machineIdentity } from '../../machines/case.ts';
import type { CaseState } from '../../machines/system.ts';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import { headMacOf } from '../../src/engine/step/authenticity.ts';
import { stateHash } from '../../src/engine/step/entry.ts';
import { beginning, claimDue } from '../../src/store/claims.ts';
import { clientOf } from '../../src/store/client.ts';
import { reported } from '../support/chapters.ts';
import { copyCase } from '../support/forgery.ts';
import { asOwner, caseAfter, clock, day, historyOf, unexpected } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
// of its own for each story: firing takes whatever is due
const app = useApp({ now: time.now }, { per: 'test' });

const fire = () => fireDueDeadlines(app.engine, unexpected);

/** Cases as late as these, in a random order; the one that is told and its copies, all due. */
async function crowd(size: number): Promise<string[]> {
  const { id } = await caseAfter(app, reported);
  await copyCase(app, id, size - 1);
  time.advance(day);
  return asOwner(app, async ({ db, sql }) => {
    for (const row of await db.select().from(cases)) {
      const snapshotHash = stateHash(row.snapshot as CaseState);
      const headMac = await headMacOf(app.engine, { ...row, snapshotHash });
      await db.update(cases).set({ headMac }).where(eq(cases.caseId, row.caseId));
    }
    await sql`update cases set next_due_at = next_due_at - interval '1 hour' * random()`;
    const rows = await sql<{ id: string }[]>`select case_id as id from cases order by next_due_at`;
    return rows.map((row) => row.id);
  });
}

/** How often each case’s deadline has run out, in the order of the times at which it did. */
const elapsedIn = () =>
  asOwner(
    app,
    ({ sql }) => sql<{ id: string; at: string }[]>`
      select case_id as id, at::text from history where outcome = 'elapsed' order by at`,
  );

/** What the server sends to the database meanwhile. */
async function during(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const { options } = clientOf(app.engine.db);
  options.debug = (_connection, text) => {
    // but for the empty one that a connection is opened with
    if (text !== '') sent.push(text);
  };
  await work();
  return sent;
}

describe('many deadlines at once', () => {
  test('run out soonest first', async () => {
    const soonest = await crowd(150);
    // a moment for each batch
    const databaseNow = async () => {
      time.advance(1);
      return time.now();
    };
    const engine = { ...app.engine, databaseNow };
    expect(await fireDueDeadlines(engine, unexpected)).toBe(150);
    const order = Map.groupBy(await elapsedIn(), ({ at }) => at);
    expect(order.size).toBeGreaterThan(2);
    let before = 0;
    for (const batch of order.values()) {
      const ids = soonest.slice(before, before + batch.length);
      expect(batch.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      before += batch.length;
    }
  });

  test('are shared among servers, and each runs out once', async () => {
    await crowd(150);
    await asOwner(app, async ({ db }) => {
      const servers = [app.engine, { ...app.engine, db }, { ...app.engine }];
      const fired = await Promise.all(servers.map((one) => fireDueDeadlines(one, unexpected)));
      expect(fired.reduce((sum, one) => sum + one)).toBe(150);
    });
    const ids = (await elapsedIn()).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([150, 150]);
  });

  test('of a server that ended meanwhile are seen to by another, and none is lost', async () => {
    await crowd(5);
    const wanted = { machine: machineIdentity, until: time.now(), after: beginning, most: 3 };
    const { claimed } = await claimDue(app.db, 'nextDueAt', wanted);
    expect(claimed).toHaveLength(3);
    // which then is gone
    expect(await fire()).toBe(2);
    await asOwner(app, ({ sql }) => sql`update claims set until = clock_timestamp()`);
    expect(await fire()).toBe(3);
    expect(await elapsedIn()).toHaveLength(5);
    expect(await asOwner(app, ({ sql }) => sql`select from claims`)).toEqual([]);
  });

  test('of cases of another version are never come upon', async () => {
    const ids = await crowd(60);
    const current = ids.at(-1) ?? '';
    await asOwner(
      app,
      ({ sql }) => sql`update cases set machine_version = '0' where case_id <> ${current}`,
    );
    const sent = await during(async () => expect(await fire()).toBe(1));
    // claimed, written, released; and nothing more
    expect(sent).toHaveLength(4);
    expect((await elapsedIn()).map(({ id }) => id)).toEqual([current]);
  });

  test('end early where the server does', async () => {
    await crowd(3);
    expect(await fireDueDeadlines(app.engine, unexpected, AbortSignal.abort())).toBe(0);
    expect(await fire()).toBe(3);
  });
});

test('of a case that has several, each is an entry of its own, and all are written together', async () => {
  const { id } = await caseAfter(app, reported);
  time.advance(8 * day);
  const sent = await during(async () => expect(await fire()).toBe(2));
  expect(sent).toHaveLength(4);
  const elapsed = (await historyOf(app, 'ada', id)).filter((e) => e.outcome === 'elapsed');
  expect(elapsed.map(({ type }) => type)).toEqual([
    'deadline.leadsMeet',
    'deadline.reporterFollowUp',
  ]);
  const { body } = await app.as('eve').get(`/v1/cases/${id}/verification`);
  expect(body).toMatchObject({ ok: true });
});
