/** Meeting the reporter's needs, and telling them what became of the report (SP; AP, following up with reporters). */
import type { Context, Ref } from './context.ts';
import { on, stage } from './setup.ts';

/** A planned follow-up is settled when the person heard back, or is beyond reach. */
const settle = ({ leadsMeeting }: Context, ref: Ref) => ({
  leadsMeeting: {
    ...leadsMeeting,
    followUps: leadsMeeting.followUps.map((planned) =>
      planned.for === ref ? { ...planned, settled: true } : planned,
    ),
  },
});

const followedUp = {
  target: 'followedUp',
  record: (
    context: Context,
    { covered }: { readonly covered: readonly string[] },
  ): Partial<Context> => ({
    ...settle(context, 'reporter'),
    reporterCare: {
      covered: [...new Set([...context.reporterCare.covered, ...covered])],
      outcome: 'followedUp',
    },
  }),
} as const;

const beyondReach = {
  record: (context: Context, { ref }: { readonly ref: Ref }) => settle(context, ref),
};

const untilReached = on({
  'care.followUpWithReporter': followedUp,
  'care.markUnreachable': [
    {
      given: { ref: 'reporter' },
      target: 'unreachable',
      record: (context) => ({
        ...settle(context, 'reporter'),
        reporterCare: { ...context.reporterCare, outcome: 'unreachable' },
      }),
    },
    beyondReach,
  ],
});

const afterwards = on({
  'care.followUpWithReporter': followedUp,
  'care.markUnreachable': beyondReach,
});

export const reporterCare = stage.createStateConfig({
  initial: 'waiting',
  states: {
    waiting: { on: { 'internal.reportRecorded': { target: 'due' } } },
    due: { after: { reporterFollowUp: { target: 'overdue' } }, on: untilReached },
    overdue: { on: untilReached },
    followedUp: { on: afterwards },
    unreachable: { on: afterwards },
  },
  on: on({
    'care.provide': {
      record: ({ people }, { contact }) => ({
        people: {
          ...people,
          reporter: { ...people.reporter, contact: people.reporter.contact || contact },
        },
      }),
    },
    'care.followUpWithImpacted': { record: (context, { ref }) => settle(context, ref) },
  }),
});
