/** What staff do who keep to the procedure: whatever moves a case on, and the way to its end. */
import { objectives, type Role } from '../../machines/context.ts';
import type { CaseSnapshot } from '../../src/engine/step/statechart.ts';
import { ada, cleo, dov, kim, roster, rui, sent, una, type Sent } from './cast.ts';
import * as upTo from './chapters.ts';

const notice = { saysAgainstPolicy: true, saysActionTaken: true };
const decide = (changes: object) => ada('decision.record', { ...upTo.verdict, ...changes });

/** One or two for each event that a state may hang on. */
export const moves: readonly Sent[] = [
  ...upTo.reported,
  cleo('intake.recordReport', { form: 'written', revealsReporter: true }),
  cleo('intake.addClarification', { reportedPersons: [{ staff: 'ben' }, { name: 'words' }] }),
  cleo('intake.askSafetyConcern', { hasConcern: true }),
  cleo('immediate.assess', { needed: true }),
  cleo('immediate.takeAction', { kind: 'leave-event' }),
  cleo('immediate.resolve'),
  cleo('care.provide', { kind: 'contact-for-follow-up', contact: 'words' }),
  ada('care.followUpWithReporter', { covered: ['discussed'], medium: 'phone' }),
  ada('care.followUpWithImpacted', { ref: 'other-2' }),
  cleo('care.markUnreachable', { attempts: 2 }),
  ada('meeting.convene', { attendees: ['ada', 'ben'] }),
  una('meeting.convene', { attendees: ['ada', 'una'] }),
  ...upTo.objectives,
  ada('meeting.conclude'),
  una('meeting.reconvene'),
  kim('followUp.begin', { medium: 'in-person' }),
  ...upTo.points.map((point) => kim('followUp.cover', { point })),
  kim('followUp.receiveApology'),
  kim('followUp.passOnApology', { harmful: false }),
  kim('followUp.complete'),
  ada('followUp.decline'),
  decide({}),
  decide({ responses: [{ kind: 'publish-account' }], deciders: ['ada', 'una'] }),
  decide({ violation: false, responses: [] }),
  kim('decision.notifyReportedPerson', { medium: 'email' }),
  ada('decision.markUnnotifiable'),
  kim('decision.carryOutResponse', { response: 1 }),
  kim('decision.carryOutResponse', { response: 2 }),
  cleo('appeal.file'),
  dov('appeal.assignReviewers', { reviewers: ['dov', 'oli'] }),
  dov('appeal.decide', { outcome: 'upheld' }),
  dov('appeal.decide', { outcome: 'modified', responses: [{ kind: 'no-alcohol' }] }),
  dov('appeal.decide', { outcome: 'overturned' }),
  cleo('publicity.recordAwareness', { audience: 'room' }),
  dov('publicity.informAware', notice),
  una('publicity.recordDisclosureConsent', { ref: 'reporter', instructedByPerson: true }),
  dov('case.recuse', { person: 'ben' }),
  rui('case.recuse', { person: 'rui' }),
  dov('case.readmit', { person: 'ben' }),
  dov('case.nameSubstitute', { person: 'kim' }),
  ada('case.link', { relation: 'duplicate' }),
  ada('case.close'),
  dov('case.reopen'),
];

