/** Who stands in for somebody who is out of the case, away, or reported. */
import { describe, it } from 'vitest';
import { against, needed, recorded, recuse, reported, settled } from '../support/chapters.ts';
import { ada, ben, cam, cleo, dov, kim, rui, uma, una } from '../support/cast.ts';
import { given, opened } from '../support/story.ts';

const substitute = (by: typeof ada, person: string, as = 'lead') =>
  by('case.nameSubstitute', { person, as });

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
    given(...short, substitute(ada, 'rui'), needed)
      .when(cleo('immediate.summonLead', { lead: 'rui', reporterStays: true }))
      .then({ immediateResponse: 'responding' });
  });

  it('hold it no more once they are recused', () => {
    given(...short, substitute(ada, 'rui'), recuse('rui'), dov('case.readmit', { person: 'rui' }))
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
