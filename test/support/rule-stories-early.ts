/** The stories of the rules on all events, of the intake, the immediate response, the meeting and the conversation. */
import { ada, ben, cleo, dov, eve, identifying, kim, rui, time } from './cast.ts';
import * as upTo from './chapters.ts';
import { but, departs, forbidden, left, orDeparts, stories } from './rule-story.ts';
import { inTime, later, opened, sceneAfter } from './story.ts';

const report = cleo('intake.recordReport', upTo.theReport);
const from = (reporter: object) => cleo('intake.recordReport', { form: 'written', reporter });
const calm = cleo('immediate.assess', { needed: false });
const threat = cleo('intake.checkSafety', { everyoneSafe: 'no', generalThreat: true });
const police = (atReporterRequest: boolean) =>
  cleo('immediate.seekResource', { resource: 'law-enforcement', atReporterRequest });
const attend = (...attendees: string[]) => ada('meeting.convene', { attendees });
const conclude = ada('meeting.conclude');
const unthanked = but('intake.thankReporter', upTo.reported);
const hurried = departs('reporter-thanked', 'safety', unthanked);
const reviewed = ben('meeting.reviewDepartures', {
  reviews: [{ seq: sceneAfter(...hurried).seq, rule: 'reporter-thanked', outcome: 'endorsed' }],
});
const seenByAda = [
  ...upTo.welcomed,
  cleo('intake.recordReport', {
    form: 'observed',
    reporter: { anonymous: false, staff: 'ada' },
    reportedPersons: [{ name: 'words' }],
  }),
  calm,
  cleo('intake.reportToLeads'),
];
const passOn = rui('followUp.passOnApology', { harmful: false });
const message = (...refs: string[]) => rui('followUp.sendMessage', {}, identifying(...refs));
const begun = rui('followUp.begin', { medium: 'phone' });
const notice = { saysAgainstPolicy: true, saysActionTaken: true };
const inform = cleo('publicity.informAware', notice);
const hold = dov('case.hold');
const erase = time('case.erase', { reason: 'retention' });
const mistaken = cleo('intake.withdrawAccusation');
const revealing = upTo.metOver(upTo.revealing);

