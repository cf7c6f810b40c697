import { describe, it } from 'vitest';
import {
  convene,
  convened,
  decided,
  handOver,
  lateMeeting,
  meet,
  meetAgain,
  met,
  objectives,
  recorded,
  reported,
  secondReport,
  settled,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, departing, dov, rui, uma } from '../support/cast.ts';
import {
  begin,
  elapsed,
  given,
  inTime,
  later,
  opened,
  sceneAfter,
  type Happening,
} from '../support/story.ts';

const attend = (...attendees: string[]) => ada('meeting.convene', { attendees });
const reconvene = ada('meeting.reconvene');
const conclude = ada('meeting.conclude');
const interim = [
  cleo('immediate.assess', { needed: true }),
  rui('immediate.takeAction', { kind: 'leave-event' }),
  cleo('immediate.resolve'),
];
const seqOf = (...story: readonly Happening[]) => sceneAfter(...story).seq;

describe('leads meeting', () => {
  it('is idle until the intake reaches the leads', () => {
    given().when(opened()).then({ leadsMeeting: 'idle' });
    given(...recorded)
      .when(attend('ada', 'ben'))
      .thenRefused('in-its-stage', 'meeting-after-intake');
  });

  it('awaits the leads, who come together', () => {
    given(...reported.slice(0, -1))
      .when(cleo('intake.reportToLeads'))
      .then({ leadsMeeting: 'awaiting' });
    given(...reported)
      .when(convene)
      .thenFacts({
        leadsMeeting: { inSession: true, concluded: false, attendees: ['ada', 'ben'], held: 0 },
      });
  });

  it('is overdue a day after the report, and the leads meet all the same', () => {
    given(...reported, later('PT24H'))
      .when(elapsed('leadsMeet'))
      .then({ leadsMeeting: 'overdue' });
    given(...reported, ...lateMeeting)
      .when(convene)
      .then({ leadsMeeting: 'inSession' });
  });

  it('is overdue too while the report has not reached the leads, and then goes on likewise', () => {
    given(...recorded, ...lateMeeting)
      .when(convene)
      .thenExactlyRefused('meeting-after-intake');
    const handedOn = [...recorded, ...lateMeeting, ...handOver];
    given(...handedOn.slice(0, -1))
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported', leadsMeeting: 'overdue' });
    given(...handedOn)
      .when(convene)
      .then({ leadsMeeting: 'inSession' });
  });

  it('keeps its clock when the report is handed on: it counts from the receipt', () => {
    given(...reported.slice(0, -1), later('PT3H'))
      .when(cleo('intake.reportToLeads'))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
  });

  it('is not overdue a moment early, nor once the leads have met', () => {
    given(...reported, later('PT23H59M59.999S'))
      .when(elapsed('leadsMeet'))
      .thenNothing();
    for (const story of [convened, met])
      given(...story, later('P2D'))
        .when(elapsed('leadsMeet'))
        .thenNothing();
  });

  it('tells whether it was in time by when it happened, not by when that was entered', () => {
    const entered = ada('meeting.convene', {
      attendees: ['ada', 'ben'],
      happenedAt: inTime('PT20H'),
    });
    given(...reported, ...lateMeeting, later('P1D'))
      .when(entered)
      .thenFacts({ timeliness: [{ name: 'leadsMeet', happenedAt: inTime('PT20H'), late: false }] });
    given(...reported, ...lateMeeting, later('PT1S'))
      .when(convene)
      .thenFacts({ timeliness: [{ name: 'leadsMeet', dueAt: inTime('PT24H'), late: true }] });
  });

  it('needs a quorum of leads; others may attend, and do not count', () => {
    given(...reported)
      .when(attend('ada'))
      .thenExactlyRefused('quorum');
    given(...reported)
      .when(attend('ada', 'kim'))
      .thenExactlyRefused('quorum');
    given(...reported)
      .when(attend('ada', 'ben', 'dov'))
      .thenFacts({
        leadsMeeting: { attendees: ['ada', 'ben', 'dov'], leads: ['ada', 'ben'] },
      });
    given(...reported)
      .when(attend('ada', 'ben', 'eve'))
      .thenExactlyRefused('assignee-is-staff');
    given(opened({ settings: { quorum: 3 } }), ...reported)
      .when(attend('ada', 'ben'))
      .thenExactlyRefused('quorum');
  });

  it('may be one lead’s, where the profile says so, who may then decide', () => {
    const alone = [
      opened({ settings: { quorum: 1 } }),
      ...reported,
      attend('ada'),
      ...objectives,
      conclude,
    ];
    given(...alone)
      .when(ada('decision.record', { finding: 'no-violation', deciders: ['ada'], responses: [] }))
      .then({ decision: 'carriedOut' });
  });

  it.each(objectives.map((objective) => [objective.event.type, objective] as const))(
    'meets its objective %s',
    (type, objective) => {
      const name = type.replace('meeting.', '');
      given(...convened)
        .when(objective)
        .thenFacts({ leadsMeeting: { objectives: { [name]: true } } });
      const others = objectives.filter((other) => other !== objective);
      given(...convened, ...others)
        .when(conclude)
        .thenRefusedFor('objectives-met', { missing: [type] });
      if (name !== 'planFollowUps')
        given(...reported)
          .when(objective)
          .thenRefused('in-its-stage', 'meeting-in-session');
    },
  );

  it('ends when all six objectives are met; then the leads deliberate, and may talk', () => {
    given(...convened, ...objectives)
      .when(ben('meeting.conclude'))
      .then({
        leadsMeeting: 'concluded',
        reportedPersonFollowUp: 'choosing',
        decision: 'deliberating',
      });
    given(...convened, ...objectives)
      .when(ben('meeting.conclude'))
      .thenFacts({
        leadsMeeting: { inSession: false, concluded: true, held: 1, patternFound: false },
        intake: { reports: [{ takenUp: true }] },
        staff: { responder: 'rui', followUp: 'cleo' },
      });
  });

  it('ends without one of them where a lead says why', () => {
    const hurried = departing(conclude, { rule: 'objectives-met', ground: 'impossible' });
    given(...convened)
      .when(hurried)
      .then({ leadsMeeting: 'concluded', decision: 'deliberating' });
    given(...convened, ...objectives)
      .when(hurried)
      .thenExactlyRefused('departure-is-allowed');
  });

  it('ends only when every interim measure was confirmed or reversed', () => {
    const acted = [...interim, ...convened, ...objectives];
    const action = seqOf(...interim.slice(0, 2));
    const review = (number: number) =>
      ada('meeting.reviewInterimActions', { reviews: [{ action: number, outcome: 'confirmed' }] });
    given(...acted)
      .when(conclude)
      .thenRefusedFor('interim-actions-reviewed', { unreviewed: [action] });
    given(...acted, review(action))
      .when(conclude)
      .then({ leadsMeeting: 'concluded' });
    given(...acted)
      .when(review(99))
      .thenExactlyRefused('known-reference');
  });

  it('assigns anew after the conclusion too', () => {
    given(...met)
      .when(ada('meeting.assignResponder', { person: 'kim' }))
      .thenFacts({ staff: { responder: 'kim' }, leadsMeeting: { concluded: true } });
    given(...met)
      .when(cam('meeting.assignFollowUp', { person: 'rui' }))
      .then({ leadsMeeting: 'concluded' });
  });

  it('plans follow-ups at any time, by the leads or whoever follows up, and adds to the plan', () => {
    const plan = { followUps: [{ for: 'other-1' }] };
    for (const story of [reported, met, settled])
      given(...story)
        .when(ada('meeting.planFollowUps', plan))
        .then({ status: 'open' });
    given(...met)
      .when(cleo('meeting.planFollowUps', plan))
      .thenFacts({
        leadsMeeting: {
          followUps: [
            { for: 'reporter', settled: false },
            { for: 'other-2', settled: false },
            { for: 'other-1', settled: false },
          ],
        },
      });
    given(...settled, ada('meeting.planFollowUps', { followUps: [{ for: 'other-2' }] }))
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', { missing: ['followUp: other-2'] });
    given(...met)
      .when(rui('meeting.planFollowUps', plan))
      .thenExactlyRefused('leads-meet');
    given(...met)
      .when(ada('meeting.planFollowUps', { followUps: [{ for: 'other-3' }] }))
      .thenExactlyRefused('known-reference');
  });
});

