/** Leaving a case: by choice, because somebody asks, or because one is reported. */
import { describe, it } from 'vitest';
import {
  accusing,
  against,
  appeal,
  closed,
  conclude,
  convened,
  decided,
  met,
  notified,
  objectives,
  reconvene,
  recuse,
  reported,
  reviewedBy,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cam, cleo, dov, kim, oli, rui } from '../support/cast.ts';
import { begin, given, opened } from '../support/story.ts';

const readmit = (person: string) => dov('case.readmit', { person });

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
    for (const story of [convened, [...met, reconvene]])
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
      .when(conclude)
      .thenExactlyRefused('objectives-met');
    given(...left, ada('meeting.assignFollowUp', { person: 'kim' }))
      .when(conclude)
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
      dov('case.nameSubstitute', { person: 'oli', as: 'lead' }),
      dov('publicity.delegateAuthority', { to: 'oli' }),
      appeal,
      reviewedBy('dov', 'oli'),
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
