/**
 * Words that nobody may ever read by accident go through every confidential field of every event:
 * taken, refused, tried, wrong, repeated, broken. They must turn up in the answers' confidential part
 * and nowhere else: no log line, problem, header, metric or column.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { confidentialFields } from '../../src/engine/step/split.ts';
import type { EventType } from '../../machines/events.ts';
import { sendable, someOf } from '../support/arbitrary.ts';
import type { Answer } from '../support/app.ts';
import { ada, ben, cleo, departing, rui, type Sent } from '../support/cast.ts';
import { closed, conversing, notified } from '../support/chapters.ts';
import {
  asOwner,
  clock,
  everythingIn,
  historyOf,
  openCase,
  send,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });
/** A case that is linked to: its id is confidential in the other's history, and a key of its own. */
let linked: string;
beforeAll(async () => {
  linked = (await openCase(app)).id;
});

const canary = 'kanarienvogel';
/** What was planted where, so that no field is forgotten. */
const planted = new Set<string>();
const say = (type: EventType) => (path: string) => {
  planted.add(`${type} ${path}`);
  return `${canary}-${type}-${path} Quillfeather, quill@feather.example`;
};
const none = { type: 'none' };
const loaded = (type: EventType, envelope = false) =>
  someOf(type, 1, { everything: true, say: say(type), caseIds: [linked], envelope });

/** An event of a story, with the canary in every confidential field that its schema knows. */
function withCanary({ event }: Sent): { type: string; [field: string]: unknown } {
  const [full] = loaded(event.type);
  const secret = confidentialFields(event.type).map((path) => path.split('.')[0] ?? '');
  const filled = Object.entries({ ...full }).filter(([key]) => secret.includes(key));
  const nested = [
    'reportedPersons',
    'others',
    'reporter',
    'followUps',
    'responses',
    'related',
    'case',
  ];
  const departures = event.departures?.map((one) => ({
    ...one,
    reason: say(event.type)('departures.reason'),
  }));
  return {
    ...event,
    ...Object.fromEntries(filled.filter(([key]) => !nested.includes(key))),
    ...(departures && { departures }),
  };
}

const apart = ({ headers, body }: Answer<Partial<Step>>) => {
  const { entry, ...rest } = (body ?? {}) as Step;
  const { confidential: _, ...plain } = { ...entry };
  return JSON.stringify([headers, rest, plain]);
};

async function dumpHolds(...needles: string[]): Promise<string[]> {
  const tables = await everythingIn(app);
  const found: string[] = [];
  for (const [table, rows] of Object.entries(tables))
    for (const row of rows) {
      const hex = needles.map((needle) => Buffer.from(needle).toString('hex'));
      const base64 = needles.map((needle) => Buffer.from(needle).toString('base64').slice(0, 12));
      if ([...needles, ...hex, ...base64].some((needle) => row.includes(needle)))
        found.push(`${table}: ${row.slice(0, 200)}`);
    }
  return found;
}

async function saysNothing(): Promise<void> {
  expect(app.log()).not.toMatch(/kanarienvogel|quillfeather|quill@/i);
  const metrics = await app.as('nobody').get('/metrics');
  expect(metrics.text).not.toMatch(/kanarienvogel|quillfeather|quill@/i);
  for (let after = ''; ;) {
    const feed = await app
      .as('ada')
      .get<{ next: string; more: boolean }>(`/v1/feed?limit=200${after}`);
    expect(feed.text).not.toMatch(/kanarienvogel|quillfeather|quill@/i);
    if (!feed.body.more) break;
    after = `&after=${feed.body.next}`;
  }
  expect(await dumpHolds(canary, 'Quillfeather', 'quill@')).toEqual([]);
}

/** What explains a step, or has no step of its own. */
const explained = [
  departing(
    cleo('intake.recordReport', { form: 'transcribed', reportedPersons: [{ name: 'words' }] }),
    { rule: 'quiet-space-offered', ground: 'impossible' },
    { rule: 'safety-checked', ground: 'safety' },
  ),
  cleo('case.addNote'),
  ada('case.noteBreach', { rule: 'no-promised-response', by: 'rui' }),
  cleo('care.noteWish', { contact: 'outcome-only' }),
  cleo('intake.identify', { for: 'reported-1', name: 'words' }),
  cleo('intake.withdrawAccusation'),
  ben('case.confirm', { seq: 7 }),
  ada('case.redact', { seq: 3, parts: ['content'] }),
  ben('case.withdraw', { seq: 9 }),
];

