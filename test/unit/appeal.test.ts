import { describe, it } from 'vitest';
import {
  closed,
  convened,
  decided,
  declined,
  noViolation,
  notified,
  reported,
  settled,
} from '../support/chapters.ts';
import { ada, cleo, dov, kim, oli, rui, una } from '../support/cast.ts';
import { elapsed, given, inTime, later, opened } from '../support/story.ts';

const window = opened({ settings: { appealWindow: 'P30D' } });
const file = cleo('appeal.file');
const filed = [...notified, file];
const assign = (...reviewers: string[]) => dov('appeal.assignReviewers', { reviewers });
const reviewed = [...filed, assign('dov', 'oli')];
const warning = [{ kind: 'warning' }];

describe('appeal', () => {
  it('is idle until a violation was told', () => {
    given(...decided)
      .when(file)
      .thenExactlyRefused('in-its-stage', 'something-to-appeal');
    given(...noViolation, rui('decision.notifyReportedPerson', { medium: 'email' }))
      .when(file)
      .thenExactlyRefused('in-its-stage', 'something-to-appeal');
  });

  it('is open without a clock where the profile has no window', () => {
    given(...decided)
      .when(rui('decision.notifyReportedPerson', { medium: 'email' }))
      .thenClocks({ reporterFollowUp: inTime('P7D') });
    given(...notified, later('P3Y'))
      .when(file)
      .then({ appeal: 'filed' });
  });

  it('lapses when the profile’s window has passed, and not before', () => {
    given(window, ...notified, later('P30D'))
      .when(elapsed('appealWindow'))
      .then({ appeal: 'lapsed', decision: 'decided' });
    given(window, ...notified, later('P29DT23H59M59.999S'))
      .when(elapsed('appealWindow'))
      .thenNothing();
    given(window, ...notified, later('P30D'), elapsed('appealWindow'))
      .when(file)
      .thenRefused('in-its-stage');
    given(...notified, later('P3Y'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('is judged by the time of the event, should the deadline come late', () => {
    given(window, ...notified, later('P30DT1S'))
      .when(file)
      .thenExactlyRefused('appeal-window');
    given(window, ...notified, later('P29D'))
      .when(file)
      .then({ appeal: 'filed' });
    given(window, ...notified, later('P29D'), file, later('P2D'))
      .when(elapsed('appealWindow'))
      .thenNothing();
  });

  it('is filed once', () => {
    given(...filed)
      .when(file)
      .thenExactlyRefused('in-its-stage', 'one-appeal');
  });

  it('has its route told once there is something to appeal', () => {
    given(...decided)
      .when(kim('appeal.notifyRoute'))
      .thenExactlyRefused('something-to-appeal');
    given(...notified)
      .when(kim('appeal.notifyRoute'))
      .thenFacts({ appeal: { routeTold: true, filed: false } });
  });

  it('is reviewed by organizers whom an organizer assigns', () => {
    given(...filed)
      .when(assign('dov', 'oli'))
      .then({ appeal: 'underReview' });
    given(...filed)
      .when(assign('kim'))
      .thenExactlyRefused('appeal-body');
    given(...filed)
      .when(ada('appeal.assignReviewers', { reviewers: ['dov'] }))
      .thenExactlyRefused('who-may-act', 'appeal-body');
  });

  it('can change its reviewers while under review', () => {
    given(...reviewed)
      .when(assign('oli'))
      .thenFacts({ staff: { reviewers: ['oli'] } });
    given(...reviewed, assign('oli'))
      .when(dov('appeal.decide', { outcome: 'upheld' }))
      .thenExactlyRefused('reviewer-decides');
  });

  describe('against a decision that an organizer shared', () => {
    const byUna = [
      ...reported,
      ada('meeting.convene', { attendees: ['ada', 'una'] }),
      ...declined.slice(convened.length),
      ada('decision.record', { violation: true, deciders: ['ada', 'una'], responses: warning }),
      rui('decision.notifyReportedPerson', { medium: 'email' }),
      file,
    ];
    it('is not heard by whoever decided', () => {
      given(...byUna)
        .when(assign('una', 'dov'))
        .thenExactlyRefused('independent-review');
    });
    it('is, where the profile allows it', () => {
      given(opened({ settings: { independentAppeal: false } }), ...byUna)
        .when(assign('una', 'dov'))
        .then({ appeal: 'underReview' });
    });
    it('is heard by a substitute whom an organizer named, not by a lead’s', () => {
      given(...byUna, dov('case.nameSubstitute', { person: 'kim' }))
        .when(assign('kim'))
        .then({ appeal: 'underReview' });
      given(...byUna, ada('case.nameSubstitute', { person: 'kim' }))
        .when(assign('kim'))
        .thenExactlyRefused('appeal-body');
    });
  });

  it('may be upheld: the decision stands as it was, and is told anew', () => {
    given(...reviewed)
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .then({ appeal: 'settled', decision: 'decided' });
    given(...reviewed)
      .when(oli('appeal.decide', { outcome: 'upheld' }))
      .thenFacts({
        appeal: { filed: true, outcome: 'upheld' },
        decision: {
          violation: true,
          notifiedAt: null,
          responses: [{ kind: 'warning' }, { kind: 'ban' }],
        },
      });
  });

  it('may modify the responses, which are to be carried out again', () => {
    const modified = dov('appeal.decide', {
      outcome: 'modified',
      responses: [{ kind: 'no-alcohol' }],
    });
    given(...settled, file, assign('dov'))
      .when(modified)
      .then({ appeal: 'settled', decision: 'decided' });
    given(...settled, file, assign('dov'))
      .when(modified)
      .thenFacts({
        decision: {
          violation: true,
          deciders: [{ person: 'ada' }, { person: 'ben' }],
          responses: [{ kind: 'no-alcohol', carriedOut: false }],
          notifiedAt: null,
        },
      });
    given(...reviewed, modified)
      .when(rui('decision.carryOutResponse', { response: 1 }))
      .then({ decision: 'carriedOut' });
  });

  it('judges modified responses by the decision’s rules', () => {
    const modify = (responses: unknown[]) =>
      dov('appeal.decide', { outcome: 'modified', responses });
    given(...reviewed)
      .when(modify([]))
      .thenExactlyRefused('violation-needs-response');
    given(...reviewed)
      .when(modify([{ kind: 'ban' }]))
      .thenExactlyRefused('lasting-responses-have-a-term');
    given(...reviewed)
      .when(modify([{ kind: 'warning', for: 'reported-2' }]))
      .thenExactlyRefused('known-reference');
  });

  it('may overturn the decision: no violation, nothing to carry out', () => {
    given(...reviewed)
      .when(dov('appeal.decide', { outcome: 'overturned' }))
      .then({ appeal: 'settled', decision: 'carriedOut' });
    given(...reviewed)
      .when(dov('appeal.decide', { outcome: 'overturned' }))
      .thenFacts({ decision: { violation: false, responses: [], notifiedAt: null } });
  });

  it.each(['upheld', 'overturned'])('opens no second one when %s is told', (outcome) => {
    const told = rui('decision.notifyReportedPerson', { medium: 'phone' });
    given(window, ...reviewed, dov('appeal.decide', { outcome }), later('P1D'))
      .when(told)
      .then({ appeal: 'settled' });
    given(window, ...reviewed, dov('appeal.decide', { outcome }), told)
      .when(file)
      .thenRefused('in-its-stage', 'one-appeal');
  });

  it.each(['upheld', 'overturned'])('is told anew before the case can close: %s', (outcome) => {
    const heard = [...settled, file, assign('dov'), dov('appeal.decide', { outcome })];
    given(...heard)
      .when(ada('case.close'))
      .thenExactlyRefused('settled-before-close');
    given(...heard, ada('decision.markUnnotifiable'))
      .when(ada('case.close'))
      .then({ status: 'closed' });
  });

  it('reopens a closed case', () => {
    given(...closed)
      .when(file)
      .then({ status: 'open', appeal: 'filed', decision: 'carriedOut', intake: 'reported' });
    given(window, ...closed, later('P29D'))
      .when(file)
      .thenFacts({ closedAt: null, appeal: { filed: true } });
  });

  it('is the last word: the leads do not replace it, though it reopened the case', () => {
    const heard = [...closed, file, assign('dov')];
    given(...heard, dov('appeal.decide', { outcome: 'upheld' }))
      .when(ada('meeting.reconvene'))
      .thenExactlyRefused('before-decision');
    given(...heard)
      .when(ada('meeting.reconvene'))
      .thenExactlyRefused('before-decision');
  });

  it('gives no new time when its outcome is told', () => {
    const told = [file, assign('dov'), dov('appeal.decide', { outcome: 'upheld' }), later('P1D')];
    given(window, ...settled, ...told)
      .when(rui('decision.notifyReportedPerson', { medium: 'email' }))
      .thenFacts({ due: { appealWindow: '2026-05-31T10:00:00.000Z' } });
  });

  it('does not reopen a closed case in vain', () => {
    given(window, ...closed, later('P31D'))
      .when(file)
      .thenExactlyRefused('appeal-window');
    given(window, ...settled, later('P30D'), elapsed('appealWindow'), ada('case.close'))
      .when(file)
      .thenRefused('appeal-window');
    given(
      ...settled,
      file,
      assign('dov'),
      dov('appeal.decide', { outcome: 'upheld' }),
      ada('decision.markUnnotifiable'),
      ada('case.close'),
    )
      .when(file)
      .thenRefused('one-appeal');
  });

  it('leaves the decision with the reviewers while they review', () => {
    given(...closed, file)
      .when(una('meeting.reconvene'))
      .thenExactlyRefused('before-decision');
  });
});
