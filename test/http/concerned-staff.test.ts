/** A member of staff whom it happened to, or who saw it: kept out, or from judging, and not named. */
import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, ben, cleo, type Sent } from '../support/cast.ts';
import { handOver, objectives, safe } from '../support/chapters.ts';
import {
  clock,
  failuresOf,
  historyOf,
  openCase,
  rulesOf,
  send,
  tell,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now });
const sees = async (person: string, id: string) =>
  (await app.as(person).get(`/v1/cases/${id}`)).status === 200;
const read = async (id: string, by = 'ada') =>
  (await app.as(by).get<CaseView>(`/v1/cases/${id}`)).body;

interface Related {
  readonly case: string;
  readonly matches: readonly { readonly ref: string; readonly otherRef: string }[];
}
interface People {
  readonly form?: string;
  readonly reporter?: object;
  readonly others?: readonly object[];
}
const robin = { name: 'Robin Quill', contact: 'robin@example.org' };
/** What Cleo takes down, by mail. */
async function caseOf({ form = 'transcribed', ...people }: People): Promise<string> {
  const { id } = await openCase(app, 'cleo', { channel: 'email' });
  const report = { form, reportedPersons: [{ name: 'Morgan Vale' }], ...people };
  await tell(app, id, [safe, cleo('intake.recordReport', report)]);
  return id;
}
const byBen = { reporter: { anonymous: false, ...robin, staff: 'ben' } };
/** `handOver`, where the report came by mail. */
const handedOver: readonly Sent[] = handOver;

describe('whose it is stands in no fact', () => {
  /** What an auditor is shown, but for what no two cases share. */
  async function factsOf(id: string): Promise<unknown> {
    const own = { hash: null, previousHash: null, id: null, codename: null, dataKeyHash: null };
    const entries = (await historyOf(app, 'eve', id)).map(({ facts, ...entry }) => ({
      ...entry,
      ...own,
      facts: { ...facts, ...own },
    }));
    return { entries, view: { ...(await read(id, 'eve')), ...own } };
  }
  const anonymous = false;

  test.each<[what: string, one: People, other: People]>([
    [
      'who reported and who suffered it',
      {
        reporter: { anonymous, ...robin, staff: 'ben' },
        others: [{ role: 'impacted', ...robin }],
      },
      {
        reporter: { anonymous, ...robin },
        others: [{ role: 'impacted', ...robin, staff: 'ben' }],
      },
    ],
    [
      'who noticed it and who else saw it',
      {
        form: 'observed',
        reporter: { anonymous, ...robin, staff: 'rui' },
        others: [{ role: 'witness', ...robin }],
      },
      {
        form: 'observed',
        reporter: { anonymous, ...robin },
        others: [{ role: 'witness', ...robin, staff: 'rui' }],
      },
    ],
    [
      'which of two witnesses',
      { others: [{ role: 'witness', staff: 'rui' }, { role: 'witness' }] },
      { others: [{ role: 'witness' }, { role: 'witness', staff: 'rui' }] },
    ],
  ])('%s: nobody can tell the two from the facts', async (_what, one, other) => {
    const cases = [await caseOf(one), await caseOf(other)];
    for (const id of cases) await tell(app, id, handedOver);
    const [first, second] = await Promise.all(cases.map(factsOf));
    expect(first).toEqual(second);
    // and whoever handles the case can
    const said = await Promise.all(cases.map(async (id) => (await historyOf(app, 'ada', id))[2]));
    expect(said[0]?.confidential).not.toEqual(said[1]?.confidential);
    for (const id of cases) expect(await failuresOf(app, id)).toEqual([]);
  });

  test('nor in what is told of other cases', async () => {
    const id = await caseOf(byBen);
    const { id: counter } = await openCase(app, 'cleo', { channel: 'email' });
    const reportedPersons = [{ staff: 'ben', name: 'Robin Quill' }];
    await tell(app, counter, [cleo('intake.recordReport', { form: 'written', reportedPersons })]);
    /** Whether it is said that whoever reports in the one case is reported in the other. */
    const tells = async (one: string, other: string, by: string) => {
      const { body } = await app.as(by).get<Page<Related>>(`/v1/cases/${one}/related?limit=200`);
      const found = body.items.find((item) => item.case === other)?.matches ?? [];
      return found.some(({ ref, otherRef }) => ref === 'reporter' || otherRef === 'reporter');
    };
    for (const [one, other] of [
      [id, counter],
      [counter, id],
    ] as const) {
      expect(await tells(one, other, 'ada')).toBe(true);
      expect(await tells(one, other, 'eve')).toBe(false);
    }
  });

  test('and no text gets out that holds their name', async () => {
    await app.as('admin').patch('/v1/people/ben', { name: 'Benedikt Harrowgate' });
    const id = await caseOf({ reporter: { anonymous: true, staff: 'ben' } });
    const event = { type: 'publicity.announce', purpose: 'other', channels: ['chat'] };
    const text = 'Thank you, Harrowgate.';
    const { body } = await send<Problem>(app, 'dov', id, { ...event, text });
    expect(body.violations).toMatchObject([
      { rule: 'no-identities-in-public', detail: { identifies: ['reporter'] } },
    ]);
  });
});

