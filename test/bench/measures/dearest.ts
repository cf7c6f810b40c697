/** The dearest request of each route, for a responder with a full case: how long it holds up everybody else. */
import type { Wanted } from '../pinger.ts';
import { startHelper } from '../processes.ts';
import type { Measure, Site } from '../bench.ts';
import { call, fillCase, full, identification, largeEvent } from '../full-case.ts';

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

const get = (path: string): Request => ({ method: 'GET', path });

/** By route; whatever is sent is sent dry, so that it can be sent again. */
const requestsOf = (id: string) =>
  ({
    'GET /cases': get('/v1/cases?limit=200'),
    'GET /cases/{id}': get(`/v1/cases/${id}`),
    'GET /cases/{id}?at=': get(`/v1/cases/${id}?at=${new Date().toISOString()}`),
    'GET /cases/{id}/diagram.svg': get(`/v1/cases/${id}/diagram.svg`),
    'GET /cases/{id}/options': get(`/v1/cases/${id}/options`),
    'GET /cases/{id}/history': get(`/v1/cases/${id}/history?limit=200`),
    'GET /cases/{id}/history, small': get(
      `/v1/cases/${id}/history?limit=200&after=${full.large * 50 + 10}`,
    ),
    'GET /cases/{id}/history/{seq}': get(`/v1/cases/${id}/history/49`),
    'GET /cases/{id}/verification': get(`/v1/cases/${id}/verification`),
    'GET /cases/{id}/export': get(`/v1/cases/${id}/export`),
    'GET /cases/{id}/related': get(`/v1/cases/${id}/related`),
    'GET /deadlines': get('/v1/deadlines?limit=200'),
    'GET /machine': get('/v1/machine'),
    'GET /machine/diagram.svg': get('/v1/machine/diagram.svg'),
    'POST /cases/{id}/events': {
      method: 'POST',
      path: `/v1/cases/${id}/events?dryRun=true`,
      body: largeEvent(5),
    },
    'POST /cases/{id}/events, screened': {
      method: 'POST',
      path: `/v1/cases/${id}/events?dryRun=true`,
      // refused, and screened before that
      body: { type: 'followUp.sendMessage', for: 'reported-1', message: 'Zöq '.repeat(5_000) },
    },
    'POST /cases/{id}/batch': {
      method: 'POST',
      path: `/v1/cases/${id}/batch?dryRun=true`,
      body: {
        events: Array.from({ length: 50 }, (_, n) => identification(`reported-${n + 1}`, n * 77)),
      },
    },
  }) as const satisfies Readonly<Record<string, Request>>;

const names = Object.keys(requestsOf('')) as (keyof ReturnType<typeof requestsOf>)[];
const cases = new WeakMap<Site, Promise<string>>();

export const dearest: Measure = {
  name: 'dearest',
  thresholds: names.flatMap((name) => [
    { name: `${name}, ms` },
    { name: `${name}, others held up, ms`, most: 50 },
  ]),
  async round({ small }) {
    const filling = cases.get(small) ?? fillCase(small);
    cases.set(small, filling);
    const id = await filling;
    const pinger = startHelper('test/bench/pinger.ts');
    const numbers: Record<string, number> = {};
    try {
      for (const [name, request] of Object.entries(requestsOf(id)) as [string, Request][]) {
        await pinger.ask({ base: small.server.base } satisfies Wanted);
        const begun = performance.now();
        const { status, text } = await call(small, request.method, request.path, request.body);
        numbers[`${name}, ms`] = performance.now() - begun;
        const { longest } = (await pinger.ask({} satisfies Wanted)) as { longest: number };
        numbers[`${name}, others held up, ms`] = longest;
        if (status >= 400 && !text.includes('event-refused'))
          throw new Error(`${name}: answered ${status}, ${text.slice(0, 300)}`);
      }
    } finally {
      await pinger.stop();
    }
    return numbers;
  },
};
