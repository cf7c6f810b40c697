import { describe, it } from 'vitest';
import {
  closed,
  convened,
  decided,
  handOver,
  met,
  notified,
  objectives,
  recorded,
  reported,
  settled,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, dov, kim, oli, rui, uma, una } from '../support/cast.ts';
import { begin, given, opened } from '../support/story.ts';

const recuse = (person: string) => dov('case.recuse', { person });
const readmit = (person: string) => dov('case.readmit', { person });
const substitute = (by: typeof ada, person: string, as = 'lead') =>
  by('case.nameSubstitute', { person, as });
const accusing = (...staff: string[]) =>
  cleo('intake.recordReport', {
    ...theReport,
    reportedPersons: staff.map((person) => ({ staff: person })),
  });
const against = (...staff: string[]) => [...welcomed, accusing(...staff), ...handOver];

describe('recusal', () => {
  it('is anybody’s own to choose, without a reason', () => {
    given(...reported)
      .when(rui('case.recuse', { person: 'rui' }))
      .thenFacts({ staff: { outside: [{ person: 'rui', why: 'recused', offices: [] }] } });
  });

  it('is a lead’s or an organizer’s to ask of another, not a responder’s', () => {
    given(...reported)
      .when(ada('case.recuse', { person: 'ben' }))
      .thenFacts({ staff: { outside: [{ person: 'ben', why: 'recused', offices: ['lead'] }] } });
    for (const other of [rui, kim])
      given(...reported)
        .when(other('case.recuse', { person: 'ben' }))
        .thenExactlyRefused('who-may-act');
  });

  it('is the opener’s too, at the reporter’s wish, until the meeting', () => {
    given(...reported)
      .when(cleo('case.recuse', { person: 'ben' }))
      .thenFacts({ staff: { outside: [{ person: 'ben' }] } });
    for (const story of [convened, [...met, ada('meeting.reconvene')]])
      given(...story)
        .when(cleo('case.recuse', { person: 'ben' }))
        .thenExactlyRefused('who-may-act');
  });

  it('leaves no part: nothing to send, no task to get', () => {
    given(...reported, recuse('ben'))
      .when(ben('intake.addClarification'))
      .thenExactlyRefused('recused-take-no-part');
    given(...convened, recuse('rui'))
      .when(ada('meeting.assignResponder', { person: 'rui' }))
      .thenExactlyRefused('recused-take-no-part');
    given(...reported, recuse('ben'))
      .when(ada('meeting.convene', { attendees: ['ada', 'cam', 'ben'] }))
      .thenExactlyRefused('recused-take-no-part');
  });

  it('in mid-meeting vacates the tasks, and their objectives are open again', () => {
    given(...convened, ...objectives)
      .when(recuse('rui'))
      .thenFacts({
        staff: { responder: null, followUp: 'cleo' },
        leadsMeeting: { objectives: { assignResponder: false, assignFollowUp: true } },
      });
    const left = [...convened, ...objectives, recuse('cleo')];
    given(...left)
      .when(ada('meeting.conclude'))
      .thenExactlyRefused('objectives-met');
    given(...left, ada('meeting.assignFollowUp', { person: 'kim' }))
      .when(ada('meeting.conclude'))
      .then({ leadsMeeting: 'concluded' });
  });

  it('after the meeting vacates the tasks, and the leads assign anew', () => {
    given(...met)
      .when(recuse('rui'))
      .thenFacts({
        staff: { responder: null },
        leadsMeeting: { concluded: true, objectives: { assignResponder: true } },
      });
    given(...decided, recuse('rui'), ada('meeting.assignResponder', { person: 'cam' }))
      .when(cam('decision.carryOutResponse', { response: 1 }))
      .then({ decision: 'decided' });
  });

  it('leaves the record of the meeting as it was', () => {
    given(...met)
      .when(recuse('ben'))
      .thenFacts({ leadsMeeting: { attendees: ['ada', 'ben'], concluded: true } });
  });

  it('vacates whatever else somebody held', () => {
    const busy = [
      ...notified,
      recuse('cam'),
      dov('case.bringIn', { person: 'oli' }),
      substitute(dov, 'oli'),
      dov('publicity.delegateAuthority', { to: 'oli' }),
      cleo('appeal.file'),
      dov('appeal.assignReviewers', { reviewers: ['dov', 'oli'] }),
    ];
    const gone = oli('case.recuse', { person: 'oli' });
    given(...busy)
      .when(gone)
      .thenFacts({
        staff: { broughtIn: [], substitutes: [], delegates: [] },
        people: { reported: [{ appeal: { reviewers: ['dov'] } }] },
      });
    given(...busy, gone)
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .thenExactlyRefused('recused-take-no-part', 'reviewer-decides');
  });

  it('is possible in a closed case', () => {
    given(...closed)
      .when(recuse('rui'))
      .thenFacts({ closedAt: begin, staff: { responder: null } });
  });

  it('can be taken back by an organizer', () => {
    for (const story of [[...reported, recuse('ben')], [opened({ excluded: ['ben'] })]])
      given(...story)
        .when(readmit('ben'))
        .thenFacts({ staff: { outside: [] } });
    given(...reported, recuse('ben'))
      .when(ada('case.readmit', { person: 'ben' }))
      .thenExactlyRefused('who-may-act');
    given(...reported)
      .when(readmit('ben'))
      .thenExactlyRefused('known-reference');
  });

  it('is for good where somebody was reported, even if they were recused as well', () => {
    for (const story of [against('ben'), [...against('ben'), recuse('ben')]])
      given(...story)
        .when(readmit('ben'))
        .thenExactlyRefused('recused-take-no-part');
    given(...welcomed, recuse('ben'))
      .when(accusing('ben'))
      .thenFacts({ staff: { outside: [{ person: 'ben', why: 'reported', offices: ['lead'] }] } });
  });
});

