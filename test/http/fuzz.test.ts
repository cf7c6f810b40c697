/**
 * Whatever is sent to whatever the OpenAPI document names: an answer that it documents, in time, never
 * 5xx, and every case verifies afterwards. By hand, as many as one likes, and others:
 *
 *     FUZZ_REQUESTS=100000 FUZZ_SEED=7 npm test -- test/http/fuzz.test.ts
 */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CaseState } from '../../machines/system.ts';
import { verifyAll } from '../../src/engine/audit/verify-all.ts';
import { findCaseAsEngine } from '../../src/store/cases.ts';
import {
  anyAttempt,
  json,
  judgeOf,
  preconditions,
  type Attempt,
  type OpenApi,
} from '../support/attempts.ts';
import { roster } from '../support/cast.ts';
import * as upTo from '../support/chapters.ts';
import { sometimes, type World } from '../support/from-schema.ts';
import { moves } from '../support/moves.ts';
import { caseAfter } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';
import { nextTowardsTheEnd } from '../support/way-to-the-end.ts';
import { dial, statusOf } from '../support/wire.ts';

const requests = Number(process.env['FUZZ_REQUESTS'] ?? 5_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 9);
/** In milliseconds: nothing that is answered later counts as answered. */
const patience = 10_000;

const never = { guesses: 1e9, refusals: 1e9 };
const app = useApp({
  failureLimits: never,
  settings: { extraResponses: ['constructor'], appealWindow: 'P30D' },
  staff: {
    una: ['lead', 'organizer'],
    ike: ['admin'],
    zed: ['responder'],
  },
});

/** An event that a story would send: with its sender, and the place in the story or on the way to the end. */
const anyTelling = fc.record({
  onto: fc.nat(),
  story: fc.option(fc.nat({ max: moves.length - 1 }), { freq: 2 }),
  headers: sometimes(preconditions, {}),
});

const readDocument = async () => (await app.as('nobody').get<OpenApi>('/openapi.json')).body;

/** What is sent, where a story goes on in one of the cases. */
async function told(
  telling: typeof anyTelling extends fc.Arbitrary<infer T> ? T : never,
  open: readonly string[],
): Promise<Attempt | undefined> {
  const id = open[telling.onto % open.length] ?? '';
  const row = await findCaseAsEngine(app.engine.db, id);
  const onwards = () =>
    row?.status === 'open' ? nextTowardsTheEnd(row.snapshot as CaseState) : undefined;
  const sent = telling.story === null ? onwards() : moves[telling.story];
  const { by, event } = sent ?? { by: 'dov', event: { type: 'case.reopen', reason: 'x' } };
  const template = '/v1/cases/{id}/events';
  const url = template.replace('{id}', id);
  return {
    by: by ?? 'dov',
    method: 'POST',
    template,
    url,
    headers: { ...json, ...telling.headers },
    body: JSON.stringify(event),
  };
}

async function answerTo({ by, method, url, headers, body }: Attempt) {
  const authorization: Record<string, string> =
    by === 'nobody'
      ? {}
      : { authorization: `Bearer ${by === 'a-guess' ? 'constructor' : app.tokenOf(by)}` };
  const sent = app.app.inject({
    method: method as 'GET',
    url,
    headers: { ...authorization, ...headers },
    ...(body !== undefined && { payload: body }),
  });
  const waited = new AbortController();
  const late = delay(patience, undefined, { signal: waited.signal }).catch(() => undefined);
  const answer = await Promise.race([sent, late]);
  waited.abort();
  return answer;
}

