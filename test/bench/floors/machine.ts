/** A case in miniature: four stages beside each other, and a context that counts. */
// oxlint-disable-next-line no-restricted-imports -- what is measured here is XState itself
import { assign, createActor, setup, type Snapshot } from 'xstate';

interface Context {
  readonly openedBy: string;
  readonly safetyChecks: number;
  readonly needsMet: number;
  readonly safety: { readonly everyoneSafe: string; readonly by: string } | null;
  readonly reports: readonly { readonly from: string; readonly form: string }[];
}

export type CaseEvent =
  | { readonly type: 'intake.checkSafety'; readonly everyoneSafe: string }
  | { readonly type: 'intake.recordReport'; readonly form: string }
  | { readonly type: 'intake.reportToLeads' }
  | { readonly type: 'meeting.convene' }
  | { readonly type: 'meeting.conclude' };
export type CaseSnapshot = Snapshot<unknown>;

export const caseMachine = setup({
  types: { context: {} as Context, events: {} as CaseEvent },
  guards: { hasReport: ({ context }) => context.reports.length > 0 },
}).createMachine({
  id: 'case',
  context: { openedBy: 'cleo', safetyChecks: 0, needsMet: 0, safety: null, reports: [] },
  type: 'parallel',
  states: {
    intake: {
      initial: 'begun',
      states: { begun: { on: { 'intake.recordReport': 'recorded' } }, recorded: {} },
      on: {
        'intake.checkSafety': {
          actions: assign(({ context, event }) => ({
            safetyChecks: context.safetyChecks + 1,
            safety: { everyoneSafe: event.everyoneSafe, by: 'ada' },
          })),
        },
        'intake.recordReport': {
          actions: assign(({ context, event }) => ({
            reports: [...context.reports, { from: 'reporter', form: event.form }],
          })),
        },
      },
    },
    handOver: {
      initial: 'waiting',
      states: {
        waiting: { on: { 'intake.reportToLeads': { guard: 'hasReport', target: 'done' } } },
        done: {},
      },
    },
    meeting: {
      initial: 'idle',
      states: {
        idle: { on: { 'meeting.convene': { guard: 'hasReport', target: 'inSession' } } },
        inSession: { on: { 'meeting.conclude': 'concluded' } },
        concluded: {},
      },
    },
    decision: { initial: 'idle', states: { idle: {}, deliberating: {} } },
  },
});

/** As a row holds it before the first request. */
export function firstSnapshot(): CaseSnapshot {
  const actor = createActor(caseMachine).start();
  actor.send({ type: 'intake.recordReport', form: 'transcribed' });
  return actor.getPersistedSnapshot();
}