describe('substitutes and helpers', () => {
  const short = [...reported, recuse('ben')];

  it('are named where somebody of the office is missing', () => {
    given(...reported)
      .when(substitute(ada, 'rui'))
      .thenExactlyRefused('substitute-when-short');
    given(...reported, recuse('rui'))
      .when(substitute(ada, 'kim'))
      .thenExactlyRefused('substitute-when-short');
    given(...short)
      .when(substitute(ada, 'rui'))
      .thenFacts({ staff: { substitutes: [{ person: 'rui', as: 'lead', byOrganizer: false }] } });
    given(opened({ excluded: ['cam'] }), ...recorded)
      .when(substitute(dov, 'rui'))
      .thenFacts({ staff: { substitutes: [{ person: 'rui', byOrganizer: true }] } });
    given(...short)
      .when(substitute(ada, 'rui', 'organizer'))
      .thenExactlyRefused('substitute-when-short');
    given(...reported, ada('case.recuse', { person: 'dov' }))
      .when(substitute(ada, 'kim', 'organizer'))
      .thenFacts({ staff: { substitutes: [{ person: 'kim', as: 'organizer' }] } });
  });

  it('hold that office in this case', () => {
    given(...short, substitute(ada, 'rui'))
      .when(rui('meeting.convene', { attendees: ['rui', 'cam'] }))
      .then({ leadsMeeting: 'inSession' });
    given(...short)
      .when(rui('meeting.convene', { attendees: ['ada', 'cam'] }))
      .thenExactlyRefused('who-may-act', 'leads-meet');
    given(...short, substitute(ada, 'rui'), cleo('immediate.assess', { needed: true }))
      .when(cleo('immediate.summonLead', { lead: 'rui', reporterStays: true }))
      .then({ immediateResponse: 'responding' });
  });

  it('hold it no more once they are recused', () => {
    given(...short, substitute(ada, 'rui'), recuse('rui'), readmit('rui'))
      .when(rui('meeting.convene', { attendees: ['ada', 'cam'] }))
      .thenExactlyRefused('who-may-act', 'leads-meet');
  });

  it('are handlers', () => {
    given(...short)
      .when(substitute(ada, 'eve'))
      .thenExactlyRefused('assignee-is-staff');
    given(...settled)
      .when(cleo('case.bringIn', { person: 'eve' }))
      .thenExactlyRefused('assignee-is-staff');
    given(...settled, cleo('case.bringIn', { person: 'kim' }))
      .when(cleo('case.bringIn', { person: 'kim' }))
      .thenFacts({ staff: { broughtIn: ['kim'] } });
  });

  describe('for somebody who is away', () => {
    const away = (by: typeof ada, person: string) => by('case.noteAbsence', { person });

    it('are named by another than who noted it', () => {
      given(...reported, away(ada, 'ben'))
        .when(substitute(cam, 'rui'))
        .thenFacts({
          staff: { absent: [{ person: 'ben', by: 'ada', offices: ['lead'] }], outside: [] },
        });
      given(...reported, away(ada, 'ben'))
        .when(substitute(ada, 'rui'))
        .thenExactlyRefused('substitute-when-short');
      given(...reported)
        .when(away(cleo, 'ben'))
        .thenExactlyRefused('who-may-act');
      given(...reported)
        .when(away(ada, 'rui'))
        .thenExactlyRefused('known-reference');
    });

    it('take nothing from them, and their next step ends the absence', () => {
      given(...reported, away(kim, 'ben'))
        .when(ben('meeting.convene', { attendees: ['ada', 'ben'] }))
        .thenFacts({ staff: { absent: [] }, leadsMeeting: { inSession: true } });
      given(...reported, away(kim, 'ben'), ben('case.addNote'))
        .when(substitute(ada, 'rui'))
        .thenExactlyRefused('substitute-when-short');
    });
  });
});

