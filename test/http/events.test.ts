import { describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, cleo } from '../support/cast.ts';
import { convened, met, recorded, reported, theReport } from '../support/chapters.ts';
import {
  caseAfter,
  clock,
  recordedIn,
  historyOf,
  hour,
  openCase,
  rulesOf,
  send,
  tell,
  type Problem,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now, settings: { extraResponses: ['refund-travel-grant'] } });

const read = async (id: string) => (await app.as('ada').get<CaseView>(`/v1/cases/${id}`)).body;

describe('an event that is accepted', () => {
  test('answers the case and its entry, with the new version', async () => {
    const { id } = await openCase(app);
    time.advance(hour);
    const notes = 'Nobody is hurt.';
    const event = { type: 'intake.checkSafety', everyoneSafe: 'yes', generalThreat: false, notes };
    const { status, headers, body } = await send<Step>(app, 'cleo', id, event);
    expect([status, headers['etag']]).toEqual([200, '"2"']);
    expect(body.case).toEqual(await read(id));
    const [, entry] = await historyOf(app, 'cleo', id);
    expect(body.entry).toEqual(entry);
    expect(entry).toMatchObject({
      seq: 2,
      outcome: 'accepted',
      type: 'intake.checkSafety',
      facts: { everyoneSafe: 'yes', generalThreat: false, notes: true },
      confidential: { notes },
      by: { person: 'cleo', roles: ['responder'] },
      at: time.now().toISOString(),
      version: 2,
      violations: [],
    });
  });
});

describe('an event that is refused', () => {
  test('names every rule in the way, with its source, and what may be sent now', async () => {
    const { id } = await openCase(app);
    const event = { type: 'intake.recordReport', ...theReport, description: 'It.' };
    const { status, headers, body } = await send<Problem>(app, 'cleo', id, event);
    expect(status).toBe(409);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers).not.toHaveProperty('etag');
    expect(body).toMatchObject({ type: 'urn:recourse:problem:event-refused', status: 409 });
    expect(body.violations.map(({ rule }) => rule)).toEqual([
      'quiet-space-offered',
      'safety-checked',
    ]);
    for (const violation of body.violations) {
      expect(violation.statement).toMatch(/\.$/);
      expect(violation.source).toBeTruthy();
      expect(violation.instead).toBeTruthy();
    }
    // it may be sent with a reason why it departs
    const open = ['intake.offerQuietSpace', 'intake.recordReport'];
    expect(body.allowed).toEqual(expect.arrayContaining(open));
    for (const type of ['meeting.convene', 'intake.inviteWithdrawal', 'case.erase'])
      expect(body.allowed).not.toContain(type);
  });

  test('is judged by all rules on its type, wherever the case stands', async () => {
    const { id } = await openCase(app);
    const event = {
      type: 'decision.record',
      finding: 'violation',
      deciders: ['nobody-here'],
      responses: [{ kind: 'ban', for: 'reported-7' }],
    };
    const answer = await send<Problem>(app, 'cleo', id, event);
    expect(rulesOf(answer).toSorted()).toEqual([
      'deciders-met',
      'decision-after-meeting',
      'in-its-stage',
      'known-reference',
      'lasting-responses-have-a-term',
      'never-one-decider',
      'who-may-act',
    ]);
    const detailOf = (rule: string) =>
      answer.body.violations.find((violation) => violation.rule === rule)?.detail;
    expect(detailOf('who-may-act')).toEqual({ roles: ['lead'] });
    // nobody is reported yet, so there is nobody whom it could be about
    expect(detailOf('known-reference')).toEqual({ missing: ['for'], candidates: [] });
    expect(detailOf('in-its-stage')).toEqual({
      stage: 'decision',
      stands: 'idle',
      takenIn: ['deliberating'],
    });
  });

  test('is recorded, and moves neither version nor stage', async () => {
    const before = await caseAfter(app, convened);
    const event = { type: 'meeting.conclude' };
    const { body } = await send<Problem>(app, 'ada', before.id, event);
    expect(await read(before.id)).toEqual(before);
    const entry = (await historyOf(app, 'ada', before.id)).at(-1);
    expect(entry).toMatchObject({
      seq: convened.length + 2,
      outcome: 'refused',
      type: 'meeting.conclude',
      version: before.version,
      stages: before.stages,
      violations: body.violations,
    });
    const next = await send<Step>(app, 'ada', before.id, { type: 'meeting.reviewReport' });
    expect(next.body.entry).toMatchObject({
      seq: convened.length + 3,
      version: before.version + 1,
    });
  });

  test('may be asked about by whoever is no lead: what is allowed is theirs', async () => {
    const { id } = await caseAfter(app, reported);
    const refusedTo = async (by: string) =>
      (await send<Problem>(app, by, id, { type: 'publicity.discloseDetails' })).body.allowed;
    expect(await refusedTo('ada')).toContain('meeting.convene');
    expect(await refusedTo('cleo')).not.toContain('meeting.convene');
  });
});

