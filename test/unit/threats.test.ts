/** A threat to others: somebody is called for each, and nobody for one that is over. */
import { describe, it } from 'vitest';
import { ada, cleo } from '../support/cast.ts';
import { given } from '../support/story.ts';

const threat = cleo('intake.checkSafety', { everyoneSafe: 'no', generalThreat: true });
const over = cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false });
const called = cleo('immediate.seekResource', { resource: 'emergency' });
const needed = ada('immediate.assess', { needed: true });
const resolve = ada('immediate.resolve');

describe('a threat to others', () => {
  it('may be answered before it is written down', () => {
    given(called, threat, needed).when(resolve).then({ immediateResponse: 'resolved' });
  });

  it('is the same one however often safety is checked meanwhile', () => {
    given(threat, called, threat, needed).when(resolve).then({ immediateResponse: 'resolved' });
  });

  it('that comes after one that is over needs somebody anew', () => {
    const again = [threat, called, over, threat, needed];
    given(...again)
      .when(resolve)
      .thenExactlyRefused('threat-needs-resources');
    given(...again, called)
      .when(resolve)
      .then({ immediateResponse: 'resolved' });
    given(...again, over)
      .when(resolve)
      .then({ immediateResponse: 'resolved' });
  });
});
