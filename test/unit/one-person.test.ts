import { describe, it } from 'vitest';
import { meet, metOver, ofTwo, theReport } from '../support/chapters.ts';
import { ada, ben, cleo, dov, identifying, oli, rui } from '../support/cast.ts';
import { given, sceneAfter, type Happening } from '../support/story.ts';

const same = cleo('intake.identify', { for: 'reported-2', sameAs: 'reported-1' });
const seqOf = (...story: readonly Happening[]) => sceneAfter(...story).seq;
const confirmed = (by: typeof ada, ...story: readonly Happening[]) => [
  ...story,
  by('case.confirm', { seq: seqOf(...story) }),
];
const plan = ada('meeting.planFollowUps', { followUps: [{ for: 'reported-2' }] });

describe('two reported persons who are one', () => {
  /** The second of them was known to be a member of staff; the first was not. */
  const strangerAndBen = { ...theReport, reportedPersons: [{ name: 'words' }, { staff: 'ben' }] };
  const reportedSo = metOver(strangerAndBen).slice(0, -meet.length);

  it('are the member of staff that one of them was', () => {
    given(...reportedSo)
      .when(same)
      .thenFacts({
        people: { reported: [{ ref: 'reported-1', staff: 'ben', identified: true }, {}] },
        staff: { outside: [{ person: 'ben', why: 'reported' }] },
      });
  });

  it('let that member of staff in again, when the accusation is taken back', () => {
    const cleared = confirmed(dov, ...reportedSo, same, ada('intake.withdrawAccusation'));
    given(...cleared.slice(0, -1))
      .when(cleared.at(-1) as Happening)
      .thenFacts({ staff: { outside: [{ person: 'ben', why: 'cleared' }] } });
    given(...cleared)
      .when(oli('case.readmit', { person: 'ben' }))
      .thenFacts({ staff: { outside: [], cleared: [] } });
  });

  it('may be named under either reference, once they allowed it', () => {
    for (const [said, named] of [
      ['reported-1', 'reported-2'],
      ['reported-2', 'reported-1'],
    ] as const) {
      const consent = cleo('publicity.recordDisclosureConsent', {
        for: said,
        to: 'public',
        instructedByPerson: true,
      });
      const word = dov(
        'publicity.announce',
        { purpose: 'press', channels: ['website'] },
        identifying(named),
      );
      given(...metOver(ofTwo), consent, same)
        .when(word)
        .then({ status: 'open' });
      given(...metOver(ofTwo), same)
        .when(word)
        .thenRefused('no-identities-in-public');
    }
  });

  it('are followed up with as one', () => {
    given(...metOver(ofTwo), plan)
      .when(same)
      .thenFacts({ leadsMeeting: { followUps: [{}, {}, { for: 'reported-1', settled: false }] } });
    given(...metOver(ofTwo), plan, same)
      .when(cleo('care.followUpWithImpacted', { for: 'reported-2' }))
      .thenFacts({ leadsMeeting: { followUps: [{}, {}, { settled: true }] } });
  });

  it('are told once that a measure is over which was taken against either', () => {
    const away = [
      ...metOver(ofTwo),
      cleo('immediate.assess', { needed: true }),
      rui('immediate.takeAction', { kind: 'leave-event', for: 'reported-2' }),
      cleo('immediate.resolve'),
      same,
    ];
    const action = seqOf(...away.slice(0, -2));
    const decide = (responses: object[]) =>
      ada('decision.record', {
        finding: responses.length > 0 ? 'violation' : 'no-violation',
        deciders: ['ada', 'ben'],
        responses,
      });
    given(...away)
      .when(decide([]))
      .thenFacts({ immediateResponse: { actions: [{ action, for: 'reported-1', lift: 'owed' }] } });
    // the ban that was decided on the one goes on with what was done to the other
    given(...away)
      .when(decide([{ kind: 'ban', indefinite: true }]))
      .thenFacts({ immediateResponse: { actions: [{ action, lift: null }] } });
  });
});

describe('somebody who was named by mistake', () => {
  it('keeps no case open by a follow-up that was planned with them', () => {
    const withdrawn = confirmed(
      dov,
      ...metOver(ofTwo),
      plan,
      ada('intake.withdrawAccusation', { for: 'reported-2' }),
    );
    const settled = [
      ...withdrawn,
      ada('decision.record', {
        finding: 'no-violation',
        deciders: ['ada', 'ben'],
        responses: [],
      }),
      cleo('care.followUpWithReporter', { covered: ['determination'], medium: 'phone' }),
      cleo('care.followUpWithImpacted', { for: 'other-2' }),
    ];
    given(...settled)
      .when(ben('case.close'))
      .then({ status: 'closed' });
  });
});
