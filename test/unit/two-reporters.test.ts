/** Two who report the same, and hear back each. */
import { describe, it } from 'vitest';
import { anotherReport, met, settled, welcomed } from '../support/chapters.ts';
import { ben, cleo } from '../support/cast.ts';
import { elapsed, given, inTime, later } from '../support/story.ts';

describe('two reporters', () => {
  const another = [...welcomed, anotherReport];
  const both = [...met, later('P1D'), ...another, cleo('intake.thankReporter')];
  const said = { covered: ['discussed'], medium: 'phone' };
  const tell = (whom: string) => cleo('care.followUpWithReporter', { ...said, for: whom });

  it('hear back each, at their own time', () => {
    given(...both)
      .when(tell('reporter'))
      .then({ reporterCare: 'due' });
    given(...both)
      .when(tell('reporter'))
      .thenOf('reporter', { reporterCare: 'followedUp' });
    given(...both)
      .when(tell('reporter'))
      .thenClocks({
        leadsMeet: inTime('P2D'),
        'reporterFollowUp reporter-2': inTime('P8D'),
      });
    given(...both, tell('reporter'))
      .when(tell('reporter-2'))
      .then({ reporterCare: 'followedUp' });
  });

  it('are told apart', () => {
    given(...both)
      .when(cleo('care.followUpWithReporter', said))
      .thenRefusedFor('known-reference', {
        missing: ['for'],
        candidates: ['reporter', 'reporter-2'],
      });
  });

  it('run late each', () => {
    given(...both, later('P6D'), elapsed('leadsMeet'), elapsed('reporterFollowUp'))
      .when(elapsed('reporterFollowUp', 'reporter-2'))
      .thenNothing();
    given(...both, later('P7D'), elapsed('leadsMeet'), elapsed('reporterFollowUp'))
      .when(elapsed('reporterFollowUp', 'reporter-2'))
      .thenOverdue('leadsMeet', 'reporterFollowUp', 'reporterFollowUp reporter-2');
  });

  it('are owed both before the case can close', () => {
    given(...settled, ...another)
      .when(ben('case.close'))
      .thenRefusedFor('settled-before-close', {
        missing: ['intake', 'leadsMeeting', 'reporterCare: reporter-2'],
      });
  });
});
