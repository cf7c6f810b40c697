/** The meeting of the leads over a report. */
import { describe, it } from 'vitest';
import {
  conclude,
  convene,
  convened,
  decide,
  handOver,
  innocent,
  lateMeeting,
  met,
  needed,
  objectives,
  recorded,
  reported,
  settled,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, departing, rui } from '../support/cast.ts';
import { elapsed, given, inTime, later, opened, seqOf } from '../support/story.ts';

const attend = (...attendees: string[]) => ada('meeting.convene', { attendees });
const interim = [
  needed,
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
      .when(decide({ ...innocent, deciders: ['ada'] }))
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
