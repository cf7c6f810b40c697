/**
 * Acting at once (SP, immediate response). Safety never waits: all of this works before a report is
 * recorded, and again after a response was resolved.
 */
import type { Context } from './context.ts';
import { including } from './people.ts';
import { on, stage } from './setup.ts';

const note = (context: Context, known: Partial<Context['immediateResponse']>) => ({
  immediateResponse: { ...context.immediateResponse, ...known },
});

const assess = (notNeeded?: string) =>
  on({
    'immediate.assess': [
      {
        given: { needed: true },
        target: 'responding',
        record: (context) => note(context, { needed: true, active: true }),
      },
      {
        given: { needed: false },
        ...(notNeeded !== undefined && { target: notNeeded }),
        record: (context) => note(context, { needed: false }),
      },
    ],
  });

export const immediateResponse = stage.createStateConfig({
  initial: 'unassessed',
  states: {
    unassessed: { on: assess('notNeeded') },
    notNeeded: { on: assess() },
    responding: {
      on: on({
        // a second look does not end the response that is under way: immediate.resolve does
        'immediate.assess': { record: (context, { needed }) => note(context, { needed }) },
        'immediate.summonLead': {
          record: (context, { lead }) =>
            note(context, { summoned: including(context.immediateResponse.summoned, lead) }),
        },
        'immediate.takeAction': {
          record: (context, { seq, kind, by }) =>
            note(context, {
              actions: [
                ...context.immediateResponse.actions,
                { action: seq, kind, by: by?.person ?? '', outcome: null },
              ],
            }),
        },
        'immediate.resolve': {
          target: 'resolved',
          record: (context) => note(context, { active: false }),
        },
      }),
    },
    resolved: { on: assess() },
  },
  on: on({ 'immediate.seekResource': {} }),
});
