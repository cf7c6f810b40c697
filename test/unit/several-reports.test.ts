/** Several reports of one incident: from others, from the same person, from staff who saw it. */
import { describe, it } from 'vitest';
import {
  anotherReport,
  met,
  notNeeded,
  quiet,
  reported,
  safe,
  welcomed,
} from '../support/chapters.ts';
import { cleo, rui } from '../support/cast.ts';
import { given, inTime, later } from '../support/story.ts';

const more = (from: string, channel?: string) =>
  cleo('intake.recordReport', { form: 'written', from, ...(channel && { channel }) });

describe('several reports', () => {
  it('may come of one incident, each with a reporter and an answer of their own', () => {
    given(...reported, quiet, safe)
      .when(anotherReport)
      .thenFacts({
        people: { reporters: [{ ref: 'reporter' }, { ref: 'reporter-2' }], reported: [{}] },
        intake: { reports: [{ handedOver: true }, { from: 'reporter-2', handedOver: false }] },
      });
    given(...reported, ...welcomed, later('PT5H'))
      .when(anotherReport)
      .thenClocks({
        leadsMeet: inTime('PT24H'),
        reporterFollowUp: inTime('P7D'),
        'reporterFollowUp reporter-2': inTime('P7DT5H'),
      });
    given(...reported, ...welcomed)
      .when(anotherReport)
      .thenOf('reporter-2', { reporterCare: 'due' });
  });

  it('are each received with a quiet space, a look at safety, and thanks', () => {
    given(...reported)
      .when(anotherReport)
      .thenExactlyRefused('quiet-space-offered', 'safety-checked');
    given(...reported, ...welcomed, anotherReport)
      .when(cleo('intake.reportToLeads'))
      .thenRefusedFor('reporter-thanked', { for: ['reporter-2'] });
    given(...reported, ...welcomed, anotherReport, cleo('intake.thankReporter'))
      .when(cleo('intake.reportToLeads'))
      .then({ intake: 'reported' });
  });

  it('may be more from somebody known, who was looked after already', () => {
    given(...reported)
      .when(more('reporter'))
      .thenFacts({ people: { reporters: [{ ref: 'reporter' }], reported: [{}] } });
    given(...reported)
      .when(more('reporter-2'))
      .thenExactlyRefused('known-reference', 'quiet-space-offered', 'safety-checked');
    given(...reported)
      .when(more('other-1', 'email'))
      .thenExactlyRefused('known-reference');
  });

  it('come after a meeting too, and call for another one', () => {
    given(...met, later('P2D'), ...welcomed)
      .when(anotherReport)
      .then({ leadsMeeting: 'awaiting', intake: 'recorded' });
    given(...met, later('P2D'), ...welcomed)
      .when(anotherReport)
      .thenClocks({
        leadsMeet: inTime('P3D'),
        reporterFollowUp: inTime('P7D'),
        'reporterFollowUp reporter-2': inTime('P9D'),
      });
  });

  it('may be what a member of staff saw: nobody is to be thanked, or told', () => {
    const seen = rui('intake.recordReport', { form: 'observed', reportedPersons: [{}] });
    given(safe, seen, notNeeded)
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