/** The next step towards the end, the shortest way; undefined in a closed case. */
export function nextStep({ context }: CaseSnapshot): Sent | undefined {
  const { intake, immediateResponse, leadsMeeting, decision, appeal, staff, settings } = context;
  const isFree = (person: string) => !staff.outside.some((outsider) => outsider.person === person);
  const free = (role: Role) =>
    Object.keys(roster).filter((person) => roster[person]?.includes(role) && isFree(person));
  const substitutes = staff.substitutes.map(({ person }) => person);
  const leads = [...new Set([...free('lead'), ...substitutes])];
  const [lead = 'ada'] = leads;
  const [organizer = 'dov'] = free('organizer');
  const [responder = 'kim'] = [staff.responder, ...free('coordinator')].filter(
    (one) => one !== null,
  );
  const helper = [...free('responder'), ...free('coordinator')].find(
    (one) => !substitutes.includes(one),
  );
  const nameSubstitute = () => sent(organizer, 'case.nameSubstitute', { person: helper });

  const close = sent(lead, 'case.close');
  const followUps = ['reporter', ...context.people.others.map(({ ref }) => ref)].map((ref) => ({
    for: ref,
  }));
  const meet = () => {
    const missing = objectives.find((objective) => !leadsMeeting.objectives[objective]);
    if (missing === 'planFollowUps') return sent(lead, 'meeting.planFollowUps', { followUps });
    const step = upTo.objectives.find(({ event }) => event.type === `meeting.${missing}`);
    if (!step) return sent(lead, 'meeting.conclude');
    const assigns = 'person' in step.event;
    return {
      ...step,
      by: lead,
      ...(assigns && { event: { ...step.event, person: lead } }),
    } as Sent;
  };
  const review = () => {
    const unreviewed = immediateResponse.actions.filter(({ outcome }) => outcome === null);
    const reviews = unreviewed.map(({ action }) => ({ action, outcome: 'confirmed' }));
    return sent(lead, 'meeting.reviewInterimActions', { reviews });
  };
  const conclude = () => {
    if (context.reportedPersonFollowUp.outcome === null) return sent(lead, 'followUp.decline');
    const deciders = leadsMeeting.attendees.filter(isFree);
    if (deciders.length < settings.quorum) return sent(lead, 'meeting.reconvene');
    return sent(lead, 'decision.record', { violation: false, deciders, responses: [] });
  };
  const hear = () => {
    const [reviewer] = staff.reviewers;
    if (reviewer) return sent(reviewer, 'appeal.decide', { outcome: 'upheld' });
    const decided = decision?.deciders.map(({ person }) => person) ?? [];
    const named = staff.substitutes.filter(({ byOrganizer }) => byOrganizer);
    const body = [...free('organizer'), ...named.map(({ person }) => person)];
    const reviewers = body.filter((person) => !decided.includes(person)).slice(0, 1);
    return reviewers.length > 0
      ? sent(organizer, 'appeal.assignReviewers', { reviewers })
      : nameSubstitute();
  };
  const tell = (covered = ['discussed']) =>
    sent(lead, 'care.followUpWithReporter', { covered, medium: 'phone' });

  if (context.closedAt !== null) return undefined;
  if (immediateResponse.active) return sent(lead, 'immediate.resolve');
  if (intake.recordedAt === null || context.duplicate) return close;
  if (intake.reportedAt === null) {
    if (intake.safety === null) return { ...upTo.safe, by: lead };
    if (!intake.reporterThanked) return sent(lead, 'intake.thankReporter');
    if (immediateResponse.needed === null) return sent(lead, 'immediate.assess', { needed: false });
    return sent(lead, 'intake.reportToLeads');
  }
  const unreviewed = immediateResponse.actions.some(({ outcome }) => outcome === null);
  if (unreviewed && (leadsMeeting.inSession || leadsMeeting.concluded)) return review();
  if (leadsMeeting.inSession) return meet();
  if (!leadsMeeting.concluded) {
    if (leads.length < settings.quorum) return nameSubstitute();
    return sent(lead, 'meeting.convene', { attendees: leads.slice(0, settings.quorum) });
  }
  if (decision === null) return conclude();
  const pending = decision.responses.findIndex(({ carriedOut }) => !carriedOut);
  if (pending >= 0) return sent(responder, 'decision.carryOutResponse', { response: pending + 1 });
  if (appeal.filed && appeal.outcome === null) return hear();
  const told = decision.notifiedAt !== null || decision.unnotifiable;
  if ((decision.violation || appeal.outcome) && !told)
    return sent(lead, 'decision.markUnnotifiable');
  const waiting = leadsMeeting.followUps.find(({ settled }) => !settled);
  if (context.reporterCare.outcome === null || waiting?.for === 'reporter') return tell();
  if (waiting) return sent(lead, 'care.followUpWithImpacted', { ref: waiting.for });
  const { aware, noticeGiven } = context.publicCommunication;
  const owed = decision.violation && aware.length > 0 && !noticeGiven;
  return owed ? sent(lead, 'publicity.informAware', notice) : close;
}
