/** Deciding, and carrying the responses out (SP, possible responses). */
import type { Context, Decision, Response } from './context.ts';
import { namedHas } from './rules/case-facts.ts';
import type { ResponseFacts } from './rules/rule.ts';
import { on, stage } from './setup.ts';
import { addDuration } from './time.ts';

const amend = ({ decision }: Context, known: Partial<Decision>) => ({
  decision: decision && { ...decision, ...known },
});

/** The responses as the case keeps them. `none` is carried out by doing nothing. */
export function responsesOf(
  responses: readonly (ResponseFacts & { readonly callsForResignation?: boolean | undefined })[],
): Response[] {
  return responses.map(
    ({ kind, for: target, until, indefinite, with: apartFrom, callsForResignation }) => ({
      kind,
      for: target ?? null,
      until: until ?? null,
      indefinite: indefinite ?? false,
      with: apartFrom ?? null,
      callsForResignation: callsForResignation ?? false,
      carriedOut: kind === 'none',
    }),
  );
}

const notification = on({
  'decision.notifyReportedPerson': {
    raise: 'internal.notified',
    record: (context, { at }) => {
      const { decision: standing, settings, due } = context;
      // the first telling counts: a second one does not give more time to appeal
      if (standing?.notifiedAt) return {};
      // there is one appeal: telling its outcome opens no second one
      const mayAppeal = standing?.violation === true && !context.appeal.filed;
      const window = mayAppeal ? settings.appealWindow : null;
      return {
        ...amend(context, { notifiedAt: at }),
        due: { ...due, appealWindow: window ? addDuration(at, window) : due.appealWindow },
      };
    },
  },
  'decision.markUnnotifiable': { record: (context) => amend(context, { unnotifiable: true }) },
});

/** After an appeal the leaders' word replaces the decision; after a new meeting there is none. */
const overruled = {
  'internal.appealModified': { target: '.decided' },
  'internal.appealOverturned': { target: '.carriedOut' },
  'internal.meetingReconvened': { target: '.idle' },
};

export const decision = stage.createStateConfig({
  initial: 'idle',
  states: {
    idle: { on: { 'internal.followUpEnded': { target: 'deliberating' } } },
    deliberating: {
      on: on({
        'decision.record': {
          target: 'decided',
          record: (context, event) => ({
            decision: {
              violation: event.violation,
              deciders: event.deciders.map((person) => ({
                person,
                organizer: namedHas(context, event, person, 'organizer'),
              })),
              responses: responsesOf(event.responses),
              notifiedAt: null,
              unnotifiable: false,
            },
            reopened: false,
          }),
        },
      }),
    },
    decided: {
      always: {
        guard: { type: 'when', params: { condition: 'everythingCarriedOut' } },
        target: 'carriedOut',
      },
      on: on({
        'decision.carryOutResponse': {
          record: (context, { response }) =>
            amend(context, {
              responses: (context.decision?.responses ?? []).map((decided, index) =>
                index === response - 1 ? { ...decided, carriedOut: true } : decided,
              ),
            }),
        },
      }),
    },
    carriedOut: {},
  },
  on: { ...overruled, ...notification },
});
