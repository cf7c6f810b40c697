/** A reporter takes their name back: it goes from every entry, and nobody needs to agree. */
import { beforeEach, describe, expect, test } from 'vitest';
import { cleo, dov } from '../support/cast.ts';
import { secondReport, welcomed } from '../support/chapters.ts';
import {
  clock,
  everythingIn,
  failuresOf,
  historyOf,
  openCase,
  partsIn,
  rulesOf,
  send,
  sendAll,
  tell,
  type Page,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now, staff: { wendel: ['responder'] } });
const report = {
  form: 'transcribed',
  description: 'An arm around me.',
  reporter: { anonymous: false, name: 'Robin Quillfeather', contact: 'robin@feather.example' },
  reportedPersons: [{ name: 'Morgan Lapwing' }],
};
const second = {
  ...secondReport,
  reporter: { anonymous: false, name: 'Uli Farnsworth', contact: 'uli@worth.example' },
};
const withdraw = { type: 'intake.withdrawIdentity', for: 'reporter' };
let id: string;
beforeEach(async () => {
  ({ id } = await openCase(app));
  await tell(app, id, [
    ...welcomed,
    cleo('intake.recordReport', report),
    cleo('care.provide', { kind: 'contact-for-follow-up', contact: '+1 617 555 0123' }),
    ...welcomed,
    cleo('intake.recordReport', second),
  ]);
});

const announce = async (text: string) => {
  const event = { type: 'publicity.announce', text, purpose: 'other', channels: ['website'] };
  const { status, body } = await send<Problem>(app, 'dov', id, event, { query: '?dryRun=true' });
  return status === 200 ? [] : body.violations.flatMap(({ detail }) => detail?.['identifies']);
};

describe('a reporter’s identity, withdrawn', () => {
  test('is gone from every entry that held it, and that of others stays', async () => {
    expect(await partsIn(app, id)).toEqual(
      expect.arrayContaining(['4 identity:reporter', '5 identity:reporter']),
    );
    const { status, body } = await send<Step>(app, 'cleo', id, withdraw);
    expect(status).toBe(200);
    expect(await partsIn(app, id)).toEqual([
      '4 content',
      '4 identity:reported-1',
      '8 content',
      '8 identity:reporter-2',
    ]);
    expect(body.case?.people['reporter']).toMatchObject({
      anonymous: true,
      named: false,
      contact: false,
    });
    expect(body.case?.people['reporter-2']).toMatchObject({ named: true, contact: true });
    const history = await historyOf(app, 'cleo', id);
    expect(history.flatMap(({ seq, redacted }) => redacted.map((part) => [seq, part]))).toEqual([
      [4, 'identity:reporter'],
      [5, 'identity:reporter'],
    ]);
    const shown = JSON.stringify(history);
    expect(shown).not.toMatch(/Quillfeather|robin@|555/);
    expect(shown).toMatch(/An arm around me.*Farnsworth/);
    expect(JSON.stringify(await everythingIn(app))).not.toContain('Quillfeather');
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('is still kept out of what leaves the case', async () => {
    await send(app, 'cleo', id, withdraw);
    for (const text of ['Thank you, Quillfeather.', 'robin@feather.example', '(617) 555-0123'])
      expect(await announce(text), text).toEqual(['reporter']);
    expect(await announce('Thank you, Farnsworth.')).toEqual(['reporter-2']);
  });

  test('is not found in other cases any more', async () => {
    const other = await openCase(app, 'cleo', { channel: 'email' });
    const person = { name: 'Quillfeather, Robin' };
    await tell(app, other.id, [
      cleo('intake.recordReport', { form: 'written', reportedPersons: [person] }),
    ]);
    const related = async () =>
      (await app.as('ada').get<Page<object>>(`/v1/cases/${other.id}/related`)).body.items.length;
    expect(await related()).toBe(1);
    await send(app, 'cleo', id, withdraw);
    expect(await related()).toBe(0);
  });

  test('that was a colleague’s keeps their name in the directory out as well', async () => {
    await app.as('admin').patch('/v1/people/wendel', { name: 'Wendel Brackwater' });
    const { id: own } = await openCase(app);
    const reporter = { anonymous: false, staff: 'wendel' };
    await tell(app, own, [
      ...welcomed,
      cleo('intake.recordReport', { form: 'transcribed', reporter }),
    ]);
    const event = {
      type: 'publicity.announce',
      text: 'Brackwater told us.',
      purpose: 'other',
      channels: ['website'],
    };
    for (const when of ['before', 'after']) {
      const answer = await send<Problem>(app, 'dov', own, event, { query: '?dryRun=true' });
      expect(answer.body.violations?.[0]?.detail, when).toEqual({ identifies: ['reporter'] });
      if (when === 'before') expect((await send(app, 'cleo', own, withdraw)).status).toBe(200);
    }
  });

  test('goes with what the same request has just said of them', async () => {
    const more = {
      type: 'intake.addClarification',
      for: 'reporter',
      answer: 'I am out.',
      reporter: { anonymous: false, name: 'Robin Brackwater-Quill' },
    };
    const { status } = await sendAll(app, 'cleo', id, [more, withdraw]);
    expect(status).toBe(200);
    expect((await partsIn(app, id)).filter((part) => part.endsWith('identity:reporter'))).toEqual(
      [],
    );
    expect(await announce('Thank you, Brackwater.')).toEqual(['reporter']);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('can be given anew, and is known from then on', async () => {
    await send(app, 'cleo', id, withdraw);
    const reporter = { anonymous: false, name: 'Robin Brackwater' };
    const again = cleo('intake.addClarification', { for: 'reporter', answer: 'Me.', reporter });
    const told = await tell(app, id, [again]);
    expect(told?.people['reporter']).toMatchObject({ anonymous: false, named: true });
    expect(await announce('Thank you, Brackwater.')).toEqual(['reporter']);
    const { confidential } = (await historyOf(app, 'ada', id)).at(-1) ?? {};
    expect(confidential).toMatchObject({ reporter: { name: 'Robin Brackwater' } });
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('is one person’s: whose has to be said where several report', async () => {
    const answer = await send<Problem>(app, 'cleo', id, { type: withdraw.type });
    expect(answer.body.violations).toMatchObject([
      { rule: 'known-reference', detail: { candidates: ['reporter', 'reporter-2'] } },
    ]);
    const reported = await send<Problem>(app, 'cleo', id, { ...withdraw, for: 'reported-1' });
    expect(rulesOf(reported)).toEqual(['known-reference']);
  });

  test('stays under a legal hold', async () => {
    await tell(app, id, [dov('case.hold')]);
    expect(rulesOf(await send<Problem>(app, 'cleo', id, withdraw))).toEqual([
      'hold-prevents-erasure',
    ]);
    expect(await partsIn(app, id)).toContain('4 identity:reporter');
  });
});
