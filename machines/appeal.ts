/** The reported person may write to the leaders (SP, appeal). */
import type { Context, Decision, OwnContext, Reported } from './context.ts';
import { changeReported } from './people.ts';
import { listed, settleActions, toTell } from './responses.ts';
import type { ResponseFacts } from './rules/rule.ts';
import { on, stage, when } from './setup.ts';

const note = (context: OwnContext, known: Partial<Reported['appeal']>): Context =>
  changeReported(context, context.self, ({ appeal }) => ({ appeal: { ...appeal, ...known } }));

const review = on({
  'appeal.assignReviewers': {
    target: 'underReview',
    record: (context, { facts }) => note(context, { reviewers: facts.reviewers }),
  },
});

const file = on({
  'appeal.file': {
    target: 'filed',
    record: (context) => note(context, { filed: true, outcome: null, reviewers: [] }),
  },
});

/** The leaders' word: whatever the outcome, the reported person is told anew. */
function ruled(
  context: OwnContext,
  at: string,
  outcome: NonNullable<Reported['appeal']['outcome']>,
  change: (decision: Decision) => Partial<Decision> = () => ({}),
): Context {
  const decided = changeReported(note(context, { outcome }), context.self, ({ decision }) => ({
    decision: decision && toTell(decision, { appealed: true, ...change(decision) }),
  }));
  return settleActions(decided, at);
}

/** What the leaders put in place of the responses; what falls away is owed a lift. */
const replaced =
  ({ self }: OwnContext, responses: readonly ResponseFacts[]) =>
  (decision: Decision): Partial<Decision> => ({
    responses: listed(self, decision.responses, responses),
  });

/** Without a window there is no clock: an `after` without a due time would fire at once. */
const opens = [
  when('they may appeal, for a time', 'open.limited'),
  when('they may appeal', 'open.unlimited'),
];

export const appeal = stage.createStateConfig({
  initial: 'idle',
  meta: { order: ['filed', 'underReview', 'open', 'idle', 'lapsed', 'settled'] },
  states: {
    idle: { always: opens },
    open: {
      initial: 'unlimited',
      states: {
        unlimited: {},
        limited: { after: { appealWindow: { target: '#reported.appeal.lapsed' } } },
      },
      always: when('they are to be told anew', 'idle'),
      on: file,
    },
    // one that was made in time is entered late, or let in
    lapsed: { always: when('they are to be told anew', 'idle'), on: file },
    filed: { on: review },
    underReview: {
      on: {
        ...review,
        ...on({
          'appeal.decide': [
            {
              given: { outcome: 'upheld' },
              target: 'settled',
              record: (context, { at }) => ruled(context, at, 'upheld'),
            },
            {
              given: { outcome: 'modified' },
              target: 'settled',
              record: (context, { at, facts }) =>
                ruled(context, at, 'modified', replaced(context, facts.responses ?? [])),
            },
            {
              given: { outcome: 'overturned' },
              target: 'settled',
              record: (context, { at }) =>
                ruled(context, at, 'overturned', (decision) => ({
                  finding: 'no-violation',
                  ...replaced(context, [])(decision),
                })),
            },
          ],
        }),
      },
    },
    settled: { always: [when('the decision is another', 'idle'), ...opens] },
  },
  on: on({
    'appeal.notifyRoute': { record: (context) => note(context, { routeTold: true }) },
    'appeal.encourageApology': {},
  }),
});
