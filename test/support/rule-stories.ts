/**
 * For every rule of the catalogue a story whose last event it refuses, and one whose last event, of
 * the same type, it lets pass. Forbidden actions have no second story.
 */
import type { EventType } from '../../machines/events.ts';
import type { RuleId } from '../../machines/rules.ts';
import { ada, cleo, dov, eve, identifying, kim, rui, time, una } from './cast.ts';
import * as upTo from './chapters.ts';
import { later, opened, type Happening } from './story.ts';

type Story = readonly Happening[];
const stories = (refused: Story, passes: Story | 'never') => ({ refused, passes });

const but = (type: EventType, story: Story): Story =>
  story.filter((told) => told.what !== 'sent' || told.event.type !== type);
const report = cleo('intake.recordReport', upTo.theReport);
const from = (reporter: object) => cleo('intake.recordReport', { form: 'written', reporter });
const attend = (...attendees: string[]) => ada('meeting.convene', { attendees });
const decide = (changes: object) => ada('decision.record', { ...upTo.verdict, ...changes });
const acting = cleo('immediate.assess', { needed: true });
const left = cleo('immediate.takeAction', { kind: 'leave-event' });
const police = (atReporterRequest: boolean) =>
  cleo('immediate.seekResource', { resource: 'law-enforcement', atReporterRequest });
const passOn = rui('followUp.passOnApology', { harmful: false });
const message = (...refs: string[]) => rui('followUp.sendMessage', {}, identifying(...refs));
const file = cleo('appeal.file');
const window = opened({ settings: { appealWindow: 'P30D' } });
const assign = (...reviewers: string[]) => dov('appeal.assignReviewers', { reviewers });
const byUna = [
  ...upTo.reported,
  una('meeting.convene', { attendees: ['ada', 'una'] }),
  ...upTo.declined.slice(upTo.convened.length),
  decide({ deciders: ['ada', 'una'] }),
  rui('decision.notifyReportedPerson', { medium: 'email' }),
  file,
];
const notice = { saysAgainstPolicy: true, saysActionTaken: true };
const inform = cleo('publicity.informAware', notice);
const announce = { ...notice, channels: ['website'] };
const tell = (covered: string) =>
  cleo('care.followUpWithReporter', { covered: [covered], medium: 'chat' });
const aware = cleo('publicity.recordAwareness', { audience: 'room' });
const hold = dov('case.hold');
const erase = time('case.erase', { reason: 'retention' });
const consent = (instructedByPerson: boolean) =>
  cleo('publicity.recordDisclosureConsent', { ref: 'reporter', instructedByPerson });
const revealing = [
  ...upTo.welcomed,
  cleo('intake.recordReport', { ...upTo.theReport, revealsReporter: true }),
  ...upTo.met.slice(upTo.recorded.length),
];
const begun = rui('followUp.begin', { medium: 'phone' });
const forbidden = (event: Happening) => stories([...upTo.conversing, event], 'never');

