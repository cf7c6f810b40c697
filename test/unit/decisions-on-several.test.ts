/** Decisions on several reported persons of one case. */
import { describe, it } from 'vitest';
import {
  ban,
  carriedOut,
  carryOut,
  decide,
  decided,
  innocent,
  metOver,
  ofTwo,
} from '../support/chapters.ts';
import { ada, rui, una } from '../support/cast.ts';
import { given } from '../support/story.ts';

describe('several reported persons', () => {
  const two = metOver(ofTwo);
  const warn = decide({ for: 'reported-1', responses: [{ kind: 'warning' }] });

  it('are decided on each, or alike where nobody is named', () => {
    given(...two)
      .when(decide())
      .thenFacts({
        people: {
          reported: [
            { decision: { responses: [{ response: 1 }, { response: 2 }] } },
            { decision: { responses: [{ response: 1 }, { response: 2 }] } },
          ],
        },
      });
    given(...two, warn)
      .when(decide(innocent))
      .thenFacts({
        people: {
          reported: [
            { decision: { finding: 'violation', responses: [{ kind: 'warning' }] } },
            { decision: { finding: 'no-violation', responses: [] } },
          ],
        },
      });
    given(...two, warn, decide(innocent))
      .when(decide(innocent))
      .thenExactlyRefused('in-its-stage');
  });

  it('get only what is meant for them', () => {
    const responses = [
      { kind: 'warning', for: 'reported-1' },
      { ...ban, for: 'reported-2' },
    ];
    given(...two)
      .when(decide({ responses }))
      .thenFacts({
        people: {
          reported: [
            { decision: { responses: [{ response: 1, kind: 'warning' }] } },
            { decision: { responses: [{ response: 1, kind: 'ban' }] } },
          ],
        },
      });
    given(...two)
      .when(decide({ responses: responses.slice(0, 1) }))
      .thenRefusedFor('violation-needs-response', { for: ['reported-2'] });
  });

  it('are told, and answered to, each', () => {
    const tell = (whom: string) =>
      rui('decision.notifyReportedPerson', { for: whom, medium: 'email' });
    given(...two, decide())
      .when(tell('reported-2'))
      .thenOf('reported-1', { appeal: 'idle' });
    given(...two, decide())
      .when(rui('decision.carryOutResponse', { for: 'reported-2', response: 1 }))
      .thenOf('reported-1', { decision: 'decided' });
    given(...two, warn)
      .when(carryOut(1))
      .thenOf('reported-1', { decision: 'carriedOut' });
    given(...two, warn)
      .when(carryOut(1))
      .then({ decision: 'deliberating' });
  });

  it('are owed each their own before the case can close', () => {
    given(...two, warn)
      .when(una('case.close'))
      .thenRefusedFor('settled-before-close', {
        missing: [
          'response: reported-1 1',
          'notification: reported-1',
          'decision: reported-2',
          'reporterCare: reporter',
          'followUp: other-2',
        ],
      });
    given(...decided, ...carriedOut)
      .when(ada('decision.markUnnotifiable'))
      .then({ decision: 'carriedOut' });
  });
});
