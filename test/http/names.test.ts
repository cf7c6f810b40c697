/** Names that every JavaScript object knows, wherever a name can stand. */
import { describe, expect, test } from 'vitest';
import { cleo, roster, type Sent } from '../support/cast.ts';
import * as upTo from '../support/chapters.ts';
import {
  caseAfter,
  failuresOf,
  historyOf,
  openCase,
  send,
  tell,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

/** The same story, in which somebody has another name. */
const renamed = (story: readonly Sent[], from: string, to: string): Sent[] =>
  JSON.parse(JSON.stringify(story).replaceAll(`"${from}"`, `"${to}"`)) as Sent[];

describe.each(['ada', 'ben', 'cleo', 'rui'] as const)('somebody does what %s does', (whom) => {
  const app = useApp({ staff: { constructor: roster[whom] ?? [] } });

  test('and is called constructor, through a whole case', async () => {
    const { id } = await openCase(app, whom === 'cleo' ? 'constructor' : 'cleo');
    const closed = await tell(app, id, renamed(upTo.closed, whom, 'constructor'));
    expect(closed).toMatchObject({ status: 'closed' });
    const history = await historyOf(app, 'dov', id);
    expect(JSON.stringify(history)).toContain('"constructor"');
    for (const path of ['', '/options', '/history', '/accesses', '/related', '/export'])
      expect((await app.as('dov').get(`/v1/cases/${id}${path}`)).status, path).toBe(200);
    const mine = await app.as('constructor').get<{ items: object[] }>('/v1/cases?assignee=me');
    expect(mine.status).toBe(200);
    expect(await failuresOf(app, id)).toEqual([]);
  });
});

describe('a member of staff called constructor', () => {
  const app = useApp({ staff: { constructor: ['lead', 'organizer'] as const } });

  test('is outside a case as anybody is who is reported, excluded or recused', async () => {
    const opened = [
      await caseAfter(app, upTo.against('constructor')),
      await openCase(app, 'cleo', { excluded: ['constructor'] }),
      await caseAfter(app, [upTo.recuse('constructor')]),
    ];
    for (const { id } of opened) {
      expect((await app.as('constructor').get(`/v1/cases/${id}`)).status).toBe(404);
      expect(await failuresOf(app, id)).toEqual([]);
    }
  });
});

describe('where nobody and nothing is called so', () => {
  const app = useApp({ settings: { extraResponses: ['constructor'] } });

  test.each(inherited)('%s is refused clearly', async (name) => {
    const { id } = await caseAfter(app, upTo.met);
    const events = [
      { type: name },
      { type: 'case.recuse', person: name },
      { type: 'case.bringIn', person: name },
      { type: 'case.noteBreach', rule: name, description: 'x' },
      { type: 'case.link', case: name, relation: 'related' },
      { type: 'meeting.assignResponder', person: name },
      { type: 'decision.record', for: name, ...upTo.verdict, reasons: 'x' },
      { type: 'decision.record', ...upTo.verdict, reasons: 'x', deciders: ['ada', name] },
      { type: 'care.followUpWithImpacted', for: name },
      { type: 'immediate.act', kind: name },
      { type: 'intake.addClarification', answer: 'x', reporter: { anonymous: true, staff: name } },
      { type: 'case.addNote', text: 'x', departures: [{ rule: name, ground: 'safety' }] },
    ];
    for (const event of events) {
      const answer = await send<Problem>(app, 'ada', id, event);
      expect([400, 409], answer.text).toContain(answer.status);
    }
    for (const path of ['cases', 'rules', 'people', 'checkpoints', name])
      for (const rest of [name, `${name}/${name}`])
        expect([404, 405]).toContain((await app.as('ada').get(`/v1/${path}/${rest}`)).status);
    for (const query of [name, `limit=${name}`, `cursor=${name}`, `stage=${name}&state=x`])
      expect((await app.as('ada').get(`/v1/cases?${query}=1`)).status, query).toBe(400);
    const person = { id: name, name, roles: [name] };
    expect((await app.as('admin').post('/v1/people', person)).status).toBe(400);
    const odd = { [name]: 'x', 'idempotency-key': name };
    expect((await app.as('cleo').post('/v1/cases', { channel: 'web' }, odd)).status).toBe(201);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('a community may call a response of its own constructor', async () => {
    const { id } = await caseAfter(app, upTo.met);
    const responses = [{ kind: 'constructor' }];
    const decided = await tell(app, id, [
      upTo.decide({ responses }),
      upTo.notify,
      upTo.carryOut(1),
      cleo('intake.addClarification', { answer: 'constructor' }),
    ]);
    expect(decided).toBeDefined();
    expect(await failuresOf(app, id)).toEqual([]);
  });
});
