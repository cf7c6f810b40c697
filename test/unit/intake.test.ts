import { describe, it } from 'vitest';
import { recorded, reported, safe, theReport, welcomed } from '../support/chapters.ts';
import { ada, cleo, dov, kim, rui } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

describe('intake', () => {
  it('begins by receiving, with nothing known of anybody', () => {
    given()
      .when(opened())
      .then({ status: 'open', intake: 'receiving', leadsMeeting: 'idle', reporterCare: 'waiting' });
  });

  it('takes the report down once a quiet space was offered and safety was checked', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', theReport))
      .then({ intake: 'recorded', reporterCare: 'due', leadsMeeting: 'idle' });
  });

  it('has both clocks run from the moment when the report was recorded', () => {
    given(...welcomed, later('PT2H'))
      .when(cleo('intake.recordReport', theReport))
      .thenClocks({ leadsMeet: inTime('PT26H'), reporterFollowUp: inTime('P7DT2H') });
  });

  it('has no clock run before that', () => {
    given().when(safe).thenClocks({});
  });

  it('counts by the settings that the case was opened with', () => {
    given(opened({ settings: { meetWithin: 'P2D', followUpWithin: 'P1M' } }), ...welcomed)
      .when(cleo('intake.recordReport', theReport))
      .thenClocks({ leadsMeet: inTime('P2D'), reporterFollowUp: inTime('P1M') });
  });

  it('keeps of the report what is nobody’s data', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', { ...theReport, incidentAt: '2026-05-01', ongoing: true }))
      .thenFacts({
        intake: { recordedAt: begin, form: 'transcribed', incidentAt: '2026-05-01', ongoing: true },
        people: {
          reporter: { anonymous: false, named: true, contact: true },
          reported: [{ ref: 'reported-1', staff: null }],
          others: [
            { ref: 'other-1', role: 'witness', contact: false },
            { ref: 'other-2', role: 'impacted', contact: true },
          ],
        },
      });
  });

  it('takes a report for anonymous that says nothing of who reports', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', { form: 'written' }))
      .thenFacts({ people: { reporter: { anonymous: true, named: false, contact: false } } });
  });

  it('needs no quiet space on the phone, but a look at safety', () => {
    given(opened({ channel: 'phone' }))
      .when(cleo('intake.recordReport', { form: 'transcribed' }))
      .thenExactlyRefused('safety-checked');
  });

  it.each(['email', 'chat', 'web'] as const)('takes a report by %s as it comes', (channel) => {
    given(opened({ channel }))
      .when(cleo('intake.recordReport', { form: 'written' }))
      .then({ intake: 'recorded' });
  });

  it('lets the quiet space wait while somebody has to act at once', () => {
    given(safe, cleo('immediate.assess', { needed: true }))
      .when(cleo('intake.recordReport', theReport))
      .then({ intake: 'recorded', immediateResponse: 'responding' });
  });

  it('takes "unknown" for an answer on safety, and the latest answer counts', () => {
    given(safe)
      .when(cleo('intake.checkSafety', { everyoneSafe: 'unknown', generalThreat: false }))
      .thenFacts({ intake: { safety: { everyoneSafe: 'unknown' } } });
  });

  it('records one report only; more goes to the clarifications', () => {
    given(...recorded)
      .when(cleo('intake.recordReport', theReport))
      .thenExactlyRefused('in-its-stage');
  });

  it('hands the report to the leads, and their meeting awaits them', () => {
    given(...reported.slice(0, -1))
      .when(rui('intake.reportToLeads'))
      .then({ intake: 'reported', leadsMeeting: 'awaiting' });
  });

  it('says all that is missing before the report can be handed on', () => {
    given(opened({ channel: 'phone' }))
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused(
        ...(['in-its-stage', 'report-recorded', 'safety-checked'] as const),
        ...(['reporter-thanked', 'immediate-need-assessed'] as const),
      );
  });

  it('hands it on once', () => {
    given(...reported)
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused('in-its-stage');
  });

  it('asks safety of every channel before the report is handed on', () => {
    given(
      opened({ channel: 'web' }),
      cleo('intake.recordReport', { form: 'written' }),
      cleo('immediate.assess', { needed: false }),
    )
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused('safety-checked');
  });

  it('can’t thank somebody who wrote without leaving a way to reach them', () => {
    const written = [
      opened({ channel: 'email' }),
      safe,
      cleo('intake.recordReport', { form: 'written' }),
      cleo('immediate.assess', { needed: false }),
    ];
    given(...written)
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported' });
    given(...written, cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }))
      .when(cleo('intake.reportToLeads'))
      .thenExactlyRefused('reporter-thanked');
  });

  it('appends whom a clarification names, and goes on counting', () => {
    given(...recorded)
      .when(
        cleo('intake.addClarification', {
          reportedPersons: [{ badge: 'words' }],
          others: [{ role: 'involved' }],
        }),
      )
      .thenFacts({
        people: {
          reported: [{ ref: 'reported-1' }, { ref: 'reported-2' }],
          others: [{ ref: 'other-1' }, { ref: 'other-2' }, { ref: 'other-3', role: 'involved' }],
        },
      });
  });

  it('lets the reporter lift the anonymity later', () => {
    given(...welcomed, cleo('intake.recordReport', { form: 'written' }))
      .when(cleo('intake.addClarification', { reporter: { anonymous: false, name: 'words' } }))
      .thenFacts({ people: { reporter: { anonymous: false, named: true, contact: false } } });
  });

  it('keeps a contact that was left before the report', () => {
    given(...welcomed, cleo('care.provide', { kind: 'water', contact: 'words' }))
      .when(cleo('intake.recordReport', { form: 'written', reporter: { anonymous: true } }))
      .thenFacts({ people: { reporter: { anonymous: true, contact: true } } });
  });

  it('goes on taking clarifications when the report has reached the leads', () => {
    given(...reported)
      .when(kim('intake.addClarification'))
      .then({ intake: 'reported' });
  });

  it('notes a wish to withdraw, and stops nothing', () => {
    given(...reported, cleo('intake.noteWithdrawalRequest'))
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'] }))
      .then({ leadsMeeting: 'inSession' });
  });

  it('remembers whether the reporter worries about being known', () => {
    given(...recorded)
      .when(cleo('intake.askSafetyConcern', { hasConcern: true }))
      .thenFacts({ intake: { safetyConcern: true } });
  });

  it('puts a member of staff who is reported outside the case in the same step', () => {
    const report = { ...theReport, reportedPersons: [{ staff: 'ben' }, { name: 'words' }] };
    given(...welcomed)
      .when(cleo('intake.recordReport', report))
      .thenFacts({
        people: {
          reported: [
            { ref: 'reported-1', staff: 'ben' },
            { ref: 'reported-2', staff: null },
          ],
        },
        staff: { outside: [{ person: 'ben', why: 'reported', lead: true }] },
      });
  });

  it('does so with a clarification too, and vacates what they held', () => {
    given(...recorded, cleo('case.bringIn', { person: 'rui' }))
      .when(cleo('intake.addClarification', { reportedPersons: [{ staff: 'rui' }] }))
      .thenFacts({
        staff: { broughtIn: [], outside: [{ person: 'rui', why: 'reported', lead: false }] },
      });
  });

  it('belongs to any handler', () => {
    given(...welcomed)
      .when(dov('intake.recordReport', theReport))
      .then({ intake: 'recorded' });
  });
});