describe('whatever is sent', () => {
  test(
    `${requests} requests of seed ${seed} are answered as documented, and every case verifies`,
    async () => {
      const document = await readDocument();
      const judge = judgeOf(document);
      const cases: string[] = [];
      for (const chapter of [
        [],
        upTo.recorded,
        upTo.reported,
        upTo.met,
        upTo.decided,
        upTo.notified,
      ])
        for (let i = 0; i < 5; i += 1) cases.push((await caseAfter(app, chapter)).id);
      const world: World = {
        schemas: document.components.schemas,
        staff: Object.keys(roster),
        cases,
      };
      const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ template, method, operation })),
      );
      const events = document.paths['/v1/cases/{id}/events']?.['post'];
      if (!events) throw new Error('no events can be sent');
      const step = fc.oneof(
        { weight: 7, arbitrary: anyTelling.map((telling) => ({ telling })) },
        {
          weight: 6,
          arbitrary: anyAttempt('/v1/cases/{id}/events', 'post', events, world).map((attempt) => ({
            attempt,
          })),
        },
        {
          weight: 12,
          arbitrary: fc
            .oneof(
              ...operations.map(({ template, method, operation }) =>
                anyAttempt(template, method, operation, world),
              ),
            )
            .map((attempt) => ({ attempt })),
        },
      );
      const statuses = new Map<number, number>();
      const wrong: object[] = [];
      const steps = fc.sample(step, { seed, numRuns: requests });
      for (const [number, one] of steps.entries()) {
        const attempt = 'attempt' in one ? one.attempt : await told(one.telling, cases);
        if (!attempt) continue;
        const answer = await answerTo(attempt);
        const { statusCode: status = 0, body: text = '' } = answer ?? {};
        const type = answer?.headers['content-type'] ?? '';
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const fault = answer ? judge(attempt, { status, type, text }) : 'comes too late';
        if (fault !== undefined)
          wrong.push({
            number,
            fault,
            status,
            ...attempt,
            body: String(attempt.body).slice(0, 500),
            text: text.slice(0, 500),
          });
      }
      expect(wrong.slice(0, 5), `${wrong.length} of seed ${seed}`).toEqual([]);
      // it went somewhere
      for (const status of [200, 201, 400, 401, 403, 404, 405, 409, 412, 415, 422])
        expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
      expect(statuses.get(200)).toBeGreaterThan(requests / 5);
      for await (const { verification } of verifyAll(app.engine))
        expect(verification.failures).toEqual([]);
    },
    Infinity,
  );
});

describe('bytes that were a request once', () => {
  const broken = useApp({ requestTimeout: 600 });

  test('are answered in time, or the connection is closed', async () => {
    await broken.app.listen({ port: 0, host: '127.0.0.1' });
    // where the wish that it be closed is what was damaged
    broken.app.server.keepAliveTimeout = 1;
    broken.app.server.keepAliveTimeoutBuffer = 1;
    const whole =
      `POST /v1/cases?x=1 HTTP/1.1\r\nConnection: close\r\nHost: x\r\nAuthorization: Bearer ${broken.tokenOf('cleo')}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{"channel":"web"}';
    const odd = [
      '\r',
      '\n',
      '\0',
      '\x80',
      ' ',
      ':',
      '\r\n\r\n',
      'Upgrade: h2c\r\n',
      'x'.repeat(20_000),
    ];
    const damage = fc.record({
      at: fc.nat({ max: whole.length }),
      gone: fc.nat({ max: 30 }),
      put: fc.constantFrom('', ...odd),
    });
    const statuses = new Set<number>();
    for (const { at, gone, put } of fc.sample(damage, { seed, numRuns: 60 })) {
      const wire = await dial(broken.app);
      wire.send(whole.slice(0, at) + put + whole.slice(at + gone));
      const late = new AbortController();
      const answer = await Promise.race([
        wire.received,
        delay(patience, 'nothing', { signal: late.signal }).catch(() => ''),
      ]);
      late.abort();
      wire.hangUp();
      expect(statusOf(answer), `${at} ${gone} ${put}: ${answer}`).toBeLessThan(500);
      statuses.add(statusOf(answer));
    }
    for (const status of [400, 401, 408]) expect([...statuses]).toContain(status);
  });
});