describe('another meeting', () => {
  it('may be called whenever one was held: assignments stay, and nothing decided is undone', () => {
    given(...decided, later('PT5H'))
      .when(reconvene)
      .then({ leadsMeeting: 'awaiting', decision: 'decided', reportedPersonFollowUp: 'choosing' });
    given(...decided, later('PT5H'))
      .when(reconvene)
      .thenFacts({
        leadsMeeting: {
          concluded: false,
          held: 1,
          objectives: { reviewReport: false, assignResponder: true, assignFollowUp: true },
        },
        staff: { responder: 'rui', followUp: 'cleo' },
        people: { reported: [{ decision: { finding: 'violation' } }] },
      });
    given(...decided, later('PT5H'))
      .when(reconvene)
      .thenClocks({ leadsMeet: inTime('PT29H'), reporterFollowUp: inTime('P7D') });
    given(...met)
      .when(reconvene)
      .then({ leadsMeeting: 'awaiting', decision: 'idle' });
    given(...convened)
      .when(reconvene)
      .thenRefused('reconvene-after-conclusion');
  });

  it('counts its clock from the first call, however often it is called', () => {
    given(...met, reconvene, later('PT5H'))
      .when(reconvene)
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
  });

  it('opens again only the tasks that nobody holds any more', () => {
    given(...met, reconvene, dov('case.recuse', { person: 'rui' }))
      .when(convene)
      .thenFacts({
        leadsMeeting: { objectives: { assignResponder: false, assignFollowUp: true } },
      });
  });

  it('is owed for a report that came after the conclusion', () => {
    const more = [...welcomed, cleo('intake.recordReport', secondReport)];
    given(...decided, ...more)
      .when(cleo('intake.thankReporter'))
      .then({ leadsMeeting: 'awaiting', decision: 'decided' });
    given(...decided, ...more, cleo('intake.thankReporter'), cleo('intake.reportToLeads'))
      .when(convene)
      .then({ leadsMeeting: 'inSession', intake: 'reported' });
  });

  it('reviews a report that comes while it is in session, or meets again over it', () => {
    const more = [...welcomed, cleo('intake.recordReport', secondReport)];
    given(...convened, ...objectives, ...more)
      .when(conclude)
      .thenRefusedFor('objectives-met', { missing: ['meeting.reviewReport'] });
    given(...convened, ...objectives, ...more, ada('meeting.reviewReport'))
      .when(conclude)
      .thenFacts({ intake: { reports: [{ takenUp: true }, { takenUp: true }] } });
  });

  it('decides on somebody who was named after the first', () => {
    const named = [
      ...met,
      cleo('intake.addClarification', { reportedPersons: [{ name: 'words' }] }),
    ];
    const decide = ada('decision.record', {
      for: 'reported-2',
      finding: 'no-violation',
      deciders: ['ada', 'ben'],
      responses: [],
    });
    given(...named)
      .when(decide)
      .thenRefused('decision-after-meeting');
    given(...named, ...meetAgain)
      .when(decide)
      .thenOf('reported-2', { decision: 'carriedOut' });
  });
});

