/** The reported person may write to the leaders (SP, appeal). */
import type { Context, Decision } from './context.ts';
import { responsesOf } from './decision.ts';
import { on, stage, type Condition } from './setup.ts';

const note = (context: Context, known: Partial<Context['appeal']>) => ({
  appeal: { ...context.appeal, ...known },
});

const when = (condition: Condition) => ({ type: 'when', params: { condition } }) as const;

/** Where the profile has no window there is no clock: an `after` without a due time would fire at once. */
const opens = {
  'internal.notified': [
    { guard: when('appealOpensWithAWindow'), target: '.open.limited' },
    { guard: when('appealOpens'), target: '.open.unlimited' },
  ],
};

const review = on({
  'appeal.assignReviewers': {
    target: 'underReview',
    record: ({ staff }, { reviewers }) => ({ staff: { ...staff, reviewers } }),
  },
});

/**
 * The leaders' word: whatever the outcome, the reported person is told anew, and what they ruled is
 * not the leads' to revise, though the appeal may have reopened the case.
 */
const ruled = (
  context: Context,
  outcome: NonNullable<Context['appeal']['outcome']>,
  known: Partial<Decision> = {},
): Partial<Context> => ({
  ...note(context, { outcome }),
  reopened: false,
  decision: context.decision && {
    ...context.decision,
    notifiedAt: null,
    unnotifiable: false,
    ...known,
  },
});

export const appeal = stage.createStateConfig({
  initial: 'idle',
  states: {
    idle: {},
    open: {
      initial: 'unlimited',
      states: {
        unlimited: {},
        limited: { after: { appealWindow: { target: '#case.open.appeal.lapsed' } } },
      },
      on: on({
        'appeal.file': { target: 'filed', record: (context) => note(context, { filed: true }) },
      }),
    },
    lapsed: {},
    filed: { on: review },
    underReview: {
      on: {
        ...review,
        ...on({
          'appeal.decide': [
            {
              given: { outcome: 'upheld' },
              target: 'settled',
              record: (context) => ruled(context, 'upheld'),
            },
            {
              given: { outcome: 'modified' },
              target: 'settled',
              raise: 'internal.appealModified',
              record: (context, { responses = [] }) =>
                ruled(context, 'modified', { responses: responsesOf(responses) }),
            },
            {
              given: { outcome: 'overturned' },
              target: 'settled',
              raise: 'internal.appealOverturned',
              record: (context) =>
                ruled(context, 'overturned', { violation: false, responses: [] }),
            },
          ],
        }),
      },
    },
    settled: {},
  },
  on: {
    ...opens,
    ...on({
      'appeal.notifyRoute': { record: (context) => note(context, { routeTold: true }) },
      'appeal.encourageApology': {},
    }),
  },
});
