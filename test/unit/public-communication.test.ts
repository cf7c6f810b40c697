import { describe, it } from 'vitest';
import {
  covered,
  decided,
  met,
  metOver,
  noViolation,
  ofTwo,
  recorded,
  settled,
  verdict,
} from '../support/chapters.ts';
import { ada, cleo, departing, dov, identifying, kim, rui } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

const aware = (audience = 'room') => cleo('publicity.recordAwareness', { audience, count: 30 });
const both = { saysAgainstPolicy: true, saysActionTaken: true };
const inform = cleo('publicity.informAware', both);
const announcement = { ...both, channels: ['plenary'] };
const announce = dov('publicity.announce', announcement);
const interim = [
  cleo('immediate.assess', { needed: true }),
  cleo('immediate.takeAction', { kind: 'leave-event' }),
];
const said = (purpose: string, more: object = {}) =>
  cleo('publicity.informAware', { purpose, ...more });

describe('public communication', () => {
  it('is quiet as long as nobody outside knows', () => {
    given().when(opened()).then({ publicCommunication: 'quiet' });
  });

  it('owes a word to each audience that is aware', () => {
    given().when(aware()).then({ publicCommunication: 'noticeOwed' });
    given(aware(), aware('online'))
      .when(aware('room'))
      .thenFacts({
        publicCommunication: {
          audiences: [
            { audience: 'audience-1', kind: 'room', settled: false },
            { audience: 'audience-2', kind: 'online', settled: false },
            { audience: 'audience-3', kind: 'room', settled: false },
          ],
        },
      });
  });

  it('has given the notice when those who are aware were informed', () => {
    for (const notice of [inform, announce])
      given(...decided, aware())
        .when(notice)
        .then({ publicCommunication: 'noticeGiven' });
    given(...decided, aware(), aware('online'))
      .when(inform)
      .thenFacts({ publicCommunication: { audiences: [{ settled: true }, { settled: true }] } });
  });

  it('reaches whom it names, and the others are still owed', () => {
    const first = cleo('publicity.informAware', { ...both, audiences: ['audience-1'] });
    given(...decided, aware(), aware('online'))
      .when(first)
      .then({ publicCommunication: 'noticeOwed' });
    given(...decided, aware(), aware('online'), first)
      .when(dov('publicity.announce', { ...announcement, audiences: ['audience-2'] }))
      .then({ publicCommunication: 'noticeGiven' });
    given(...decided, aware())
      .when(cleo('publicity.informAware', { ...both, audiences: ['audience-2'] }))
      .thenExactlyRefused('known-reference');
  });

  it('may give a notice that nobody owed, and owes another when more people know', () => {
    given(...decided)
      .when(inform)
      .then({ publicCommunication: 'noticeGiven' });
    given(...decided, inform)
      .when(aware())
      .then({ publicCommunication: 'noticeOwed' });
  });

  it('goes beside the meeting: an interim action is enough to speak of', () => {
    given(...interim, aware())
      .when(inform)
      .then({ publicCommunication: 'noticeGiven', intake: 'receiving' });
  });

  it('says nothing of an action before there is one, or that was reversed', () => {
    for (const story of [recorded, met, noViolation])
      given(...story)
        .when(inform)
        .thenExactlyRefused('action-before-notice');
    given(
      cleo('immediate.assess', { needed: true }),
      cleo('immediate.takeAction', { kind: 'none' }),
    )
      .when(inform)
      .thenExactlyRefused('action-before-notice');
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

  it('keeps the case open until the notice is given, where a violation stands', () => {
    given(...settled, aware())
      .when(ada('case.close'))
      .thenRefusedFor('notice-before-close', { audiences: ['audience-1'] });
    given(...settled, aware(), inform)
      .when(ada('case.close'))
      .then({ status: 'closed', publicCommunication: 'noticeGiven' });
  });

  it('owes nobody a notice where no violation stands', () => {
    const told = cleo('care.followUpWithReporter', { covered: ['determination'], medium: 'phone' });
    given(...noViolation, aware(), told, cleo('care.followUpWithImpacted', { for: 'other-2' }))
      .when(ada('case.close'))
      .then({ status: 'closed', publicCommunication: 'noticeOwed' });
  });

  it('apologizes to attendees, and refers what remains to the organizers, at any time', () => {
    given(aware())
      .when(rui('publicity.apologizeToAttendees', { text: 'words' }))
      .then({ publicCommunication: 'noticeOwed' });
    given(...covered)
      .when(kim('publicity.referToOrganizers'))
      .thenFacts({ publicCommunication: { referredToOrganizers: true } });
  });
});

describe('other words', () => {
  it.each(['safety', 'holding', 'press', 'other'])('may be said at any time: %s', (purpose) => {
    given(aware()).when(said(purpose)).then({ publicCommunication: 'noticeOwed' });
    given(aware())
      .when(dov('publicity.announce', { purpose, channels: ['chat'] }))
      .thenFacts({ publicCommunication: { spoken: true, noticeGiven: false } });
    given(aware())
      .when(said(purpose, { audiences: ['audience-1'] }))
      .then({ publicCommunication: 'noticeOwed' });
  });

  it('warn at once, by whoever is there', () => {
    const warn = (purpose: string) =>
      departing(cleo('publicity.announce', { purpose, channels: ['plenary'] }), {
        rule: 'announcer-authority',
        ground: 'safety',
      });
    given().when(warn('safety')).then({ status: 'open' });
    given().when(warn('holding')).thenExactlyRefused('departure-is-allowed', 'announcer-authority');
  });

  it('may say that our code was not broken, once that was found of everybody', () => {
    given(...noViolation, aware())
      .when(said('no-violation'))
      .then({ publicCommunication: 'noticeGiven' });
    for (const story of [met, decided])
      given(...story)
        .when(said('no-violation'))
        .thenExactlyRefused('action-before-notice');
    const one = ada('decision.record', { ...verdict, for: 'reported-1' });
    const other = ada('decision.record', {
      finding: 'no-violation',
      deciders: ['ada', 'ben'],
      responses: [],
    });
    given(...metOver(ofTwo), one, other)
      .when(said('no-violation'))
      .thenExactlyRefused('action-before-notice');
  });

  it('may correct an earlier one', () => {
    given(...decided)
      .when(said('correction'))
      .thenExactlyRefused('action-before-notice');
    given(said('holding')).when(said('correction')).then({ status: 'open' });
  });
});

describe('names in public', () => {
  it.each(['reporter', 'reported-1', 'other-1'])('are not said, whatever for: not %s', (ref) => {
    const known = identifying(ref);
    for (const event of [
      dov('publicity.informAware', both, known),
      dov('publicity.informAware', { purpose: 'safety' }, known),
      dov('publicity.announce', announcement, known),
      dov('publicity.announce', { channels: ['chat'], purpose: 'press' }, known),
      dov('publicity.apologizeToAttendees', { text: 'words' }, known),
    ])
      given(...decided)
        .when(event)
        .thenExactlyRefused('no-identities-in-public');
  });

  const consent = (to: string, instructedByPerson = true) =>
    cleo('publicity.recordDisclosureConsent', { for: 'reporter', to, instructedByPerson });
  const naming = cleo('publicity.informAware', both, identifying('reporter'));
  const publicly = dov('publicity.announce', announcement, identifying('reporter'));

  it('may be, of whoever consents themself, to those who are aware or to all', () => {
    given(...recorded)
      .when(consent('public', false))
      .thenExactlyRefused('consent-is-own');
    given(...recorded, consent('public'))
      .when(consent('public'))
      .thenFacts({ people: { consents: [{ ref: 'reporter', to: 'public' }] } });
    for (const to of ['people-aware', 'public'])
      given(...decided, consent(to))
        .when(naming)
        .then({ publicCommunication: 'noticeGiven' });
    given(...decided, consent('public'))
      .when(publicly)
      .then({ publicCommunication: 'noticeGiven' });
    for (const to of ['people-aware', 'reported-person'])
      given(...decided, consent(to))
        .when(publicly)
        .thenExactlyRefused('no-identities-in-public');
    given(...recorded)
      .when(
        cleo('publicity.recordDisclosureConsent', {
          for: 'other-3',
          to: 'public',
          instructedByPerson: true,
        }),
      )
      .thenExactlyRefused('known-reference');
  });

  it('may not any more, when the consent was taken back', () => {
    const back = (to: string) =>
      cleo('publicity.withdrawDisclosureConsent', { for: 'reporter', to });
    given(...decided, consent('public'), back('public'))
      .when(publicly)
      .thenExactlyRefused('no-identities-in-public');
    given(...decided, consent('public'), consent('people-aware'), back('public'))
      .when(naming)
      .then({ publicCommunication: 'noticeGiven' });
  });

  it('may be the reported person’s of whom an account is to be published, and no other’s', () => {
    const account = (whom: object) =>
      ada('decision.record', {
        ...verdict,
        responses: [
          { kind: 'warning' },
          { kind: 'publish-account', ...whom, callsForResignation: true },
        ],
      });
    const two = metOver(ofTwo);
    given(...two, account({ for: 'reported-1' }))
      .when(dov('publicity.announce', announcement, identifying('reported-1')))
      .then({ publicCommunication: 'noticeGiven' });
    given(...two, account({ for: 'reported-1' }))
      .when(dov('publicity.announce', announcement, identifying('reported-2', 'reporter')))
      .thenExactlyRefused('no-identities-in-public');
    given(...two, account({}))
      .when(dov('publicity.announce', announcement, identifying('reported-1', 'reported-2')))
      .then({ publicCommunication: 'noticeGiven' });
  });
});
