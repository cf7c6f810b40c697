/** What happened before it was entered. */
import { describe, it } from 'vitest';
import { reported, welcomed } from '../support/chapters.ts';
import { ada, cleo } from '../support/cast.ts';
import { begin, given, inTime, later, opened } from '../support/story.ts';

describe('what happened before it was entered', () => {
  it('counts from the receipt, said when the case is opened', () => {
    const received = { receivedAt: inTime('PT0S') };
    const late = [later('P2D'), opened(received), ...welcomed];
    given(...late)
      .when(cleo('intake.recordReport', { form: 'transcribed' }))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
    given(...late)
      .when(cleo('intake.recordReport', { form: 'transcribed', happenedAt: inTime('PT2H') }))
      .thenClocks({ leadsMeet: inTime('PT26H'), reporterFollowUp: inTime('P7DT2H') });
    given(later('P2D'))
      .when(opened({ receivedAt: inTime('P3D') }))
      .thenExactlyRefused('happened-when-it-could');
  });

  it('is never in the future, nor before the receipt, save in the intake and at once', () => {
    const early = { happenedAt: '2026-05-01T08:00:00+00:00' };
    given(...reported, later('PT1H'))
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'], ...early }))
      .thenExactlyRefused('happened-when-it-could');
    given(...reported, later('PT1H'))
      .when(cleo('immediate.seekResource', { resource: 'medical', ...early }))
      .then({ status: 'open' });
    given(...reported)
      .when(cleo('immediate.seekResource', { resource: 'medical', happenedAt: inTime('PT1S') }))
      .thenExactlyRefused('happened-when-it-could');
    given(...reported, later('PT1H'))
      .when(ada('meeting.convene', { attendees: ['ada', 'ben'], happenedAt: begin }))
      .then({ leadsMeeting: 'inSession' });
  });
});
