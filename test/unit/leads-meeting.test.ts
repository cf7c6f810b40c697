import { describe, it } from 'vitest';
import {
  convened,
  covered,
  decided,
  declined,
  lateMeeting,
  met,
  objectives,
  recorded,
  reopened,
  reported,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, dov, kim, rui } from '../support/cast.ts';
import { begin, elapsed, given, inTime, later, opened, sceneAfter } from '../support/story.ts';

const attend = (...attendees: string[]) => ada('meeting.convene', { attendees });
const reconvene = ada('meeting.reconvene');
const interim = [
  cleo('immediate.assess', { needed: true }),
  rui('immediate.takeAction', { kind: 'leave-event' }),
  cleo('immediate.resolve'),
];

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
      .when(attend('ada', 'ben'))
      .then({ leadsMeeting: 'inSession' });
    given(...reported)
      .when(attend('ada', 'ben'))
      .thenFacts({
        leadsMeeting: { inSession: true, concluded: false, attendees: ['ada', 'ben'] },
      });
  });

  it('is overdue a day after the report, and the leads meet all the same', () => {
    given(...reported, later('PT24H'))
      .when(elapsed('leadsMeet'))
      .then({ leadsMeeting: 'overdue' });
    given(...reported, ...lateMeeting)
      .when(attend('ada', 'ben'))
      .then({ leadsMeeting: 'inSession' });
  });

  it('is overdue too while the report has not reached the leads, and then goes on likewise', () => {
    given(...recorded, later('PT24H'))
      .when(elapsed('leadsMeet'))
      .then({ leadsMeeting: 'overdue', intake: 'recorded' });
    given(...recorded, ...lateMeeting)
      .when(attend('ada', 'ben'))
      .thenExactlyRefused('meeting-after-intake');
    const handedOn = [...recorded, ...lateMeeting, ...reported.slice(recorded.length)];
    given(...handedOn.slice(0, -1))
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported', leadsMeeting: 'overdue' });
    given(...handedOn)
      .when(attend('ada', 'ben'))
      .then({ leadsMeeting: 'inSession' });
  });

  it('keeps its clock when the report is handed on: it counts from the recording', () => {
    given(...reported.slice(0, -1), later('PT3H'))
      .when(cleo('intake.reportToLeads'))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
  });

  it('is not overdue a moment early, nor once the leads have met', () => {
    given(...reported, later('PT23H59M59.999S'))
      .when(elapsed('leadsMeet'))
      .thenNothing();
    given(...convened, later('P2D'))
      .when(elapsed('leadsMeet'))
      .thenNothing();
    given(...met, later('P2D'))
      .when(elapsed('leadsMeet'))
      .thenNothing();
  });

  it('needs a quorum of leads, and nobody who is no lead', () => {
    given(...reported)
      .when(attend('ada'))
      .thenExactlyRefused('quorum');
    given(...reported)
      .when(attend('ada', 'kim'))
      .thenExactlyRefused('leads-meet', 'quorum');
    given(...reported)
      .when(attend('ada', 'ben', 'dov'))
      .thenExactlyRefused('leads-meet');
    given(opened({ settings: { quorum: 3 } }), ...reported)
      .when(attend('ada', 'ben'))
      .thenExactlyRefused('quorum');
  });

  it('counts a substitute for a lead', () => {
    const short = [...reported, dov('case.recuse', { person: 'ben' })];
    given(...short, dov('case.nameSubstitute', { person: 'rui' }))
      .when(attend('ada', 'rui'))
      .then({ leadsMeeting: 'inSession' });
    given(...short)
      .when(attend('ada', 'ben'))
      .thenExactlyRefused('recused-take-no-part');
  });

  it.each(objectives.map((objective) => [objective.event.type, objective] as const))(
    'meets its objective %s in session only',
    (type, objective) => {
      const name = type.replace('meeting.', '');
      given(...convened)
        .when(objective)
        .thenFacts({ leadsMeeting: { objectives: { [name]: true } } });
      given(...reported)
        .when(objective)
        .thenRefused('in-its-stage', 'meeting-in-session');
      given(...convened, ...objectives.filter((other) => other !== objective))
        .when(ada('meeting.conclude'))
        .thenExactlyRefused('objectives-met');
    },
  );

  it('ends when all six objectives are met, and the follow-up is to be chosen', () => {
    given(...convened, ...objectives)
      .when(ben('meeting.conclude'))
      .then({ leadsMeeting: 'concluded', reportedPersonFollowUp: 'choosing' });
    given(...convened, ...objectives)
      .when(ben('meeting.conclude'))
      .thenFacts({
        leadsMeeting: { inSession: false, concluded: true, patternFound: false },
        staff: { responder: 'rui', followUp: 'cleo' },
      });
  });

  it('ends only when every interim action was confirmed or reversed', () => {
    const acted = [...interim, ...convened, ...objectives];
    const { seq } = sceneAfter(...interim.slice(0, 2));
    given(...acted)
      .when(ada('meeting.conclude'))
      .thenExactlyRefused('interim-actions-reviewed');
    given(
      ...acted,
      ada('meeting.reviewInterimActions', { reviews: [{ action: seq, outcome: 'confirmed' }] }),
    )
      .when(ada('meeting.conclude'))
      .then({ leadsMeeting: 'concluded' });
    given(...acted)
      .when(
        ada('meeting.reviewInterimActions', { reviews: [{ action: 99, outcome: 'confirmed' }] }),
      )
      .thenExactlyRefused('known-reference');
  });

  it('may plan no follow-ups at all, and revise the plan in session', () => {
    given(...convened, ...objectives)
      .when(ada('meeting.planFollowUps', { followUps: [] }))
      .thenFacts({ leadsMeeting: { followUps: [], objectives: { planFollowUps: true } } });
  });

  it('assigns anew after the conclusion too', () => {
    given(...met)
      .when(ada('meeting.assignResponder', { person: 'kim' }))
      .thenFacts({ staff: { responder: 'kim' }, leadsMeeting: { concluded: true } });
    given(...met)
      .when(cam('meeting.assignFollowUp', { person: 'rui' }))
      .then({ leadsMeeting: 'concluded' });
    given(...met)
      .when(ada('meeting.planFollowUps', { followUps: [] }))
      .thenExactlyRefused('in-its-stage', 'meeting-in-session');
  });

  it('reconvenes before the decision: objectives are open again, assignments stay, a new clock runs', () => {
    given(...declined, later('PT5H'))
      .when(reconvene)
      .then({ leadsMeeting: 'awaiting', reportedPersonFollowUp: 'idle', decision: 'idle' });
    given(...declined, later('PT5H'))
      .when(reconvene)
      .thenFacts({
        leadsMeeting: {
          concluded: false,
          objectives: { reviewReport: false, assignResponder: true, assignFollowUp: true },
        },
        staff: { responder: 'rui', followUp: 'cleo' },
        reportedPersonFollowUp: { outcome: null },
      });
    given(...declined, later('PT5H'))
      .when(reconvene)
      .thenClocks({ leadsMeet: inTime('PT29H'), reporterFollowUp: inTime('P7D') });
  });

  it('assigns anew only the tasks that nobody holds any more', () => {
    const again = [reconvene, attend('ada', 'ben'), ada('case.recuse', { person: 'rui' })];
    given(...declined, ...again)
      .when(ada('meeting.conclude'))
      .thenRefusedFor('objectives-met', {
        missing: [
          'meeting.reviewReport',
          'meeting.consultPastIncidents',
          'meeting.discussResponses',
          'meeting.assignResponder',
          'meeting.planFollowUps',
        ],
      });
  });

  it('can be late a second time', () => {
    given(...met, reconvene, later('PT24H'))
      .when(elapsed('leadsMeet'))
      .then({ leadsMeeting: 'overdue', reportedPersonFollowUp: 'choosing' });
  });

  it('takes a finished follow-up back, and keeps the points that were covered', () => {
    const heard = [...covered, rui('followUp.complete')];
    given(...heard)
      .when(reconvene)
      .then({ reportedPersonFollowUp: 'idle', decision: 'idle' });
    given(...heard, reconvene, attend('ada', 'cam'), ...objectives, ada('meeting.conclude'))
      .when(kim('followUp.begin', { medium: 'phone' }))
      .thenFacts({
        reportedPersonFollowUp: {
          points: ['what-happened', 'impact', 'code-of-conduct', 'improvement', 'consequences'],
        },
      });
    given(
      ...heard,
      reconvene,
      attend('ada', 'cam'),
      ...objectives,
      ada('meeting.conclude'),
      kim('followUp.begin', { medium: 'phone' }),
    )
      .when(kim('followUp.complete'))
      .then({ reportedPersonFollowUp: 'completed', decision: 'deliberating' });
  });

  it('leaves a conversation that is going on', () => {
    given(...covered)
      .when(reconvene)
      .then({ reportedPersonFollowUp: 'conversing', leadsMeeting: 'awaiting' });
  });

  it('does not reconvene over a decision that stands, but after a reopening', () => {
    given(...decided)
      .when(reconvene)
      .thenExactlyRefused('before-decision');
    given(...reopened)
      .when(reconvene)
      .then({ leadsMeeting: 'awaiting', decision: 'idle', reportedPersonFollowUp: 'idle' });
    given(...reopened)
      .when(reconvene)
      .thenFacts({ decision: null, reopened: false, intake: { reportedAt: begin } });
  });
});
