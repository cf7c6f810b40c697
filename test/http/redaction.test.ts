/** Content that is taken away for good, by two: what was made of it goes too, and the history holds. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { EntryView } from '../../src/engine/step/present.ts';
import { cleo, dov } from '../support/cast.ts';
import { closed, welcomed } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  everythingIn,
  failuresOf,
  historyOf,
  openCase,
  partsIn,
  rulesOf,
  send,
  tell,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now });
const report = {
  form: 'transcribed',
  description: 'Lapwing said that she has diabetes.',
  reporter: { anonymous: false, name: 'Robin Quillfeather', contact: 'robin@feather.example' },
  reportedPersons: [{ name: 'Morgan Lapwing', badge: 'Speaker 14' }, { name: 'Grace May' }],
  others: [{ role: 'witness', name: 'Uli Fern' }],
};
/** The seq of the report. */
const seq = 4;
let id: string;
beforeEach(async () => {
  ({ id } = await openCase(app));
  await tell(app, id, [...welcomed, cleo('intake.recordReport', report)]);
});

const redact = (...parts: string[]) => ({
  type: 'case.redact',
  seq,
  parts,
  reason: 'It is nobody’s business.',
});
async function redactFor(by: string, ...parts: string[]): Promise<Step> {
  const proposal = await send<Step>(app, by, id, redact(...parts));
  expect(proposal.status, proposal.text).toBe(200);
  const confirmed = await send<Step>(app, 'ben', id, {
    type: 'case.confirm',
    seq: proposal.body.entry.seq,
  });
  expect(confirmed.status, confirmed.text).toBe(200);
  return confirmed.body;
}
const entryAt = async (at: number, by = 'ada') =>
  (await app.as(by).get<EntryView>(`/v1/cases/${id}/history/${at}`)).body;

