import { describe, expect, test } from 'vitest';
import { eventSchemas } from '../../machines/events.ts';
import { sendable, someOf } from '../support/arbitrary.ts';
import type { Answer } from '../support/app.ts';
import { recorded } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  hour,
  openCase,
  recordedIn,
  send,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });

const json = { 'content-type': 'application/json' };

/** Whatever is sent: a clear problem, nothing recorded, and the next request is answered. */
async function leavesNothing(
  attempt: (caseId: string) => Promise<Answer<Problem>>,
  name = 'invalid-request',
): Promise<Problem> {
  const { id } = await caseAfter(app, recorded);
  const before = await recordedIn(app);
  const answer = await attempt(id);
  expect(await recordedIn(app)).toEqual(before);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.body.type, answer.text).toBe(`urn:recourse:problem:${name}`);
  expect(answer.status).toBe(answer.body.status);
  const next = await send<Step>(app, 'cleo', id, { type: 'intake.thankReporter' });
  expect(next).toMatchObject({ status: 200, body: { entry: { seq: recorded.length + 2 } } });
  return answer.body;
}

const raw = (body: string | Buffer, headers: Record<string, string> = json) =>
  leavesNothing((id) => app.as('cleo').post<Problem>(`/v1/cases/${id}/events`, body, headers));

describe('an event that makes no sense', () => {
  test.each([
    ['intake.thankReporter', { extra: 1 }, ['/extra']],
    ['intake.thankReporter', { seq: 1, by: 'ada', at: '2026-01-01' }, ['/seq', '/by', '/at']],
    ['intake.thankReporter', { screening: { identifies: [] } }, ['/screening']],
    ['publicity.announce', { people: {} }, ['/people', '/text', '/channels']],
    ['intake.checkSafety', { everyoneSafe: true, generalThreat: 'no' }, ['/everyoneSafe']],
    ['intake.recordReport', { form: 'written', description: '' }, ['/description']],
    ['intake.recordReport', { form: 'written', description: ' \n\t ' }, ['/description']],
    ['intake.recordReport', { form: 'written', description: 7 }, ['/description']],
    ['intake.recordReport', { form: 'written', description: ['x'] }, ['/description']],
    [
      'intake.recordReport',
      { form: 'written', description: 'x', incidentAt: 'noon' },
      ['/incidentAt'],
    ],
    [
      'intake.recordReport',
      { form: 'written', description: 'x', reporter: {} },
      ['/reporter/anonymous'],
    ],
    [
      'intake.recordReport',
      { form: 'written', description: 'x', others: [{ role: 'witness' }, { role: 'ghost', x: 1 }] },
      ['/others/1/role', '/others/1/x'],
    ],
    ['intake.addClarification', { answer: 'a\u0000b' }, ['/answer']],
    ['intake.addClarification', { answer: 'a\ud800b' }, ['/answer']],
    ['intake.addClarification', { answer: 'x'.repeat(20_001) }, ['/answer']],
    ['intake.addClarification', { answer: '👩'.repeat(20_001) }, ['/answer']],
    ['intake.addClarification', { answer: `a${'\u0301'.repeat(31)}` }, ['/answer']],
    [
      'intake.addClarification',
      { answer: 'x', others: [{ role: 'witness', name: `a${'\u0323'.repeat(2_000)}` }] },
      ['/others/0/name'],
    ],
    [
      'intake.addClarification',
      { answer: 'x', reportedPersons: [{ badge: 'x'.repeat(2_001) }] },
      ['/reportedPersons/0/badge'],
    ],
    ['case.recuse', { person: 'Not A Handle' }, ['/person']],
    ['case.recuse', { person: 'x' }, ['/person']],
    ['case.recuse', { person: 'ada\n' }, ['/person']],
    ['case.link', { case: '', relation: 'duplicate' }, ['/case']],
    ['case.grantDisclosure', { person: 'eve', until: 'for ever' }, ['/until']],
    ['meeting.convene', { attendees: ['ada', 'ada'] }, ['/attendees']],
    ['meeting.convene', { attendees: 'ada' }, ['/attendees']],
    [
      'meeting.planFollowUps',
      { followUps: [{ for: 'reporter' }, { for: 'reporter' }] },
      ['/followUps'],
    ],
    ['meeting.planFollowUps', { followUps: [{ for: 'other-0' }] }, ['/followUps/0/for']],
    ['meeting.reviewInterimActions', { reviews: [] }, ['/reviews']],
    ['care.markUnreachable', { attempts: -1 }, ['/attempts']],
    ['care.markUnreachable', { attempts: 1.5 }, ['/attempts']],
    ['decision.carryOutResponse', { response: 0 }, ['/response']],
    ['decision.carryOutResponse', { response: '1' }, ['/response']],
    ['appeal.decide', { outcome: 'upheld', responses: [] }, ['/responses']],
    ['appeal.decide', { outcome: 'modified' }, ['/responses']],
    ['publicity.recordAwareness', { audience: 'room', count: 1e9 }, ['/count']],
    ['xstate.init', {}, ['/type']],
    ['xstate.after.leadsMeet.case.open.leadsMeeting.idle.recorded', {}, ['/type']],
    ['xstate.done.state.case', {}, ['/type']],
    ['internal.reportedToLeads', {}, ['/type']],
    ['deadline.leadsMeet', {}, ['/type']],
    ['case.open', { channel: 'web' }, ['/type']],
    ['case.erase', { reason: 'request' }, ['/type']],
    ['constructor', {}, ['/type']],
    ['', {}, ['/type']],
    ['*', {}, ['/type']],
  ] as const)('%s %j', async (type, payload, pointers) => {
    const { errors } = await leavesNothing((id) => send(app, 'ada', id, { type, ...payload }));
    const named = errors.map(({ pointer }) => pointer);
    expect(named).toEqual(expect.arrayContaining([...pointers]));
    expect(JSON.stringify(errors).length).toBeLessThan(2000);
  });

  test('no text says what it was told', async () => {
    const text = 'x-marks-the-spot'.repeat(2000);
    const { errors, detail } = await leavesNothing((id) =>
      send(app, 'cleo', id, { type: 'intake.addClarification', answer: text }),
    );
    expect(JSON.stringify([errors, detail])).not.toContain('x-marks');
  });

  test('20,000 characters are enough, however many bytes they take', async () => {
    const { id } = await caseAfter(app, recorded);
    const event = { type: 'intake.addClarification', answer: '👩'.repeat(20_000) };
    expect(await send(app, 'cleo', id, event)).toMatchObject({ status: 200 });
  });

  test.each(['[]', 'null', '1', '"case.close"', '{}', '{"type":null}', '{"type":["case.close"]}'])(
    '%s is no event',
    async (body) => {
      expect((await raw(body)).errors.length).toBeGreaterThan(0);
    },
  );
});

