/** The story's turn: somebody else knows better, so a decision is put right; and the other one is appealed. */
import { deadlinesSchema } from './answers.ts';
import { quill, theGuest, theLead } from './cast.ts';
import { lookingAtIt } from './story-leads.ts';
import { StoryBroken, type Theatre } from './theatre.ts';

async function showDeadlines({ read, print }: Theatre) {
  const { items } = await read('ada', '/v1/deadlines', deadlinesSchema);
  const whose = items.map(({ name, ref }) => (ref === null ? name : `${name} of ${ref}`));
  const expected = ['leadsMeet', 'reporterFollowUp of reporter', 'reporterFollowUp of reporter-2'];
  if (whose.toSorted().join() !== expected.join())
    throw new StoryBroken(`unexpected deadlines: ${whose.join()}`);
  const due = items.map(({ dueAt }) => Math.round((Date.parse(dueAt) - Date.now()) / 3_600_000));
  const said = whose.map((name, index) => `${name} in ${due[index] ?? ''} hours`);
  print.asked('ada', 'looks at what is due by when', 'GET /v1/deadlines', said.join('; '));
}

export async function theSecondLook(play: Theatre) {
  const { step, refused, together } = play;
  play.chapter(
    'It was otherwise',
    'An e-mail from Quill, Fable’s friend: she was there too, and it was she who asked Basil to ' +
      'take the pictures, so that there would be proof, and to keep her out of it. He kept his ' +
      'word. He was banned for helping.',
  );
  await together(
    'cleo',
    'records a second report of the same evening, and thanks Quill for it',
    [
      {
        type: 'intake.recordReport',
        form: 'written',
        channel: 'email',
        description: 'Cam would not let go. I asked Basil to take pictures of it, as proof.',
        reporter: { anonymous: false, ...quill },
        reportedPersons: [{ ref: theLead }],
      },
      { type: 'intake.thankReporter' },
      { type: 'intake.reportToLeads' },
    ],
    { 'case leadsMeeting': 'awaiting' },
  );
  await showDeadlines(play);
  const right = {
    type: 'decision.amend',
    for: theGuest,
    finding: 'no-violation',
    responses: [],
    deciders: ['ada', 'ben'],
    reason: 'He took the pictures because he was asked to, to help.',
  } as const;
  await refused('ada', 'wants to put it right at once', right, 'deciders-met');
  play.print.note('That departure is for a typo. This is none, and Ada does not call it one.');
  await together(
    'ada',
    'meets with Ben again',
    [
      ...(await lookingAtIt(play, ['none'])),
      { type: 'meeting.planFollowUps', followUps: [{ for: 'reporter' }, { for: 'reporter-2' }] },
      { type: 'meeting.conclude' },
    ],
    { 'case leadsMeeting': 'concluded' },
  );
  await step('ada', 'records what they found: Basil did nothing wrong', right, {
    [`${theGuest} decision`]: 'decided',
    [`${theGuest} appeal`]: 'idle',
  });
  await together(
    'rui',
    'tells Basil: we were wrong, we are sorry, please come back. The ban is lifted',
    [
      {
        type: 'decision.notifyReportedPerson',
        for: theGuest,
        medium: 'phone',
        message: 'We were wrong about you, and we are sorry. Please come back.',
      },
      { type: 'decision.liftResponse', for: theGuest, response: 1 },
    ],
    { [`${theGuest} decision`]: 'carriedOut' },
  );
}

export async function theAppeal({ chapter, step, refused }: Theatre) {
  chapter(
    'The appeal',
    'What was decided on Cam stands by itself, and Cam appeals against it, by letter. It is ' +
      'heard by organizers, and by nobody who decided.',
  );
  await step(
    'kim',
    'files the letter',
    { type: 'appeal.file', for: theLead, grounds: 'Three years are too long.' },
    { [`${theLead} appeal`]: 'filed' },
  );
  await refused(
    'dov',
    'gives it to Ada, who knows the case',
    { type: 'appeal.assignReviewers', for: theLead, reviewers: ['ada', 'oli'] },
    'appeal-body',
    'independent-review',
  );
  await step(
    'dov',
    'gives it to Oli and himself',
    { type: 'appeal.assignReviewers', for: theLead, reviewers: ['dov', 'oli'] },
    { [`${theLead} appeal`]: 'underReview' },
  );
  await step(
    'oli',
    'records what they found: the three years stand',
    { type: 'appeal.decide', for: theLead, outcome: 'upheld' },
    { [`${theLead} appeal`]: 'settled' },
  );
  await step('oli', 'tells Cam, and why', {
    type: 'decision.notifyReportedPerson',
    for: theLead,
    medium: 'email',
  });
}
