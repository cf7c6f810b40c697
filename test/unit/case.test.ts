/** A case as a whole: opened and reopened, noted in, held, erased. */
import { describe, it } from 'vitest';
import {
  against,
  anotherReport,
  appeal,
  closed,
  covered,
  met,
  needed,
  notNeeded,
  recorded,
  recuse,
  reopened,
  safe,
  settled,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, dov, eve, kim, rui, time, uma } from '../support/cast.ts';
import {
  begin,
  elapsed,
  given,
  inTime,
  later,
  opened,
  seqOf,
  type Happening,
} from '../support/story.ts';

const close = ada('case.close');
const confirmed = (...story: readonly Happening[]) => [
  ...story,
  ben('case.confirm', { seq: seqOf(...story) }),
];

describe('opening', () => {
  it('belongs to handlers', () => {
    for (const by of ['eve', 'ike', 'uma'])
      given().when(opened({ by })).thenExactlyRefused('who-may-act');
    given()
      .when(opened({ by: 'dov' }))
      .then({ status: 'open' });
  });

  it('keeps out whom the reporter does not want on the case', () => {
    given()
      .when(opened({ excluded: ['ada', 'rui'] }))
      .thenFacts({
        openedBy: 'cleo',
        staff: {
          outside: [
            { person: 'ada', why: 'excluded', offices: ['lead'] },
            { person: 'rui', why: 'excluded', offices: [] },
          ],
        },
      });
    given(opened({ excluded: ['ada'] }))
      .when(ada('intake.thankReporter'))
      .thenExactlyRefused('recused-take-no-part');
  });
});

describe('reopening', () => {
  const left = departs(['reporterCare', 'followUp', 'decision']);
  const stood = confirmed(...covered, left);

  it('returns to where every stage stood, those of people too', () => {
    given(...stood)
      .when(dov('case.reopen'))
      .then({
        status: 'open',
        intake: 'reported',
        immediateResponse: 'notNeeded',
        reporterCare: 'due',
        leadsMeeting: 'concluded',
        reportedPersonFollowUp: 'conversing',
        decision: 'deliberating',
        appeal: 'idle',
        publicCommunication: 'quiet',
      });
    given(...stood, dov('case.reopen'))
      .when(rui('followUp.complete'))
      .then({ reportedPersonFollowUp: 'completed' });
  });

  it('starts no clock anew', () => {
    const resting = [
      ...confirmed(...recorded, departs(['intake', 'leadsMeeting', 'decision', 'reporterCare'])),
      later('PT5H'),
    ];
    given(...resting)
      .when(ada('case.reopen'))
      .thenClocks({ leadsMeet: inTime('PT24H'), reporterFollowUp: inTime('P7D') });
    given(...resting, later('P2D'), ada('case.reopen'))
      .when(elapsed('leadsMeet'))
      .then({ leadsMeeting: 'overdue', intake: 'recorded' });
  });

  it('returns to where the case stood the second time, not the first', () => {
    const twice = [safe, close, ada('case.reopen'), notNeeded, close];
    given(...twice)
      .when(ada('case.reopen'))
      .then({ status: 'open', immediateResponse: 'notNeeded' });
  });

  it('belongs to leads and organizers, and to closed cases', () => {
    given(...closed)
      .when(kim('case.reopen'))
      .thenExactlyRefused('who-may-act');
    given(...settled)
      .when(ada('case.reopen'))
      .thenExactlyRefused('in-its-stage');
  });

  it('takes a report up that comes later', () => {
    given(...reopened, ...welcomed)
      .when(anotherReport)
      .then({ intake: 'recorded', leadsMeeting: 'awaiting', reporterCare: 'due' });
  });

  function departs(items: readonly string[]) {
    const rule = 'settled-before-close';
    return ada('case.close', {
      departures: [{ rule, ground: 'impossible', items, reason: 'words' }],
    });
  }
});

describe('notes and redactions', () => {
  it('may be noted what there is no event for', () => {
    for (const story of [[], met, settled])
      given(...story)
        .when(kim('case.addNote'))
        .then({ status: 'open' });
  });

  it('take content away for good, by two', () => {
    const redact = ada('case.redact', { seq: 4, parts: ['content'] });
    given(...recorded)
      .when(redact)
      .thenFacts({ redactions: [], proposals: [{ type: 'case.redact' }] });
    given(...recorded, redact)
      .when(dov('case.confirm', { seq: 5 }))
      .thenFacts({ redactions: [{ seq: 4, parts: ['content'] }], proposals: [] });
    given(...recorded, dov('case.hold'))
      .when(redact)
      .thenExactlyRefused('hold-prevents-erasure');
    given(...recorded, redact, dov('case.hold'))
      .when(dov('case.confirm', { seq: 5 }))
      .thenExactlyRefused('hold-prevents-erasure');
    given(...recorded)
      .when(ada('case.redact', { seq: 9, parts: ['content'] }, { redacts: [] }))
      .thenExactlyRefused('known-reference');
  });
});

describe('what takes two', () => {
  it('is confirmed by an ombud where an office is reported and the case is called none', () => {
    const proposed = [...against('dov'), ada('case.void', { reason: 'not-ours' })];
    const seq = seqOf(...proposed);
    given(...proposed)
      .when(ben('case.confirm', { seq }))
      .thenExactlyRefused('takes-two');
    given(...proposed)
      .when(uma('case.confirm', { seq }))
      .then({ status: 'closed' });
  });
});

describe('holding and erasing', () => {
  const hold = dov('case.hold');
  const erase = dov('case.erase', { reason: 'request' });

  it('erases a closed case, by an organizer or by time', () => {
    given(...settled)
      .when(erase)
      .thenExactlyRefused('in-its-stage');
    given(...closed)
      .when(erase)
      .thenFacts({ erased: true, closedAt: begin });
    given(...closed)
      .when(time('case.erase', { reason: 'retention' }))
      .then({ status: 'closed', decision: 'carriedOut' });
    given(...closed)
      .when(ada('case.erase', { reason: 'request' }))
      .thenExactlyRefused('who-may-act');
  });

  it('erases nothing under a legal hold, whenever that was put on', () => {
    for (const held of [
      [...settled, hold, close],
      [...closed, hold],
    ]) {
      given(...held)
        .when(erase)
        .thenExactlyRefused('hold-prevents-erasure');
      given(...held, dov('case.releaseHold'))
        .when(erase)
        .thenFacts({ erased: true, held: false });
    }
  });

  it('is for ever', () => {
    for (const event of [ada('case.reopen'), hold, recuse('ben'), erase, appeal, needed])
      given(...closed, erase)
        .when(event)
        .thenExactlyRefused('case-erased');
  });

  it('lets auditors in for a time, at an organizer’s word', () => {
    const grant = (until: string, person = 'eve') => dov('case.grantDisclosure', { person, until });
    given(...closed, grant('2026-06-01'))
      .when(grant('2026-07-01'))
      .thenFacts({ staff: { disclosures: [{ person: 'eve', until: '2026-07-01' }] } });
    given(grant('2026-06-01'))
      .when(dov('case.revokeDisclosure', { person: 'eve' }))
      .thenFacts({ staff: { disclosures: [] } });
    for (const event of [
      grant('2026-06-01', 'ben'),
      dov('case.revokeDisclosure', { person: 'eve' }),
    ])
      given().when(event).thenExactlyRefused('known-reference');
    given().when(eve('case.hold')).thenRefused('who-may-act');
  });
});