describe('departures', () => {
  const hurried = [
    ...reported.slice(0, -2),
    departing(cleo('intake.reportToLeads'), { rule: 'reporter-thanked', ground: 'safety' }),
  ];
  const seq = seqOf(...hurried);
  const review = (by: typeof ada, outcome = 'endorsed', rule = 'reporter-thanked') =>
    by('meeting.reviewDepartures', { reviews: [{ seq, rule, outcome }] });

  it('stand in the record, and wait for the leads’ review', () => {
    given(...hurried, ...meet.slice(0, -1))
      .when(conclude)
      .thenRefusedFor('departures-reviewed', { unreviewed: [{ seq, rule: 'reporter-thanked' }] });
    given(...hurried, ...meet.slice(0, -1), review(ben, 'criticised'))
      .when(conclude)
      .thenFacts({ departures: [{ seq, review: { by: 'ben', outcome: 'criticised' } }] });
  });

  it('may be reviewed at any time, by leads', () => {
    given(...hurried)
      .when(review(ada))
      .thenFacts({ departures: [{ review: { by: 'ada' } }] });
    given(...hurried)
      .when(review(rui))
      .thenExactlyRefused('who-may-act', 'leads-meet');
    given(...hurried, cleo('case.refer', { person: 'uma' }))
      .when(review(uma))
      .thenFacts({ departures: [{ review: { by: 'uma' } }] });
    given(...hurried)
      .when(review(ada, 'endorsed', 'safety-checked'))
      .thenExactlyRefused('known-reference');
  });

  it('are not reviewed by who departed, as long as there is another lead', () => {
    const own = [
      ...convened,
      departing(conclude, { rule: 'objectives-met', ground: 'does-not-fit' }),
    ];
    const reviewOwn = (by: typeof ada) =>
      by('meeting.reviewDepartures', {
        reviews: [{ seq: seqOf(...own), rule: 'objectives-met', outcome: 'endorsed' }],
      });
    given(...own)
      .when(reviewOwn(ada))
      .thenExactlyRefused('no-judge-in-own-cause');
    given(...own)
      .when(reviewOwn(ben))
      .thenFacts({ departures: [{ by: 'ada', review: { by: 'ben' } }] });
    const others = ['ben', 'cam', 'una'].map((person) => dov('case.recuse', { person }));
    given(...own, ...others)
      .when(reviewOwn(ada))
      .thenFacts({ departures: [{ by: 'ada', review: { by: 'ada' } }] });
  });

  it('and breaches: what was done though the procedure forbids it', () => {
    const breach = ada('case.noteBreach', { rule: 'no-promised-response', by: 'rui' });
    given(...met)
      .when(breach)
      .thenFacts({
        departures: [{ rule: 'no-promised-response', ground: 'breach', by: 'rui', review: null }],
      });
    given(...settled, breach)
      .when(ada('case.close'))
      .thenExactlyRefused('departures-reviewed');
    const number = seqOf(...settled, breach);
    const reviewed = ben('meeting.reviewDepartures', {
      reviews: [{ seq: number, rule: 'no-promised-response', outcome: 'criticised' }],
    });
    given(...settled, breach, reviewed)
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });
});

