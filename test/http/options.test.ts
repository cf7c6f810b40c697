import { describe, expect, test } from 'vitest';
import type { EventInput, EventType } from '../../machines/events.ts';
import type { Violation } from '../../src/errors.ts';
import { sendable, someOf } from '../support/arbitrary.ts';
import type { Answer } from '../support/app.ts';
import { ada, cleo, dov, kim, type Sent } from '../support/cast.ts';
import {
  closed,
  conversing,
  convened,
  decided,
  met,
  notified,
  handOver,
  innocent,
  meet,
  ofTwo,
  recorded,
  reopened,
  reported,
  secondReport,
  welcomed,
} from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  recordedIn,
  historyOf,
  openCase,
  send,
  type Page,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Option {
  readonly type: EventType;
  readonly verdict: 'allowed' | 'conditional' | 'refused';
  readonly violations: readonly Violation[];
  readonly schema: { readonly $ref?: string; readonly properties?: object };
}

const app = useApp({ now: clock().now, settings: { appealWindow: 'P30D' } });

const optionsOf = async (caseId: string, by: string) =>
  (await app.as(by).get<Page<Option>>(`/v1/cases/${caseId}/options`)).body;

const filed = [...notified, kim('appeal.file')];
const reviewed = [...filed, dov('appeal.assignReviewers', { reviewers: ['dov', 'oli'] })];
const shorthanded = [...reported, ada('case.recuse', { person: 'cam' })];
const declined = [...met, ada('followUp.decline')];
const twofold = [
  ...welcomed,
  cleo('intake.recordReport', ofTwo),
  ...welcomed,
  cleo('intake.recordReport', secondReport),
  cleo('intake.thankReporter', { for: 'reporter' }),
  ...handOver,
  ...meet,
];
const half = [...twofold, ada('decision.record', { ...innocent, for: 'reported-2' })];
const proposed = [...recorded, cleo('case.void', { reason: 'not-ours' })];

/** Each scene as one of those who have something to do in it sees it. */
const scenes: readonly (readonly [scene: string, person: string, story: readonly Sent[]])[] = [
  ['opened', 'dov', []],
  ['recorded', 'cleo', recorded],
  ['reported', 'ada', reported],
  ['short of a lead', 'ben', shorthanded],
  ['being discussed', 'ada', convened],
  ['discussed', 'rui', met],
  ['talked about', 'kim', conversing],
  ['not talked about', 'ada', declined],
  ['decided', 'rui', decided],
  ['told', 'cleo', notified],
  ['appealed', 'dov', filed],
  ['heard anew', 'oli', reviewed],
  ['of two reporters and two reported', 'ada', twofold],
  ['decided on one of two', 'rui', half],
  ['proposed to be none', 'dov', proposed],
  ['closed', 'ada', closed],
  ['reopened', 'ada', reopened],
];

/** Where what somebody was told is not what a dry run of the event says; null where it is. */
function disagreement(
  { verdict, violations }: Option,
  { status, body }: Answer<Problem>,
): string | null {
  const named = violations.map(({ rule }) => rule);
  const broken = status === 409 ? body.violations.map(({ rule }) => rule) : [];
  const within = (these: readonly string[], those: readonly string[]) =>
    these.every((rule) => those.includes(rule));
  // what is refused whatever the payload is refused, and nothing is refused that was not announced
  const agrees = verdict === 'refused' ? within(named, broken) : within(broken, named);
  const right = agrees && (named.length === 0) === (verdict === 'allowed');
  return right && (status === 200 || status === 409)
    ? null
    : `${verdict} by [${named.join()}], answered ${status} [${broken.join()}]`;
}

/** What a dry run answers; where it must be said whom it is about, of each who can be meant. */
async function answers(id: string, by: string, event: EventInput): Promise<Answer<Problem>[]> {
  const ask = async (whom: object) =>
    send<Problem>(app, by, id, { ...event, ...whom }, { query: '?dryRun=true' });
  const answer = await ask({});
  const broken = answer.status === 409 ? answer.body.violations : [];
  const candidates = broken.flatMap(({ detail }) => (detail?.['candidates'] ?? []) as string[]);
  if (candidates.length === 0) return [answer];
  return Promise.all(candidates.map((ref) => ask({ for: ref })));
}

