/** How far a case has come when a story begins: each chapter holds the ones before it. */
import { ada, cleo, rui } from './cast.ts';
import { elapsed, later } from './story.ts';

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

export const safe = cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false });
export const welcomed = [cleo('intake.offerQuietSpace', { accepted: true }), safe];
export const recorded = [...welcomed, cleo('intake.recordReport', theReport)];
export const reported = [
  ...recorded,
  cleo('immediate.assess', { needed: false }),
  cleo('intake.thankReporter'),
  cleo('intake.reportToLeads'),
];

/** The six objectives of the meeting. */
export const objectives = [
  ada('meeting.reviewReport'),
  ada('meeting.consultPastIncidents', { patternFound: false }),
  ada('meeting.discussResponses', { options: ['warning'] }),
  ada('meeting.assignResponder', { person: 'rui' }),
  ada('meeting.planFollowUps', { followUps: [{ for: 'reporter' }, { for: 'other-2' }] }),
  ada('meeting.assignFollowUp', { person: 'cleo' }),
];
export const convened = [...reported, ada('meeting.convene', { attendees: ['ada', 'ben'] })];
export const met = [...convened, ...objectives, ada('meeting.conclude')];

export const points = ['what-happened', 'impact', 'code-of-conduct', 'improvement', 'consequences'];
export const conversing = [...met, rui('followUp.begin', { medium: 'in-person' })];
export const covered = [...conversing, ...points.map((point) => rui('followUp.cover', { point }))];
export const declined = [...met, ada('followUp.decline')];

export const verdict = {
  violation: true,
  deciders: ['ada', 'ben'],
  responses: [{ kind: 'warning' }, { kind: 'ban', for: 'reported-1', until: '2027-05-01' }],
};
export const decided = [...declined, ada('decision.record', verdict)];
export const noViolation = [
  ...declined,
  ada('decision.record', { violation: false, deciders: ['ada', 'ben'], responses: [] }),
];
export const notified = [...decided, rui('decision.notifyReportedPerson', { medium: 'email' })];

export const carriedOut = [
  rui('decision.carryOutResponse', { response: 1 }),
  rui('decision.carryOutResponse', { response: 2 }),
];
export const toldAll = [
  cleo('care.followUpWithReporter', { covered: ['determination', 'actions'], medium: 'phone' }),
  cleo('care.followUpWithImpacted', { ref: 'other-2' }),
];
export const settled = [...notified, ...carriedOut, ...toldAll];
export const closed = [...settled, ada('case.close')];
export const reopened = [...closed, ada('case.reopen')];

/** The meeting is late. */
export const lateMeeting = [later('PT24H'), elapsed('leadsMeet')];