describe('what happened before it was entered', () => {
  it('counts from the receipt, said when the case is opened', () => {
    const received = { receivedAt: inTime('PT0S') };
    const late = [later('P2D'), opened(received), ...welcomed];
    given(...late)
      .when(cleo('intake.recordReport', { form: 'transcribed' }))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
    given(...late)
      .when(cleo('intake.recordReport', { form: 'transcribed', happenedAt: inTime('PT2H') }))
      .thenClocks({ leadsMeet: inTime('PT26H'), reporterFollowUp: inTime('P7DT2H') });
    given(later('P2D'))
      .when(opened({ receivedAt: inTime('P3D') }))
      .thenExactlyRefused('happened-when-it-could');
  });

  it('is never in the future, nor before the receipt, save in the intake and at once', () => {
    const early = { happenedAt: '2026-05-01T08:00:00+00:00' };
    given(...reported, later('PT1H'))
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'], ...early }))
      .thenExactlyRefused('happened-when-it-could');
    given(...reported, later('PT1H'))
      .when(cleo('immediate.seekResource', { resource: 'medical', ...early }))
      .then({ status: 'open' });
    given(...reported)
      .when(cleo('immediate.seekResource', { resource: 'medical', happenedAt: inTime('PT1S') }))
      .thenExactlyRefused('happened-when-it-could');
    given(...reported, later('PT1H'))
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'], happenedAt: begin }))
      .then({ leadsMeeting: 'inSession' });
  });
});
