import type { Outsider } from '../../machines/context.ts';
import { describe, it } from 'vitest';
import {
  closed,
  decided,
  handOver,
  met,
  metOver,
  ofTwo,
  quiet,
  recorded,
  reported,
  safe,
  secondReport,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cleo, departing, dov, kim, oli, rui } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

const report = cleo('intake.recordReport', theReport);
const another = cleo('intake.recordReport', secondReport);
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
    given(safe, cleo('immediate.assess', { needed: true }))
      .when(report)
      .then({ intake: 'recorded', immediateResponse: 'responding' });
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
    const byMail = [
      opened({ channel: 'email' }),
      safe,
      written(),
      cleo('immediate.assess', { needed: false }),
    ];
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
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'] }))
      .then({ leadsMeeting: 'inSession' });
  });

  it('belongs to any handler', () => {
    given(...welcomed)
      .when(dov('intake.recordReport', theReport))
      .then({ intake: 'recorded' });
  });
});

describe('several reports', () => {
  it('may come of one incident, each with a reporter and an answer of their own', () => {
    given(...reported, quiet, safe)
      .when(another)
      .thenFacts({
        people: { reporters: [{ ref: 'reporter' }, { ref: 'reporter-2' }], reported: [{}] },
        intake: { reports: [{ handedOver: true }, { from: 'reporter-2', handedOver: false }] },
      });
    given(...reported, ...welcomed, later('PT5H'))
      .when(another)
      .thenClocks({
        leadsMeet: inTime('PT24H'),
        reporterFollowUp: inTime('P7D'),
        'reporterFollowUp reporter-2': inTime('P7DT5H'),
      });
    given(...reported, ...welcomed)
      .when(another)
      .thenOf('reporter-2', { reporterCare: 'due' });
  });

  it('are each received with a quiet space, a look at safety, and thanks', () => {
    given(...reported)
      .when(another)
      .thenExactlyRefused('quiet-space-offered', 'safety-checked');
    given(...reported, ...welcomed, another)
      .when(cleo('intake.reportToLeads'))
      .thenRefusedFor('reporter-thanked', { for: ['reporter-2'] });
    given(...reported, ...welcomed, another, cleo('intake.thankReporter'))
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported' });
  });

  it('may be more from somebody known, who was looked after already', () => {
    given(...reported)
      .when(written({ from: 'reporter' }))
      .thenFacts({ people: { reporters: [{ ref: 'reporter' }], reported: [{}] } });
    given(...reported)
      .when(written({ from: 'reporter-2' }))
      .thenExactlyRefused('known-reference', 'quiet-space-offered', 'safety-checked');
    given(...reported)
      .when(written({ from: 'other-1', channel: 'email' }))
      .thenExactlyRefused('known-reference');
  });

  it('come after a meeting too, and call for another one', () => {
    given(...met, later('P2D'), ...welcomed)
      .when(another)
      .then({ leadsMeeting: 'awaiting', intake: 'recorded' });
    given(...met, later('P2D'), ...welcomed)
      .when(another)
      .thenClocks({
        leadsMeet: inTime('P3D'),
        reporterFollowUp: inTime('P7D'),
        'reporterFollowUp reporter-2': inTime('P9D'),
      });
  });

  it('may be what a member of staff saw: nobody is to be thanked, or told', () => {
    const seen = rui('intake.recordReport', { form: 'observed', reportedPersons: [{}] });
    given(safe, seen, cleo('immediate.assess', { needed: false }))
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported', reporterCare: 'waiting' });
    given(safe)
      .when(seen)
      .thenFacts({ intake: { reports: [{ from: null, form: 'observed' }] } });
    given(safe)
      .when(seen)
      .thenClocks({ leadsMeet: inTime('PT24H') });
  });
});

