/** Comply or explain: a rule that allows it may be left aside by who says why, and the leads look at it. */
import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, ben, cleo, type Sent } from '../support/cast.ts';
import { convened, met, objectives, recorded, reported, safe } from '../support/chapters.ts';
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
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now, settings: { neverDepart: ['five-points-covered'] } });

interface Said {
  readonly rule: string;
  readonly ground: string;
  readonly reason?: string | undefined;
  readonly items?: readonly string[];
}
const said = (rule: string, ground: string, more: Partial<Said> = {}): Said => ({
  rule,
  ground,
  reason: 'There was no room left.',
  ...more,
});
const report = {
  type: 'intake.recordReport',
  form: 'transcribed',
  description: 'He shouted at her.',
  reportedPersons: [{ name: 'Morgan Vale' }],
};
const hasty = {
  ...report,
  departures: [said('quiet-space-offered', 'impossible'), said('safety-checked', 'safety')],
};

describe('a departure that is allowed', () => {
  test('lets the step through, and stands in the case until the leads have looked at it', async () => {
    const { id } = await openCase(app);
    const { status, body } = await send<Step>(app, 'cleo', id, hasty);
    expect(status).toBe(200);
    const departures = [
      { seq: 2, rule: 'quiet-space-offered', ground: 'impossible', by: 'cleo', review: null },
      { seq: 2, rule: 'safety-checked', ground: 'safety', by: 'cleo', review: null },
    ];
    expect(body.case?.departures).toEqual(departures);
    expect((await app.as('eve').get<CaseView>(`/v1/cases/${id}`)).body.departures).toEqual(
      departures,
    );
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('keeps its reason sealed: the facts say the rule and the ground alone', async () => {
    const { id } = await openCase(app);
    const reason = 'Quillfeather was bleeding.';
    const departures = [said('quiet-space-offered', 'safety', { reason })];
    const { event } = cleo('intake.checkSafety', { everyoneSafe: 'no', generalThreat: false });
    await send(app, 'cleo', id, event);
    const { body } = await send<Step>(app, 'cleo', id, { ...report, departures });
    expect(body.entry.facts['departures']).toEqual([
      { rule: 'quiet-space-offered', ground: 'safety' },
    ]);
    expect(body.entry.confidential).toMatchObject({ departures: [{ reason }] });
    const [, , seen] = await historyOf(app, 'eve', id);
    expect(seen).toMatchObject({ facts: body.entry.facts, confidential: 'withheld' });
    expect(JSON.stringify(await everythingIn(app))).not.toContain('Quillfeather');
    expect(app.log()).not.toContain('Quillfeather');
  });

  test('is looked at by another lead, and nothing is concluded before', async () => {
    const { id } = await openCase(app);
    const left = new Set(['meeting.consultPastIncidents', 'meeting.planFollowUps']);
    const early = [
      ada('meeting.convene', { attendees: ['ada', 'ben'] }),
      ...objectives.filter(({ event }) => !left.has(event.type)),
    ];
    await send(app, 'cleo', id, hasty);
    await tell(app, id, [safe, ...reported.slice(recorded.length)]);
    const told = await tell(app, id, early);
    const conclude = {
      type: 'meeting.conclude',
      departures: [said('objectives-met', 'impossible')],
    };
    const unreviewed = await send<Problem>(app, 'ada', id, conclude);
    expect(rulesOf(unreviewed)).toEqual(['departures-reviewed']);
    expect(unreviewed.body.violations[0]?.detail).toEqual({
      unreviewed: told?.departures.map(({ seq, rule }) => ({ seq, rule })),
    });
    const review = (rule: string, outcome: string, seq = 2) => ({
      type: 'meeting.reviewDepartures',
      reviews: [{ seq, rule, outcome }],
    });
    await send(app, 'ada', id, review('quiet-space-offered', 'endorsed'));
    await send(app, 'ben', id, review('safety-checked', 'criticised'));
    const { body } = await send<Step>(app, 'ada', id, conclude);
    const seq = body.entry.seq;
    expect(body.case?.departures).toMatchObject([
      { review: { by: 'ada', outcome: 'endorsed' } },
      { review: { by: 'ben', outcome: 'criticised' } },
      { rule: 'objectives-met', by: 'ada', review: null },
    ]);
    // her own, and there are other leads
    const own = await send<Problem>(app, 'ada', id, review('objectives-met', 'endorsed', seq));
    expect(own.body.violations).toMatchObject([
      { rule: 'no-judge-in-own-cause', detail: { own: [seq] } },
    ]);
    expect((await send(app, 'ben', id, review('objectives-met', 'endorsed', seq))).status).toBe(
      200,
    );
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('is looked at by oneself where there is no other lead', async () => {
    const { id } = await caseAfter(app, convened);
    const { body } = await send<Step>(app, 'ada', id, {
      type: 'meeting.conclude',
      departures: [said('objectives-met', 'impossible')],
    });
    await tell(app, id, [
      ada('case.recuse', { person: 'cam' }),
      ada('case.recuse', { person: 'ben' }),
    ]);
    const reviews = [{ seq: body.entry.seq, rule: 'objectives-met', outcome: 'endorsed' }];
    const answer = await send(app, 'ada', id, { type: 'meeting.reviewDepartures', reviews });
    expect(answer.status, answer.text).toBe(200);
  });
});

describe('a departure that is none', () => {
  const acting = [...recorded, cleo('immediate.assess', { needed: true })];
  const ban = { type: 'immediate.takeAction', kind: 'ban', for: 'reported-1' };
  const decision = {
    type: 'decision.record',
    finding: 'violation',
    deciders: ['ada', 'cam'],
    responses: [{ kind: 'warning' }],
  };
  const spoken = [...met, cleo('case.addNote')];

  test.each<[why: string, by: string, story: readonly Sent[], event: object, departure: Said]>([
    [
      'the rule is not on this event',
      'cleo',
      [],
      { type: 'intake.thankReporter' },
      said('quorum', 'impossible'),
    ],
    [
      'nobody may depart from it',
      'cleo',
      recorded,
      { ...report, reporter: { anonymous: true, name: 'Robin Quill' } },
      said('anonymity-respected', 'does-not-fit'),
    ],
    [
      'nobody may depart from it',
      'cleo',
      [],
      { type: 'intake.promiseResponse' },
      said('no-promised-response', 'safety'),
    ],
    [
      'nobody may depart from it',
      'rui',
      [...met, { ...cleo('case.bringIn', { person: 'rui' }) }],
      { type: 'followUp.complete' },
      said('five-points-covered', 'impossible'),
    ],
    [
      'the rule holds',
      'cleo',
      recorded,
      { ...report, channel: 'email' },
      said('quiet-space-offered', 'impossible'),
    ],
    [
      'the rule does not know this ground',
      'cleo',
      [],
      report,
      said('quiet-space-offered', 'legal-duty'),
    ],
    [
      'others may depart from it',
      'cleo',
      convened,
      { type: 'meeting.conclude' },
      said('objectives-met', 'impossible'),
    ],
    ['others may depart from it', 'cleo', acting, ban, said('interim-responses-only', 'safety')],
    ['not under these conditions', 'ada', acting, ban, said('interim-responses-only', 'safety')],
    [
      'not under these conditions',
      'ada',
      acting,
      { ...ban, until: '2026-05-02T10:00:01Z' },
      said('interim-responses-only', 'safety'),
    ],
    [
      'not under these conditions',
      'ada',
      acting,
      { ...ban, kind: 'publish-account', until: '2026-05-02' },
      said('interim-responses-only', 'safety'),
    ],
    ['not on this event', 'ada', spoken, decision, said('deciders-met', 'does-not-fit')],
  ])('%s (%s, %#)', async (why, by, story, event, departure) => {
    const { id } = await caseAfter(app, story);
    const entries = (await historyOf(app, 'ada', id)).length;
    const bare = await send<Problem>(app, by, id, { ...event } as { type: string }, {
      query: '?dryRun=true',
    });
    const broken = bare.status === 409 ? rulesOf(bare) : [];
    const explained = { ...event, departures: [departure] } as unknown as { type: string };
    const answer = await send<Problem>(app, by, id, explained);
    expect(answer.status).toBe(409);
    // the explanation is refused, and nothing of what it was to explain is let through
    expect(rulesOf(answer).toSorted()).toEqual([...broken, 'departure-is-allowed'].toSorted());
    expect(answer.body.violations).toContainEqual(
      expect.objectContaining({
        rule: 'departure-is-allowed',
        detail: { departures: [{ rule: departure.rule, why }] },
      }),
    );
    expect(await historyOf(app, 'ada', id)).toHaveLength(entries + 1);
    const after = await app.as('ada').get<CaseView>(`/v1/cases/${id}`);
    expect(after.body.departures).toEqual([]);
    expect(await failuresOf(app, id)).toEqual([]);
  });

  test('that names several says of each why', async () => {
    const { id } = await openCase(app);
    const departures = [
      said('quiet-space-offered', 'legal-duty'),
      said('safety-checked', 'impossible'),
      said('quorum', 'impossible'),
    ];
    const { body } = await send<Problem>(app, 'cleo', id, { ...report, departures });
    expect(body.violations.map(({ rule, detail }) => [rule, detail])).toEqual([
      [
        'departure-is-allowed',
        {
          departures: [
            { rule: 'quiet-space-offered', why: 'the rule does not know this ground' },
            { rule: 'quorum', why: 'the rule is not on this event' },
          ],
        },
      ],
      ['quiet-space-offered', undefined],
    ]);
  });

  test.each([
    [
      'no reason',
      [said('safety-checked', 'safety', { reason: undefined })],
      '/departures/0/reason',
    ],
    [
      'an empty reason',
      [said('safety-checked', 'safety', { reason: ' ' })],
      '/departures/0/reason',
    ],
    ['a rule that there is not', [said('be-nice', 'safety')], '/departures/0/rule'],
    ['a ground that there is not', [said('safety-checked', 'breach')], '/departures/0/ground'],
    [
      'one rule twice',
      [said('safety-checked', 'safety'), said('safety-checked', 'impossible')],
      '/departures',
    ],
  ])('with %s makes no sense', async (_what, departures, pointer) => {
    const { id } = await openCase(app);
    const { status, body } = await send<Problem>(app, 'cleo', id, { ...report, departures });
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer]);
  });
});

test('an interim measure that would last is taken by a lead, for safety, for a day', async () => {
  const { id } = await caseAfter(app, [...recorded, cleo('immediate.assess', { needed: true })]);
  const { body } = await send<Step>(app, 'ada', id, {
    type: 'immediate.takeAction',
    kind: 'ban',
    for: 'reported-1',
    until: '2026-05-02T10:00:00Z',
    departures: [said('interim-responses-only', 'safety')],
  });
  expect(body.case?.departures).toMatchObject([{ rule: 'interim-responses-only', by: 'ada' }]);
  expect(body.case?.facts.immediateResponse.actions).toMatchObject([{ kind: 'ban' }]);
  await tell(app, id, [ben('case.addNote')]);
});
