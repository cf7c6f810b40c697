/** How a report is received, and handed to the leads. */
import { describe, it } from 'vitest';
import {
  convene,
  needed,
  notNeeded,
  recorded,
  reported,
  safe,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { cleo, departing, dov, kim, rui } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

const report = cleo('intake.recordReport', theReport);
const written = (more: object = {}) => cleo('intake.recordReport', { form: 'written', ...more });

describe('intake', () => {
  it('begins by receiving, with nothing known of anybody', () => {
    given()
      .when(opened())
      .then({ status: 'open', intake: 'receiving', leadsMeeting: 'idle', reporterCare: 'waiting' });
  });

  it('takes the report down once a quiet space was offered and safety was checked', () => {
    given(...welcomed)
      .when(report)
      .then({ intake: 'recorded', reporterCare: 'due', leadsMeeting: 'idle' });
    given().when(report).thenExactlyRefused('quiet-space-offered', 'safety-checked');
  });

  it('has both clocks run from the moment when the report was recorded', () => {
    given(...welcomed, later('PT2H'))
      .when(report)
      .thenClocks({ leadsMeet: inTime('PT26H'), reporterFollowUp: inTime('P7DT2H') });
    given().when(safe).thenClocks({});
  });

  it('counts by the settings that the case was opened with', () => {
    given(opened({ settings: { meetWithin: 'P2D', followUpWithin: 'P1M' } }), ...welcomed)
      .when(report)
      .thenClocks({ leadsMeet: inTime('P2D'), reporterFollowUp: inTime('P1M') });
  });

  it('keeps of the report what is nobody’s data', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', { ...theReport, incidentAt: '2026-05-01', ongoing: true }))
      .thenFacts({
        intake: {
          reports: [{ seq: 4, from: 'reporter', form: 'transcribed', receivedAt: begin }],
          incidentAt: '2026-05-01',
          ongoing: true,
        },
        people: {
          reporters: [{ ref: 'reporter', anonymous: false, named: true, contact: true }],
          reported: [{ ref: 'reported-1', staff: null, identified: true }],
          others: [
            { ref: 'other-1', role: 'witness', contact: false },
            { ref: 'other-2', role: 'impacted', contact: true },
          ],
        },
      });
  });

  it('takes a report for anonymous that says nothing of who reports', () => {
    given(...welcomed)
      .when(written())
      .thenFacts({ people: { reporters: [{ anonymous: true, named: false, contact: false }] } });
  });

  it('knows that there was somebody, where nobody can say who', () => {
    given(...welcomed)
      .when(written())
      .thenFacts({ people: { reported: [{ ref: 'reported-1', staff: null, identified: false }] } });
    given(...welcomed)
      .when(written({ reportedPersons: [{}] }))
      .thenFacts({ people: { reported: [{ ref: 'reported-1', identified: false }] } });
    given(...recorded)
      .when(written({ from: 'reporter' }))
      .thenFacts({ people: { reported: [{ ref: 'reported-1', identified: true }] } });
  });

  it.each(['email', 'chat', 'web'] as const)('takes a report by %s as it comes', (channel) => {
    given(opened({ channel })).when(written()).then({ intake: 'recorded' });
    given().when(written({ channel })).then({ intake: 'recorded' });
  });

  it('lets the quiet space wait while somebody has to act at once', () => {
    given(safe, needed).when(report).then({ intake: 'recorded', immediateResponse: 'responding' });
  });

  it('takes "unknown" for an answer on safety, and the latest answer counts', () => {
    given(safe)
      .when(cleo('intake.checkSafety', { everyoneSafe: 'unknown', generalThreat: false }))
      .thenFacts({ intake: { safety: { everyoneSafe: 'unknown' } } });
  });

  it('hands the report to the leads, and their meeting awaits them', () => {
    given(...reported.slice(0, -1))
      .when(rui('intake.reportToLeads'))
      .then({ intake: 'reported', leadsMeeting: 'awaiting' });
    given(...reported)
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused('in-its-stage');
  });

  it('says all that is missing before the report can be handed on', () => {
    given(opened({ channel: 'phone' }))
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused(
        ...(['in-its-stage', 'report-recorded', 'safety-checked'] as const),
        ...(['reporter-thanked', 'immediate-need-assessed'] as const),
      );
  });

  it('can’t thank somebody who wrote without leaving a way to reach them', () => {
    const byMail = [opened({ channel: 'email' }), safe, written(), notNeeded];
    given(...byMail)
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported' });
    given(...byMail, cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }))
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused('reporter-thanked');
  });

  it('goes on without thanks, a quiet space or a look at safety, where somebody says why not', () => {
    const hurried = departing(
      report,
      { rule: 'quiet-space-offered', ground: 'impossible' },
      { rule: 'safety-checked', ground: 'safety' },
    );
    given()
      .when(hurried)
      .thenFacts({
        departures: [
          { seq: 2, rule: 'quiet-space-offered', ground: 'impossible', by: 'cleo', review: null },
          { seq: 2, rule: 'safety-checked', ground: 'safety', by: 'cleo', review: null },
        ],
      });
    given(hurried).when(safe).then({ intake: 'recorded' });
  });

  it('goes on taking clarifications when the report has reached the leads', () => {
    given(...reported)
      .when(kim('intake.addClarification', { ongoing: true, incidentAt: '2026-04-30' }))
      .thenFacts({ intake: { ongoing: true, incidentAt: '2026-04-30' } });
    given(...recorded)
      .when(cleo('intake.addClarification', { revealsReporter: true }))
      .thenFacts({ people: { reporters: [{ revealing: true }] } });
  });

  it('lets the reporter lift the anonymity later, and keeps a contact that was left before', () => {
    given(...welcomed, written())
      .when(cleo('intake.addClarification', { reporter: { anonymous: false, name: 'words' } }))
      .thenFacts({ people: { reporters: [{ anonymous: false, named: true, contact: false }] } });
    given(...welcomed, cleo('care.provide', { kind: 'water', contact: 'words' }))
      .when(written({ reporter: { anonymous: true } }))
      .thenFacts({ people: { reporters: [{ anonymous: true, contact: true }] } });
  });

  it('notes a wish to withdraw, and stops nothing', () => {
    given(...reported, cleo('intake.noteWithdrawalRequest'))
      .when(convene)
      .then({ leadsMeeting: 'inSession' });
  });

  it('belongs to any handler', () => {
    given(...welcomed)
      .when(dov('intake.recordReport', theReport))
      .then({ intake: 'recorded' });
  });
});
