/** Meetings of the leads after the first. */
import { describe, it } from 'vitest';
import {
  anotherReport,
  conclude,
  convene,
  convened,
  decide,
  decided,
  innocent,
  meetAgain,
  met,
  objectives,
  reconvene,
  recuse,
  welcomed,
} from '../support/chapters.ts';
import { ada, cleo } from '../support/cast.ts';
import { given, inTime, later } from '../support/story.ts';

describe('another meeting', () => {
  const more = [...welcomed, anotherReport];

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
    given(...met, reconvene, recuse('rui'))
      .when(convene)
      .thenFacts({
        leadsMeeting: { objectives: { assignResponder: false, assignFollowUp: true } },
      });
  });

  it('is owed for a report that came after the conclusion', () => {
    given(...decided, ...more)
      .when(cleo('intake.thankReporter'))
      .then({ leadsMeeting: 'awaiting', decision: 'decided' });
    given(...decided, ...more, cleo('intake.thankReporter'), cleo('intake.reportToLeads'))
      .when(convene)
      .then({ leadsMeeting: 'inSession', intake: 'reported' });
  });

  it('reviews a report that comes while it is in session, or meets again over it', () => {
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
    const clear = decide({ ...innocent, for: 'reported-2' });
    given(...named)
      .when(clear)
      .thenRefused('decision-after-meeting');
    given(...named, ...meetAgain)
      .when(clear)
      .thenOf('reported-2', { decision: 'carriedOut' });
  });
});