describe('a dry run', () => {
  const dry = { query: '?dryRun=true' };

  test('answers as sending does, and records nothing', async () => {
    const { id } = await caseAfter(app, recorded);
    const before = await recordedIn(app);
    const headers = { 'idempotency-key': 'dry' };
    const event = { type: 'intake.thankReporter' };
    const tried = await send<Step>(app, 'cleo', id, event, { ...dry, headers });
    const refused = await send<Problem>(app, 'cleo', id, { type: 'meeting.conclude' }, dry);
    expect(await recordedIn(app)).toEqual(before);

    const sent = await send<Step>(app, 'cleo', id, event);
    expect(sent.body).toEqual(tried.body);
    expect(sent.headers['etag']).toBe(tried.headers['etag']);
    const sentAgain = await send<Problem>(app, 'cleo', id, { type: 'meeting.conclude' });
    expect(refused.status).toBe(409);
    expect(sentAgain.body.violations).toEqual(refused.body.violations);
  });

  test('is what it says, and nothing else', async () => {
    const { id } = await openCase(app);
    const event = { type: 'intake.thankReporter' };
    const wet = await send<Step>(app, 'cleo', id, event, { query: '?dryRun=false' });
    expect(wet.body.entry.seq).toBe(2);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(2);
    for (const query of ['?dryRun=1', '?dryRun=', '?dryrun=true', '?dryRun=true&dryRun=true'])
      expect((await send(app, 'cleo', id, event, { query })).status).toBe(400);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(2);
  });
});

describe('If-Match', () => {
  test.each([
    ['"2"', 200],
    ['*', 200],
    ['"1", "2"', 200],
    ['"1"', 412],
    ['"3"', 412],
    ['W/"2"', 412],
    ['"02"', 412],
    ['""', 412],
    ['"1", W/"2" , "x,2"', 412],
    ['2', 400],
    ['2, "1"', 400],
    ['"2', 400],
    ['garbage', 400],
    ['*, "2"', 400],
    ['', 400],
  ])('%s on version 2 is answered %i', async (tag, status) => {
    const { id } = await openCase(app);
    await tell(app, id, [cleo('intake.thankReporter')]);
    const headers = { 'if-match': tag };
    const event = { type: 'intake.askSafetyConcern', hasConcern: false };
    const answer = await send<Problem>(app, 'cleo', id, event, { headers });
    expect(answer.status).toBe(status);
    const stale = 'urn:recourse:problem:stale-version';
    if (status === 400)
      expect(answer.body.errors).toMatchObject([
        { pointer: '/headers/if-match', message: expect.stringContaining('"4"') as string },
      ]);
    else expect(answer.body.type).toBe(status === 412 ? stale : undefined);
    expect(await historyOf(app, 'cleo', id)).toHaveLength(status === 200 ? 3 : 2);
  });

  test('a refusal does not make a version stale, and counts in a dry run too', async () => {
    const { id } = await openCase(app);
    await send(app, 'cleo', id, { type: 'meeting.conclude' });
    const stale = { headers: { 'if-match': '"9"' }, query: '?dryRun=true' };
    expect((await send(app, 'cleo', id, { type: 'case.close' }, stale)).status).toBe(412);
    const fresh = { headers: { 'if-match': '"1"' } };
    const answer = await send<Step>(app, 'cleo', id, { type: 'intake.thankReporter' }, fresh);
    expect(answer).toMatchObject({ status: 200, body: { entry: { seq: 3, version: 2 } } });
  });
});

describe('who is no handler', () => {
  test.each(['eve', 'admin'])('%s is told so before the case is looked up', async (person) => {
    const { id } = await openCase(app);
    const nowhere = '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11';
    for (const place of [id, nowhere, 'no-id'])
      for (const body of [{ type: 'case.close' }, { type: 'nonsense' }, undefined])
        expect(await app.as(person).post(`/v1/cases/${place}/events`, body)).toMatchObject({
          status: 403,
          body: { type: 'urn:recourse:problem:not-a-handler' },
        });
    expect(await historyOf(app, 'cleo', id)).toHaveLength(1);
  });
});

describe('response kinds', () => {
  const unknown = { kind: 'send-to-bed' };
  test.each([
    ['immediate.takeAction', unknown, ['/kind']],
    ['meeting.discussResponses', { options: ['warning', 'send-to-bed'] }, ['/options/1']],
    [
      'decision.record',
      {
        finding: 'violation',
        deciders: ['ada', 'ben'],
        responses: [unknown, { kind: 'ban' }, unknown],
      },
      ['/responses/0/kind', '/responses/2/kind'],
    ],
    [
      'decision.amend',
      { responses: [{ keep: 1 }, unknown], deciders: ['ada', 'ben'], reason: 'A typo.' },
      ['/responses/1/kind'],
    ],
    ['appeal.decide', { outcome: 'modified', responses: [unknown] }, ['/responses/0/kind']],
  ])('that nobody knows make no sense in %s', async (type, payload, pointers) => {
    const { id } = await caseAfter(app, met);
    const before = await recordedIn(app);
    const { status, body } = await send<Problem>(app, 'ada', id, { type, ...payload });
    expect(status).toBe(400);
    expect(body.type).toBe('urn:recourse:problem:invalid-request');
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(await recordedIn(app)).toEqual(before);
  });

  test('of the profile are known', async () => {
    const { id } = await caseAfter(app, met);
    const responses = [{ kind: 'refund-travel-grant' }];
    const told = await tell(app, id, [
      ada('decision.record', { finding: 'violation', deciders: ['ada', 'ben'], responses }),
    ]);
    expect(told?.people['reported-1']).toMatchObject({ decision: { responses } });
  });
});
