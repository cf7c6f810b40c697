/** The story's middle: the leads meet, one of the staff speaks with the reported person, and it is decided. */
import { points } from '../../../machines/context.ts';
import type { Theatre } from './cast.ts';
import { reporter } from './story-report.ts';

/** @param action the number of the interim action that the leads have to review */
export async function theLeadsMeet({ chapter, step, refused }: Theatre, action: number) {
  chapter(
    'The leads meet',
    'Within a day, and at least two of them. The meeting has six objectives, and is over when all ' +
      'of them are met.',
  );
  await refused(
    'ada',
    'invites Ben, and Cam out of habit',
    { type: 'meeting.convene', attendees: ['ada', 'ben', 'cam'] },
    'recused-take-no-part',
  );
  await step(
    'ada',
    'meets with Ben',
    { type: 'meeting.convene', attendees: ['ada', 'ben'] },
    { leadsMeeting: 'inSession' },
  );
  await step('ada', 'goes through the report', { type: 'meeting.reviewReport' });
  await step('ada', 'looks for a pattern in past incidents: none', {
    type: 'meeting.consultPastIncidents',
    related: [],
    patternFound: false,
  });
  await step('ada', 'weighs possible responses', {
    type: 'meeting.discussResponses',
    options: ['warning', 'end-volunteer-duties', 'no-future-volunteering'],
  });
  await refused(
    'ada',
    'calls it a day',
    { type: 'meeting.conclude' },
    'objectives-met',
    'interim-actions-reviewed',
  );
  await step('ada', 'asks Rui to speak with the reported person', {
    type: 'meeting.assignResponder',
    person: 'rui',
  });
  await step('ada', 'plans to get back to the reporter', {
    type: 'meeting.planFollowUps',
    followUps: [{ for: 'reporter' }],
  });
  await step('ada', 'asks Cleo to do that', { type: 'meeting.assignFollowUp', person: 'cleo' });
  await step('ben', 'confirms what was done in the moment', {
    type: 'meeting.reviewInterimActions',
    reviews: [{ action, outcome: 'confirmed' }],
  });
  await step(
    'ada',
    'closes the meeting',
    { type: 'meeting.conclude' },
    { leadsMeeting: 'concluded', reportedPersonFollowUp: 'choosing' },
  );
}

const spokenOf = {
  'what-happened': 'says what happened',
  impact: 'says what it did to somebody',
  'code-of-conduct': 'says which part of the code was not kept',
  improvement: 'says what to do differently, with examples',
  consequences: 'says what follows, now and if it happens again',
} as const satisfies Record<(typeof points)[number], string>;

export async function theConversation({ chapter, step, refused }: Theatre) {
  chapter(
    'One voice speaks with the reported person',
    'Rui, whom the leads asked to. The conversation has five points. Comfort, excuses and ' +
      'arranged apologies are not among them.',
  );
  await step(
    'rui',
    'begins the conversation',
    { type: 'followUp.begin', medium: 'phone' },
    { reportedPersonFollowUp: 'conversing' },
  );
  for (const point of points) await step('rui', spokenOf[point], { type: 'followUp.cover', point });
  await step('rui', 'lets them add their side', {
    type: 'followUp.recordStatement',
    statement: 'I thought it was funny.',
    newInformation: false,
    reaction: 'defensive',
  });
  await refused(
    'rui',
    'lets them apologise to the reporter in person',
    { type: 'followUp.allowDirectApology' },
    'no-direct-apology',
  );
  await step(
    'rui',
    'ends the conversation',
    { type: 'followUp.complete' },
    { reportedPersonFollowUp: 'completed', decision: 'deliberating' },
  );
}

/** The day so many years from now. */
export const inYears = (years: number): string => {
  const day = new Date();
  day.setUTCFullYear(day.getUTCFullYear() + years);
  return day.toISOString().slice(0, 10);
};

export async function theDecision({ chapter, step, refused }: Theatre) {
  chapter(
    'Decision and notification',
    'Those who met decide, together. What lasts says for how long. The reported person learns of ' +
      'it without learning who reported.',
  );
  await refused(
    'ada',
    'decides alone, and leaves open for how long',
    {
      type: 'decision.record',
      violation: true,
      deciders: ['ada'],
      responses: [{ kind: 'end-volunteer-duties' }, { kind: 'no-future-volunteering' }],
    },
    'never-one-decider',
    'lasting-responses-have-a-term',
  );
  await step(
    'ada',
    'records what she and Ben decided: no duties for three years',
    {
      type: 'decision.record',
      violation: true,
      deciders: ['ada', 'ben'],
      responses: [
        { kind: 'end-volunteer-duties' },
        { kind: 'no-future-volunteering', until: inYears(3) },
      ],
      rationale: 'It went on after a clear no.',
    },
    { decision: 'decided' },
  );
  const notification = { type: 'decision.notifyReportedPerson', medium: 'email' } as const;
  await refused(
    'rui',
    'writes an e-mail in which the reporter’s name occurs',
    { ...notification, message: `What you did to ${reporter} was against our Code of Conduct.` },
    'reporter-not-revealed',
  );
  await step(
    'rui',
    'writes it without',
    { ...notification, message: 'What you did on Friday was against our Code of Conduct.' },
    { appeal: 'open' },
  );
  await step('rui', 'takes the duties back', { type: 'decision.carryOutResponse', response: 1 });
  await step(
    'rui',
    'puts down the three years',
    { type: 'decision.carryOutResponse', response: 2 },
    { decision: 'carriedOut' },
  );
  await step('rui', 'says whom to write to about an appeal', { type: 'appeal.notifyRoute' });
}
