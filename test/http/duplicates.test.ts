/** Two reports of one incident, opened as two cases: the one stands for both, and both reporters hear back. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, ben, cleo, dov, kim } from '../support/cast.ts';
import { handOver, innocent, meet, recorded, reported, verdict } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  everythingIn,
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
const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;
const link = (other: string, relation = 'duplicate') => ({
  type: 'case.link',
  case: other,
  relation,
});
const tellReporter = (...covered: string[]) => ({
  type: 'care.followUpWithReporter',
  covered,
  medium: 'phone',
});

/** The case that stands for both, and the one that is a duplicate of it. */
let original: string;
let duplicate: string;
beforeEach(async () => {
  original = (await caseAfter(app, reported)).id;
  duplicate = (await caseAfter(app, recorded)).id;
});

async function propose(from: string, to: string): Promise<number> {
  const { body, text } = await send<Step>(app, 'ada', from, link(to));
  expect(body.case?.proposals, text).toHaveLength(1);
  return body.entry.seq;
}
async function linkAs(from: string, to: string): Promise<Step> {
  const seq = await propose(from, to);
  const answer = await send<Step>(app, 'ben', from, { type: 'case.confirm', seq });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

describe('a duplicate', () => {
  test('takes two, and from then on owes its reporter an answer and nothing else', async () => {
    const seq = await propose(duplicate, original);
    expect((await read(duplicate)).facts.duplicateOf).toBeNull();
    const { body } = await send<Step>(app, 'ben', duplicate, { type: 'case.confirm', seq });
    expect(body.case?.facts.duplicateOf).toBe(seq);
    const close = await send<Problem>(app, 'ada', duplicate, { type: 'case.close' });
    expect(close.body.violations).toMatchObject([
      { rule: 'settled-before-close', detail: { missing: ['reporterCare: reporter'] } },
    ]);
    expect(await failuresOf(app, duplicate)).toEqual([]);
  });

  test('does not close by what was proposed while the other case stood, once that is called none', async () => {
    await linkAs(duplicate, original);
    const departure = {
      rule: 'settled-before-close',
      ground: 'does-not-fit',
      items: ['reporterCare'],
      reason: 'They have left no address.',
    };
    const closing = { type: 'case.close', departures: [departure] };
    const proposed = await send<Step>(app, 'ada', duplicate, closing);
    const confirm = { type: 'case.confirm', seq: proposed.body.entry.seq };
    const dry = await send<Problem>(app, 'ben', duplicate, confirm, { query: '?dryRun=true' });
    expect(dry.status, dry.text).toBe(200);
    const none = await send<Step>(app, 'ada', original, { type: 'case.void', reason: 'mistake' });
    const seq = none.body.entry.seq;
    await send<Step>(app, 'ben', original, { type: 'case.confirm', seq });
    expect((await read(original)).status).toBe('closed');
    const refused = await send<Problem>(app, 'ben', duplicate, confirm);
    expect(rulesOf(refused), refused.text).toEqual([
      'departure-is-allowed',
      'settled-before-close',
    ]);
    expect(await failuresOf(app, duplicate)).toEqual([]);
  });

  test('tells its reporter what the other case found, and rests', async () => {
    await linkAs(duplicate, original);
    const asked = (...covered: string[]) =>
      send<Problem>(app, 'ada', duplicate, tellReporter(...covered), { query: '?dryRun=true' });
    // nobody has met over it, in either case
    expect(rulesOf(await asked('discussed'))).toEqual(['follow-up-after-meeting']);
    await tell(app, original, meet);
    expect((await asked('discussed')).status).toBe(200);
    expect(rulesOf(await asked('determination'))).toEqual(['follow-up-after-meeting']);
    await tell(app, original, [ada('decision.record', verdict)]);
    const { status, body } = await send<Step>(
      app,
      'ada',
      duplicate,
      tellReporter('determination', 'actions'),
    );
    expect(status).toBe(200);
    // what it read in the other case is kept, so that nobody has to ask there again
    expect(body.entry.facts['original']).toEqual({ met: true, decided: true });
    const told = await tell(app, duplicate, [ada('case.close')]);
    expect(told).toMatchObject({ status: 'closed', departures: [] });
    for (const id of [original, duplicate]) expect(await failuresOf(app, id)).toEqual([]);
  });

  test('replays as it was, whatever became of the other case since', async () => {
    await linkAs(duplicate, original);
    await tell(app, original, [...meet, ada('decision.record', innocent)]);
    await tell(app, duplicate, [ada('care.followUpWithReporter', tellReporter('determination'))]);
    const before = await historyOf(app, 'ada', duplicate);
    await tell(app, original, [ada('meeting.reconvene'), dov('case.hold')]);
    expect(await historyOf(app, 'ada', duplicate)).toEqual(before);
    expect(await failuresOf(app, duplicate)).toEqual([]);
  });

  test('of which the reporters are several answers each of them', async () => {
    const again = [
      ...recorded.slice(0, 2),
      cleo('intake.recordReport', {
        form: 'transcribed',
        reporter: { anonymous: false, name: 'words', contact: 'words' },
        reportedPersons: [{ ref: 'reported-1' }],
      }),
    ];
    await tell(app, duplicate, again);
    await linkAs(duplicate, original);
    await tell(app, original, [...meet, ada('decision.record', innocent)]);
    for (const ref of ['reporter', 'reporter-2']) {
      const close = await send<Problem>(app, 'ada', duplicate, { type: 'case.close' });
      expect(close.body.violations[0]?.detail?.['missing']).toContain(`reporterCare: ${ref}`);
      const answer = await send(app, 'ada', duplicate, {
        ...tellReporter('determination'),
        for: ref,
      });
      expect(answer.status, answer.text).toBe(200);
    }
    expect((await send(app, 'ada', duplicate, { type: 'case.close' })).status).toBe(200);
  });

  test('stands for itself again once the other case turns out to be none', async () => {
    await linkAs(duplicate, original);
    const { body } = await send<Step>(app, 'ada', original, { type: 'case.void', reason: 'spam' });
    await tell(app, original, [ben('case.confirm', { seq: body.entry.seq })]);
    const close = await send<Problem>(app, 'ada', duplicate, { type: 'case.close' });
    expect(rulesOf(close)).toEqual(['settled-before-close']);
    expect(close.body.violations[0]?.detail?.['missing']).toEqual(
      expect.arrayContaining(['leadsMeeting', 'decision: reported-1']),
    );
    await tell(app, duplicate, [
      cleo('intake.thankReporter'),
      ...handOver,
      ...meet,
      ada('decision.record', innocent),
      ada('care.followUpWithReporter', tellReporter('determination')),
      ada('care.followUpWithImpacted', { for: 'other-2' }),
      ada('case.close'),
    ]);
    expect(await read(duplicate)).toMatchObject({ status: 'closed', departures: [] });
    expect(await failuresOf(app, duplicate)).toEqual([]);
  });

  test('does not rest over an interim measure that nobody looked at', async () => {
    await tell(app, duplicate, [
      ada('immediate.assess', { needed: true }),
      ada('immediate.takeAction', { kind: 'leave-event', for: 'reported-1' }),
      ada('immediate.resolve'),
    ]);
    await linkAs(duplicate, original);
    await tell(app, original, [...meet, ada('decision.record', innocent)]);
    await tell(app, duplicate, [ada('care.followUpWithReporter', tellReporter('determination'))]);
    const close = await send<Problem>(app, 'ada', duplicate, { type: 'case.close' });
    expect(close.body.violations).toMatchObject([{ detail: { missing: ['interimActions'] } }]);
    const [taken] = (await read(duplicate)).facts.immediateResponse.actions;
    await tell(app, duplicate, [
      kim('immediate.liftAction', { action: taken?.action }),
      ada('case.close'),
    ]);
    expect(await read(duplicate)).toMatchObject({ status: 'closed', departures: [] });
  });

  test('does not say in any fact of which case it is one', async () => {
    await linkAs(duplicate, original);
    const tables = await everythingIn(app);
    const saying = Object.values(tables)
      .flat()
      .filter((row) => row.includes(duplicate) && row.includes(original));
    expect(saying).toEqual([]);
    expect(JSON.stringify(await historyOf(app, 'eve', duplicate))).not.toContain(original);
    expect(JSON.stringify(await historyOf(app, 'cleo', duplicate))).toContain(original);
  });
});

describe('a case stands for another', () => {
  test('only while it stands for itself', async () => {
    await linkAs(duplicate, original);
    const third = (await caseAfter(app, recorded)).id;
    for (const [from, to] of [
      [third, duplicate],
      [original, duplicate],
    ] as const) {
      const answer = await send<Problem>(app, 'ada', from, link(to));
      expect(rulesOf(answer)).toEqual(['duplicate-of-a-live-case']);
    }
    // any other relation says no more than that they belong together
    expect((await send(app, 'ada', original, link(duplicate, 'follow-on'))).status).toBe(200);
  });

  test('not where it is void', async () => {
    const proposal = await send<Step>(app, 'ada', original, { type: 'case.void', reason: 'spam' });
    const seq = await propose(duplicate, original);
    await tell(app, original, [ben('case.confirm', { seq: proposal.body.entry.seq })]);
    // judged again when the second comes
    const late = await send<Problem>(app, 'ben', duplicate, { type: 'case.confirm', seq });
    expect(rulesOf(late)).toEqual(['duplicate-of-a-live-case']);
    const anew = await send<Problem>(app, 'ada', duplicate, link(original));
    expect(rulesOf(anew)).toEqual(['duplicate-of-a-live-case']);
    expect(await failuresOf(app, duplicate)).toEqual([]);
  });

  test('not for itself, nor where the sender sees none', async () => {
    const { id: hidden } = await openCase(app, 'cleo', { excluded: ['ada'] });
    for (const other of [duplicate, hidden, '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11', 'no-id']) {
      const { body } = await send<Problem>(app, 'ada', duplicate, link(other));
      expect(body.violations, other).toMatchObject([
        { rule: 'known-reference', detail: { unknownCases: 1 } },
      ]);
    }
  });
});

test('the deadlines of a duplicate are those of its reporters', async () => {
  const names = async () => {
    const { body } = await app.as('ada').get<Page<{ case: string; name: string }>>('/v1/deadlines');
    return body.items.filter((item) => item.case === duplicate).map(({ name }) => name);
  };
  expect(await names()).toEqual(['leadsMeet', 'reporterFollowUp']);
  await linkAs(duplicate, original);
  expect(await names()).toEqual(['reporterFollowUp']);
  await tell(app, original, [...meet, ada('decision.record', innocent)]);
  await tell(app, duplicate, [ada('care.followUpWithReporter', tellReporter('determination'))]);
  expect(await names()).toEqual([]);
});
