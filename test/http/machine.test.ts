import { beforeAll, describe, expect, test } from 'vitest';
import { stageNames } from '../../machines/stages.ts';
import { eventDefinitions, eventTypes } from '../../machines/events.ts';
import { ruleIds, rules, universalRules } from '../../machines/rules.ts';
import { sources } from '../../machines/sources.ts';
import { sendCaseDiagram } from '../../src/http/routes/diagrams.ts';
import { useApp } from '../support/use-app.ts';

interface Event {
  readonly type: string;
  readonly stage: string;
  readonly takenIn: readonly string[];
  readonly who: readonly string[];
  readonly rules: readonly string[];
  readonly departable: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly confidential: readonly string[];
}
interface Machine {
  readonly id: string;
  readonly version: string;
  readonly stages: readonly {
    name: string;
    machine: string;
    states: readonly string[];
    initial: string;
  }[];
  readonly events: readonly Event[];
}
interface Rule {
  readonly id: string;
  readonly events: readonly string[];
  readonly binding: 'always' | 'explain';
  readonly basis: 'text' | 'practice' | 'ours';
  readonly why?: string;
  readonly sources: readonly { readonly source: string; readonly section: string }[];
  readonly departure?: { readonly who: readonly string[]; readonly grounds: readonly string[] };
}
interface Source {
  readonly key: string;
  readonly title: string;
  readonly address: string;
  readonly licence: string;
  readonly asOf: string;
}

const someText: unknown = expect.any(String);

const app = useApp();
const { as } = app;

beforeAll(() => {
  app.app.get('/case-diagram', { schema: { hide: true } }, async (_request, reply) =>
    sendCaseDiagram(reply, { stages: { intake: 'reported' }, status: 'closed' }),
  );
});

describe('the machine', () => {
  const machine = async () => (await as('cleo').get<Machine>('/v1/machine')).body;

  test('is told with its stages', async () => {
    const { id, version, stages } = await machine();
    expect({ id, version }).toEqual({ id: 'case', version: someText });
    expect(stages.map(({ name }) => name)).toEqual(stageNames);
    expect(stages[0]).toEqual({
      name: 'intake',
      machine: 'case',
      states: ['receiving', 'recorded', 'reported'],
      initial: 'receiving',
    });
    expect(stages.filter(({ states, initial }) => !states.includes(initial))).toEqual([]);
  });

  test('is told with every event', async () => {
    const { stages, events } = await machine();
    expect(events.map(({ type }) => type)).toEqual(eventTypes);
    expect(events.find(({ type }) => type === 'intake.recordReport')).toMatchObject({
      type: 'intake.recordReport',
      stage: 'intake',
      takenIn: ['receiving', 'recorded', 'reported'],
      who: ['responder', 'lead', 'coordinator', 'organizer'],
      rules: [...universalRules, 'quiet-space-offered', 'safety-checked', 'anonymity-respected'],
      departable: ['quiet-space-offered', 'safety-checked'],
      title: 'Record a report',
      schema: { type: 'object', additionalProperties: false },
      confidential: [
        'description',
        'location',
        'circumstances',
        'reporter.name',
        'reporter.contact',
        'reporter.staff',
        'reportedPersons.name',
        'reportedPersons.appearance',
        'reportedPersons.height',
        'reportedPersons.clothing',
        'reportedPersons.voiceAccent',
        'reportedPersons.badge',
        'others.name',
        'others.contact',
        'others.description',
        'others.staff',
        'volunteeredSuggestion',
        'departures.reason',
      ],
    });
    const states = new Map(stages.map((stage) => [stage.name, stage.states]));
    states.set('case', ['open', 'closed']);
    const lost = events.filter(
      ({ stage, takenIn }) =>
        takenIn.length === 0 || takenIn.some((state) => !states.get(stage)?.includes(state)),
    );
    expect(lost).toEqual([]);
  });

  test('says whose each stage is: the case’s, a reporter’s, a reported person’s', async () => {
    const { stages } = await machine();
    const of = (whose: string) =>
      stages.filter(({ machine: own }) => own === whose).map(({ name }) => name);
    expect(of('reporter')).toEqual(['reporterCare']);
    expect(of('reported')).toEqual(['reportedPersonFollowUp', 'decision', 'appeal']);
    expect(of('case')).toEqual([
      'intake',
      'immediateResponse',
      'leadsMeeting',
      'publicCommunication',
    ]);
  });

  test('says of each event what it is, in words of its own, and from what one may depart', async () => {
    const { events } = await machine();
    for (const { type, title, description, departable, rules: on } of events) {
      expect(title, type).toMatch(/^[A-Z].*[^.]$/);
      expect(description, type).toMatch(/^[A-Z].*\.$/s);
      const own = eventDefinitions[type as (typeof eventTypes)[number]].rules;
      expect(own, type).toEqual(expect.arrayContaining([...departable]));
      expect(departable.filter((rule) => !rules[rule as (typeof own)[number]].departing)).toEqual(
        [],
      );
      expect(on, type).toEqual(expect.arrayContaining([...departable]));
    }
    for (const kind of ['title', 'description'] as const)
      expect(new Set(events.map((event) => event[kind])).size).toBeGreaterThan(events.length - 5);
  });
});

