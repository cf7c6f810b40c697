import { describe, it } from 'vitest';
import {
  closed,
  convened,
  decided,
  met,
  notified,
  objectives,
  recorded,
  reported,
  settled,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, dov, kim, oli, rui } from '../support/cast.ts';
import { begin, given, opened } from '../support/story.ts';

const recuse = (person: string) => dov('case.recuse', { person });
const readmit = (person: string) => dov('case.readmit', { person });

describe('recusal', () => {
  it('is anybody’s own to choose, without a reason', () => {
    given(...reported)
      .when(rui('case.recuse', { person: 'rui' }))
      .thenFacts({ staff: { outside: [{ person: 'rui', why: 'recused', lead: false }] } });
  });

  it('is a lead’s or an organizer’s to ask of another, not a responder’s', () => {
    given(...reported)
      .when(ada('case.recuse', { person: 'ben' }))
      .thenFacts({ staff: { outside: [{ person: 'ben', why: 'recused', lead: true }] } });
    given(...reported)
      .when(rui('case.recuse', { person: 'ben' }))
      .thenExactlyRefused('who-may-act');
    given(...reported)
      .when(kim('case.recuse', { person: 'ben' }))
      .thenExactlyRefused('who-may-act');
  });

  it('is the opener’s too, at the reporter’s wish, until the meeting', () => {
    given(...reported)
      .when(cleo('case.recuse', { person: 'ben' }))
      .thenFacts({ staff: { outside: [{ person: 'ben' }] } });
    given(...convened)
      .when(cleo('case.recuse', { person: 'ben' }))
      .thenExactlyRefused('who-may-act');
    given(...met, ada('meeting.reconvene'))
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
      .when(ada('case.bringIn', { person: 'ben' }))
      .thenExactlyRefused('recused-take-no-part');
  });

  it('in mid-meeting vacates the tasks, and their objectives are open again', () => {
    given(...convened, ...objectives)
      .when(recuse('rui'))
      .thenFacts({
        staff: { responder: null, followUp: 'cleo' },
        leadsMeeting: {
          inSession: true,
          objectives: { assignResponder: false, assignFollowUp: true },
        },
      });
    given(...convened, ...objectives, recuse('cleo'))
      .when(ada('meeting.conclude'))
      .thenExactlyRefused('objectives-met');
    given(
      ...convened,
      ...objectives,
      recuse('cleo'),
      ada('meeting.assignFollowUp', { person: 'kim' }),
    )
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
      dov('case.recuse', { person: 'cam' }),
      dov('case.bringIn', { person: 'oli' }),
      dov('case.nameSubstitute', { person: 'oli' }),
      dov('publicity.delegateAuthority', { to: 'oli' }),
      cleo('appeal.file'),
      dov('appeal.assignReviewers', { reviewers: ['dov', 'oli'] }),
    ];
    given(...busy)
      .when(oli('case.recuse', { person: 'oli' }))
      .thenFacts({ staff: { broughtIn: [], substitutes: [], delegates: [], reviewers: ['dov'] } });
    given(...busy, oli('case.recuse', { person: 'oli' }))
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .thenExactlyRefused('recused-take-no-part', 'reviewer-decides');
  });

  it('is possible in a closed case', () => {
    given(...closed)
      .when(recuse('ben'))
      .then({ status: 'closed' });
    given(...closed)
      .when(recuse('rui'))
      .thenFacts({ closedAt: begin, staff: { responder: null } });
  });

  it('can be taken back by an organizer', () => {
    given(...reported, recuse('ben'))
      .when(readmit('ben'))
      .thenFacts({ staff: { outside: [] } });
    given(opened({ excluded: ['ben'] }))
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
    const against = cleo('intake.recordReport', {
      ...theReport,
      reportedPersons: [{ staff: 'ben' }],
    });
    given(...welcomed, against)
      .when(readmit('ben'))
      .thenExactlyRefused('recused-take-no-part');
    given(...welcomed, against, recuse('ben'))
      .when(readmit('ben'))
      .thenExactlyRefused('recused-take-no-part');
    given(...welcomed, recuse('ben'))
      .when(against)
      .thenFacts({ staff: { outside: [{ person: 'ben', why: 'reported', lead: true }] } });
  });
});

describe('substitutes and helpers', () => {
  const short = [...reported, recuse('ben')];

  it('are named where a lead is missing', () => {
    given(...reported)
      .when(ada('case.nameSubstitute', { person: 'rui' }))
      .thenExactlyRefused('substitute-when-short');
    given(...reported, recuse('rui'))
      .when(ada('case.nameSubstitute', { person: 'kim' }))
      .thenExactlyRefused('substitute-when-short');
    given(...short)
      .when(ada('case.nameSubstitute', { person: 'rui' }))
      .thenFacts({ staff: { substitutes: [{ person: 'rui', byOrganizer: false }] } });
    given(opened({ excluded: ['cam'] }), ...recorded)
      .when(dov('case.nameSubstitute', { person: 'rui' }))
      .thenFacts({ staff: { substitutes: [{ person: 'rui', byOrganizer: true }] } });
  });

  it('are leads in this case', () => {
    given(...short, ada('case.nameSubstitute', { person: 'rui' }))
      .when(rui('meeting.convene', { attendees: ['rui', 'cam'] }))
      .then({ leadsMeeting: 'inSession' });
    given(...short)
      .when(rui('meeting.convene', { attendees: ['ada', 'cam'] }))
      .thenExactlyRefused('who-may-act', 'leads-meet');
    given(
      ...short,
      ada('case.nameSubstitute', { person: 'rui' }),
      cleo('immediate.assess', { needed: true }),
    )
      .when(cleo('immediate.summonLead', { lead: 'rui', reporterStays: true }))
      .then({ immediateResponse: 'responding' });
  });

  it('are no substitutes any more once they are recused', () => {
    given(...short, ada('case.nameSubstitute', { person: 'rui' }), recuse('rui'), readmit('rui'))
      .when(rui('meeting.convene', { attendees: ['ada', 'cam'] }))
      .thenExactlyRefused('who-may-act', 'leads-meet');
  });

  it('are handlers', () => {
    given(...short)
      .when(ada('case.nameSubstitute', { person: 'eve' }))
      .thenExactlyRefused('assignee-is-staff');
    given(...settled)
      .when(cleo('case.bringIn', { person: 'eve' }))
      .thenExactlyRefused('assignee-is-staff');
    given(...settled, cleo('case.bringIn', { person: 'kim' }))
      .when(cleo('case.bringIn', { person: 'kim' }))
      .thenFacts({ staff: { broughtIn: ['kim'] } });
  });
});

describe('linking', () => {
  it('knows a case that the sender may see, and no other', () => {
    given()
      .when(ben('case.link', { relation: 'retaliation' }, { cases: { named: 1, unknown: 1 } }))
      .thenExactlyRefused('known-reference');
    given()
      .when(ben('case.link', { relation: 'retaliation' }, { cases: { named: 1, unknown: 0 } }))
      .thenFacts({ duplicate: false });
    given(...convened)
      .when(
        ada(
          'meeting.consultPastIncidents',
          { patternFound: true },
          { cases: { named: 2, unknown: 1 } },
        ),
      )
      .thenExactlyRefused('known-reference');
  });
});
