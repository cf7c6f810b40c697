/** The story's middle: the leads meet, one of the staff speaks with the reported lead, and it is decided. */
import { z } from 'zod';
import { points } from '../../../machines/vocabulary.ts';
import { fable, theGuest, theLead } from './cast.ts';
import type { Sent, Theatre } from './theatre.ts';

const nothingSimilar = z.object({ items: z.tuple([]) });

/** The part of a meeting that looks at the case: what happened, was it the first time, what to do. */
export async function lookingAtIt(play: Theatre, options: readonly string[]): Promise<Sent[]> {
  const { items: related } = await play.look('ada', '/related', nothingSimilar);
  return [
    { type: 'meeting.convene', attendees: ['ada', 'ben'] },
    { type: 'meeting.reviewReport' },
    { type: 'meeting.consultPastIncidents', related, patternFound: false },
    { type: 'meeting.discussResponses', options },
  ];
}

/** @param seqs the numbers of the report and of the interim measure, which wait for the leads' word */
export async function theLeadsMeet(play: Theatre, seqs: { report: number; action: number }) {
  const { step, refused, together } = play;
  play.chapter(
    'The leads meet',
    'Within a day, and at least two of them. A meeting has six objectives; and whoever acted at ' +
      'once, or departed from a rule, is told whether that was right.',
  );
  await refused(
    'ada',
    'invites Ben, and Cam out of habit',
    { type: 'meeting.convene', attendees: ['ada', 'ben', 'cam'] },
    'recused-take-no-part',
  );
  await together(
    'ada',
    'meets with Ben: all six objectives, in one request',
    [
      ...(await lookingAtIt(play, ['warning', 'ban', 'no-future-volunteering'])),
      { type: 'meeting.assignResponder', person: 'rui' },
      { type: 'meeting.planFollowUps', followUps: [{ for: 'reporter' }] },
      { type: 'meeting.assignFollowUp', person: 'cleo' },
    ],
    { 'case leadsMeeting': 'inSession' },
  );
  await refused(
    'ada',
    'calls it a day',
    { type: 'meeting.conclude' },
    'interim-actions-reviewed',
    'departures-reviewed',
  );
  const rule = 'quiet-space-offered';
  await together(
    'ben',
    'finds both right: that Cam had to leave, and that Cleo wrote on deck',
    [
      {
        type: 'meeting.reviewInterimActions',
        reviews: [{ action: seqs.action, outcome: 'confirmed' }],
      },
      {
        type: 'meeting.reviewDepartures',
        reviews: [{ seq: seqs.report, rule, outcome: 'endorsed' }],
      },
    ],
    { [`departure ${rule}`]: 'endorsed by ben' },
  );
  await step(
    'ada',
    'closes the meeting',
    { type: 'meeting.conclude' },
    {
      'case leadsMeeting': 'concluded',
      [`${theLead} reportedPersonFollowUp`]: 'choosing',
      [`${theGuest} reportedPersonFollowUp`]: 'choosing',
      [`${theLead} decision`]: 'deliberating',
      [`${theGuest} decision`]: 'deliberating',
    },
  );
}

/** The day so far from now. */
const dayIn = ({ years = 0, days = 0 }): string => {
  const day = new Date();
  day.setUTCFullYear(day.getUTCFullYear() + years, day.getUTCMonth(), day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

export async function theDecision({ chapter, step, refused, together }: Theatre) {
  chapter(
    'One voice, and a decision on each',
    'Rui speaks for the team, and says who reported to nobody. Those who met decide, together, ' +
      'on Cam and on Basil.',
  );
  await together(
    'rui',
    'speaks with Cam by phone, along the five points',
    [
      { type: 'followUp.begin', for: theLead, medium: 'phone' },
      ...points.map((point) => ({ type: 'followUp.cover', for: theLead, point }) as const),
      { type: 'followUp.complete', for: theLead },
    ],
    { [`${theLead} reportedPersonFollowUp`]: 'completed' },
  );
  await step('rui', 'hears Basil say: I had a reason. It is not mine to tell', {
    type: 'followUp.recordStatement',
    for: theGuest,
    statement: 'I had a reason. It is not mine to tell.',
    newInformation: false,
  });
  const onCam = { type: 'decision.record', for: theLead, finding: 'violation' } as const;
  await refused(
    'ada',
    'decides on Cam alone, and leaves open for how long',
    { ...onCam, deciders: ['ada'], responses: [{ kind: 'no-future-volunteering' }] },
    'never-one-decider',
    'lasting-responses-have-a-term',
  );
  await step(
    'ada',
    'records what she and Ben decided on Cam: three years off the team',
    {
      ...onCam,
      deciders: ['ada', 'ben'],
      responses: [
        { kind: 'no-evening-events' },
        { kind: 'no-future-volunteering', until: dayIn({ years: 3 }) },
      ],
      rationale: 'It went on after a clear no.',
    },
    { [`${theLead} decision`]: 'decided' },
  );
  await step(
    'ada',
    'and on Basil: not back before the conference is over',
    {
      type: 'decision.record',
      for: theGuest,
      finding: 'violation',
      deciders: ['ada', 'ben'],
      responses: [{ kind: 'ban', until: dayIn({ days: 2 }) }],
    },
    { [`${theGuest} decision`]: 'decided' },
  );
  const letter = { type: 'decision.notifyReportedPerson', medium: 'email' } as const;
  await refused(
    'rui',
    'writes to Basil, and a name slips in',
    { ...letter, for: theGuest, message: `Taking pictures of ${fable.name} was not all right.` },
    'reporter-not-revealed',
  );
  await together(
    'rui',
    'tells both, without a name, and whom to appeal to; and carries it out',
    [
      { ...letter, for: theLead, message: 'On Friday you did not take no for an answer.' },
      { ...letter, for: theGuest, message: 'On Friday you took pictures of somebody in distress.' },
      ...[theLead, theGuest].map((ref) => ({ type: 'appeal.notifyRoute', for: ref }) as const),
      { type: 'decision.carryOutResponse', for: theLead, response: 1 },
      { type: 'decision.carryOutResponse', for: theLead, response: 2 },
      { type: 'decision.carryOutResponse', for: theGuest, response: 1 },
    ],
    {
      [`${theLead} decision`]: 'carriedOut',
      [`${theGuest} decision`]: 'carriedOut',
      [`${theLead} appeal`]: 'open',
      [`${theGuest} appeal`]: 'open',
    },
  );
}