describe('an ombud', () => {
  const meeting = ['uma', 'ada'];

  it('has no part where no office is reported, and nobody referred the case', () => {
    for (const story of [reported, against('rui')])
      given(...story)
        .when(uma('case.addNote'))
        .thenRefused('who-may-act');
  });

  it('counts as a lead and an organizer once somebody of an office is reported', () => {
    for (const person of ['ben', 'kim', 'dov']) {
      given(...against(person))
        .when(uma('meeting.convene', { attendees: meeting }))
        .thenFacts({ staff: { ombudNeeded: true }, leadsMeeting: { leads: meeting } });
      given(...against(person))
        .when(uma('publicity.announce', { purpose: 'holding', channels: ['chat'] }))
        .then({ status: 'open' });
    }
  });

  it('counts likewise where the case was referred to them, until it closes', () => {
    const refer = rui('case.refer', { person: 'uma' });
    given(...reported, refer)
      .when(uma('case.addNote'))
      .thenFacts({ staff: { referredTo: ['uma'], ombudNeeded: false } });
    given(...reported)
      .when(rui('case.refer', { person: 'kim' }))
      .thenExactlyRefused('known-reference');
    given(...settled, refer, ada('case.close'))
      .when(uma('case.reopen'))
      .thenExactlyRefused('who-may-act');
    given(...reported, refer, recuse('uma'))
      .when(uma('case.addNote'))
      .thenRefused('recused-take-no-part');
  });

  it('keeps a case going in which every lead, coordinator and organizer is reported', () => {
    const everybody = against('ada', 'ben', 'cam', 'una', 'kim', 'dov', 'oli');
    given(...everybody)
      .when(uma('meeting.convene', { attendees: ['uma'] }))
      .thenExactlyRefused('quorum');
    given(...everybody, substitute(uma, 'rui'))
      .when(uma('meeting.convene', { attendees: ['uma', 'rui'] }))
      .then({ leadsMeeting: 'inSession' });
    given(...everybody)
      .when(una('case.addNote'))
      .thenExactlyRefused('recused-take-no-part');
  });
});

describe('linking', () => {
  it('knows a case that the sender may see, and no other', () => {
    const link = (unknown: number, relation: string) =>
      ben('case.link', { relation }, { cases: { named: 1, unknown } });
    given().when(link(1, 'retaliation')).thenExactlyRefused('known-reference');
    for (const relation of ['pattern', 'retaliation', 'counter-report', 'follow-on'])
      given().when(link(0, relation)).thenFacts({ duplicateOf: null, proposals: [] });
    const past = ada(
      'meeting.consultPastIncidents',
      { patternFound: true },
      { cases: { named: 2, unknown: 1 } },
    );
    given(...convened)
      .when(past)
      .thenExactlyRefused('known-reference');
  });
});
