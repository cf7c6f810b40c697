/** Speaking with the reported person, if the staff choose to (SP, following up with a reported person). */
import type { Context, OwnContext, Reported } from './context.ts';
import { changeReported, including } from './people.ts';
import { on, ownReported, stage, when } from './setup.ts';

const note = (context: OwnContext, known: Partial<Reported['conversation']>): Context =>
  changeReported(context, context.self, ({ conversation }) => ({
    conversation: { ...conversation, ...known },
  }));

/** As often as there is reason to; points covered stay covered. */
const begin = on({
  'followUp.begin': {
    target: 'conversing',
    record: (context) => note(context, { begun: true, outcome: null }),
  },
});

const decline = on({
  'followUp.decline': {
    target: 'declined',
    record: (context) => note(context, { outcome: 'declined' }),
  },
});

export const reportedPersonFollowUp = stage.createStateConfig({
  initial: 'idle',
  meta: { order: ['conversing', 'choosing', 'idle', 'declined', 'completed'] },
  states: {
    idle: { always: when('the leads have met', 'choosing'), on: begin },
    choosing: { on: { ...begin, ...decline } },
    conversing: {
      on: {
        ...decline,
        ...on({
          'followUp.cover': {
            record: (context, { facts }) =>
              note(context, {
                points: including(ownReported(context).conversation.points, facts.point),
              }),
          },
          'followUp.sendMessage': {},
          'followUp.complete': {
            target: 'completed',
            record: (context) => note(context, { outcome: 'completed' }),
          },
        }),
      },
    },
    completed: { on: begin },
    declined: { on: begin },
  },
  // they speak when they speak
  on: on({
    'followUp.recordStatement': {},
    'followUp.receiveApology': { record: (context) => note(context, { apology: 'received' }) },
    'followUp.passOnApology': { record: (context) => note(context, { apology: 'passed-on' }) },
    'followUp.allowDirectApology': {},
    'followUp.encourageApology': {},
    'followUp.reassure': {},
    'followUp.forgive': {},
    'followUp.excuseByIntent': {},
    'followUp.discloseReporter': {},
  }),
});