describe('a redaction', () => {
  test('takes the parts that it names, and those alone', async () => {
    const before = await partsIn(app, id);
    expect(before).toEqual([
      '4 content',
      '4 identity:other-1',
      '4 identity:reported-1',
      '4 identity:reported-2',
      '4 identity:reporter',
    ]);
    const { entry } = await entryAt(seq).then((found) => ({ entry: found }));
    const step = await redactFor('cleo', 'content', 'identity:reported-1');
    const gone = ['4 content', '4 identity:reported-1'];
    expect(await partsIn(app, id)).toEqual([
      ...before.filter((part) => !gone.includes(part)),
      '5 content',
    ]);
    expect(step.case?.facts.redactions).toEqual([
      { seq, parts: ['content', 'identity:reported-1'] },
    ]);
    const after = await entryAt(seq);
    expect(after).toMatchObject({ redacted: ['content', 'identity:reported-1'] });
    expect([after.hash, after.facts]).toEqual([entry.hash, entry.facts]);
    expect(after.confidential).toEqual({
      reporter: { name: 'Robin Quillfeather', contact: 'robin@feather.example' },
      reportedPersons: [undefined, { name: 'Grace May' }].map((person) => person ?? null),
      others: [{ name: 'Uli Fern' }],
    });
    expect((await entryAt(seq, 'eve')).redacted).toEqual(after.redacted);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('of every identity of an entry is asked for in one word', async () => {
    await redactFor('cleo', 'identity');
    expect(await partsIn(app, id)).toEqual(['4 content', '5 content']);
    expect((await entryAt(seq)).confidential).toEqual({
      description: report.description,
      // the place stays
      reportedPersons: [{}, {}],
      others: [{}],
    });
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('needs somebody else, and until then nothing is gone', async () => {
    const before = await partsIn(app, id);
    const { body } = await send<Step>(app, 'ada', id, redact('content'));
    expect(await partsIn(app, id)).toEqual([...before, '5 content']);
    const own = await send<Problem>(app, 'ada', id, {
      type: 'case.confirm',
      seq: body.entry.seq,
    });
    expect(rulesOf(own)).toEqual(['takes-two']);
    expect((await entryAt(seq)).confidential).toMatchObject({ description: report.description });
  });

  test('takes nothing twice, nothing that is not there, and nothing of the future', async () => {
    await redactFor('cleo', 'content');
    for (const event of [
      redact('content'),
      redact('identity:other-7'),
      { ...redact('content'), seq: 99 },
      { ...redact('content'), seq: 1 },
    ]) {
      const answer = await send<Problem>(app, 'cleo', id, event);
      expect(answer.body.violations).toMatchObject([
        { rule: 'known-reference', detail: { unknown: [event.seq] } },
      ]);
    }
    for (const parts of [[], ['all'], ['identity:'], ['content', 'content']])
      expect((await send(app, 'cleo', id, redact(...parts))).status).toBe(400);
  });

  test('takes the answers along that were kept for requests', async () => {
    const headers = { 'idempotency-key': 'kept' };
    const note = { type: 'case.addNote', text: 'Lapwing again.' };
    await send(app, 'cleo', id, note, { headers });
    const kept = async () => (await everythingIn(app))['stored_answers']?.join() ?? '';
    expect(await kept()).toContain(id);
    const proposal = await send<Step>(app, 'ada', id, redact('content'));
    const confirm = { type: 'case.confirm', seq: proposal.body.entry.seq };
    await send(app, 'ben', id, confirm, { headers: { 'idempotency-key': 'confirm' } });
    // nor is the answer kept that tells of it
    expect(await kept()).not.toContain(id);
    const again = await send<Step>(app, 'cleo', id, note, { headers });
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
  });

  test('makes a person unknown to other cases, unless something else still says who they are', async () => {
    const other = await openCase(app, 'cleo', { channel: 'email' });
    const person = { name: 'lapwing, morgan' };
    await tell(app, other.id, [
      cleo('intake.recordReport', { form: 'written', reportedPersons: [person] }),
    ]);
    const related = async () => {
      const { body } = await app
        .as('ada')
        .get<Page<{ case: string }>>(`/v1/cases/${other.id}/related`);
      return body.items.some((item) => item.case === id);
    };
    await tell(app, id, [cleo('intake.identify', { for: 'reported-1', name: 'Morgan Lapwing' })]);
    await redactFor('cleo', 'identity:reported-1');
    expect(await related()).toBe(true);
    const proposal = await send<Step>(app, 'cleo', id, { ...redact('identity'), seq: 5 });
    await send(app, 'ben', id, { type: 'case.confirm', seq: proposal.body.entry.seq });
    expect(await related()).toBe(false);
  });
});

describe('after a redaction', () => {
  const announce = async (text: string) => {
    const event = { type: 'publicity.announce', text, purpose: 'other', channels: ['website'] };
    const { status, body } = await send<Problem>(app, 'dov', id, event, { query: '?dryRun=true' });
    return status === 200 ? [] : body.violations.map(({ detail }) => detail?.['identifies']);
  };

  test.each([
    ['a distinctive name', 'We thank Quillfeather.', ['reporter']],
    ['an address', 'Write to robin@feather.example.', ['reporter']],
    ['two common words', 'It was Grace May who spoke.', ['reported-2']],
    ['two common words, turned round', 'May, Grace: thank you.', ['reported-2']],
    ['a badge', 'Whoever wears Speaker 14, come to the desk.', ['reported-1']],
  ])('no text gets out with %s', async (_what, text, identifies) => {
    expect(await announce(text)).toEqual([identifies]);
    await redactFor('cleo', 'identity');
    expect(await announce(text)).toEqual([identifies]);
  });

  test.each([
    'The speaker begins at 14:00 in room 14.',
    'You may ask for grace.',
    'Write to conduct@python.example, or to info@example.org.',
  ])('%s is said as before', async (text) => {
    expect(await announce(text)).toEqual([]);
    await redactFor('cleo', 'identity');
    expect(await announce(text)).toEqual([]);
  });

  test('whoever was not taken away is still known', async () => {
    await redactFor('cleo', 'identity:reporter');
    expect(await announce('Ask Uli Fern.')).toEqual([['other-1']]);
  });

  test('neither a dump nor the log holds what was taken away', async () => {
    await redactFor('cleo', 'content', 'identity');
    const dump = JSON.stringify(await everythingIn(app));
    for (const word of ['Quillfeather', 'Lapwing', 'diabetes', 'nobody’s business']) {
      expect(dump).not.toContain(word);
      expect(app.log()).not.toContain(word);
    }
  });
});

describe('what is missing without a redaction', () => {
  test.each(['content', 'identity:reported-1'])('shows: %s, deleted by hand', async (part) => {
    await asOwner(
      app,
      ({ sql }) => sql`
          delete from sealed_parts where case_id = ${id} and seq = ${seq} and part = ${part}`,
    );
    expect(await failuresOf(app, id)).toMatchObject([{ seq, check: `part ${part}` }]);
    expect(await failuresOf(app, id, 'ada')).toHaveLength(1);
  });

  test('shows beside what was redacted', async () => {
    await redactFor('cleo', 'content');
    await asOwner(
      app,
      ({ sql }) => sql`delete from sealed_parts where case_id = ${id} and seq = 4`,
    );
    const failures = (await failuresOf(app, id)) as { seq: number; check: string }[];
    expect(failures.map((failure) => `${failure.seq} ${failure.check}`).toSorted()).toEqual([
      '4 part identity:other-1',
      '4 part identity:reported-1',
      '4 part identity:reported-2',
      '4 part identity:reporter',
    ]);
  });
});

describe('nothing is taken away', () => {
  test('under a legal hold, by a proposal from before neither', async () => {
    const { body } = await send<Step>(app, 'cleo', id, redact('content'));
    await tell(app, id, [dov('case.hold')]);
    const confirm = { type: 'case.confirm', seq: body.entry.seq };
    for (const event of [redact('content'), confirm])
      expect(rulesOf(await send<Problem>(app, 'ben', id, event))).toEqual([
        'hold-prevents-erasure',
      ]);
    await tell(app, id, [dov('case.releaseHold')]);
    expect((await send(app, 'ben', id, confirm)).status).toBe(200);
  });

  test('of an erased case: there is nothing left', async () => {
    const { id: done } = await caseAfter(app, closed);
    await app.as('dov').post(`/v1/cases/${done}/erasure`, { reason: 'request' });
    const answer = await send<Problem>(app, 'ada', done, redact('content'));
    expect(rulesOf(answer)).toContain('case-erased');
  });
});

test('a case of which something was taken away is erased like any other', async () => {
  const proposal = await send<Step>(app, 'cleo', id, redact('identity:reporter'));
  await send(app, 'ben', id, { type: 'case.confirm', seq: proposal.body.entry.seq });
  const items = ['intake', 'leadsMeeting', 'decision', 'reporterCare'];
  const departures = [
    { rule: 'settled-before-close', ground: 'does-not-fit', items, reason: 'Moved away.' },
  ];
  const close = await send<Step>(app, 'ada', id, { type: 'case.close', departures });
  await send(app, 'ben', id, { type: 'case.confirm', seq: close.body.entry.seq });
  await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
  const history = await historyOf(app, 'ada', id);
  expect(history[seq - 1]).toMatchObject({
    confidential: 'erased',
    redacted: ['identity:reporter'],
  });
  expect(await failuresOf(app, id)).toEqual([]);
  expect((await everythingIn(app))['removed_names']?.join() ?? '').not.toContain(id);
});