describe('a member of staff whom it happened to', () => {
  test('helps until the leads have it, and is outside from then on', async () => {
    const id = await caseOf(byBen);
    expect(await sees('ben', id)).toBe(true);
    await tell(app, id, [ben('case.addNote')]);
    const told = await tell(app, id, handedOver);
    expect(told?.facts.staff.outside).toEqual([
      { person: 'ben', why: 'concerned', offices: ['lead'] },
    ]);
    expect(await sees('ben', id)).toBe(false);
    expect((await send(app, 'ben', id, { type: 'case.addNote', text: 'x' })).status).toBe(404);
    const { body } = await send<Problem>(app, 'ada', id, {
      type: 'meeting.convene',
      attendees: ['ada', 'ben'],
    });
    expect(body.violations).toMatchObject([
      { rule: 'recused-take-no-part', detail: { outside: ['ben'] } },
    ]);
    // her seat can be filled
    await tell(app, id, [
      ada('case.nameSubstitute', { person: 'rui' }),
      ada('meeting.convene', { attendees: ['ada', 'rui'] }),
    ]);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('hands over what happened to themself, and learns nothing of it by that', async () => {
    const { id } = await openCase(app, 'ben', { channel: 'email' });
    await tell(
      app,
      id,
      [
        safe,
        cleo('intake.recordReport', { form: 'written', ...byBen }),
        ...handedOver.slice(0, -1),
      ].map((sent) => ({ ...sent, by: 'ben' })),
    );
    const { status, body, text } = await send<Step>(app, 'ben', id, {
      type: 'intake.reportToLeads',
    });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('case');
    expect(text).not.toContain('Quill');
    expect(await sees('ben', id)).toBe(false);
  });

  test('is outside at once where the leads have the case already', async () => {
    const id = await caseOf({});
    await tell(app, id, handedOver);
    const others = [{ role: 'impacted', name: 'Ben', staff: 'ben' }];
    await tell(app, id, [cleo('intake.addClarification', { answer: 'Ben, too.', others })]);
    expect(await sees('ben', id)).toBe(false);
  });

  test('is somebody who is there', async () => {
    const { id } = await openCase(app, 'cleo', { channel: 'email' });
    const { event } = cleo('intake.recordReport', {
      form: 'written',
      reporter: { anonymous: false, staff: 'nobody-here' },
    });
    const answer = await send<Problem>(app, 'cleo', id, event);
    expect(rulesOf(answer)).toEqual(['known-reference']);
  });
});

describe('a member of staff who saw it', () => {
  const seen = { others: [{ role: 'witness', name: 'Ada', staff: 'ada' }] };

  test('stays, and judges nothing of it', async () => {
    const id = await caseOf(seen);
    await tell(app, id, handedOver);
    expect(await sees('ada', id)).toBe(true);
    const convene = (by: string, ...attendees: string[]) =>
      send<Problem>(app, by, id, { type: 'meeting.convene', attendees });
    for (const answer of [
      await convene('ada', 'ben', 'cam'),
      await convene('ben', 'ada', 'ben'),
      await convene('ben', 'ada', 'ben', 'cam'),
    ])
      expect(answer.body.violations).toMatchObject([
        { rule: 'no-judge-in-own-cause', detail: { own: ['ada'] } },
      ]);
    const meeting = objectives.map((sent) => ({ ...sent, by: 'ben' }));
    await tell(app, id, [
      ben('meeting.convene', { attendees: ['ben', 'cam'] }),
      ...meeting.filter(({ event }) => event.type !== 'meeting.planFollowUps'),
      ben('meeting.planFollowUps', { followUps: [] }),
    ]);
    expect(rulesOf(await send<Problem>(app, 'ada', id, { type: 'meeting.conclude' }))).toEqual([
      'no-judge-in-own-cause',
    ]);
    await tell(app, id, [ben('meeting.conclude')]);
    const decision = { type: 'decision.record', finding: 'no-violation', responses: [] };
    for (const [by, deciders] of [
      ['ada', ['ben', 'cam']],
      ['ben', ['ada', 'ben']],
    ] as const)
      expect(rulesOf(await send<Problem>(app, by, id, { ...decision, deciders }))).toContain(
        'no-judge-in-own-cause',
      );
    expect((await send(app, 'ben', id, { ...decision, deciders: ['ben', 'cam'] })).status).toBe(
      200,
    );
  });

  test('may be given something to do', async () => {
    const id = await caseOf({ others: [{ role: 'witness', name: 'Rui', staff: 'rui' }] });
    await tell(app, id, [...handedOver, ada('meeting.convene', { attendees: ['ada', 'ben'] })]);
    const told = await tell(app, id, [ada('meeting.assignResponder', { person: 'rui' })]);
    expect(told?.facts.staff).toMatchObject({ responder: 'rui', outside: [] });
    expect(JSON.stringify(told?.facts.staff.witnesses)).toContain('rui');
  });
});

test('a handle that nobody has is nowhere repeated, as it may well be a name', async () => {
  const { id } = await openCase(app, 'cleo', { channel: 'email' });
  await tell(app, id, [safe]);
  const answer = await send<Problem>(app, 'cleo', id, {
    type: 'intake.recordReport',
    form: 'transcribed',
    description: 'words',
    reporter: { anonymous: false, ...robin, staff: 'robin-quill' },
    others: [{ role: 'witness', name: 'Ada', staff: 'robin-quill-too' }],
  });
  expect(answer.body.violations, answer.text).toMatchObject([
    { rule: 'known-reference', detail: { unknownConcerned: 2 } },
  ]);
  expect(answer.text).not.toContain('robin-quill');
  const history = await historyOf(app, 'eve', id);
  expect(history.at(-1)?.outcome).toBe('refused');
  expect(JSON.stringify(history)).not.toContain('robin-quill');
  expect(await failuresOf(app, id)).toEqual([]);
});
