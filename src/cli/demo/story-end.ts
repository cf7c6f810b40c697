/** The story's end: an appeal, a word to those who saw it, the reporter hears back, the case rests. */
import type { Theatre } from './cast.ts';
import { inYears } from './story-leads.ts';
import { reported } from './story-report.ts';

export async function theAppeal({ chapter, step, refused }: Theatre) {
  chapter(
    'The appeal',
    'It is heard by the leaders, and by nobody who decided the case. The decision is changed, so ' +
      'it is told and carried out anew.',
  );
  await step(
    'kim',
    'files the appeal that came by mail',
    { type: 'appeal.file', grounds: 'Three years are too long.' },
    { appeal: 'filed' },
  );
  await refused(
    'dov',
    'gives it to Ada, who knows the case',
    { type: 'appeal.assignReviewers', reviewers: ['ada', 'oli'] },
    'appeal-body',
    'independent-review',
  );
  await step(
    'dov',
    'gives it to Oli and himself',
    { type: 'appeal.assignReviewers', reviewers: ['dov', 'oli'] },
    { appeal: 'underReview' },
  );
  await step(
    'oli',
    'records the outcome: one year instead of three',
    {
      type: 'appeal.decide',
      outcome: 'modified',
      responses: [{ kind: 'no-future-volunteering', until: inYears(1) }],
    },
    { appeal: 'settled', decision: 'decided' },
  );
  await step('rui', 'tells the reported person', {
    type: 'decision.notifyReportedPerson',
    medium: 'email',
  });
  await step(
    'rui',
    'puts down the one year',
    { type: 'decision.carryOutResponse', response: 1 },
    { decision: 'carriedOut' },
  );
}

export async function theNotice({ chapter, step, refused }: Theatre) {
  chapter(
    'A word to the room',
    'Forty people saw it. They hear that it was against policy and was acted on, and nothing else: ' +
      'no name, no detail.',
  );
  await refused(
    'ada',
    'closes the case: all is said and done',
    { type: 'case.close' },
    'settled-before-close',
    'notice-before-close',
  );
  const notice = {
    type: 'publicity.announce',
    channels: ['plenary'],
    saysAgainstPolicy: true,
    saysActionTaken: true,
  } as const;
  const text =
    'What some of you saw on Friday is against our Code of Conduct. We have acted on it.';
  await refused('cleo', 'goes to the microphone', { ...notice, text }, 'announcer-authority');
  await refused(
    'dov',
    'announces that Cam was sent home',
    { ...notice, text: `${reported} was sent home on Friday for breaking our Code of Conduct.` },
    'no-identities-in-public',
  );
  await step(
    'dov',
    'says it without a name',
    { ...notice, text },
    { publicCommunication: 'noticeGiven' },
  );
}

export async function theClosing({ chapter, step, print, theCase }: Theatre) {
  chapter(
    'Back to the reporter, and closing',
    'Within a week the reporter hears that it was discussed, what was found and what was done. ' +
      'Then nothing is owed any more.',
  );
  await step(
    'cleo',
    'tells the reporter',
    {
      type: 'care.followUpWithReporter',
      covered: ['discussed', 'determination', 'actions'],
      medium: 'in-person',
    },
    { reporterCare: 'followedUp' },
  );
  await step('ada', 'closes the case', { type: 'case.close' }, { status: 'closed' });
  print.table('Where its eight stages came to rest:', Object.entries(theCase().stages));
}
