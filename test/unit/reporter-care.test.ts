/** What a reporter gets, and hears back. */
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
import { ada, cleo, departing, kim, rui } from '../support/cast.ts';
import { elapsed, given, later, opened } from '../support/story.ts';

const followUp = (...told: string[]) =>
  cleo('care.followUpWithReporter', { covered: told, medium: 'phone' });
const unreachable = cleo('care.markUnreachable', { attempts: 2 });
const late = [later('P7D'), elapsed('reporterFollowUp')];
const wish = (contact: string, whom = 'reporter') => cleo('care.noteWish', { for: whom, contact });

describe('reporter care', () => {
  it('waits for a report, and is due from then on', () => {
    given().when(opened()).then({ reporterCare: 'waiting' });
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

  it('knows that there is a contact once one was left, by the reporter or somebody impacted', () => {
    given()
      .when(cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }))
      .thenFacts({ people: { reporters: [{ contact: true }] } });
    given()
      .when(cleo('care.provide', { kind: 'contact-for-follow-up' }))
      .thenFacts({ people: { reporters: [{ contact: false }] } });
    given(...recorded)
      .when(cleo('care.provide', { for: 'other-1', kind: 'crisis-contacts', contact: 'words' }))
      .thenFacts({ people: { others: [{ ref: 'other-1', contact: true }, {}] } });
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
    given(...recorded, later('P6DT23H59M59.999S'))
      .when(elapsed('reporterFollowUp'))
      .thenNothing();
    given(...recorded, ...late)
      .when(elapsed('reporterFollowUp'))
      .thenNothing();
  });

  it('follows up after the meeting, late rather than never, and the clock stops', () => {
    given(...met)
      .when(followUp('discussed'))
      .then({ reporterCare: 'followedUp' });
    given(...met)
      .when(followUp('discussed'))
      .thenClocks({});
    given(...met, ...late, later('PT1S'))
      .when(followUp('discussed'))
      .thenFacts({ timeliness: [{}, { name: 'reporterFollowUp', ref: 'reporter', late: true }] });
  });

  it('follows up before a report as little as before the meeting', () => {
    for (const story of [[], reported])
      given(...story)
        .when(followUp('discussed'))
        .thenRefused('follow-up-after-meeting');
  });

  it('may say before the meeting that it was heard, where somebody is in fear; more is still owed', () => {
    const early = departing(
      ada('care.followUpWithReporter', { covered: ['discussed'], medium: 'phone' }),
      { rule: 'follow-up-after-meeting', ground: 'safety' },
    );
    given(...reported)
      .when(early)
      .then({ reporterCare: 'due' });
    given(...reported)
      .when(early)
      .thenFacts({ people: { reporters: [{ care: { owed: true, covered: ['discussed'] } }] } });
  });

  it('says what was found and done only once a decision stands', () => {
    given(...met)
      .when(followUp('discussed', 'determination'))
      .thenExactlyRefused('follow-up-after-meeting');
    given(...decided)
      .when(followUp('determination', 'actions'))
      .thenFacts({ people: { reporters: [{ care: { covered: ['determination', 'actions'] } }] } });
    given(...noViolation)
      .when(followUp('determination'))
      .then({ reporterCare: 'followedUp' });
  });

  it('adds up what was told', () => {
    given(...decided, followUp('discussed'))
      .when(followUp('discussed', 'actions'))
      .thenFacts({ people: { reporters: [{ care: { covered: ['discussed', 'actions'] } }] } });
  });

  it('is a lead’s or the assigned person’s to do', () => {
    given(...met)
      .when(ada('care.followUpWithReporter', { covered: ['discussed'], medium: 'chat' }))
      .then({ reporterCare: 'followedUp' });
    given(...met)
      .when(rui('care.followUpWithReporter', { covered: ['discussed'], medium: 'chat' }))
      .thenExactlyRefused('assigned-follow-up');
    given(...met)
      .when(kim('care.followUpWithImpacted', { for: 'other-2' }))
      .thenExactlyRefused('assigned-follow-up');
  });

  it('gives up after two attempts, at once where there is no contact, and late too', () => {
    given(...recorded)
      .when(cleo('care.markUnreachable', { attempts: 1 }))
      .thenExactlyRefused('reporter-contactable');
    given(...recorded)
      .when(unreachable)
      .then({ reporterCare: 'unreachable' });
    given(...recorded, ...late)
      .when(unreachable)
      .then({ reporterCare: 'unreachable' });
    given(...welcomed, cleo('intake.recordReport', { form: 'written' }))
      .when(cleo('care.markUnreachable', { attempts: 0 }))
      .then({ reporterCare: 'unreachable' });
  });

  it('takes a reporter back who turns up again', () => {
    given(...met, unreachable)
      .when(followUp('discussed'))
      .then({ reporterCare: 'followedUp' });
    given(...met, unreachable)
      .when(cleo('intake.recordReport', { form: 'written', from: 'reporter', channel: 'email' }))
      .then({ reporterCare: 'due' });
  });

  it('settles planned follow-ups, each by themself', () => {
    const planned = (reporter: boolean, other: boolean) => ({
      leadsMeeting: {
        followUps: [
          { for: 'reporter', settled: reporter },
          { for: 'other-2', settled: other },
        ],
      },
    });
    for (const event of [followUp('discussed'), unreachable])
      given(...met)
        .when(event)
        .thenFacts(planned(true, false));
    for (const event of [
      cleo('care.followUpWithImpacted', { for: 'other-2' }),
      cleo('care.followUpWithImpacted'),
      cleo('care.markUnreachable', { for: 'other-2', attempts: 2 }),
      cleo('care.dropFollowUp', { for: 'other-2' }),
    ])
      given(...met)
        .when(event)
        .thenFacts(planned(false, true));
    given(...met)
      .when(cleo('care.markUnreachable', { for: 'other-2', attempts: 2 }))
      .then({ reporterCare: 'due' });
  });

  it('follows up with those whom the leads planned to, and knows no others', () => {
    for (const whom of ['other-1', 'reporter', 'other-7'])
      given(...met)
        .when(cleo('care.followUpWithImpacted', { for: whom }))
        .thenExactlyRefused('known-reference');
    given(...met, cleo('care.dropFollowUp', { for: 'other-2' }))
      .when(cleo('care.dropFollowUp', { for: 'other-2' }))
      .thenExactlyRefused('known-reference');
    given(...met)
      .when(rui('care.dropFollowUp', { for: 'other-2' }))
      .thenExactlyRefused('assigned-follow-up');
  });
});

