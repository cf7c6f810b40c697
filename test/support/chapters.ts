/** How far a case has come when a story begins: each chapter holds the ones before it. */
import { ada, cleo, dov, rui } from './cast.ts';
import { elapsed, later, opened } from './story.ts';

/** What people come with: a reporter with a name and a contact, a stranger, a witness, somebody hurt. */
export const theReport = {
  form: 'transcribed',
  reporter: { anonymous: false, name: 'words', contact: 'words' },
  reportedPersons: [{ name: 'words' }],
  others: [
    { role: 'witness', name: 'words' },
    { role: 'impacted', name: 'words', contact: 'words' },
  ],
};
/** Somebody else reports the same. */
export const secondReport = {
  form: 'transcribed',
  reporter: { anonymous: false, name: 'words', contact: 'words' },
  reportedPersons: [{ ref: 'reported-1' }],
};
export const anotherReport = cleo('intake.recordReport', secondReport);
/** Members of staff are reported. */
export const accusing = (...staff: readonly string[]) =>
  cleo('intake.recordReport', {
    ...theReport,
    reportedPersons: staff.map((person) => ({ staff: person })),
  });

export const safe = cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false });
export const quiet = cleo('intake.offerQuietSpace', { accepted: true });
export const welcomed = [quiet, safe];
/** Somebody has to act at once, or nobody has. */
export const needed = cleo('immediate.assess', { needed: true });
export const notNeeded = cleo('immediate.assess', { needed: false });
export const handOver = [notNeeded, cleo('intake.thankReporter'), cleo('intake.reportToLeads')];
type Report = Readonly<Record<string, unknown>>;
const taken = (report: Report) => [...welcomed, cleo('intake.recordReport', report)];
export const recorded = taken(theReport);
export const reported = [...recorded, ...handOver];
/** Members of staff are reported, and the leads know. */
export const against = (...staff: readonly string[]) => [
  ...welcomed,
  accusing(...staff),
  ...handOver,
];
export const recuse = (person: string) => dov('case.recuse', { person });

/** The six objectives of the meeting. */
export const objectives = [
  ada('meeting.reviewReport'),
  ada('meeting.consultPastIncidents', { patternFound: false }),
  ada('meeting.discussResponses', { options: ['warning'] }),
  ada('meeting.assignResponder', { person: 'rui' }),
  ada('meeting.planFollowUps', { followUps: [{ for: 'reporter' }, { for: 'other-2' }] }),
  ada('meeting.assignFollowUp', { person: 'cleo' }),
];
export const convene = ada('meeting.convene', { attendees: ['ada', 'ben'] });
export const convened = [...reported, convene];
export const conclude = ada('meeting.conclude');
export const reconvene = ada('meeting.reconvene');
export const meet = [convene, ...objectives, conclude];
export const met = [...reported, ...meet];
/** The same, when the tasks are assigned already. */
export const meetAgain = [
  reconvene,
  convene,
  ada('meeting.reviewReport'),
  ada('meeting.consultPastIncidents', { patternFound: false }),
  ada('meeting.discussResponses', { options: [] }),
  ada('meeting.planFollowUps', { followUps: [] }),
  conclude,
];
/** The leads have met over another report. */
export const metOver = (report: Report) => [...taken(report), ...handOver, ...meet];

/** Two who are reported at once. */
export const ofTwo = { ...theReport, reportedPersons: [{ name: 'words' }, { name: 'words' }] };
/** Responding would show who reported. */
export const revealing = { ...theReport, revealsReporter: true };

export const points = ['what-happened', 'impact', 'code-of-conduct', 'improvement', 'consequences'];
export const beginTalk = rui('followUp.begin', { medium: 'in-person' });
export const conversing = [...met, beginTalk];
export const covered = [...conversing, ...points.map((point) => rui('followUp.cover', { point }))];

export const ban = { kind: 'ban', until: '2027-05-01' };
export const verdict = {
  finding: 'violation',
  deciders: ['ada', 'ben'],
  responses: [{ kind: 'warning' }, ban],
};
export const decide = (changes: object = {}) => ada('decision.record', { ...verdict, ...changes });
export const decided = [...met, decide()];
export const innocent = { finding: 'no-violation', deciders: ['ada', 'ben'], responses: [] };
export const noViolation = [...met, decide(innocent)];
export const notify = rui('decision.notifyReportedPerson', { medium: 'email' });
export const notified = [...decided, notify];

/** An appeal may come for thirty days. */
export const thirtyDays = opened({ settings: { appealWindow: 'P30D' } });
export const appeal = cleo('appeal.file');
export const reviewedBy = (...reviewers: string[]) => dov('appeal.assignReviewers', { reviewers });
export const ruled = (outcome: string) => dov('appeal.decide', { outcome });
export const appealed = [...notified, appeal];
export const underReview = [...appealed, reviewedBy('dov', 'oli')];

export const carryOut = (response: number) => rui('decision.carryOutResponse', { response });
export const carriedOut = [carryOut(1), carryOut(2)];
export const tellReporter = cleo('care.followUpWithReporter', {
  covered: ['determination', 'actions'],
  medium: 'phone',
});
export const toldAll = [tellReporter, cleo('care.followUpWithImpacted', { for: 'other-2' })];
export const settled = [...notified, ...carriedOut, ...toldAll];
export const closed = [...settled, ada('case.close')];
export const reopened = [...closed, ada('case.reopen')];

/** The meeting is late. */
export const lateMeeting = [later('PT24H'), elapsed('leadsMeet')];
