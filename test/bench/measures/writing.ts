/** How fast steps are taken, beside servers that do less. */
import { cpuOf, cpuOfDatabase } from '../processes.ts';
import { events, floorCalls, floorEntry, on, reading, sending, type Measure } from '../bench.ts';

const connections = 32;

export const writers: Measure = {
  name: 'writers',
  thresholds: [
    { name: 'writers ÷ bare server', least: 0.25, aim: 0.5 },
    { name: 'writers ÷ XState', least: 0.6, aim: 1.2 },
    { name: 'writers, events/s' },
    { name: 'writers, p50 ms' },
    { name: 'writers, p99 ms' },
    { name: 'bare server, events/s' },
    { name: 'XState, events/s' },
    { name: 'CPU of the server, ms per event' },
    { name: 'CPU of the database, ms per event' },
  ],
  async round({ large, bare, xstate, cluster, load, pace: seconds }) {
    const cpu = async () =>
      [await cpuOf(large.server.pid), await cpuOfDatabase(cluster.folder)] as const;
    const [serverBefore, databaseBefore] = await cpu();
    const ours = await load(on(large, { connections, seconds, calls: sending(large.open) }));
    const [serverAfter, databaseAfter] = await cpu();
    const [entries, steps] = [floorCalls(floorEntry), floorCalls(events.plain)];
    const least = await load({ base: bare.base, connections, seconds, calls: entries });
    const usual = await load({ base: xstate.base, connections, seconds, calls: steps });
    return {
      'writers ÷ bare server': ours.perSecond / least.perSecond,
      'writers ÷ XState': ours.perSecond / usual.perSecond,
      'writers, events/s': ours.perSecond,
      'writers, p50 ms': ours.p50,
      'writers, p99 ms': ours.p99,
      'bare server, events/s': least.perSecond,
      'XState, events/s': usual.perSecond,
      'CPU of the server, ms per event': (serverAfter - serverBefore) / ours.answered,
      'CPU of the database, ms per event': (databaseAfter - databaseBefore) / ours.answered,
    };
  },
};

export const oneWriter: Measure = {
  name: 'one-writer',
  thresholds: [
    { name: 'one writer, p50 ÷ bare server', most: 3, aim: 1.7 },
    { name: 'options, p50 ÷ an event', most: 1 },
    { name: 'a batch of 20 ÷ 20 events', most: 0.25 },
    { name: 'one writer, p50 ms' },
  ],
  async round({ large, bare, load, pace }) {
    const one = { connections: 1, seconds: pace / 2 };
    const ours = await load(on(large, { ...one, calls: sending(large.open) }));
    const least = await load({ base: bare.base, ...one, calls: floorCalls(floorEntry) });
    const paths = large.open.map((id) => `/v1/cases/${id}/options`);
    const options = await load(on(large, { ...one, calls: reading(...paths) }));
    const body = JSON.stringify({ events: Array.from({ length: 20 }, () => events.plain) });
    const batches = large.open.map((id) => ({
      method: 'POST' as const,
      path: `/v1/cases/${id}/batch`,
      body,
    }));
    const batch = await load(on(large, { ...one, calls: batches }));
    return {
      'one writer, p50 ÷ bare server': ours.p50 / least.p50,
      'options, p50 ÷ an event': options.p50 / ours.p50,
      'a batch of 20 ÷ 20 events': batch.p50 / (20 * ours.p50),
      'one writer, p50 ms': ours.p50,
    };
  },
};

export const content: Measure = {
  name: 'content',
  thresholds: [
    { name: 'with sealed content ÷ without', least: 0.85 },
    { name: 'with an idempotency key ÷ without', least: 0.85 },
  ],
  async round({ large, load, pace: seconds }) {
    const many = { connections, seconds };
    const plain = await load(on(large, { ...many, calls: sending(large.open) }));
    const sealed = await load(on(large, { ...many, calls: sending(large.open, events.sealed) }));
    const keyed = await load(on(large, { ...many, calls: sending(large.open), keyed: true }));
    return {
      'with sealed content ÷ without': sealed.perSecond / plain.perSecond,
      'with an idempotency key ÷ without': keyed.perSecond / plain.perSecond,
    };
  },
};

export const contended: Measure = {
  name: 'contended',
  thresholds: [{ name: '32 writers on 4 cases ÷ on many', least: 0.25 }],
  async round({ large, load, pace: seconds }, number) {
    const many = { connections, seconds };
    const four = large.open.slice(4 * number, 4 * number + 4);
    // every case has a history without gaps, so its head counts what was recorded
    const entries = async () => {
      const [row] = await large.owner.sql<{ heads: number; entries: number }[]>`
        select sum(head_seq)::int as heads,
               (select count(*)::int from history where case_id = any(${four})) as entries
        from cases where case_id = any(${four})`;
      if (!row || row.heads !== row.entries) throw new Error('a head is not the last entry');
      return row.entries;
    };
    const before = await entries();
    const few = await load(on(large, { ...many, calls: sending(four) }));
    const recorded = (await entries()) - before;
    if (recorded !== few.answered)
      throw new Error(`${few.answered} events were acknowledged, ${recorded} recorded`);
    const spread = await load(on(large, { ...many, calls: sending(large.open) }));
    return { '32 writers on 4 cases ÷ on many': few.perSecond / spread.perSecond };
  },
};