describe('wishes', () => {
  it('not to be written to ends the care, and nobody does', () => {
    given(...met)
      .when(wish('none'))
      .then({ reporterCare: 'asWished' });
    given(...met)
      .when(wish('none'))
      .thenClocks({});
    given(...met, wish('none'))
      .when(followUp('discussed'))
      .thenRefused('contact-as-wished');
    given(...decided, wish('none'))
      .when(cleo('care.provide', { kind: 'crisis-contacts' }))
      .then({ reporterCare: 'asWished' });
  });

  it('may change, and the latest counts', () => {
    given(...met, wish('none'))
      .when(wish('welcome'))
      .then({ reporterCare: 'due' });
    given(...met, wish('none'), wish('outcome-only'))
      .when(followUp('discussed'))
      .thenExactlyRefused('contact-as-wished');
    given(...decided, wish('outcome-only'))
      .when(followUp('determination'))
      .then({ reporterCare: 'followedUp' });
  });

  it('are others’ own too', () => {
    given(...met)
      .when(wish('none', 'other-2'))
      .thenFacts({
        people: { others: [{ wish: null }, { wish: 'none' }] },
        leadsMeeting: { followUps: [{ settled: false }, { for: 'other-2', settled: true }] },
      });
    given(...met, wish('none', 'other-2'))
      .when(cleo('care.followUpWithImpacted', { for: 'other-2' }))
      .thenExactlyRefused('contact-as-wished');
    given(...met)
      .when(wish('none', 'reported-1'))
      .thenExactlyRefused('known-reference');
  });

  it('may have been told to us in time, whatever the number of attempts', () => {
    given(...met)
      .when(
        departing(cleo('care.markUnreachable', { attempts: 0 }), {
          rule: 'reporter-contactable',
          ground: 'persons-wish',
        }),
      )
      .then({ reporterCare: 'unreachable' });
  });
});
