/** Speaking with the reported person, if the staff choose to (SP, following up with a reported person). */
import type { Context } from './context.ts';
import { including } from './people.ts';
import { on, stage } from './setup.ts';

const note = (context: Context, known: Partial<Context['reportedPersonFollowUp']>) => ({
  reportedPersonFollowUp: { ...context.reportedPersonFollowUp, ...known },
});

const decline = on({
  'followUp.decline': {
    target: 'declined',
    raise: 'internal.followUpEnded',
    record: (context) => note(context, { conversing: false, outcome: 'declined' }),
  },
});

/** The leads meet again: a follow-up that had ended is theirs to choose anew; points covered stay covered. */
const chosenAnew = { 'internal.meetingReconvened': { target: 'idle' } };

export const reportedPersonFollowUp = stage.createStateConfig({
  initial: 'idle',
  states: {
    idle: { on: { 'internal.meetingConcluded': { target: 'choosing' } } },
    choosing: {
      on: {
        ...decline,
        ...on({
          'followUp.begin': {
            target: 'conversing',
            record: (context) => note(context, { begun: true, conversing: true }),
          },
        }),
      },
    },
    conversing: {
      on: {
        ...decline,
        ...on({
          'followUp.cover': {
            record: (context, { point }) =>
              note(context, { points: including(context.reportedPersonFollowUp.points, point) }),
          },
          'followUp.sendMessage': {},
          'followUp.recordStatement': {},
          'followUp.complete': {
            target: 'completed',
            raise: 'internal.followUpEnded',
            record: (context) => note(context, { conversing: false, outcome: 'completed' }),
          },
        }),
      },
    },
    completed: { on: chosenAnew },
    declined: { on: chosenAnew },
  },
  on: on({
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