export const earlyStories = {
  'who-may-act': stories([eve('intake.thankReporter')], [dov('intake.thankReporter')]),
  'in-its-stage': stories(
    [...upTo.met, ada('meeting.discussResponses', { options: [] })],
    [...upTo.convened, ada('meeting.discussResponses', { options: [] })],
  ),
  'known-reference': stories(
    [...upTo.welcomed, cleo('care.markUnreachable', { for: 'other-3', attempts: 2 })],
    [...upTo.recorded, cleo('care.markUnreachable', { for: 'other-2', attempts: 2 })],
  ),
  'recused-take-no-part': stories(
    [opened({ excluded: ['rui'] }), cleo('case.bringIn', { person: 'rui' })],
    [opened({ excluded: ['kim'] }), cleo('case.bringIn', { person: 'rui' })],
  ),
  'case-closed': stories([...upTo.closed, inform], [...upTo.reopened, inform]),
  'case-erased': stories([...upTo.closed, erase, hold], [...upTo.closed, hold]),
  'happened-when-it-could': stories(
    [...upTo.recorded, cleo('care.provide', { kind: 'water', happenedAt: inTime('PT1S') })],
    [
      ...upTo.recorded,
      later('PT2H'),
      cleo('care.provide', { kind: 'water', happenedAt: inTime('PT1H') }),
    ],
  ),
  'departure-is-allowed': stories(
    departs('reporter-thanked', 'safety', upTo.reported),
    upTo.reported,
  ),

  'quiet-space-offered': orDeparts(
    'quiet-space-offered',
    'impossible',
    [upTo.safe, report],
    [upTo.quiet, upTo.safe, report],
  ),
  'safety-checked': orDeparts(
    'safety-checked',
    'persons-wish',
    [opened({ channel: 'phone' }), report],
    [opened({ channel: 'chat' }), report],
  ),
  'report-recorded': stories(
    [cleo('intake.addClarification')],
    [...upTo.recorded, cleo('intake.addClarification')],
  ),
  'reporter-thanked': orDeparts('reporter-thanked', 'safety', unthanked, upTo.reported),
  'immediate-need-assessed': stories(but('immediate.assess', upTo.reported), upTo.reported),
  'before-decision': stories([...upTo.decided, mistaken], [...upTo.recorded, mistaken]),
  'no-withdrawal-invitation': forbidden(cleo('intake.inviteWithdrawal')),
  'no-advice-on-immediate-response': forbidden(cleo('intake.solicitImmediateAdvice')),
  'no-input-on-long-term-response': forbidden(cleo('intake.offerLongTermInput')),
  'no-promised-response': forbidden(cleo('intake.promiseResponse')),
  'no-prompting-for-suggestions': forbidden(cleo('intake.promptForSuggestion')),
  'anonymity-respected': stories(
    [opened({ channel: 'web' }), from({ anonymous: true, name: 'words' })],
    [opened({ channel: 'web' }), from({ anonymous: true, contact: 'words' })],
  ),

  'authorities-at-reporters-request': orDeparts(
    'authorities-at-reporters-request',
    'legal-duty',
    [upTo.safe, police(false)],
    [upTo.safe, police(true)],
  ),
  'threat-needs-resources': orDeparts(
    'threat-needs-resources',
    'does-not-fit',
    [threat, calm],
    [threat, police(false), calm],
  ),
  'interim-responses-only': stories(
    [upTo.needed, cleo('immediate.takeAction', { kind: 'remove-membership' })],
    [upTo.needed, left],
    departs('interim-responses-only', 'safety', [
      upTo.needed,
      ada('immediate.takeAction', { kind: 'ban', until: inTime('PT24H') }),
    ]),
  ),
  'immediate-response-active': stories([left], [upTo.needed, left]),

  'meeting-after-intake': stories(
    [...upTo.recorded, ...upTo.lateMeeting, upTo.convene],
    upTo.convened,
  ),
  'leads-meet': stories(
    [...upTo.met, rui('meeting.planFollowUps', { followUps: [] })],
    [...upTo.met, cleo('meeting.planFollowUps', { followUps: [] })],
  ),
  quorum: stories(
    [...upTo.reported, attend('ben', 'kim')],
    [...upTo.reported, attend('ada', 'ben', 'kim')],
  ),
  'meeting-in-session': stories(
    [...upTo.met, ada('meeting.reviewReport')],
    [...upTo.convened, ada('meeting.reviewReport')],
  ),
  'objectives-met': orDeparts(
    'objectives-met',
    'does-not-fit',
    [...upTo.convened, conclude],
    upTo.met,
  ),
  'interim-actions-reviewed': stories(
    [upTo.needed, left, ...upTo.convened, ...upTo.objectives, conclude],
    upTo.met,
  ),
  'departures-reviewed': stories(
    [...hurried, ...upTo.meet],
    [...hurried, ...upTo.meet.slice(0, -1), reviewed, conclude],
  ),
  'assignee-is-staff': stories(
    [...upTo.convened, ada('meeting.assignResponder', { person: 'eve' })],
    [...upTo.convened, ada('meeting.assignResponder', { person: 'dov' })],
  ),
  'no-judge-in-own-cause': stories(
    [...seenByAda, ben('meeting.convene', { attendees: ['ada', 'ben', 'cam'] })],
    [...seenByAda, ben('meeting.convene', { attendees: ['ben', 'cam'] })],
  ),
  'reconvene-after-conclusion': stories(
    [...upTo.convened, ada('meeting.reconvene')],
    [...upTo.settled, ada('meeting.reconvene')],
  ),

  'contact-after-meeting': orDeparts(
    'contact-after-meeting',
    'safety',
    [...upTo.recorded, kim('followUp.begin', { medium: 'phone' })],
    [...upTo.met, kim('followUp.begin', { medium: 'phone' })],
  ),
  'assigned-speaker': stories(
    [...upTo.met, ada('followUp.begin', { medium: 'phone' })],
    [...upTo.met, kim('followUp.begin', { medium: 'phone' })],
  ),
  'reveal-risk-asked': stories(
    [...revealing, begun],
    [...revealing, cleo('intake.askSafetyConcern', { hasConcern: false }), begun],
  ),
  'conversation-open': stories([...upTo.met, message()], [...upTo.conversing, message()]),
  'five-points-covered': orDeparts(
    'five-points-covered',
    'impossible',
    [...upTo.covered.slice(0, -1), rui('followUp.complete')],
    [...upTo.covered, rui('followUp.complete')],
  ),
  'no-direct-apology': forbidden(rui('followUp.allowDirectApology')),
  'no-encouraged-apology': forbidden(cleo('appeal.encourageApology')),
  'apology-must-not-harm': stories(
    [...upTo.conversing, passOn],
    [...upTo.conversing, rui('followUp.receiveApology'), passOn],
  ),
  'no-reassurance': forbidden(rui('followUp.reassure')),
  'no-excuse-by-intent': forbidden(rui('followUp.excuseByIntent')),
  'reporter-not-revealed': stories(
    [...upTo.conversing, message('reporter')],
    [...upTo.conversing, message('reported-1')],
  ),
};
