/** What the time of an answer tells of cases that one may not see: nothing. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import { quantum } from '../../src/http/quantum.ts';
import { reported, safe } from '../support/chapters.ts';
import { zOf } from '../support/ranks.ts';
import { caseAfter, openCase } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();

/** How long the server took for each answer, in milliseconds. */
const took: number[] = [];
let hidden = '';
beforeAll(async () => {
  app.app.addHook('onSend', async (_request, reply) => void took.push(reply.elapsedTime));
  hidden = (await openCase(app, 'cleo', { excluded: ['ada'] })).id;
});

const timeOf = async (request: () => Promise<{ status: number }>): Promise<number> => {
  took.length = 0;
  await request();
  return took[0] ?? Number.NaN;
};

describe('a case that one may not see, and one that does not exist,', () => {
  const events = (id: string) => app.as('ada').post(`/v1/cases/${id}/events`, safe.event);
  test.each<[string, (id: string) => Promise<{ status: number }>]>([
    ['the case', (id) => app.as('ada').get(`/v1/cases/${id}`)],
    ['as it was', (id) => app.as('ada').get(`/v1/cases/${id}?at=2030-01-01T00:00:00Z`)],
    ['its history', (id) => app.as('ada').get(`/v1/cases/${id}/history`)],
    ['its verification', (id) => app.as('ada').get(`/v1/cases/${id}/verification`)],
    ['its export', (id) => app.as('ada').get(`/v1/cases/${id}/export`)],
    ['its relations', (id) => app.as('ada').get(`/v1/cases/${id}/related`)],
    ['its options', (id) => app.as('ada').get(`/v1/cases/${id}/options`)],
    ['an event', events],
  ])('are answered when a quantum is over: %s', async (_what, ask) => {
    for (const id of [hidden, randomUUID()]) {
      const time = await timeOf(async () => {
        const answer = await ask(id);
        expect(answer.status).toBe(404);
        return answer;
      });
      expect(time).toBeGreaterThanOrEqual(quantum);
    }
  });

  test('cannot be told apart by a hundred of each', async () => {
    const times: Record<'hidden' | 'absent', number[]> = { hidden: [], absent: [] };
    for (let i = 0; i < 100; i += 1)
      for (const which of i % 2 === 0
        ? (['hidden', 'absent'] as const)
        : (['absent', 'hidden'] as const)) {
        const id = which === 'hidden' ? hidden : randomUUID();
        times[which].push(await timeOf(() => app.as('ada').get(`/v1/cases/${id}`)));
      }
    expect(Math.abs(zOf(times.hidden, times.absent))).toBeLessThan(4.5);
  });
});

test('what one may see is answered as soon as it is found', async () => {
  const times: number[] = [];
  for (let i = 0; i < 20; i += 1)
    times.push(await timeOf(() => app.as('cleo').get(`/v1/cases/${hidden}`)));
  expect(Math.min(...times)).toBeLessThan(quantum);
});

describe('an empty list', () => {
  /** All rows that a plan looked at, as PostgreSQL tells them. */
  interface Plan {
    readonly 'Actual Rows': number;
    readonly 'Actual Loops': number;
    readonly 'Rows Removed by Filter'?: number;
    readonly Plans?: readonly Plan[];
    readonly 'Relation Name'?: string;
  }
  const rowsIn = (plan: Plan): number =>
    (['cases', 'deadlines'].includes(plan['Relation Name'] ?? '')
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
      : 0) + (plan.Plans ?? []).reduce((sum, inner) => sum + rowsIn(inner), 0);

  const paths = ['/v1/cases', '/v1/cases?overdue=true', '/v1/cases?status=open', '/v1/deadlines'];

  /** How many rows of cases and deadlines the statements of a request look at. */
  async function looksAt(path: string): Promise<number> {
    const { client } = app.engine.db._.session as unknown as { client: Sql };
    const sent: { text: string; values: unknown[] }[] = [];
    client.options.debug = (_connection, text, values) => void sent.push({ text, values });
    const answer = await app.as('rui').get<{ items: unknown[] }>(path);
    client.options.debug = false;
    expect(answer.body.items).toEqual([]);
    let rows = 0;
    await app.db.transaction(async (tx) => {
      // few rows would be read whole
      await tx.execute(sql`set local enable_seqscan = off`);
      const inside = (tx._.session as unknown as { client: Sql }).client;
      for (const { text, values } of sent) {
        const explained = await inside.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
          `explain (analyze, format json) ${text}`,
          values as never[],
        );
        for (const {
          'QUERY PLAN': [{ Plan: plan }],
        } of explained)
          rows += rowsIn(plan);
      }
    });
    return rows;
  }

  beforeAll(async () => {
    for (let i = 0; i < 12; i += 1) await caseAfter(app, reported);
  });

  test.each(paths)('looks at none of the cases that are hidden: %s', async (path) => {
    expect(await looksAt(path)).toBe(0);
  });

  test.each(paths)('is answered when a quantum is over: %s', async (path) => {
    expect(await timeOf(() => app.as('rui').get(path))).toBeGreaterThanOrEqual(quantum);
  });
});
