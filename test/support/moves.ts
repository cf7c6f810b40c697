/** What staff do in a case with several people in it: usual steps, and some that few ever take. */
import { ada, ben, cleo, departing, dov, kim, oli, rui, una, uma, type Sent } from './cast.ts';
import * as upTo from './chapters.ts';

const both = ['ada', 'ben'];
const about = (ref: string) => ({ for: ref });
const verdict = (ref: string, responses: readonly object[], finding = 'violation') =>
  ada('decision.record', { ...about(ref), finding, deciders: both, responses });
const right = (payload: object) =>
  ben('decision.amend', { ...about('reported-1'), deciders: both, ...payload });

/** In an order in which many of them can be taken, one after another. */
export const moves: readonly Sent[] = [
  ...upTo.reported,
  ...upTo.welcomed,
  cleo('intake.recordReport', { ...upTo.secondReport, revealsReporter: true }),
  upTo.safe,
  cleo('intake.recordReport', { form: 'observed' }),
  cleo('intake.addClarification', { reportedPersons: [{ staff: 'cam' }] }),
  cleo('intake.addClarification', {
    reportedPersons: [{ name: 'words' }],
    others: [{ role: 'impacted', contact: 'words' }],
  }),
  cleo('intake.askSafetyConcern', { hasConcern: true }),
  cleo('intake.identify', { for: 'reported-2', sameAs: 'reported-1' }),
  cleo('intake.withdrawAccusation', about('reported-2')),
  cleo('intake.withdrawIdentity', about('reporter')),
  cleo('intake.checkSafety', { everyoneSafe: 'no', generalThreat: true }),
  cleo('immediate.seekResource', { resource: 'emergency' }),
  cleo('immediate.assess', { needed: true }),
  cleo('immediate.takeAction', { kind: 'leave-event', for: 'reported-1' }),
  cleo('immediate.resolve'),
  cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }),
  cleo('care.noteWish', { ...about('reporter'), contact: 'none' }),
  cleo('care.noteWish', { ...about('reporter'), contact: 'welcome' }),
  ada('care.followUpWithReporter', {
    ...about('reporter'),
    covered: ['discussed'],
    medium: 'phone',
  }),
  ada('care.followUpWithReporter', {
    ...about('reporter-2'),
    covered: ['determination'],
    medium: 'phone',
  }),
  departing(cleo('intake.reportToLeads'), { rule: 'reporter-thanked', ground: 'impossible' }),
  upTo.convene,
  una('meeting.convene', { attendees: ['ada', 'una', 'rui'] }),
  ...upTo.objectives,
  ada('meeting.conclude'),
  departing(ada('meeting.conclude'), { rule: 'objectives-met', ground: 'does-not-fit' }),
  ben('meeting.reconvene'),
  ...upTo.meetAgain,
  kim('followUp.begin', { ...about('reported-1'), medium: 'in-person' }),
  kim('followUp.decline', about('reported-1')),
  verdict('reported-1', [{ kind: 'ban', until: '2027-05-01' }, { kind: 'warning' }]),
  verdict('reported-2', [{ kind: 'warning' }]),
  verdict('reported-2', [], 'no-violation'),
  kim('decision.notifyReportedPerson', { ...about('reported-1'), medium: 'email' }),
  kim('decision.notifyReportedPerson', { ...about('reported-2'), medium: 'email' }),
  kim('decision.carryOutResponse', { ...about('reported-1'), response: 1 }),
  kim('decision.carryOutResponse', { ...about('reported-2'), response: 1 }),
  right({ finding: 'no-violation', responses: [] }),
  right({ responses: [{ keep: 2 }] }),
  departing(right({ responses: [{ keep: 1 }] }), { rule: 'deciders-met', ground: 'does-not-fit' }),
  kim('appeal.file', about('reported-1')),
  kim('appeal.file', about('reported-2')),
  dov('appeal.assignReviewers', { ...about('reported-1'), reviewers: ['dov', 'oli'] }),
  oli('appeal.decide', { ...about('reported-1'), outcome: 'overturned' }),
  ada('meeting.reviewInterimActions', { reviews: [{ action: 5, outcome: 'reversed' }] }),
  kim('publicity.recordAwareness', { audience: 'room' }),
  dov('publicity.announce', {
    channels: ['plenary'],
    saysAgainstPolicy: true,
    saysActionTaken: true,
  }),
  departing(rui('publicity.announce', { channels: ['plenary'], purpose: 'safety' }), {
    rule: 'announcer-authority',
    ground: 'safety',
  }),
  ada('case.recuse', { person: 'ada' }),
  ben('case.recuse', { person: 'rui' }),
  dov('case.readmit', { person: 'ada' }),
  cleo('case.refer', { person: 'uma' }),
  ben('case.noteAbsence', { person: 'una' }),
  uma('case.nameSubstitute', { person: 'kim', as: 'lead' }),
  cleo('case.noteBreach', { rule: 'no-promised-response', by: 'rui' }),
  cleo('case.addNote'),
  ada('case.close'),
  departing(ben('case.close'), {
    rule: 'settled-before-close',
    ground: 'impossible',
    items: ['leadsMeeting', 'decision', 'reporterCare'],
  }),
  ada('case.confirm', { seq: 9 }),
  dov('case.reopen'),
];
