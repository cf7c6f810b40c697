/** The stories of the rules of the decision, appeals, public words, care and the closing. */
import { ada, ben, cleo, dov, identifying, kim, rui, time, una } from './cast.ts';
import * as upTo from './chapters.ts';
import { departs, forbidden, left, orDeparts, stories } from './rule-story.ts';
import { later, opened } from './story.ts';

const amend = (changes: object) =>
  ada('decision.amend', { deciders: ['ada', 'ben'], responses: [{ keep: 1 }], ...changes });
const { appeal, decide, reviewedBy, thirtyDays } = upTo;
const upheld = upTo.ruled('upheld');
const heard = [...upTo.appealed, reviewedBy('dov'), upheld, ...upTo.meetAgain];
const byUna = [
  ...upTo.reported,
  una('meeting.convene', { attendees: ['ada', 'una'] }),
  ...upTo.met.slice(upTo.convened.length),
  decide({ deciders: ['ada', 'una'] }),
  upTo.notify,
  appeal,
];
const notice = { saysAgainstPolicy: true, saysActionTaken: true };
const inform = cleo('publicity.informAware', notice);
const announce = { ...notice, channels: ['website'] };
const tell = (covered: string) =>
  ada('care.followUpWithReporter', { covered: [covered], medium: 'chat' });
const wish = (contact: string) => cleo('care.noteWish', { contact });
const gaveUp = (attempts: number) => cleo('care.markUnreachable', { attempts });
const aware = cleo('publicity.recordAwareness', { audience: 'room' });
const hold = dov('case.hold');
const erase = time('case.erase', { reason: 'retention' });
const consent = (instructedByPerson: boolean) =>
  cleo('publicity.recordDisclosureConsent', {
    for: 'reporter',
    to: 'public',
    instructedByPerson,
  });
const close = ada('case.close');
const duplicate = (linked?: object) =>
  ada('case.link', { relation: 'duplicate' }, linked ? { linked: linked as never } : {});

