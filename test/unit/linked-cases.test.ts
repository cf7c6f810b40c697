/** Cases that belong together, and a case that another one stands for. */
import { describe, it } from 'vitest';
import { convened, needed, reported } from '../support/chapters.ts';
import { ada, ben } from '../support/cast.ts';
import { given, seqOf, type Happening } from '../support/story.ts';

const link = ada('case.link', { relation: 'duplicate' });
const duplicate = (...story: readonly Happening[]) => [
  ...story,
  link,
  ben('case.confirm', { seq: seqOf(...story, link) }),
];

describe('linking', () => {
  it('knows a case that the sender may see, and no other', () => {
    const related = (unknown: number, relation: string) =>
      ben('case.link', { relation }, { cases: { named: 1, unknown } });
    given().when(related(1, 'retaliation')).thenExactlyRefused('known-reference');
    for (const relation of ['pattern', 'retaliation', 'counter-report', 'follow-on'])
      given().when(related(0, relation)).thenFacts({ duplicateOf: null, proposals: [] });
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

describe('a duplicate', () => {
  it('is said to be one by two', () => {
    const story = [...reported, link];
    given(...reported)
      .when(link)
      .thenFacts({ duplicateOf: null, proposals: [{ type: 'case.link' }] });
    given(...story)
      .when(ben('case.confirm', { seq: story.length + 1 }))
      .thenFacts({ duplicateOf: story.length + 1, proposals: [] });
  });

  it('owes nothing but the answer to each of its reporters', () => {
    given(...duplicate(...reported))
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', { missing: ['reporterCare: reporter'] });
    given(...duplicate(...convened, needed))
      .when(ada('case.close'))
      .thenRefusedFor('settled-before-close', {
        missing: ['immediateResponse', 'reporterCare: reporter'],
      });
  });

  it('answers with what became of the case that stands for it', () => {
    const answer = (told: string[], original: object) =>
      ada(
        'care.followUpWithReporter',
        { covered: told, medium: 'phone' },
        { original: original as never },
      );
    const story = duplicate(...reported);
    given(...story)
      .when(answer(['discussed'], { met: false, decided: false }))
      .thenExactlyRefused('follow-up-after-meeting');
    given(...story)
      .when(answer(['determination'], { met: true, decided: false }))
      .thenExactlyRefused('follow-up-after-meeting');
    const told = answer(['determination', 'actions'], { met: true, decided: true });
    given(...story)
      .when(told)
      .then({ reporterCare: 'followedUp' });
    given(...story, told)
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });

  it.each(['empty', 'duplicate', 'voided', 'erased'])(
    'stands behind no case that is %s',
    (what) => {
      const linked = { empty: false, duplicate: false, voided: false, erased: false, [what]: true };
      given(...reported)
        .when(ada('case.link', { relation: 'duplicate' }, { linked }))
        .thenExactlyRefused('duplicate-of-a-live-case');
    },
  );
});
