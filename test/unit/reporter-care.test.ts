import { describe, it } from 'vitest';
import {
  decided,
  met,
  noViolation,
  recorded,
  reported,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, cleo, kim, rui } from '../support/cast.ts';
import { elapsed, given, inTime, later, opened } from '../support/story.ts';

const followUp = (...told: string[]) =>
  cleo('care.followUpWithReporter', { covered: told, medium: 'phone' });
const unreachable = cleo('care.markUnreachable', { attempts: 2 });
const late = [later('P7D'), elapsed('reporterFollowUp')];

describe('reporter care', () => {
  it('waits for a report', () => {
    given().when(opened()).then({ reporterCare: 'waiting' });
  });

  it('is due from the recording of the report on', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', theReport))
      .then({ reporterCare: 'due' });
  });

  it('gives care at any time, before the report too, and changes nothing else by it', () => {
    given()
      .when(rui('care.provide', { kind: 'water' }))
      .then({ reporterCare: 'waiting', intake: 'receiving' });
    given(...met)
      .when(kim('care.provide', { kind: 'escort' }))
      .then({ reporterCare: 'due' });
  });

  it('knows that there is a contact once one was left', () => {
    given()
      .when(cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }))
      .thenFacts({ people: { reporter: { contact: true } } });
    given()
      .when(cleo('care.provide', { kind: 'contact-for-follow-up' }))
      .thenFacts({ people: { reporter: { contact: false } } });
  });

  it('is overdue after a week', () => {
    given(...recorded, later('P7D'))
      .when(elapsed('reporterFollowUp'))
      .then({ reporterCare: 'overdue', intake: 'recorded' });
    given(...recorded, later('P7D'), elapsed('leadsMeet'))
      .when(elapsed('reporterFollowUp'))
      .thenOverdue('leadsMeet', 'reporterFollowUp');
    given(...met, ...late)
      .when(followUp('discussed'))
      .thenOverdue();
  });

  it('is not overdue a moment earlier', () => {
    given(...recorded, later('P6DT23H59M59.999S'))
      .when(elapsed('reporterFollowUp'))
      .thenNothing();
  });

  it('has no clock before the report, nor when it has run out', () => {
    given(later('P30D')).when(elapsed('reporterFollowUp')).thenNothing();
    given(...recorded, ...late)
      .when(elapsed('reporterFollowUp'))
      .thenNothing();
  });

  it('follows up after the meeting, and the clock stops', () => {
    given(...met)
      .when(followUp('discussed'))
      .then({ reporterCare: 'followedUp' });
    given(...met)
      .when(followUp('discussed'))
      .thenClocks({});
  });

  it('follows up late rather than never', () => {
    given(...met, ...late)
      .when(followUp('discussed'))
      .then({ reporterCare: 'followedUp' });
  });

  it('follows up before a report as little as before the meeting', () => {
    given().when(followUp('discussed')).thenRefused('in-its-stage', 'follow-up-after-meeting');
    given(...reported)
      .when(followUp('discussed'))
      .thenRefused('follow-up-after-meeting');
  });

  it('says what was found and done only once a decision stands', () => {
    given(...met)
      .when(followUp('discussed', 'determination'))
      .thenExactlyRefused('follow-up-after-meeting');
    given(...met)
      .when(followUp('actions'))
      .thenExactlyRefused('follow-up-after-meeting');
    given(...decided)
      .when(followUp('determination', 'actions'))
      .thenFacts({ reporterCare: { covered: ['determination', 'actions'] } });
    given(...noViolation)
      .when(followUp('determination'))
      .then({ reporterCare: 'followedUp' });
  });

  it('follows up more than once, and adds up what was told', () => {
    given(...met, followUp('discussed'), ada('followUp.decline'))
      .when(followUp('discussed'))
      .thenFacts({ reporterCare: { covered: ['discussed'], outcome: 'followedUp' } });
  });

  it('is a lead’s or the assigned person’s to do', () => {
    given(...met)
      .when(ada('care.followUpWithReporter', { covered: ['discussed'], medium: 'chat' }))
      .then({ reporterCare: 'followedUp' });
    given(...met)
      .when(rui('care.followUpWithReporter', { covered: ['discussed'], medium: 'chat' }))
      .thenExactlyRefused('assigned-follow-up');
    given(...met)
      .when(kim('care.followUpWithImpacted', { ref: 'other-2' }))
      .thenExactlyRefused('assigned-follow-up');
  });

  it('gives up on the reporter after two attempts', () => {
    given(...recorded)
      .when(cleo('care.markUnreachable', { attempts: 1 }))
      .thenExactlyRefused('reporter-contactable');
    given(...recorded)
      .when(unreachable)
      .then({ reporterCare: 'unreachable' });
  });

  it('gives up at once where there is no contact', () => {
    given(...welcomed, cleo('intake.recordReport', { form: 'written' }))
      .when(cleo('care.markUnreachable', { attempts: 0 }))
      .then({ reporterCare: 'unreachable' });
  });

  it('gives up late too', () => {
    given(...recorded, ...late)
      .when(unreachable)
      .then({ reporterCare: 'unreachable' });
  });

  it('takes a reporter back who turns up again', () => {
    given(...met, unreachable)
      .when(followUp('discussed'))
      .then({ reporterCare: 'followedUp' });
  });

  it('stays followed up when a later attempt reaches nobody', () => {
    given(...met, followUp('discussed'))
      .when(unreachable)
      .then({ reporterCare: 'followedUp' });
  });

  it('settles the planned follow-up with the reporter, either way', () => {
    const planned = {
      leadsMeeting: {
        followUps: [
          { for: 'reporter', settled: true },
          { for: 'other-2', settled: false },
        ],
      },
    };
    given(...met)
      .when(followUp('discussed'))
      .thenFacts(planned);
    given(...met)
      .when(unreachable)
      .thenFacts(planned);
  });

  it('settles the planned follow-up with somebody else, either way, and leaves the reporter’s', () => {
    const planned = {
      leadsMeeting: {
        followUps: [
          { for: 'reporter', settled: false },
          { for: 'other-2', settled: true },
        ],
      },
    };
    given(...met)
      .when(cleo('care.followUpWithImpacted', { ref: 'other-2' }))
      .thenFacts(planned);
    given(...met)
      .when(cleo('care.markUnreachable', { ref: 'other-2', attempts: 2 }))
      .thenFacts(planned);
    given(...met)
      .when(cleo('care.markUnreachable', { ref: 'other-2', attempts: 2 }))
      .then({ reporterCare: 'due' });
  });

  it('follows up with those whom the leads planned to, and knows no others', () => {
    given(...met)
      .when(cleo('care.followUpWithImpacted', { ref: 'other-1' }))
      .thenExactlyRefused('known-reference');
    given(...met)
      .when(cleo('care.followUpWithImpacted', { ref: 'reporter' }))
      .thenExactlyRefused('known-reference');
    given(...recorded)
      .when(cleo('care.markUnreachable', { ref: 'other-7', attempts: 2 }))
      .thenExactlyRefused('known-reference');
  });

  it('counts its clock from the report, whatever comes between', () => {
    given(...recorded, later('PT1H'))
      .when(cleo('intake.addClarification'))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
  });
});
