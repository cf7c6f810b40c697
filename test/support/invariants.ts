/** What the context says and where the stages stand, told so that the two can be compared. */
import { stagesOf, type CaseSnapshot } from '../../src/engine/step/statechart.ts';

/** By the context alone. */
export function told({ context }: CaseSnapshot) {
  const { intake, immediateResponse, reporterCare, leadsMeeting, decision, appeal } = context;
  const { reportedPersonFollowUp: followUp, publicCommunication, staff } = context;
  const tasks = [
    ...[staff.responder, staff.followUp, staff.substitutes.map(({ person }) => person)].flat(),
    ...[staff.broughtIn, staff.delegates, staff.reviewers].flat(),
  ];
  return {
    closed: context.closedAt !== null,
    recorded: intake.recordedAt !== null,
    reported: intake.reportedAt !== null,
    assessed: immediateResponse.needed !== null,
    responding: immediateResponse.active,
    careOwed: intake.recordedAt !== null && reporterCare.outcome === null,
    followedUp: reporterCare.outcome === 'followedUp',
    unreachable: reporterCare.outcome === 'unreachable',
    inSession: leadsMeeting.inSession,
    concluded: leadsMeeting.concluded,
    conversing: followUp.conversing,
    completed: followUp.outcome === 'completed',
    declined: followUp.outcome === 'declined',
    decisionStands: decision !== null,
    carriedOut: decision?.responses.every(({ carriedOut }) => carriedOut) ?? false,
    filed: appeal.filed,
    settled: appeal.outcome !== null,
    quiet: publicCommunication.aware.length === 0 && !publicCommunication.noticeGiven,
    noticeGiven: publicCommunication.noticeGiven,
    outsidersWithTasks: staff.outside.filter(({ person }) => tasks.includes(person)),
  };
}

/** By the states alone. */
export function standing(snapshot: CaseSnapshot): ReturnType<typeof told> {
  const stages = stagesOf(snapshot);
  const stands = (stage: string, ...states: readonly string[]) =>
    states.includes(stages[stage] ?? '');
  return {
    closed: JSON.stringify(snapshot.value) === '"closed"',
    recorded: !stands('intake', 'receiving'),
    reported: stands('intake', 'reported'),
    assessed: !stands('immediateResponse', 'unassessed'),
    responding: stands('immediateResponse', 'responding'),
    careOwed: stands('reporterCare', 'due', 'overdue'),
    followedUp: stands('reporterCare', 'followedUp'),
    unreachable: stands('reporterCare', 'unreachable'),
    inSession: stands('leadsMeeting', 'inSession'),
    concluded: stands('leadsMeeting', 'concluded'),
    conversing: stands('reportedPersonFollowUp', 'conversing'),
    completed: stands('reportedPersonFollowUp', 'completed'),
    declined: stands('reportedPersonFollowUp', 'declined'),
    decisionStands: !stands('decision', 'idle', 'deliberating'),
    carriedOut: stands('decision', 'carriedOut'),
    filed: stands('appeal', 'filed', 'underReview', 'settled'),
    settled: stands('appeal', 'settled'),
    quiet: stands('publicCommunication', 'quiet'),
    noticeGiven: stands('publicCommunication', 'noticeGiven'),
    outsidersWithTasks: [],
  };
}