export const ruleStories: Readonly<Record<RuleId, ReturnType<typeof stories>>> = {
  'who-may-act': stories([eve('intake.thankReporter')], [dov('intake.thankReporter')]),
  'in-its-stage': stories([...upTo.recorded, report], upTo.recorded),
  'known-reference': stories(
    [...upTo.welcomed, cleo('care.markUnreachable', { ref: 'other-3', attempts: 2 })],
    [...upTo.recorded, cleo('care.markUnreachable', { ref: 'other-2', attempts: 2 })],
  ),
  'recused-take-no-part': stories(
    [opened({ excluded: ['rui'] }), cleo('case.bringIn', { person: 'rui' })],
    [opened({ excluded: ['kim'] }), cleo('case.bringIn', { person: 'rui' })],
  ),
  'case-closed': stories([...upTo.closed, inform], [...upTo.reopened, inform]),
  'case-erased': stories([...upTo.closed, erase, hold], [...upTo.closed, hold]),

  'quiet-space-offered': stories(
    [upTo.safe, report],
    [opened({ channel: 'phone' }), upTo.safe, report],
  ),
  'safety-checked': stories(
    [opened({ channel: 'phone' }), report],
    [opened({ channel: 'chat' }), report],
  ),
  'report-recorded': stories(
    [cleo('intake.addClarification')],
    [...upTo.recorded, cleo('intake.addClarification')],
  ),
  'reporter-thanked': stories(but('intake.thankReporter', upTo.reported), upTo.reported),
  'immediate-need-assessed': stories(but('immediate.assess', upTo.reported), upTo.reported),
  'no-withdrawal-invitation': forbidden(cleo('intake.inviteWithdrawal')),
  'no-advice-on-immediate-response': forbidden(cleo('intake.solicitImmediateAdvice')),
  'no-input-on-long-term-response': forbidden(cleo('intake.offerLongTermInput')),
  'no-promised-response': forbidden(cleo('intake.promiseResponse')),
  'no-prompting-for-suggestions': forbidden(cleo('intake.promptForSuggestion')),
  'anonymity-respected': stories(
    [opened({ channel: 'web' }), from({ anonymous: true, name: 'words' })],
    [opened({ channel: 'web' }), from({ anonymous: true, contact: 'words' })],
  ),

  'authorities-at-reporters-request': stories(
    [upTo.safe, police(false)],
    [upTo.safe, police(true)],
  ),
  'interim-responses-only': stories(
    [acting, cleo('immediate.takeAction', { kind: 'remove-membership' })],
    [acting, left],
  ),
  'immediate-response-active': stories([left], [acting, left]),

  'meeting-after-intake': stories(
    [...upTo.recorded, ...upTo.lateMeeting, attend('ada', 'ben')],
    upTo.convened,
  ),
  'leads-meet': stories(
    [...upTo.reported, attend('ada', 'ben', 'kim')],
    [...upTo.reported, attend('ada', 'ben', 'una')],
  ),
  quorum: stories([...upTo.reported, attend('ben')], upTo.convened),
  'meeting-in-session': stories(
    [...upTo.met, ada('meeting.reviewReport')],
    [...upTo.convened, ada('meeting.reviewReport')],
  ),
  'objectives-met': stories([...upTo.convened, ada('meeting.conclude')], upTo.met),
  'interim-actions-reviewed': stories(
    [acting, left, ...upTo.convened, ...upTo.objectives, ada('meeting.conclude')],
    upTo.met,
  ),
  'assignee-is-staff': stories(
    [...upTo.convened, ada('meeting.assignResponder', { person: 'eve' })],
    [...upTo.convened, ada('meeting.assignResponder', { person: 'dov' })],
  ),
  'before-decision': stories(
    [...upTo.decided, ada('meeting.reconvene')],
    [...upTo.reopened, ada('meeting.reconvene')],
  ),

  'contact-after-meeting': stories([...upTo.convened, begun], [...upTo.met, begun]),
  'assigned-speaker': stories(
    [...upTo.met, ada('followUp.begin', { medium: 'phone' })],
    [...upTo.met, kim('followUp.begin', { medium: 'phone' })],
  ),
  'reveal-risk-asked': stories(
    [...revealing, begun],
    [...revealing, cleo('intake.askSafetyConcern', { hasConcern: false }), begun],
  ),
  'conversation-open': stories([...upTo.declined, message()], [...upTo.conversing, message()]),
  'five-points-covered': stories(
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

  'decision-after-meeting': stories([...upTo.convened, decide({})], upTo.decided),
  'follow-up-chosen': stories([...upTo.met, decide({})], upTo.decided),
  'deciders-met': stories(
    [...upTo.declined, decide({ deciders: ['ada', 'ben', 'cam'] })],
    upTo.decided,
  ),
  'never-one-decider': stories([...upTo.declined, decide({ deciders: ['ben'] })], upTo.decided),
  'no-violation-no-sanction': stories(
    [...upTo.declined, decide({ violation: false })],
    upTo.noViolation,
  ),
  'violation-needs-response': stories(
    [...upTo.declined, decide({ responses: [{ kind: 'none' }] })],
    upTo.decided,
  ),
  'lasting-responses-have-a-term': stories(
    [...upTo.declined, decide({ responses: [{ kind: 'ban', indefinite: false }] })],
    [...upTo.declined, decide({ responses: [{ kind: 'ban', indefinite: true }] })],
  ),
  'decision-stands': stories(
    [...upTo.declined, ada('decision.markUnnotifiable')],
    [...upTo.decided, ada('decision.markUnnotifiable')],
  ),
  'assigned-responder-acts': stories(
    [...upTo.decided, cleo('decision.carryOutResponse', { response: 1 })],
    [...upTo.decided, kim('decision.carryOutResponse', { response: 1 })],
  ),

  'something-to-appeal': stories(
    [...upTo.decided, kim('appeal.notifyRoute')],
    [...upTo.notified, kim('appeal.notifyRoute')],
  ),
  'appeal-window': stories(
    [window, ...upTo.notified, later('P31D'), file],
    [window, ...upTo.notified, later('P29D'), file],
  ),
  'one-appeal': stories([...upTo.notified, file, file], [...upTo.notified, file]),
  'appeal-body': stories(
    [...upTo.notified, file, assign('dov', 'rui')],
    [...upTo.notified, file, assign('dov')],
  ),
  'independent-review': stories([...byUna, assign('una')], [...byUna, assign('oli')]),
  'reviewer-decides': stories(
    [...byUna, assign('dov'), ada('appeal.decide', { outcome: 'upheld' })],
    [...byUna, assign('dov'), dov('appeal.decide', { outcome: 'upheld' })],
  ),

  'announcer-authority': stories(
    [...upTo.decided, ada('publicity.announce', announce)],
    [...upTo.decided, dov('publicity.announce', announce)],
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
  'action-before-notice': stories([...upTo.declined, inform], [acting, left, inform]),
  'details-kept-out': forbidden(cleo('publicity.discloseDetails')),
  'consent-is-own': stories([consent(false)], [consent(true)]),

  'follow-up-after-meeting': stories(
    [...upTo.declined, tell('determination')],
    [...upTo.declined, tell('discussed')],
  ),
  'assigned-follow-up': stories(
    [...upTo.met, rui('care.followUpWithImpacted', { ref: 'other-2' })],
    [...upTo.met, cleo('care.followUpWithImpacted', { ref: 'other-2' })],
  ),
  'reporter-contactable': stories(
    [...upTo.recorded, cleo('care.markUnreachable', { attempts: 1 })],
    [...upTo.recorded, cleo('care.markUnreachable', { attempts: 2 })],
  ),
  'substitute-when-short': stories(
    [ada('case.nameSubstitute', { person: 'rui' })],
    [opened({ excluded: ['ben'] }), ada('case.nameSubstitute', { person: 'rui' })],
  ),
  'settled-before-close': stories([...upTo.notified, ada('case.close')], upTo.closed),
  'notice-before-close': stories(
    [...upTo.settled, aware, ada('case.close')],
    [...upTo.settled, aware, inform, ada('case.close')],
  ),
  'hold-prevents-erasure': stories(
    [...upTo.closed, hold, erase],
    [...upTo.closed, hold, dov('case.releaseHold'), erase],
  ),
};
