import { describe, it } from 'vitest';
import { closed, covered, recorded, safe, settled } from '../support/chapters.ts';
import { ada, cleo, dov, eve, kim, rui, time } from '../support/cast.ts';
import { begin, elapsed, given, inTime, later, opened } from '../support/story.ts';

const close = ada('case.close');
const recuse = (person: string) => dov('case.recuse', { person });

describe('opening', () => {
  it('belongs to handlers', () => {
    given()
      .when(opened({ by: 'eve' }))
      .thenExactlyRefused('who-may-act');
    given()
      .when(opened({ by: 'ike' }))
      .thenExactlyRefused('who-may-act');
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
            { person: 'ada', why: 'excluded', lead: true },
            { person: 'rui', why: 'excluded', lead: false },
          ],
        },
      });
    given(opened({ excluded: ['ada'] }))
      .when(ada('intake.thankReporter'))
      .thenExactlyRefused('recused-take-no-part');
  });
});

describe('reopening', () => {
  it('returns to where every stage stood', () => {
    const stood = [...covered, ada('case.link', { relation: 'duplicate' }), close];
    given(...stood)
      .when(dov('case.reopen'))
      .then({
        status: 'open',
        intake: 'reported',
        immediateResponse: 'notNeeded',
        reporterCare: 'due',
        leadsMeeting: 'concluded',
        reportedPersonFollowUp: 'conversing',
        decision: 'idle',
        appeal: 'idle',
        publicCommunication: 'quiet',
      });
    given(...stood, dov('case.reopen'))
      .when(rui('followUp.complete'))
      .then({ reportedPersonFollowUp: 'completed', decision: 'deliberating' });
  });

  it('starts no clock anew', () => {
    const resting = [
      ...recorded,
      ada('case.link', { relation: 'duplicate' }),
      close,
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
    const twice = [
      safe,
      close,
      ada('case.reopen'),
      cleo('immediate.assess', { needed: false }),
      close,
    ];
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
    for (const event of [ada('case.reopen'), hold, recuse('ben'), erase, cleo('appeal.file')])
      given(...closed, erase)
        .when(event)
        .thenExactlyRefused('case-erased');
  });

  it('lets auditors in for a time, at an organizer’s word', () => {
    const grant = (until: string) => dov('case.grantDisclosure', { person: 'eve', until });
    given(...closed, grant('2026-06-01'))
      .when(grant('2026-07-01'))
      .thenFacts({ staff: { disclosures: [{ person: 'eve', until: '2026-07-01' }] } });
    given(grant('2026-06-01'))
      .when(dov('case.revokeDisclosure', { person: 'eve' }))
      .thenFacts({ staff: { disclosures: [] } });
    given()
      .when(dov('case.grantDisclosure', { person: 'ben', until: '2026-06-01' }))
      .thenExactlyRefused('known-reference');
    given()
      .when(dov('case.revokeDisclosure', { person: 'eve' }))
      .thenExactlyRefused('known-reference');
    given().when(eve('case.hold')).thenRefused('who-may-act');
  });
});
