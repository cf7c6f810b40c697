/**
 * What the server sends to PostgreSQL: how few statements a step takes, and that each of them stays
 * with one case, so that `case_id` can be the key by which a distributed PostgreSQL spreads the cases.
 */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { clientOf } from '../../src/store/client.ts';
import { limitCompany } from '../../src/store/together.ts';
import { ada, type Sent } from '../support/cast.ts';
import { handOver, meet, notified, recorded, reported, safe } from '../support/chapters.ts';
import { asOwner, caseAfter, clock, openCase, send, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now });

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

let sent: Statement[] = [];
beforeEach(() => {
  clientOf(app.engine.db).options.debug = (_connection, text, values) => {
    // but for the empty one that a connection is opened with
    if (text !== '') sent.push({ text, values });
  };
});

/** What is sent to the database meanwhile. */
async function during(work: () => Promise<unknown>): Promise<readonly Statement[]> {
  sent = [];
  await work();
  return sent;
}

const step = (id: string, { by, event }: Sent, headers: Record<string, string> = {}) =>
  app.as(by ?? 'nobody').post(`/v1/cases/${id}/events`, event, headers);

describe('a step takes two statements', () => {
  test.each<[what: string, event: Sent, headers?: Record<string, string>]>([
    ['that says nothing in confidence', safe],
    ['that says something', ada('case.addNote', { text: 'words' })],
    ['with an idempotency key', safe, { 'idempotency-key': 'a-key' }],
    ['that is refused', ada('case.close')],
    ['that gives somebody a task', ada('meeting.assignResponder', { person: 'rui' })],
    ['that keeps somebody out', ada('case.recuse', { person: 'ben' })],
  ])('%s', async (_, event, headers) => {
    const { id } = await caseAfter(app, [...reported, ...meet]);
    const statements = await during(() => step(id, event, headers));
    expect(statements.map(({ text }) => text)).toHaveLength(2);
  });

  test('however many events it has', async () => {
    const { id } = await caseAfter(app, recorded);
    const events = [safe, ...handOver].map(({ event }) => event);
    const statements = await during(() => app.as('cleo').post(`/v1/cases/${id}/batch`, { events }));
    expect(statements).toHaveLength(2);
  });

  test('and asking what one may do takes one', async () => {
    const { id } = await caseAfter(app, recorded);
    const statements = await during(() => app.as('cleo').get(`/v1/cases/${id}/options`));
    expect(statements).toHaveLength(1);
  });
});

describe('steps of several cases that arrive together', () => {
  const openAll = async (many: number) =>
    Promise.all(Array.from({ length: many }, async () => (await caseAfter(app, recorded)).id));
  const stepsIn = async (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await step(id, safe)).status));
  const heads = async (ids: readonly string[]) =>
    Promise.all(
      ids.map(
        async (id) => (await app.as('eve').get<Verification>(`/v1/cases/${id}/verification`)).body,
      ),
    );

  afterEach(() => limitCompany(app.engine.db, 16));

  test('travel together, and each is written once', async () => {
    const ids = await openAll(12);
    const before = await heads(ids);
    const statements = await during(async () => {
      expect(new Set(await stepsIn(ids))).toEqual(new Set([200]));
    });
    expect(statements.length).toBeLessThan(2 * ids.length);
    const after = await heads(ids);
    for (const [i, { ok, entries }] of after.entries())
      expect({ ok, entries }).toEqual({ ok: true, entries: (before[i]?.entries ?? 0) + 1 });
  });

  test('do not wait for a case that somebody else holds', async () => {
    const ids = await openAll(8);
    const held = ids[4] ?? '';
    const steps = await asOwner(app, async (owner) =>
      owner.db.transaction(async (tx) => {
        await tx.execute(sql`select from cases where case_id = ${held} for update`);
        const sending = new Map(ids.map((id) => [id, step(id, safe)]));
        for (const [id, others] of sending)
          if (id !== held) expect((await others).status).toBe(200);
        return sending;
      }),
    );
    expect((await steps.get(held))?.status).toBe(200);
  });

  test('travel alone where a statement may be about one case only', async () => {
    const ids = await openAll(6);
    limitCompany(app.engine.db, 1);
    const statements = await during(() => stepsIn(ids));
    for (const { text, values } of statements.filter((one) => ofCases.test(one.text)))
      expect(new Set(values.flatMap((value) => String(value).match(uuid) ?? [])).size, text).toBe(
        1,
      );
  });
});

/** Tables whose rows belong to a case each. */
const ofCases =
  /\b(?:cases|history|sealed_parts|case_outsiders|case_assignments|deadlines|digests|removed_names|stored_answers|accesses)\b/;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

describe('a statement of a case', () => {
  test('carries the case’s id, and spans no two', async () => {
    const other = await openCase(app, 'ada');
    const { id } = await openCase(app);
    const readings = [
      '',
      '/history',
      '/history/3',
      `?at=${new Date().toISOString()}`,
      '/verification',
      '/options',
      '/export',
    ];
    const statements = await during(async () => {
      await tell(app, id, notified);
      await send(app, 'ada', id, { type: 'case.link', case: other.id, relation: 'pattern' });
      for (const path of readings) await app.as('ada').get(`/v1/cases/${id}${path}`);
    });
    const concerning = statements.filter(({ text }) => ofCases.test(text));
    expect(concerning.length).toBeGreaterThan(40);
    for (const { text, values } of concerning) {
      const named = new Set(values.flatMap((value) => String(value).match(uuid) ?? []));
      expect(
        [...named].filter((one) => one === id || one === other.id),
        text,
      ).toHaveLength(1);
    }
  });
});