describe('who it was', () => {
  const staffed = (person: string) => ({ ...theReport, reportedPersons: [{ staff: person }] });
  const outside = (
    person: string,
    why: Outsider['why'],
    offices: readonly ('lead' | 'organizer')[],
  ) => ({
    staff: { outside: [{ person, why, offices }] },
  });

  it('is appended by a clarification, and counted on', () => {
    given(...recorded)
      .when(
        cleo('intake.addClarification', {
          reportedPersons: [{ ref: 'reported-1' }, { badge: 'words' }],
          others: [{ role: 'involved' }],
        }),
      )
      .thenFacts({
        people: {
          reported: [{ ref: 'reported-1' }, { ref: 'reported-2', identified: true }],
          others: [{ ref: 'other-1' }, { ref: 'other-2' }, { ref: 'other-3', role: 'involved' }],
        },
      });
    given(...recorded)
      .when(cleo('intake.addClarification', { reportedPersons: [{ ref: 'reported-2' }] }))
      .thenExactlyRefused('known-reference');
  });

  it('puts a member of staff outside in the same step, and vacates what they held', () => {
    given(...welcomed)
      .when(cleo('intake.recordReport', staffed('ben')))
      .thenFacts({
        people: { reported: [{ ref: 'reported-1', staff: 'ben' }] },
        ...outside('ben', 'reported', ['lead']),
      });
    given(...recorded, cleo('case.bringIn', { person: 'rui' }))
      .when(cleo('intake.addClarification', { reportedPersons: [{ staff: 'rui' }] }))
      .thenFacts({ staff: { broughtIn: [], outside: [{ person: 'rui', offices: [] }] } });
  });

  it('can be learned later, of one who was reported as a stranger', () => {
    given(...welcomed, written())
      .when(cleo('intake.identify', { staff: 'ben' }))
      .thenFacts({
        people: { reported: [{ ref: 'reported-1', staff: 'ben', identified: true }] },
        ...outside('ben', 'reported', ['lead']),
      });
    given(...metOver(ofTwo))
      .when(cleo('intake.identify', { name: 'words' }))
      .thenRefusedFor('known-reference', {
        missing: ['for'],
        candidates: ['reported-1', 'reported-2'],
      });
  });

  it('may be one person in the end, about whom one decision is made', () => {
    const same = cleo('intake.identify', { for: 'reported-2', sameAs: 'reported-1' });
    given(...metOver(ofTwo))
      .when(same)
      .thenFacts({ people: { reported: [{ sameAs: null }, { sameAs: 'reported-1' }] } });
    const innocent = { finding: 'no-violation', deciders: ['ada', 'ben'], responses: [] };
    given(...metOver(ofTwo), same)
      .when(ada('decision.record', innocent))
      .then({ decision: 'carriedOut' });
    for (const sameAs of ['reported-1', 'reported-3', 'other-1', 'reporter'])
      given(...metOver(ofTwo))
        .when(cleo('intake.identify', { for: 'reported-1', sameAs }))
        .thenExactlyRefused('known-reference');
    given(...metOver(ofTwo), same)
      .when(cleo('intake.identify', { for: 'reported-1', sameAs: 'reported-2' }))
      .thenExactlyRefused('known-reference');
    given(...decided)
      .when(cleo('intake.identify', { sameAs: 'other-1' }))
      .thenRefused('known-reference', 'before-decision');
  });

  it('may still be learned when the decision stands', () => {
    given(...decided)
      .when(cleo('intake.identify', { name: 'words' }))
      .thenFacts({ people: { reported: [{ identified: true }] } });
  });

  describe('named by mistake', () => {
    const mistaken = [...welcomed, cleo('intake.recordReport', staffed('ben')), ...handOver];
    const withdraw = ada('intake.withdrawAccusation');
    const seq = mistaken.length + 2;

    it('is taken back by two', () => {
      given(...mistaken)
        .when(withdraw)
        .thenFacts({
          people: { reported: [{ withdrawn: false }] },
          proposals: [{ seq, type: 'intake.withdrawAccusation' }],
        });
      given(...mistaken, withdraw)
        .when(dov('case.confirm', { seq }))
        .thenFacts({ people: { reported: [{ withdrawn: true }] }, proposals: [] });
      given(...mistaken, withdraw)
        .when(ada('case.confirm', { seq }))
        .thenExactlyRefused('takes-two');
    });

    it('lets the member of staff in again by the word of a third', () => {
      const cleared = [...mistaken, dov('intake.withdrawAccusation'), ada('case.confirm', { seq })];
      given(...cleared)
        .when(ben('case.addNote'))
        .thenExactlyRefused('recused-take-no-part');
      given(...cleared)
        .when(dov('case.readmit', { person: 'ben' }))
        .thenExactlyRefused('takes-two');
      given(...cleared)
        .when(oli('case.readmit', { person: 'ben' }))
        .thenFacts({ staff: { outside: [], cleared: [] } });
    });

    it('owes nothing more', () => {
      given(...mistaken, withdraw, dov('case.confirm', { seq }))
        .when(ada('case.close'))
        .thenRefusedFor('settled-before-close', {
          missing: ['leadsMeeting', 'reporterCare: reporter'],
        });
    });
  });
});

describe('members of staff whom it happened to', () => {
  const byLead = cleo('intake.recordReport', {
    ...theReport,
    reporter: { anonymous: false, name: 'words', staff: 'ada' },
  });

  it('are outside from the hand-over on, and the facts say only that', () => {
    given(...welcomed)
      .when(byLead)
      .thenFacts({ staff: { outside: [], leaving: [{ person: 'ada', offices: ['lead'] }] } });
    given(...welcomed, byLead, ...handOver.slice(0, -1))
      .when(cleo('intake.reportToLeads'))
      .thenFacts({
        staff: { outside: [{ person: 'ada', why: 'concerned', offices: ['lead'] }], leaving: [] },
      });
    given(...welcomed, byLead, ...handOver)
      .when(ada('meeting.convene', { attendees: ['ben', 'cam'] }))
      .thenRefused('recused-take-no-part');
  });

  it('stay, where they only saw it, and judge nothing', () => {
    const seen = { ...theReport, others: [{ role: 'witness', staff: 'ada' }] };
    const story = [...welcomed, cleo('intake.recordReport', seen), ...handOver];
    given(...story)
      .when(ada('case.addNote'))
      .thenFacts({ staff: { witnesses: [{ person: 'ada', offices: ['lead'] }], outside: [] } });
    given(...story)
      .when(ada('meeting.convene', { attendees: ['ben', 'cam'] }))
      .thenExactlyRefused('no-judge-in-own-cause');
  });
});

describe('a reporter who wants their name off', () => {
  it('is anonymous from then on, and out of the record', () => {
    const redacts = [{ seq: 4, parts: ['identity:reporter'] }];
    given(...closed, ada('case.reopen'))
      .when(cleo('intake.withdrawIdentity', {}, { redacts }))
      .thenFacts({
        people: { reporters: [{ anonymous: true, named: false, contact: false }] },
        redactions: redacts,
      });
    given(...recorded, dov('case.hold'))
      .when(cleo('intake.withdrawIdentity'))
      .thenExactlyRefused('hold-prevents-erasure');
  });
});
