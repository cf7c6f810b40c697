/** Who was reported, whom it happened to, and whose name goes again. */
import { describe, it } from 'vitest';
import type { Outsider } from '../../machines/staff-in-case.ts';
import {
  accusing,
  against,
  closed,
  decide,
  decided,
  handOver,
  innocent,
  metOver,
  ofTwo,
  recorded,
  theReport,
  welcomed,
} from '../support/chapters.ts';
import { ada, ben, cleo, dov, oli } from '../support/cast.ts';
import { given } from '../support/story.ts';

describe('who it was', () => {
  const outside = (
    person: string,
    why: Outsider['why'],
    offices: readonly ('lead' | 'organizer')[],
  ) => ({
    staff: { outside: [{ person, why, offices }] },
  });

  it('is appended by a clarification, and counted on', () => {
    given(...recorded)
      .when(
        cleo('intake.addClarification', {
          reportedPersons: [{ ref: 'reported-1' }, { badge: 'words' }],
          others: [{ role: 'involved' }],
        }),
      )
      .thenFacts({
        people: {
          reported: [{ ref: 'reported-1' }, { ref: 'reported-2', identified: true }],
          others: [{ ref: 'other-1' }, { ref: 'other-2' }, { ref: 'other-3', role: 'involved' }],
        },
      });
    given(...recorded)
      .when(cleo('intake.addClarification', { reportedPersons: [{ ref: 'reported-2' }] }))
      .thenExactlyRefused('known-reference');
  });

  it('puts a member of staff outside in the same step, and vacates what they held', () => {
    given(...welcomed)
      .when(accusing('ben'))
      .thenFacts({
        people: { reported: [{ ref: 'reported-1', staff: 'ben' }] },
        ...outside('ben', 'reported', ['lead']),
      });
    given(...recorded, cleo('case.bringIn', { person: 'rui' }))
      .when(cleo('intake.addClarification', { reportedPersons: [{ staff: 'rui' }] }))
      .thenFacts({ staff: { broughtIn: [], outside: [{ person: 'rui', offices: [] }] } });
  });

  it('can be learned later, of one who was reported as a stranger', () => {
    given(...welcomed, cleo('intake.recordReport', { form: 'written' }))
      .when(cleo('intake.identify', { staff: 'ben' }))
      .thenFacts({
        people: { reported: [{ ref: 'reported-1', staff: 'ben', identified: true }] },
        ...outside('ben', 'reported', ['lead']),
      });
    given(...metOver(ofTwo))
      .when(cleo('intake.identify', { name: 'words' }))
      .thenRefusedFor('known-reference', {
        missing: ['for'],
        candidates: ['reported-1', 'reported-2'],
      });
  });

  it('may be one person in the end, about whom one decision is made', () => {
    const same = cleo('intake.identify', { for: 'reported-2', sameAs: 'reported-1' });
    given(...metOver(ofTwo))
      .when(same)
      .thenFacts({ people: { reported: [{ sameAs: null }, { sameAs: 'reported-1' }] } });
    given(...metOver(ofTwo), same)
      .when(decide(innocent))
      .then({ decision: 'carriedOut' });
    for (const sameAs of ['reported-1', 'reported-3', 'other-1', 'reporter'])
      given(...metOver(ofTwo))
        .when(cleo('intake.identify', { for: 'reported-1', sameAs }))
        .thenExactlyRefused('known-reference');
    given(...metOver(ofTwo), same)
      .when(cleo('intake.identify', { for: 'reported-1', sameAs: 'reported-2' }))
      .thenExactlyRefused('known-reference');
    given(...decided)
      .when(cleo('intake.identify', { sameAs: 'other-1' }))
      .thenRefused('known-reference', 'before-decision');
  });

  it('may still be learned when the decision stands', () => {
    given(...decided)
      .when(cleo('intake.identify', { name: 'words' }))
      .thenFacts({ people: { reported: [{ identified: true }] } });
  });

  describe('named by mistake', () => {
    const mistaken = against('ben');
    const withdraw = ada('intake.withdrawAccusation');
    const seq = mistaken.length + 2;

    it('is taken back by two', () => {
      given(...mistaken)
        .when(withdraw)
        .thenFacts({
          people: { reported: [{ withdrawn: false }] },
          proposals: [{ seq, type: 'intake.withdrawAccusation' }],
        });
      given(...mistaken, withdraw)
        .when(dov('case.confirm', { seq }))
        .thenFacts({ people: { reported: [{ withdrawn: true }] }, proposals: [] });
      given(...mistaken, withdraw)
        .when(ada('case.confirm', { seq }))
        .thenExactlyRefused('takes-two');
    });

    it('lets the member of staff in again by the word of a third', () => {
      const cleared = [...mistaken, dov('intake.withdrawAccusation'), ada('case.confirm', { seq })];
      given(...cleared)
        .when(ben('case.addNote'))
        .thenExactlyRefused('recused-take-no-part');
      given(...cleared)
        .when(dov('case.readmit', { person: 'ben' }))
        .thenExactlyRefused('takes-two');
      given(...cleared)
        .when(oli('case.readmit', { person: 'ben' }))
        .thenFacts({ staff: { outside: [], cleared: [] } });
    });

    it('owes nothing more', () => {
      given(...mistaken, withdraw, dov('case.confirm', { seq }))
        .when(ada('case.close'))
        .thenRefusedFor('settled-before-close', {
          missing: ['leadsMeeting', 'reporterCare: reporter'],
        });
    });
  });
});

describe('members of staff whom it happened to', () => {
  const byLead = cleo('intake.recordReport', {
    ...theReport,
    reporter: { anonymous: false, name: 'words', staff: 'ada' },
  });

  it('are outside from the hand-over on, and the facts say only that', () => {
    given(...welcomed)
      .when(byLead)
      .thenFacts({ staff: { outside: [], leaving: [{ person: 'ada', offices: ['lead'] }] } });
    given(...welcomed, byLead, ...handOver.slice(0, -1))
      .when(cleo('intake.reportToLeads'))
      .thenFacts({
        staff: { outside: [{ person: 'ada', why: 'concerned', offices: ['lead'] }], leaving: [] },
      });
    given(...welcomed, byLead, ...handOver)
      .when(ada('meeting.convene', { attendees: ['ben', 'cam'] }))
      .thenRefused('recused-take-no-part');
  });

  it('stay, where they only saw it, and judge nothing', () => {
    const seen = { ...theReport, others: [{ role: 'witness', staff: 'ada' }] };
    const story = [...welcomed, cleo('intake.recordReport', seen), ...handOver];
    given(...story)
      .when(ada('case.addNote'))
      .thenFacts({ staff: { witnesses: [{ person: 'ada', offices: ['lead'] }], outside: [] } });
    given(...story)
      .when(ada('meeting.convene', { attendees: ['ben', 'cam'] }))
      .thenExactlyRefused('no-judge-in-own-cause');
  });
});

describe('a reporter who wants their name off', () => {
  it('is anonymous from then on, and out of the record', () => {
    const redacts = [{ seq: 4, parts: ['identity:reporter'] }];
    given(...closed, ada('case.reopen'))
      .when(cleo('intake.withdrawIdentity', {}, { redacts }))
      .thenFacts({
        people: { reporters: [{ anonymous: true, named: false, contact: false }] },
        redactions: redacts,
      });
    given(...recorded, dov('case.hold'))
      .when(cleo('intake.withdrawIdentity'))
      .thenExactlyRefused('hold-prevents-erasure');
  });
});
