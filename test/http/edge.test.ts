/** What only bare connections can say, and what HTTP demands of an answer to it. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { caseAfter, openCase, send, type Problem } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';
import { dial, statusOf, type Wire } from '../support/wire.ts';

const app = useApp();
let wires: Wire[] = [];
beforeAll(() => app.app.listen({ port: 0, host: '127.0.0.1' }));
afterEach(() => {
  for (const { hangUp } of wires) hangUp();
  wires = [];
});

const say = async (bytes: string): Promise<Wire> => {
  const wire = await dial(app.app);
  wires.push(wire);
  wire.send(bytes);
  return wire;
};
const problemIn = (answer: string): Partial<Problem> =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Problem;
const asCleo = () => `Host: x\r\nAuthorization: Bearer ${app.tokenOf('cleo')}\r\n`;
const body = '{"channel":"web"}';
const posting = (headers: string) =>
  `POST /v1/cases HTTP/1.1\r\n${asCleo()}${headers}Content-Type: application/json\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;

describe('an expectation', () => {
  test('that cannot be met is a problem of its own, and nothing is done', async () => {
    const wire = await say(posting('Connection: close\r\nExpect: the-unexpected\r\n'));
    const answer = await wire.received;
    expect(statusOf(answer)).toBe(417);
    expect(problemIn(answer)).toMatchObject({ type: 'urn:recourse:problem:expectation-failed' });
  });

  test('of 100-continue is met', async () => {
    const wire = await say(posting('Connection: close\r\nExpect: 100-Continue\r\n'));
    expect(await wire.received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  });
});

describe('who wants to speak something else', () => {
  test.each([
    ['a broken request behind it', 'GARBAGE\r\n\r\n'],
    ['another behind it', 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['nothing behind it', ''],
  ])('is answered in ours, and the connection ended, with %s', async (_what, next) => {
    const wire = await say(posting('Upgrade: h2c\r\nConnection: Upgrade\r\n') + next);
    const answer = await wire.received;
    expect(statusOf(answer)).toBe(201);
    expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n');
  });

  test('is not put through to anybody', async () => {
    const answer = await (await say('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n')).received;
    expect(statusOf(answer)).toBe(405);
    expect(problemIn(answer)).toMatchObject({ type: 'urn:recourse:problem:method-not-allowed' });
  });
});

describe('a header', () => {
  test.each([
    ['host', '', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['host', '', 'GET /livez HTTP/1.1\r\nConnection: close\r\nHost: x\r\nHost: y\r\n\r\n'],
    ['authorization', 'Authorization: Bearer y\r\n', ''],
    ['content-type', 'Content-Type: text/plain\r\n', ''],
  ])('%s that is missing or stands there twice is refused', async (name, more, bytes) => {
    const wire = await say(bytes || posting(`Connection: close\r\n${more}`));
    const answer = await wire.received;
    expect(statusOf(answer)).toBe(400);
    expect(problemIn(answer).errors).toMatchObject([{ pointer: `/headers/${name}` }]);
  });

  test('that says that the body is coded is not passed over', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await app.as('cleo').post('/v1/cases', { channel: 'web' }, headers);
    expect(answer).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' } });
  });
});

describe('one address in many writings', () => {
  test.each(['/v1/case%73', '/%76%31/cases', '/v1/cases?', '/v1/cases#x', 'http://x/v1/cases'])(
    '%s opens the case that /v1/cases opened with the same key',
    async (target) => {
      const key = `Idempotency-Key: k${target.length}${target.charCodeAt(3)}\r\n`;
      const opened = async (path: string) => {
        const bytes = posting(`Connection: close\r\n${key}`).replace('/v1/cases', path);
        const answer = await (await say(bytes)).received;
        expect(statusOf(answer)).toBe(201);
        return (problemIn(answer) as unknown as CaseView).id;
      };
      expect(await opened(target)).toBe(await opened('/v1/cases'));
    },
  );

  test('takes one step, however the id of its case is written', async () => {
    const { id } = await openCase(app);
    const headers = { 'idempotency-key': 'one' };
    const event = { type: 'intake.thankReporter' };
    const spelled = [id, id.toUpperCase(), `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`];
    const answers = await Promise.all(
      spelled.map((name) => send(app, 'cleo', name, event, { headers })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});

describe('a moment beyond the calendar', () => {
  test.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01'])(
    '%s is refused wherever one can be said',
    async (moment) => {
      const { id } = await caseAfter(app, []);
      const { as } = app;
      const written = encodeURIComponent(moment);
      for (const [answer, pointer] of [
        [await as('cleo').get<Problem>(`/v1/cases/${id}?at=${written}`), '/query/at'],
        [
          await as('cleo').post<Problem>('/v1/cases', { channel: 'web', receivedAt: moment }),
          '/receivedAt',
        ],
        [
          await send<Problem>(app, 'cleo', id, {
            type: 'case.addNote',
            text: 'x',
            happenedAt: moment,
          }),
          '/happenedAt',
        ],
      ] as const)
        expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, pointer]);
    },
  );
});

test('what stays undone is named in text that can be stored', async () => {
  const { id } = await openCase(app);
  const departure = { rule: 'settled-before-close', ground: 'does-not-fit', reason: 'x' };
  const departures = [{ ...departure, items: ['intake\u0000'] }];
  const answer = await send<Problem>(app, 'ada', id, { type: 'case.close', departures });
  expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, '/departures/0/items/0']);
});