describe('a body that cannot be read', () => {
  test.each<[string, string | Buffer]>([
    ['half of an object', '{"type":"intake.thankReporter"'],
    ['two objects', '{"type":"intake.thankReporter"}{}'],
    ['nothing', ''],
    ['bytes that are no UTF-8', Buffer.from('{"type":"intake.thankReporter\xff"}', 'latin1')],
    ['a byte order mark and garbage', '\ufeff{'],
    ['a prototype', '{"__proto__":{"admin":true},"type":"intake.thankReporter"}'],
    ['a constructor', '{"type":"intake.thankReporter","constructor":{"prototype":{"x":1}}}'],
    ['a prototype further in', '{"type":"intake.recordReport","reporter":{"__proto__":{}}}'],
    ['nesting without end', `{"type":${'['.repeat(200_000)}`],
  ])('%s', async (_what, body) => {
    expect((await raw(body)).errors).toHaveLength(1);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('of two mebibytes', async () => {
    const body = JSON.stringify({ type: 'intake.addClarification', answer: 'x'.repeat(2 ** 21) });
    const attempt = (id: string) =>
      app.as('cleo').post<Problem>(`/v1/cases/${id}/events`, body, json);
    expect((await leavesNothing(attempt, 'payload-too-large')).status).toBe(413);
  });

  test.each([{}, { 'content-type': 'text/plain' }, { 'content-type': 'text/json; x' }])(
    'called %j',
    async (headers) => {
      const body = '{"type":"intake.thankReporter"}';
      const attempt = (id: string) =>
        app.as('cleo').post<Problem>(`/v1/cases/${id}/events`, body, headers);
      expect((await leavesNothing(attempt, 'unsupported-media-type')).status).toBe(415);
    },
  );
});

describe('a token', () => {
  const newToken = async (expiresAt?: string) =>
    (
      await app
        .as('cleo')
        .post<{ id: string; token: string }>('/v1/people/cleo/tokens', { label: 'a', expiresAt })
    ).body;
  const sendWith = (authorization: string) =>
    leavesNothing(async (id) => {
      const event = { type: 'intake.thankReporter' };
      return send<Problem>(app, 'nobody', id, event, { headers: { authorization } });
    }, 'unauthenticated');

  test('that was revoked, has expired, or never was, sends nothing', async () => {
    const revoked = await newToken();
    await app.as('cleo').delete(`/v1/tokens/${revoked.id}`);
    expect((await sendWith(`Bearer ${revoked.token}`)).status).toBe(401);
    const short = await newToken(new Date(time.now().getTime() + hour).toISOString());
    time.advance(hour);
    expect((await sendWith(`Bearer ${short.token}`)).status).toBe(401);
    for (const authorization of ['Bearer', 'Bearer x', 'Basic Y2xlbzp4', 'Bearer é', ''])
      expect((await sendWith(authorization)).status).toBe(401);
  });
});

test('every event with anything beside what it knows is refused, and counts for nothing', async () => {
  const { id } = await openCase(app);
  const before = await recordedIn(app);
  for (const type of sendable) {
    const [event] = someOf(type, 1, { everything: true });
    const answer = await send<Problem>(app, 'ada', id, { ...event, type, surprise: true });
    expect(answer.status, type).toBe(400);
    expect(answer.body.errors, type).toMatchObject([{ pointer: '/surprise' }]);
    for (const field of Object.keys(eventSchemas[type].shape).filter((key) => key !== 'type')) {
      const wrong = await send<Problem>(app, 'ada', id, { ...event, type, [field]: { no: 1 } });
      expect(wrong.status, `${type} ${field}`).toBe(400);
      expect(wrong.body.errors[0]?.pointer, type).toMatch(new RegExp(`^/${field}`));
    }
  }
  expect(await recordedIn(app)).toEqual(before);
});