describe('what is confidential', () => {
  test('comes back to who may see it, so that this test means something', async () => {
    const { id } = await openCase(app, 'cleo', { channel: 'email' });
    const [event = none] = loaded('care.provide');
    const answer = await send<Step>(app, 'cleo', id, event);
    expect(answer.text).toContain(canary);
    expect(apart(answer)).not.toContain(canary);
    expect(JSON.stringify(await historyOf(app, 'ada', id))).toContain(canary);
    expect(JSON.stringify(await historyOf(app, 'eve', id))).not.toContain(canary);
    await saysNothing();
  });

  test('stays sealed all the way through a case', async () => {
    for (const story of [closed, [...conversing, rui('followUp.receiveApology')], explained]) {
      const { id } = await openCase(app);
      for (const [index, sent] of story.entries()) {
        const headers = { 'idempotency-key': `step-${index}` };
        const event = withCanary(sent);
        const by = sent.by ?? '';
        for (const query of ['?dryRun=true', '', '']) {
          const answer = await send<Step>(app, by, id, event, { headers, query });
          expect(answer.status, `${event.type} ${answer.text.slice(0, 300)}`).toBe(200);
          expect(apart(answer), event.type).not.toContain(canary);
        }
      }
      for (const path of ['', '/options', '/verification', '/diagram.svg']) {
        const { text } = await app
          .as(path === '/options' ? 'ada' : 'eve')
          .get(`/v1/cases/${id}${path}`);
        expect(text).not.toContain(canary);
      }
    }
    await saysNothing();
  });

  test('stays sealed in every event, taken or refused, and whoever sends it', async () => {
    const { id } = await openCase(app);
    const story = notified;
    for (const sent of story) await send(app, sent.by ?? '', id, withCanary(sent));
    for (const type of sendable)
      for (const event of [...loaded(type), ...loaded(type, true)])
        for (const by of ['cleo', 'dov']) {
          const query = '?dryRun=true';
          const key = 'departures' in event ? `${type} explained` : type;
          const headers = { 'idempotency-key': key };
          for (const options of [{ query }, { headers }, { headers: { 'if-match': '"1"' } }]) {
            const answer = await send<Step>(app, by, id, event, options);
            const shown = answer.status === 200 ? apart(answer) : answer.text + apart(answer);
            expect(shown, type).not.toContain(canary);
          }
        }
    const fields = sendable.flatMap((type) =>
      confidentialFields(type).map((path) => `${type} ${path}`),
    );
    // ids and handles hold no words
    const ids = /^(case\.link case|meeting\.consultPastIncidents related|.*\.staff)$/;
    expect([...planted].toSorted()).toEqual(fields.filter((f) => !ids.test(f)).toSorted());
    await saysNothing();
  });

  test('is not repeated by the problem that it causes', async () => {
    const { id } = await openCase(app);
    for (const type of sendable) {
      const [event] = loaded(type);
      for (const path of confidentialFields(type)) {
        const [field = ''] = path.split('.');
        const words = say(type)(path);
        for (const wrong of [
          { [field]: { [canary.repeat(20)]: words } },
          { [field]: [words] },
          { [field]: words.padEnd(20_001, canary) },
          { [field]: `${words}\u0000` },
          { [field]: `${words}\ud800` },
          { unknown: words },
          { type: words },
        ]) {
          const answer = await send<Problem>(app, 'cleo', id, { ...event, type, ...wrong });
          // a list of words is taken for case ids, which there are not: 409
          const statuses = field === 'related' ? [200, 400, 409] : [200, 400];
          expect(statuses, `${type} ${answer.text.slice(0, 200)}`).toContain(answer.status);
          expect(JSON.stringify(answer.headers) + answer.text, type).not.toContain(canary);
        }
      }
    }
    await saysNothing();
  });

  test('is not logged when the database fails', async () => {
    const { id } = await openCase(app, 'cleo', { channel: 'email' });
    await asOwner(app, async ({ sql }) => {
      await sql`alter table history rename to elsewhere`;
      try {
        const [event = none] = loaded('intake.recordReport');
        const nobody = { reporter: undefined, reportedPersons: undefined };
        const answer = await send(app, 'cleo', id, { ...event, ...nobody });
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain(canary);
      } finally {
        await sql`alter table elsewhere rename to history`;
      }
    });
    expect(app.log()).toContain('unexpected error');
    await saysNothing();
  });

  test('are the ids of other cases too', async () => {
    const { id } = await openCase(app);
    await send(app, 'ada', id, { type: 'case.link', case: linked, relation: 'pattern' });
    const rows = await dumpHolds(linked);
    // the case's own rows name it, no other does
    expect(rows.filter((row) => row.includes(id))).toEqual([]);
    expect(app.log()).not.toContain(linked);
    expect(app.log()).not.toContain(id);
    expect((await app.as('nobody').get('/metrics')).text).not.toContain(linked);
  });
});