export const lateStories = {
  'decision-after-meeting': stories([...upTo.convened, decide()], upTo.decided),
  'deciders-met': stories(
    [...upTo.decided, amend({})],
    [...upTo.decided, ...upTo.meetAgain, amend({})],
    departs('deciders-met', 'does-not-fit', [...upTo.decided, amend({})]),
  ),
  'never-one-decider': stories([...upTo.met, decide({ deciders: ['ben'] })], upTo.decided),
  'no-violation-no-sanction': stories(
    [...upTo.met, decide({ finding: 'inconclusive' })],
    upTo.noViolation,
  ),
  'violation-needs-response': orDeparts(
    'violation-needs-response',
    'does-not-fit',
    [...upTo.met, decide({ responses: [{ kind: 'none' }] })],
    upTo.decided,
  ),
  'lasting-responses-have-a-term': stories(
    [...upTo.met, decide({ responses: [{ kind: 'ban', indefinite: false }] })],
    [...upTo.met, decide({ responses: [{ kind: 'ban', indefinite: true }] })],
  ),
  'decision-stands': stories(
    [...upTo.met, ada('decision.markUnnotifiable')],
    [...upTo.decided, ada('decision.markUnnotifiable')],
  ),
  'assigned-responder-acts': stories(
    [...upTo.decided, cleo('decision.carryOutResponse', { response: 1 })],
    [...upTo.decided, kim('decision.carryOutResponse', { response: 1 })],
  ),
  'appeal-not-pending': stories(
    [...upTo.appealed, ...upTo.meetAgain, amend({})],
    [...upTo.notified, ...upTo.meetAgain, amend({})],
  ),
  'appeal-only-eased': stories(
    [...heard, amend({ responses: [{ kind: 'no-alcohol' }] })],
    [...heard, amend({})],
  ),

  'something-to-appeal': stories([...upTo.decided, appeal], upTo.appealed),
  'appeal-window': stories(
    [thirtyDays, ...upTo.notified, later('P31D'), appeal],
    [thirtyDays, ...upTo.notified, later('P29D'), appeal],
    departs('appeal-window', 'does-not-fit', [
      thirtyDays,
      ...upTo.notified,
      later('P31D'),
      dov('appeal.file'),
    ]),
  ),
  'one-appeal': stories([...upTo.appealed, appeal], upTo.appealed),
  'appeal-body': stories(
    [...upTo.appealed, reviewedBy('dov', 'rui')],
    [...upTo.appealed, reviewedBy('dov')],
  ),
  'independent-review': stories([...byUna, reviewedBy('una')], [...byUna, reviewedBy('oli')]),
  'reviewer-decides': stories(
    [...byUna, reviewedBy('dov'), ada('appeal.decide', { outcome: 'upheld' })],
    [...byUna, reviewedBy('dov'), upheld],
  ),

  'announcer-authority': stories(
    [...upTo.decided, ada('publicity.announce', announce)],
    [...upTo.decided, dov('publicity.announce', announce)],
    departs('announcer-authority', 'safety', [
      cleo('publicity.announce', { purpose: 'safety', channels: ['plenary'] }),
    ]),
  ),
  'delegation-by-organizer': stories(
    [ada('publicity.delegateAuthority', { to: 'kim' })],
    [dov('publicity.delegateAuthority', { to: 'kim' })],
  ),
  'no-identities-in-public': stories(
    [...upTo.decided, cleo('publicity.informAware', notice, identifying('reported-1'))],
    [...upTo.decided, inform],
  ),
  'notice-says-both': stories(
    [...upTo.decided, cleo('publicity.informAware', { ...notice, saysActionTaken: false })],
    [...upTo.decided, inform],
  ),
  'action-before-notice': stories([...upTo.met, inform], [upTo.needed, left, inform]),
  'details-kept-out': forbidden(cleo('publicity.discloseDetails')),
  'consent-is-own': stories([consent(false)], [consent(true)]),

  'follow-up-after-meeting': stories(
    [...upTo.met, tell('determination')],
    [...upTo.met, tell('discussed')],
    departs('follow-up-after-meeting', 'persons-wish', [...upTo.reported, tell('discussed')]),
  ),
  'assigned-follow-up': stories(
    [...upTo.met, rui('care.followUpWithImpacted', { for: 'other-2' })],
    [...upTo.met, cleo('care.followUpWithImpacted', { for: 'other-2' })],
  ),
  'contact-as-wished': stories(
    [...upTo.met, wish('none'), tell('discussed')],
    [...upTo.met, wish('none'), wish('welcome'), tell('discussed')],
  ),
  'reporter-contactable': orDeparts(
    'reporter-contactable',
    'safety',
    [...upTo.recorded, gaveUp(1)],
    [...upTo.recorded, gaveUp(2)],
  ),
  'settled-before-close': stories(
    [...upTo.notified, close],
    upTo.closed,
    departs(
      'settled-before-close',
      'impossible',
      [...upTo.settled.slice(0, -1), close],
      ['followUp: other-2'],
    ),
  ),
  'notice-before-close': orDeparts(
    'notice-before-close',
    'impossible',
    [...upTo.settled, aware, close],
    [...upTo.settled, aware, inform, close],
  ),
  'substitute-when-short': stories(
    [ada('case.nameSubstitute', { person: 'rui' })],
    [opened({ excluded: ['ben'] }), ada('case.nameSubstitute', { person: 'rui' })],
  ),
  'void-before-work': stories(
    [...upTo.convened, cleo('case.void', { reason: 'spam' })],
    [...upTo.reported, cleo('case.void', { reason: 'spam' })],
  ),
  'duplicate-of-a-live-case': stories(
    [duplicate({ duplicate: false, voided: true, erased: false })],
    [duplicate()],
  ),
  'takes-two': stories(
    [duplicate(), ada('case.confirm', { seq: 2 })],
    [duplicate(), ben('case.confirm', { seq: 2 })],
  ),
  'hold-prevents-erasure': stories(
    [...upTo.closed, hold, erase],
    [...upTo.closed, hold, dov('case.releaseHold'), erase],
  ),
};
