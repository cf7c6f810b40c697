import { beforeAll, describe, expect, test } from 'vitest';
import { stageNames } from '../../machines/diagram.ts';
import { eventTypes } from '../../machines/events.ts';
import { ruleIds, universalRules } from '../../machines/rules.ts';
import { sendCaseDiagram } from '../../src/http/routes/diagrams.ts';
import { useApp } from '../support/use-app.ts';

interface Event {
  readonly type: string;
  readonly stage: string;
  readonly takenIn: readonly string[];
  readonly who: readonly string[];
  readonly rules: readonly string[];
  readonly schema: { readonly $ref: string };
  readonly confidential: readonly string[];
}
interface Machine {
  readonly id: string;
  readonly version: string;
  readonly stages: readonly { name: string; states: readonly string[]; initial: string }[];
  readonly events: readonly Event[];
}
interface Rule {
  readonly id: string;
  readonly events: readonly string[];
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
      states: ['receiving', 'recorded', 'reported'],
      initial: 'receiving',
    });
    expect(stages.filter(({ states, initial }) => !states.includes(initial))).toEqual([]);
  });

  test('is told with every event', async () => {
    const { stages, events } = await machine();
    expect(events.map(({ type }) => type)).toEqual(eventTypes);
    expect(events.find(({ type }) => type === 'intake.recordReport')).toEqual({
      type: 'intake.recordReport',
      stage: 'intake',
      takenIn: ['receiving'],
      who: ['responder', 'lead', 'coordinator', 'organizer'],
      rules: [...universalRules, 'quiet-space-offered', 'safety-checked', 'anonymity-respected'],
      schema: { $ref: '/openapi.json#/components/schemas/IntakeRecordReport' },
      confidential: [
        'description',
        'location',
        'circumstances',
        'reporter.name',
        'reporter.contact',
        'reportedPersons.name',
        'reportedPersons.appearance',
        'reportedPersons.height',
        'reportedPersons.clothing',
        'reportedPersons.voiceAccent',
        'reportedPersons.badge',
        'others.name',
        'others.contact',
        'others.description',
        'volunteeredSuggestion',
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

  test('refers to schemas that the document has', async () => {
    const document = (await app.app.inject('/openapi.json')).json<{
      components: { schemas: Record<string, unknown> };
    }>();
    const { events } = await machine();
    const names = events.map(({ schema: { $ref } }) => $ref.split('/').at(-1) ?? '');
    expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
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

  test('agree with what the machine says of its events', async () => {
    const { items } = (await as('eve').get<{ items: Rule[] }>('/v1/rules')).body;
    const { events } = (await as('eve').get<Machine>('/v1/machine')).body;
    const fromRules = items.flatMap(({ id, events: on }) => on.map((type) => `${type}: ${id}`));
    const fromEvents = events.flatMap(({ type, rules }) => rules.map((id) => `${type}: ${id}`));
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
