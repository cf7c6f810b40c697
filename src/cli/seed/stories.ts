/**
 * What happens in the cases that a database is filled with: several kinds of reports, each told as far
 * as cases come. Cleo takes the report, Rui helps; nobody in it is real.
 */
import type { EventInput } from '../../../machines/events.ts';
import type { Channel } from '../../../machines/vocabulary.ts';

/** Somebody sends something; or time goes by, and what is due runs out. */
export type Step =
  | { readonly by: string; readonly event: EventInput; readonly refused?: true }
  | { readonly wait: string };

export interface Story {
  readonly channel: Channel;
  readonly steps: readonly Step[];
}

/** As they are called in the stories; in every case they have other surnames. */
export const surnames = ['Thistledown', 'Marmalade', 'Umbrella', 'Weathercock'] as const;
const [fable, quill, basil, otto] = [
  { anonymous: false, name: 'Fable Thistledown', contact: 'fable.thistledown@example.org' },
  { anonymous: false, name: 'Quill Marmalade', contact: 'quill.marmalade@example.org' },
  { name: 'Basil Umbrella', badge: 'Speaker 14' },
  { name: 'Otto Weathercock' },
];

const say =
  (by: string) =>
  (type: EventInput['type'], payload: object = {}): Step => ({
    by,
    event: { type, ...payload } as EventInput,
  });
const [cleo, ada, ben] = [say('cleo'), say('ada'), say('ben')];
const refused = (step: Step): Step => ({ ...step, refused: true });

interface Kind {
  readonly channel: Channel;
  readonly report: readonly Step[];
  /** References of those who are reported, and of those to whom an answer is owed. */
  readonly reported: readonly string[];
  readonly owed: readonly string[];
}

const description = 'Somebody stood in the way after the talk, and went on when told to stop.';
const recording = (payload: object) =>
  cleo('intake.recordReport', { form: 'transcribed', description, ...payload });
const safe = cleo('intake.checkSafety', { everyoneSafe: 'yes', generalThreat: false });
const quiet = cleo('intake.offerQuietSpace', { accepted: true });
const noted = cleo('care.provide', { kind: 'water', notes: 'They sat down for a while.' });
const thanks = (ref: string) => cleo('intake.thankReporter', { for: ref });

/** In the order in which they take turns. */
const kinds: readonly Kind[] = [
  {
    channel: 'in-person',
    report: [
      refused(recording({ reporter: fable, reportedPersons: [basil] })),
      quiet,
      safe,
      recording({ reporter: fable, reportedPersons: [basil] }),
    ],
    reported: ['reported-1'],
    owed: ['reporter'],
  },
  {
    channel: 'email',
    report: [safe, recording({ form: 'written', reportedPersons: [basil] })],
    reported: ['reported-1'],
    owed: ['reporter'],
  },
  {
    channel: 'phone',
    report: [safe, recording({ reporter: quill, reportedPersons: [basil, otto] }), noted],
    reported: ['reported-1', 'reported-2'],
    owed: ['reporter'],
  },
  {
    channel: 'in-person',
    report: [quiet, safe, recording({ reporter: fable, reportedPersons: [{ staff: 'sam' }] })],
    reported: ['reported-1'],
    owed: ['reporter'],
  },
  {
    channel: 'phone',
    report: [safe, recording({ reporter: quill, location: 'Hall B' }), noted],
    reported: ['reported-1'],
    owed: ['reporter'],
  },
  {
    channel: 'phone',
    report: [
      safe,
      recording({ reporter: fable, reportedPersons: [otto] }),
      safe,
      recording({ reporter: quill, reportedPersons: [{ ref: 'reported-1' }] }),
    ],
    reported: ['reported-1'],
    owed: ['reporter', 'reporter-2'],
  },
];

const handOver = ({ owed }: Kind): Step[] => [
  cleo('immediate.assess', { needed: false }),
  ...owed.map(thanks),
  cleo('intake.reportToLeads'),
];
const meeting = [
  ada('meeting.convene', { attendees: ['ada', 'ben'] }),
  ada('meeting.reviewReport'),
  ada('meeting.consultPastIncidents', { related: [], patternFound: false }),
  ada('meeting.discussResponses', { options: ['warning'] }),
  ada('meeting.assignResponder', { person: 'rui' }),
  ada('meeting.planFollowUps', { followUps: [] }),
  ada('meeting.assignFollowUp', { person: 'cleo' }),
  ada('meeting.conclude'),
];
const decisions = ({ reported }: Kind) =>
  reported.map((ref) =>
    ada('decision.record', {
      for: ref,
      finding: 'no-violation',
      deciders: ['ada', 'ben'],
      reasoning: 'Two of the leads spoke with everybody who was there.',
      responses: [],
    }),
  );
const answers = ({ owed }: Kind) =>
  owed.map((ref) =>
    cleo('care.followUpWithReporter', {
      for: ref,
      covered: ['discussed', 'determination', 'actions'],
      medium: 'email',
    }),
  );
const bringIn = cleo('case.bringIn', { person: 'rui' });
const overdue = [{ wait: 'P1D' }, { wait: 'P9D' }];

/** How far cases come, and how many of a thousand come so far. */
const chapters: readonly (readonly [share: number, tell: (kind: Kind) => readonly Step[]])[] = [
  [40, () => []],
  [300, ({ report }) => [...report, bringIn]],
  [20, (kind) => [...kind.report, ...handOver(kind)]],
  [150, (kind) => [...kind.report, bringIn, ...handOver(kind), ...overdue]],
  [50, (kind) => [...kind.report, ...handOver(kind), ...meeting, ...overdue]],
  [40, (kind) => [...kind.report, ...handOver(kind), ...meeting, ...decisions(kind), ...overdue]],
  [300, () => [cleo('case.void', { reason: 'spam' }), ada('case.confirm', { seq: 2 })]],
  [
    100,
    (kind) => [
      ...kind.report,
      ...handOver(kind),
      refused(ada('case.close')),
      ...meeting,
      ...decisions(kind),
      ...answers(kind),
      ben('case.close'),
    ],
  ],
];

/** By kind of report, how far each story comes and how many of a thousand cases it is told of. */
export const stories: readonly (readonly { readonly share: number; readonly story: Story }[])[] =
  kinds.map((kind) =>
    chapters.map(([share, tell]) => ({
      share,
      story: { channel: kind.channel, steps: tell(kind) },
    })),
  );
