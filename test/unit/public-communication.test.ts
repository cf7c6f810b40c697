import { describe, it } from 'vitest';
import {
  covered,
  declined,
  decided,
  met,
  noViolation,
  recorded,
  settled,
  verdict,
} from '../support/chapters.ts';
import { ada, cleo, dov, identifying, kim, rui } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

const aware = (audience = 'room') => cleo('publicity.recordAwareness', { audience, count: 30 });
const both = { saysAgainstPolicy: true, saysActionTaken: true };
const inform = cleo('publicity.informAware', both);
const announcement = { ...both, channels: ['plenary'] };
const interim = [
  cleo('immediate.assess', { needed: true }),
  cleo('immediate.takeAction', { kind: 'leave-event' }),
];

describe('public communication', () => {
  it('is quiet as long as nobody outside knows', () => {
    given().when(opened()).then({ publicCommunication: 'quiet' });
  });

  it('owes a notice as soon as others are aware', () => {
    given().when(aware()).then({ publicCommunication: 'noticeOwed' });
    given(aware(), aware('online'))
      .when(aware('room'))
      .thenFacts({ publicCommunication: { aware: ['room', 'online'], noticeGiven: false } });
  });

  it('has given the notice when those who are aware were informed', () => {
    given(...decided, aware())
      .when(inform)
      .then({ publicCommunication: 'noticeGiven' });
    given(...decided, aware())
      .when(inform)
      .thenFacts({ publicCommunication: { noticeGiven: true } });
  });

  it('counts an announcement as the notice', () => {
    given(...decided, aware())
      .when(dov('publicity.announce', announcement))
      .then({ publicCommunication: 'noticeGiven' });
  });

  it('may give a notice that nobody owed, and another one later', () => {
    given(...decided)
      .when(inform)
      .then({ publicCommunication: 'noticeGiven' });
    given(...decided, inform)
      .when(dov('publicity.announce', announcement))
      .then({ publicCommunication: 'noticeGiven' });
  });

  it('stays given when it turns out that more people know', () => {
    given(...decided, inform)
      .when(aware())
      .then({ publicCommunication: 'noticeGiven' });
  });

  it('goes beside the meeting: an interim action is enough to speak of', () => {
    given(...interim, aware())
      .when(inform)
      .then({ publicCommunication: 'noticeGiven', intake: 'receiving' });
  });

  it('says nothing of an action before there is one', () => {
    for (const story of [recorded, met, declined, noViolation])
      given(...story)
        .when(inform)
        .thenExactlyRefused('action-before-notice');
    given(
      cleo('immediate.assess', { needed: true }),
      cleo('immediate.takeAction', { kind: 'none' }),
    )
      .when(inform)
      .thenExactlyRefused('action-before-notice');
  });

  it('says nothing of an action that the leads reversed', () => {
    const reversed = ada('meeting.reviewInterimActions', {
      reviews: [{ action: 3, outcome: 'reversed' }],
    });
    given(...interim, cleo('immediate.resolve'), ...met.slice(0, 7), reversed)
      .when(inform)
      .thenExactlyRefused('action-before-notice');
  });

  it.each(['saysAgainstPolicy', 'saysActionTaken'])('says both: not without %s', (missing) => {
    given(...decided)
      .when(cleo('publicity.informAware', { ...both, [missing]: false }))
      .thenExactlyRefused('notice-says-both');
    given(...decided)
      .when(dov('publicity.announce', { ...announcement, [missing]: false }))
      .thenExactlyRefused('notice-says-both');
  });

  it('announces through an organizer, or somebody whom an organizer named', () => {
    given(...decided)
      .when(kim('publicity.announce', announcement))
      .thenExactlyRefused('announcer-authority');
    given(...decided, dov('publicity.delegateAuthority', { to: 'kim' }))
      .when(kim('publicity.announce', announcement))
      .then({ publicCommunication: 'noticeGiven' });
    given(...decided)
      .when(kim('publicity.delegateAuthority', { to: 'kim' }))
      .thenExactlyRefused('delegation-by-organizer');
    given(...decided)
      .when(dov('publicity.delegateAuthority', { to: 'eve' }))
      .thenExactlyRefused('assignee-is-staff');
  });

  it.each(['reporter', 'reported-1', 'other-1'])('identifies nobody: not %s', (ref) => {
    const known = identifying(ref);
    for (const event of [
      dov('publicity.informAware', both, known),
      dov('publicity.announce', announcement, known),
      dov('publicity.apologizeToAttendees', { text: 'words' }, known),
    ])
      given(...decided)
        .when(event)
        .thenExactlyRefused('no-identities-in-public');
  });

  it('may name whoever consents themself', () => {
    const consent = (instructedByPerson: boolean) =>
      cleo('publicity.recordDisclosureConsent', { ref: 'reporter', instructedByPerson });
    given(...recorded)
      .when(consent(false))
      .thenExactlyRefused('consent-is-own');
    given(...recorded, consent(true))
      .when(consent(true))
      .thenFacts({ people: { consents: ['reporter'] } });
    given(...decided, consent(true))
      .when(cleo('publicity.informAware', both, identifying('reporter')))
      .then({ publicCommunication: 'noticeGiven' });
    given(...recorded)
      .when(cleo('publicity.recordDisclosureConsent', { ref: 'other-3', instructedByPerson: true }))
      .thenExactlyRefused('known-reference');
  });

  it('may name the reported person of whom an account is to be published, and no other', () => {
    const account = (who: object) =>
      ada('decision.record', {
        ...verdict,
        responses: [{ kind: 'publish-account', ...who, callsForResignation: true }],
      });
    const second = cleo('intake.addClarification', { reportedPersons: [{ name: 'words' }] });
    given(...declined, second, account({ for: 'reported-1' }))
      .when(dov('publicity.announce', announcement, identifying('reported-1')))
      .then({ publicCommunication: 'noticeGiven' });
    given(...declined, second, account({ for: 'reported-1' }))
      .when(dov('publicity.announce', announcement, identifying('reported-2', 'reporter')))
      .thenExactlyRefused('no-identities-in-public');
    given(...declined, second, account({}))
      .when(dov('publicity.announce', announcement, identifying('reported-1', 'reported-2')))
      .then({ publicCommunication: 'noticeGiven' });
  });

  it('apologizes to attendees, and refers what remains to the organizers, at any time', () => {
    given(aware())
      .when(rui('publicity.apologizeToAttendees', { text: 'words' }))
      .then({ publicCommunication: 'noticeOwed' });
    given(...covered)
      .when(kim('publicity.referToOrganizers'))
      .then({ publicCommunication: 'quiet' });
  });

  it('keeps the case open until the notice is given, where a violation stands', () => {
    given(...settled, aware())
      .when(ada('case.close'))
      .thenExactlyRefused('notice-before-close');
    given(...settled, aware(), inform)
      .when(ada('case.close'))
      .then({ status: 'closed', publicCommunication: 'noticeGiven' });
  });

  it('owes nobody a notice where no violation stands', () => {
    const told = cleo('care.followUpWithReporter', { covered: ['determination'], medium: 'phone' });
    given(...noViolation, aware(), told, cleo('care.followUpWithImpacted', { ref: 'other-2' }))
      .when(ada('case.close'))
      .then({ status: 'closed', publicCommunication: 'noticeOwed' });
  });
});