describe('the rules', () => {
  test('are listed, each with the events that it is on', async () => {
    const { body } = await as('eve').get<{ items: Rule[]; next: null }>('/v1/rules');
    expect(body.items.map(({ id }) => id)).toEqual(ruleIds);
    expect(body.next).toBeNull();
    expect(body.items.filter(({ events }) => events.length === 0)).toEqual([]);
    expect(body.items.find(({ id }) => id === 'case-closed')?.events).toEqual(eventTypes);
  });

  test('say where they come from, and what they are bound by', async () => {
    const { body } = await as('eve').get<{ items: Rule[]; sources: Source[] }>('/v1/rules');
    const keys = body.sources.map(({ key }) => key);
    expect(keys).toEqual(Object.keys(sources));
    for (const { address, title, licence, asOf } of body.sources) {
      expect(address).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^\d{4}-\d{2}(-\d{2})?$/);
      expect([title, licence].every((text) => text.length > 2)).toBe(true);
    }
    for (const { id, basis, why, binding, departure, sources: cited } of body.items) {
      expect(keys, id).toEqual(expect.arrayContaining(cited.map(({ source }) => source)));
      expect(
        cited.every(({ section }) => section.length > 0),
        id,
      ).toBe(true);
      // what no text says is explained
      if (basis === 'ours') expect(why, id).toMatch(/\.$/);
      else expect(cited.length, id).toBeGreaterThan(0);
      expect(binding, id).toBe(departure ? 'explain' : 'always');
    }
    const of = (binding: string) => body.items.filter((rule) => rule.binding === binding);
    expect(of('explain').length).toBeGreaterThan(10);
    expect(of('always').length).toBeGreaterThan(of('explain').length);
    expect(body.items.find(({ id }) => id === 'reporter-thanked')?.departure).toEqual({
      who: ['responder', 'lead', 'coordinator', 'organizer'],
      grounds: ['safety', 'impossible', 'does-not-fit'],
    });
    // every document that is listed is cited
    const cited = new Set(body.items.flatMap((rule) => rule.sources.map(({ source }) => source)));
    expect([...cited].toSorted()).toEqual(keys.toSorted());
  });

  test('agree with what the machine says of its events', async () => {
    const { items } = (await as('eve').get<{ items: Rule[] }>('/v1/rules')).body;
    const { events } = (await as('eve').get<Machine>('/v1/machine')).body;
    const fromRules = items.flatMap(({ id, events: on }) => on.map((type) => `${type}: ${id}`));
    const fromEvents = events.flatMap(({ type, rules: on }) => on.map((id) => `${type}: ${id}`));
    expect(fromRules.toSorted()).toEqual(fromEvents.toSorted());
  });

  test('are told one by one', async () => {
    const { status, body } = await as('admin').get('/v1/rules/quorum');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 'quorum',
      statement: someText,
      source: someText,
      instead: someText,
      events: ['meeting.convene'],
    });
  });

  test.each(['no-such-rule', '__proto__', 'constructor', 'Quorum'])('have no %s', async (id) => {
    expect((await as('eve').get(`/v1/rules/${id}`)).status).toBe(404);
  });
});

describe('the diagram', () => {
  const url = '/v1/machine/diagram.svg';

  test.each([url, ...stageNames.map((stage) => `${url}?stage=${stage}`)])('%s', async (path) => {
    const { status, headers, text } = await as('eve').get(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'cache-control': 'private, no-cache',
    });
    expect(headers['etag']).toMatch(/^"[\w-]{43}"$/);
    expect(text).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test('is not sent again to who has it', async () => {
    const { headers, text } = await as('eve').get(url);
    const etag = String(headers['etag']);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await as('eve').get(url, { 'if-none-match': known });
      expect(again).toMatchObject({ status: 304, headers: { etag }, text: '' });
    }
    const other = await as('eve').get(url, { 'if-none-match': '"other"' });
    expect(other).toMatchObject({ status: 200, text });
  });

  test('of one stage differs from that of another', async () => {
    const etags = ['intake', 'appeal'].map(async (stage) => {
      const { headers } = await as('eve').get(`${url}?stage=${stage}`);
      return headers['etag'];
    });
    expect(new Set(await Promise.all(etags)).size).toBe(2);
  });

  test.each(['lunch', '', '__proto__', 'intake&stage=appeal'])('has no stage %j', async (stage) => {
    const { status, body } = await as('eve').get(`${url}?stage=${stage}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ pointer: '/query/stage' }] });
  });

  test('of a case shows where it stands', async () => {
    const { headers, text } = await as('nobody').get('/case-diagram');
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(text).toContain('The case is in: intake.reported, closed.');
  });

  test.each(['/v1/machine', '/v1/rules', '/v1/rules/quorum', url])(
    '%s needs a token',
    async (path) => {
      expect((await as('nobody').get(path)).status).toBe(401);
    },
  );
});
