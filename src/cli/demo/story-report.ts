/** The story's beginning: a report is taken, and somebody has to act at once. */
import type { Theatre } from './cast.ts';

/** People of the case. Nobody has these names. */
export const reporter = 'Fable Thistledown';
export const reported = 'Cam Weathervane';

export async function takingTheReport(play: Theatre) {
  const { print, step, refused } = play;
  play.chapter(
    'Taking the report',
    'The evening social. Somebody comes to Cleo, a responder: a stranger in an orange raincoat ' +
      'keeps following them, and held their sleeve after a clear no. Cleo listens, and writes nothing down before the ' +
      'reporter is in a quiet place and safe.',
  );
  const { codename } = await play.open('cleo', 'opens a case', { channel: 'in-person' });
  print.note(`It is called ${codename}, so that nobody has to say a name aloud.`);
  const report = {
    type: 'intake.recordReport',
    form: 'transcribed',
    description: `${reported} followed me from the bar and held my sleeve after I had said no.`,
    location: 'The terrace',
    ongoing: true,
    revealsReporter: true,
    reporter: { anonymous: false, name: reporter, contact: 'fable@example.org' },
    reportedPersons: [{ staff: 'cam', clothing: 'orange raincoat' }],
    others: [{ role: 'witness', name: 'Quill Marmalade', contact: 'quill@example.org' }],
  } as const;
  await refused('cleo', 'starts writing at once', report, 'quiet-space-offered', 'safety-checked');
  await step('cleo', 'offers a quiet space', { type: 'intake.offerQuietSpace', accepted: true });
  await step('cleo', 'asks whether everyone is safe: yes', {
    type: 'intake.checkSafety',
    everyoneSafe: 'yes',
    generalThreat: false,
  });
  await refused(
    'cleo',
    'calls the police, though the reporter said no',
    { type: 'immediate.seekResource', resource: 'law-enforcement', atReporterRequest: false },
    'authorities-at-reporters-request',
  );
  await step('cleo', 'takes the report down, as it is told', report, {
    intake: 'recorded',
    reporterCare: 'due',
  });
  print.note(
    'The raincoat is Cam’s, and Cam is a lead. From this step on Cam is outside the case. What the ' +
      'reporter said is encrypted with a key of this case; the procedure only sees that there is ' +
      'a reporter, reported-1 and other-1.',
  );
  await step('cleo', 'asks whether being recognised worries them', {
    type: 'intake.askSafetyConcern',
    hasConcern: true,
    answer: 'Only the two of us were there.',
  });
  await refused(
    'cleo',
    'mentions that one could still take it back',
    { type: 'intake.inviteWithdrawal' },
    'no-withdrawal-invitation',
  );
  await refused(
    'cleo',
    'promises that the stranger will be thrown out',
    { type: 'intake.promiseResponse' },
    'no-promised-response',
  );
  await step('cleo', 'thanks the reporter', { type: 'intake.thankReporter' });
}

export async function safetyNow(play: Theatre) {
  const { step, refused } = play;
  play.chapter(
    'Safety now',
    'Cam is waiting at the door. Safety waits for no meeting: any one responder may act, and the ' +
      'leads look at it afterwards.',
  );
  await step(
    'cleo',
    'finds that somebody has to act at once',
    { type: 'immediate.assess', needed: true },
    { immediateResponse: 'responding' },
  );
  await step('cleo', 'calls Ada, a lead; the reporter stays with Cleo', {
    type: 'immediate.summonLead',
    lead: 'ada',
    reporterStays: true,
  });
  await refused(
    'ada',
    'bans Cam on the spot, being a lead',
    { type: 'immediate.takeAction', kind: 'ban' },
    'interim-responses-only',
  );
  const action = await step('ada', 'has Cam leave for tonight', {
    type: 'immediate.takeAction',
    kind: 'leave-event',
  });
  await step(
    'ada',
    'sees Cam go: that is settled',
    { type: 'immediate.resolve' },
    { immediateResponse: 'resolved' },
  );
  await step(
    'ada',
    'notes that some forty people saw it',
    { type: 'publicity.recordAwareness', audience: 'room', count: 40 },
    { publicCommunication: 'noticeOwed' },
  );
  await step('cleo', 'fetches a friend of the reporter', {
    type: 'care.provide',
    kind: 'trusted-person',
  });
  await step('cleo', 'asks how else to help', { type: 'care.provide', kind: 'asked-how-to-help' });
  await step(
    'cleo',
    'hands the report to the leads',
    { type: 'intake.reportToLeads' },
    { intake: 'reported', leadsMeeting: 'awaiting' },
  );
  return action;
}
