/** Nothing that the reported person is told, or that is done to them, shows who reported. */
import { describe, it } from 'vitest';
import {
  beginTalk,
  conversing,
  decide,
  innocent,
  metOver,
  needed,
  revealing,
  theReport,
} from '../support/chapters.ts';
import { cleo, identifying, rui } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

/** Somebody else writes, and can be reached. */
const second = {
  form: 'written',
  channel: 'email',
  reporter: { anonymous: true, contact: 'words' },
  revealsReporter: true,
};

describe('a message to the reported person', () => {
  it('identifies neither the reporter nor a witness nor somebody hurt', () => {
    for (const ref of ['reporter', 'other-1', 'other-2'])
      given(...conversing)
        .when(rui('followUp.sendMessage', {}, identifying('reported-1', ref)))
        .thenExactlyRefused('reporter-not-revealed');
    given(...conversing)
      .when(rui('followUp.sendMessage', {}, identifying('reported-1')))
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('may name whoever was merely involved, and whoever consents to that', () => {
    given(...conversing, cleo('intake.addClarification', { others: [{ role: 'involved' }] }))
      .when(rui('followUp.sendMessage', {}, identifying('other-3')))
      .then({ reportedPersonFollowUp: 'conversing' });
    const consent = (to: string) =>
      cleo('publicity.recordDisclosureConsent', { for: 'other-1', to, instructedByPerson: true });
    const message = rui('followUp.sendMessage', {}, identifying('other-1'));
    given(...conversing, consent('reported-person'))
      .when(message)
      .then({ reportedPersonFollowUp: 'conversing' });
    given(...conversing, consent('public'), consent('people-aware'))
      .when(message)
      .thenExactlyRefused('reporter-not-revealed');
    const back = cleo('publicity.withdrawDisclosureConsent', {
      for: 'other-1',
      to: 'reported-person',
    });
    given(...conversing, consent('reported-person'), back)
      .when(message)
      .thenExactlyRefused('reporter-not-revealed');
  });
});

describe('where responding would show who reported', () => {
  const story = metOver(revealing);
  const asked = cleo('intake.askSafetyConcern', { hasConcern: true });

  it('asks the reporter first, at every door', () => {
    for (const [before, door] of [
      [[], beginTalk],
      [
        [decide({ ...innocent, finding: 'inconclusive' })],
        rui('decision.notifyReportedPerson', { medium: 'phone' }),
      ],
      [[needed], cleo('immediate.takeAction', { kind: 'leave-event' })],
      [[asked, beginTalk, cleo('intake.recordReport', second)], rui('followUp.sendMessage')],
    ] as const) {
      given(...story, ...before)
        .when(door)
        .thenExactlyRefused('reveal-risk-asked');
      given(...story, ...before, asked)
        .when(door)
        .then({ status: 'open' });
    }
  });

  it('cannot ask whoever is out of reach, or could not be reached', () => {
    given(...story, cleo('care.markUnreachable', { attempts: 2 }))
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing' });
    const byMail = { form: 'written', revealsReporter: true, others: theReport.others };
    given(opened({ channel: 'email' }), ...metOver(byMail))
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('asks each of several', () => {
    const more = [...story, asked, cleo('intake.recordReport', second)];
    given(...more)
      .when(beginTalk)
      .thenRefusedFor('reveal-risk-asked', { for: ['reporter-2'] });
    given(...more, asked)
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing' });
  });
});
