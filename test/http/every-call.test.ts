import { expect, test } from 'vitest';
import { roles } from '../../machines/vocabulary.ts';
import type { Answer } from '../support/app.ts';
import { closed } from '../support/chapters.ts';
import { caseAfter } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();

type Paths = Readonly<Record<string, Readonly<Record<string, object>>>>;
/** What is sent, where something is, and what else a call needs than its path. */
const needs: Readonly<Record<string, { query?: string; body?: object; status?: number }>> = {
  'post /v1/people': { body: { id: 'zoe', name: 'Z', roles: ['lead'] }, status: 201 },
  'patch /v1/people/{id}': { body: { name: 'Rui' } },
  'post /v1/people/{id}/tokens': { body: { label: 'x' }, status: 201 },
  'get /v1/people/{id}/tokens': { query: '?limit=1' },
  'delete /v1/tokens/{id}': { status: 204 },
  'post /v1/cases': { body: { channel: 'web' }, status: 201 },
  'post /v1/cases/{id}/events': { body: { type: 'case.releaseHold' } },
  'post /v1/cases/{id}/batch': { body: { events: [{ type: 'case.releaseHold' }] } },
  'post /v1/cases/{id}/erasure': { body: { reason: 'request' } },
  'post /v1/checkpoints': { status: 201 },
  'get /v1/checkpoints/{size}/consistency': { query: '?from=1' },
};

test('every call of the OpenAPI document is answered as it promises, and refuses nonsense', async () => {
  // an ombud holds no other role
  await app.hire({ omni: roles.filter((role) => role !== 'ombud') });
  const one = app.as('omni');
  const { paths } = (await app.as('nobody').get<{ paths: Paths }>('/openapi.json')).body;
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method, path, call: `${method} ${path}` })),
  );
  const known = calls.map(({ call }) => call);
  expect(known.filter((call) => !call.startsWith('get') && !needs[call])).toEqual([]);
  expect(Object.keys(needs).filter((call) => !known.includes(call))).toEqual([]);
  const { id } = await caseAfter(app, closed);
  const last = (call: string) => Number(call.includes('erasure'));
  for (const { method, path, call } of calls.toSorted((a, b) => last(a.call) - last(b.call))) {
    const { query = '', body, status = 200 } = needs[call] ?? {};
    const token = await app.as('rui').post<{ id: string }>('/v1/people/rui/tokens', { label: 'x' });
    const checkpoint = await one.post<{ size: number }>('/v1/checkpoints');
    const url = path
      .replace('/cases/{id}', `/cases/${id}`)
      .replace('/people/{id}', '/people/rui')
      .replace('/tokens/{id}', `/tokens/${token.body.id}`)
      .replace('/rules/{id}', '/rules/quorum')
      .replace('{size}', String(checkpoint.body.size))
      .replace('{seq}', '1');
    expect(url, `what stands for the parameters of ${call}?`).not.toContain('{');
    const answer = (payload?: unknown): Promise<Answer> => {
      if (method === 'post') return one.post(url + query, payload);
      if (method === 'patch') return one.patch(url + query, payload);
      return method === 'delete' ? one.delete(url + query) : one.get(url + query);
    };
    for (const nonsense of body ? [{ nonsense: true }, [], 'x'] : [])
      expect([400, 415], call).toContain((await answer(nonsense)).status);
    const answered = await answer(body);
    expect(answered.status, `${call} ${answered.text.slice(0, 300)}`).toBe(status);
  }
});
