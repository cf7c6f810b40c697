import { describe, it } from 'vitest';
import {
  convened,
  conversing,
  covered,
  declined,
  met,
  points,
  reported,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, cleo, dov, identifying, kim, rui } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

const began = rui('followUp.begin', { medium: 'in-person' });

describe('follow-up with the reported person', () => {
  it('is idle until the leads have met', () => {
    given().when(opened()).then({ reportedPersonFollowUp: 'idle' });
    given(...convened)
      .when(kim('followUp.begin', { medium: 'phone' }))
      .thenExactlyRefused('in-its-stage', 'contact-after-meeting');
    given(...reported)
      .when(ada('followUp.decline'))
      .thenExactlyRefused('in-its-stage', 'contact-after-meeting');
  });

  it('is begun by the assigned responder, or the coordinator', () => {
    given(...met)
      .when(began)
      .then({ reportedPersonFollowUp: 'conversing', decision: 'idle' });
    given(...met)
      .when(kim('followUp.begin', { medium: 'phone' }))
      .thenFacts({ reportedPersonFollowUp: { begun: true, conversing: true } });
  });

  it('has one voice: neither a lead nor another responder nor an organizer begins it', () => {
    for (const other of [ada, cleo, dov])
      given(...met)
        .when(other('followUp.begin', { medium: 'phone' }))
        .thenExactlyRefused('assigned-speaker');
  });

  it('can be declined, by the leads too; then the leads deliberate', () => {
    for (const somebody of [ada, rui, kim])
      given(...met)
        .when(somebody('followUp.decline'))
        .then({ reportedPersonFollowUp: 'declined', decision: 'deliberating' });
    given(...met)
      .when(cleo('followUp.decline'))
      .thenExactlyRefused('assigned-speaker');
  });

  it('can be broken off', () => {
    given(...conversing)
      .when(rui('followUp.decline'))
      .then({ reportedPersonFollowUp: 'declined', decision: 'deliberating' });
    given(...conversing)
      .when(rui('followUp.decline'))
      .thenFacts({ reportedPersonFollowUp: { conversing: false, outcome: 'declined' } });
  });

  it('is chosen once', () => {
    given(...declined)
      .when(rui('followUp.begin', { medium: 'phone' }))
      .thenExactlyRefused('in-its-stage');
    given(...conversing)
      .when(rui('followUp.begin', { medium: 'phone' }))
      .thenExactlyRefused('in-its-stage');
  });

  it('covers a point once, however often it comes up', () => {
    given(...conversing, rui('followUp.cover', { point: 'impact' }))
      .when(rui('followUp.cover', { point: 'impact' }))
      .thenFacts({ reportedPersonFollowUp: { points: ['impact'] } });
  });

  it.each(points)('is not complete without %s', (missing) => {
    const others = points.filter((point) => point !== missing);
    given(...conversing, ...others.map((point) => rui('followUp.cover', { point })))
      .when(rui('followUp.complete'))
      .thenExactlyRefused('five-points-covered');
  });

  it('is complete with its five points; then the leads deliberate', () => {
    given(...covered)
      .when(rui('followUp.complete'))
      .then({ reportedPersonFollowUp: 'completed', decision: 'deliberating' });
  });

  it.each(
    [
      rui('followUp.cover', { point: 'impact' }),
      rui('followUp.sendMessage'),
      rui('followUp.recordStatement', { newInformation: true }),
      rui('followUp.complete'),
      rui('followUp.receiveApology'),
      rui('followUp.passOnApology', { harmful: false }),
    ].map((event) => [event.event.type, event] as const),
  )('has %s in a conversation only', (_, event) => {
    given(...met)
      .when(event)
      .thenRefused('conversation-open');
  });

  it('hears the reported person out', () => {
    given(...conversing)
      .when(rui('followUp.recordStatement', { newInformation: true, reaction: 'denying' }))
      .then({ reportedPersonFollowUp: 'conversing' });
    given(...declined)
      .when(rui('followUp.recordStatement', { newInformation: false }))
      .thenExactlyRefused('in-its-stage', 'conversation-open');
  });

  it('receives an apology, and passes it on where it does no harm, after the end too', () => {
    const received = [...conversing, rui('followUp.receiveApology')];
    given(...received)
      .when(rui('followUp.passOnApology', { harmful: true }))
      .thenExactlyRefused('apology-must-not-harm');
    given(...conversing)
      .when(rui('followUp.passOnApology', { harmful: false }))
      .thenExactlyRefused('apology-must-not-harm');
    given(...received, rui('followUp.decline'))
      .when(kim('followUp.passOnApology', { harmful: false }))
      .thenFacts({ reportedPersonFollowUp: { apology: 'passed-on' } });
    given(...conversing, rui('followUp.decline'))
      .when(rui('followUp.receiveApology'))
      .thenFacts({ reportedPersonFollowUp: { apology: 'received', outcome: 'declined' } });
  });

  it('sends no message that identifies the reporter, a witness or somebody hurt', () => {
    for (const ref of ['reporter', 'other-1', 'other-2'])
      given(...conversing)
        .when(rui('followUp.sendMessage', {}, identifying('reported-1', ref)))
        .thenExactlyRefused('reporter-not-revealed');
    given(...conversing)
      .when(rui('followUp.sendMessage', {}, identifying('reported-1')))
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('may name whoever was merely involved, and whoever consents', () => {
    given(...conversing, cleo('intake.addClarification', { others: [{ role: 'involved' }] }))
      .when(rui('followUp.sendMessage', {}, identifying('other-3')))
      .then({ reportedPersonFollowUp: 'conversing' });
    const consent = cleo('publicity.recordDisclosureConsent', {
      ref: 'other-1',
      instructedByPerson: true,
    });
    given(...conversing, consent)
      .when(rui('followUp.sendMessage', {}, identifying('other-1')))
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('asks the reporter first where responding would show who reported', () => {
    const revealing = [
      ...welcomed,
      cleo('intake.recordReport', { ...theReport, revealsReporter: true }),
      ...met.slice(welcomed.length + 1),
    ];
    given(...revealing)
      .when(began)
      .thenExactlyRefused('reveal-risk-asked');
    given(...revealing, cleo('intake.askSafetyConcern', { hasConcern: true }))
      .when(began)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('can’t ask a reporter who could not be reached', () => {
    given(
      ...welcomed,
      cleo('intake.recordReport', { ...theReport, revealsReporter: true }),
      ...met.slice(welcomed.length + 1),
      cleo('care.markUnreachable', { attempts: 2 }),
    )
      .when(began)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('can’t ask a reporter who is out of reach', () => {
    const byMail = opened({ channel: 'email' });
    const report = cleo('intake.recordReport', {
      form: 'written',
      revealsReporter: true,
      others: theReport.others,
    });
    given(byMail, ...welcomed, report, ...met.slice(welcomed.length + 1))
      .when(began)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it.each([
    ['followUp.allowDirectApology', 'no-direct-apology'],
    ['followUp.encourageApology', 'no-encouraged-apology'],
    ['followUp.reassure', 'no-reassurance'],
    ['followUp.forgive', 'no-reassurance'],
    ['followUp.excuseByIntent', 'no-excuse-by-intent'],
    ['followUp.discloseReporter', 'reporter-not-revealed'],
  ] as const)('never has %s', (type, rule) => {
    given(...conversing)
      .when(rui(type))
      .thenExactlyRefused(rule);
    given().when(kim(type)).thenExactlyRefused(rule);
  });
});