test.each(scenes)(
  'in a case that is %s, what %s is told is what sending does',
  async (...scene) => {
    const [name, person, story] = scene;
    const { id } = await caseAfter(app, story);
    const { items } = await optionsOf(id, person);
    expect(items.map(({ type }) => type)).toEqual(sendable);
    const entries = (await historyOf(app, 'ada', id)).length;
    const possible = items.filter(({ verdict }) => verdict !== 'refused').map(({ type }) => type);

    for (const option of items)
      for (const event of someOf(option.type, 1, { seed: name.length })) {
        for (const answer of await answers(id, person, event)) {
          expect(disagreement(option, answer), JSON.stringify(event)).toBeNull();
          expect(answer.body.allowed ?? possible).toEqual(possible);
        }
      }
    expect(await historyOf(app, 'ada', id)).toHaveLength(entries);
  },
);

describe('the options', () => {
  test('are told with the rule, its source, what to do instead, and the schema of the event', async () => {
    const { id } = await openCase(app);
    const { items, next } = await optionsOf(id, 'cleo');
    expect(next).toBeNull();
    const conclude = items.find(({ type }) => type === 'meeting.conclude');
    expect(conclude).toMatchObject({
      verdict: 'refused',
      schema: { $ref: '/openapi.json#/components/schemas/MeetingConclude' },
    });
    const missing = conclude?.violations.find(({ rule }) => rule === 'objectives-met');
    expect(missing?.detail?.['missing']).toHaveLength(6);
    expect(missing?.source).toContain('SP');
    expect(missing?.instead).toBeTruthy();

    const { components } = (
      await app.as('nobody').get<{ components: { schemas: object } }>('/openapi.json')
    ).body;
    for (const { verdict, schema } of items)
      if (verdict === 'refused')
        expect(Object.keys(components.schemas)).toContain(schema.$ref?.split('/').at(-1));
      // whoever may send it is told at once how
      else expect(Object.keys(schema.properties ?? {})).toContain('type');
  });

  test('say what it depends on', async () => {
    const { id } = await caseAfter(app, reported);
    const { items } = await optionsOf(id, 'ada');
    const option = (wanted: EventType) => items.find(({ type }) => type === wanted);
    expect(option('meeting.convene')?.verdict).toBe('conditional');
    expect(option('meeting.convene')?.violations.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['quorum', 'assignee-is-staff', 'known-reference']),
    );
    expect(option('immediate.assess')).toMatchObject({ verdict: 'allowed', violations: [] });
    expect(option('intake.promiseResponse')?.violations).toMatchObject([
      { rule: 'no-promised-response' },
    ]);
  });

  test('are none where there is nothing that it could be done with', async () => {
    const { id } = await caseAfter(app, met);
    const { items } = await optionsOf(id, 'ada');
    const verdict = (wanted: EventType) => items.find(({ type }) => type === wanted)?.verdict;
    for (const type of [
      'case.confirm',
      'case.withdraw',
      'case.readmit',
      'meeting.reviewDepartures',
      'immediate.liftAction',
    ] as const)
      expect([type, verdict(type)]).toEqual([type, 'refused']);
    // whom it is about is known, and may be left out
    for (const type of ['intake.checkSafety', 'care.provide', 'care.noteWish'] as const)
      expect([type, verdict(type)]).toEqual([type, 'allowed']);
  });

  test('come with the version that they are about, and change nothing', async () => {
    const { id, version } = await caseAfter(app, recorded);
    const before = await recordedIn(app);
    const { headers } = await app.as('cleo').get(`/v1/cases/${id}/options`);
    expect(headers['etag']).toBe(`"${version}"`);
    expect(await recordedIn(app)).toEqual(before);
  });

  test.each(['eve', 'admin'])('are none for %s, whether there is a case or not', async (person) => {
    const { id } = await openCase(app);
    for (const place of [id, '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11', 'no-id'])
      expect(await app.as(person).get(`/v1/cases/${place}/options`)).toMatchObject({
        status: 403,
        body: { type: 'urn:recourse:problem:not-a-handler' },
      });
  });
});
