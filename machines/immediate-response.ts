/**
 * Acting at once (SP, immediate response). Safety never waits: all of this works before a report is
 * recorded, again after a response was resolved, and in a closed case, which it reopens.
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
        'immediate.assess': {
          record: (context, { facts }) => note(context, { needed: facts.needed }),
        },
        'immediate.summonLead': {
          record: (context, { facts }) =>
            note(context, { summoned: including(context.immediateResponse.summoned, facts.lead) }),
        },
        'immediate.takeAction': {
          record: (context, { seq, by, facts }) =>
            note(context, {
              actions: [
                ...context.immediateResponse.actions,
                {
                  action: seq,
                  kind: facts.kind,
                  for: [facts.for ?? []].flat()[0] ?? null,
                  with: facts.with ?? null,
                  until: facts.until ?? null,
                  by: by?.person ?? '',
                  outcome: null,
                  lift: null,
                },
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
  on: on({
    'immediate.seekResource': {
      record: (context, { facts }) =>
        note(context, {
          resources: including(context.immediateResponse.resources, facts.resource),
        }),
    },
    'immediate.liftAction': {
      record: (context, { facts }) =>
        note(context, {
          actions: context.immediateResponse.actions.map((taken) =>
            taken.action === facts.action ? { ...taken, lift: 'lifted' } : taken,
          ),
        }),
    },
  }),
});
