import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../../src/cli/seed/seed.ts';
import { auditLog } from '../../src/engine/audit/log-audit.ts';
import { verifyAll } from '../../src/engine/audit/verify-all.ts';
import { submit } from '../../src/engine/step/advance.ts';
import { listCases } from '../../src/store/case-list.ts';
import { actingAsEngine, type Seer } from '../../src/store/visibility.ts';
import { useApp } from '../support/use-app.ts';

const count = 200;
const ada: Seer = { person: 'ada', roles: ['lead'] };
const nia: Seer = { person: 'nia', roles: ['responder'] };

describe('a database that was filled', () => {
  const own = useApp();
  beforeAll(async () => {
    await seed(own.engine, count);
  }, 120_000);

  test('every case verifies, and the log covers it', async () => {
    const cases = await Array.fromAsync(verifyAll(own.engine));
    expect(cases).toHaveLength(count);
    expect(cases.filter(({ verification }) => !verification.ok)).toEqual([]);
    expect(await Array.fromAsync(auditLog(own.engine, undefined))).toEqual([]);
  });

  test('cases stand everywhere that cases come to', async () => {
    const { db, engine } = own;
    const now = engine.now();
    const found = async (filter: object, reader = ada) =>
      (await listCases(db, reader, { limit: count, now, ...filter })).length;
    expect(await found({})).toBe(count);
    for (const filter of [
      { status: 'open' },
      { status: 'closed' },
      { overdue: true },
      { stage: 'intake', state: 'recorded' },
      { assignee: 'rui' },
    ]) {
      expect(await found(filter), JSON.stringify(filter)).toBeGreaterThan(count / 10);
      expect(await found(filter), JSON.stringify(filter)).toBeLessThan(count);
    }
    expect(await found({}, nia)).toBe(3);
  });

  test('nothing is due', async () => {
    const [due] = await own.db.execute(sql`
      select count(*)::int as count from deadlines
      where ${actingAsEngine} and pending and due_at < now() + interval '1 hour'`);
    expect(due).toEqual({ count: 0 });
  });

  test('what people said can be read, and the people are found in it', async () => {
    const [one] = await listCases(own.db, nia, { limit: 1, now: own.engine.now() });
    const { body } = await own
      .as('ada')
      .get<{ items: { confidential: object }[] }>(`/v1/cases/${one?.caseId}/history`);
    expect(JSON.stringify(body.items)).toMatch(/"name":"Fable (?!Thistledown)\w+"/);
  });

  test('a case goes on', async () => {
    const open = await listCases(own.db, ada, {
      status: 'open',
      limit: count,
      now: own.engine.now(),
    });
    for (const { caseId } of open) {
      const event = { type: 'case.addNote', text: 'It goes on.' } as never;
      const reply = await submit(own.engine, { person: 'ada', caseId, events: [event] });
      expect(reply.outcome).toBe('accepted');
    }
  });
});
