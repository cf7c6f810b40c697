/** Deciding on one reported person, carrying the responses out, and putting a decision right (SP, possible responses). */
import type { Context, Decision, OwnContext, ResponseState } from './context.ts';
import type { EventFacts } from './events.ts';
import { changeReported } from './people.ts';
import { listed, settleActions, toTell } from './responses.ts';
import { namedHas } from './rules/case-facts.ts';
import { on, ownReported, stage, when, type Recording } from './setup.ts';
import { addDuration } from './time.ts';

const decidersOf = (
  context: Context,
  facts: EventFacts<'decision.record'> | EventFacts<'decision.amend'>,
): Decision['deciders'] =>
  facts.deciders.map((person) => ({
    person,
    organizer: namedHas(context, facts, person, 'organizer'),
  }));

const record: Recording<'decision.record'> = (context, { facts, at }) =>
  settleActions(
    changeReported(context, context.self, () => ({
      decision: {
        finding: facts.finding,
        deciders: decidersOf(context, facts),
        responses: listed(context.self, [], facts.responses),
        meeting: context.leadsMeeting.held,
        changed: false,
        appealed: false,
        notifiedAt: null,
        unnotifiable: false,
      },
    })),
    at,
  );

/** A decision that was put right is another one: it is told anew, and may be appealed anew. */
const amend: Recording<'decision.amend'> = (context, { facts, at }) =>
  settleActions(
    changeReported(context, context.self, ({ decision, appeal, due }) => ({
      decision:
        decision &&
        toTell(decision, {
          finding: facts.finding ?? decision.finding,
          responses: listed(context.self, decision.responses, facts.responses),
          deciders: decidersOf(context, facts),
          meeting: context.leadsMeeting.held,
        }),
      appeal: { ...appeal, filed: false, outcome: null, reviewers: [] },
      due: { ...due, appealWindow: null },
    })),
    at,
  );

const note = (context: OwnContext, known: Partial<Decision>): Context =>
  changeReported(context, context.self, ({ decision }) => ({
    decision: decision && { ...decision, ...known },
  }));

/** The first telling counts: a second one does not give more time to appeal. */
const notify: Recording<'decision.notifyReportedPerson'> = (context, { at }) => {
  const { decision, appeal } = ownReported(context);
  if (!decision || decision.notifiedAt !== null) return {};
  const mayAppeal =
    decision.finding === 'violation' && (!appeal.filed || !context.settings.oneAppeal);
  const window = mayAppeal ? context.settings.appealWindow : null;
  return changeReported(note(context, { notifiedAt: at }), context.self, ({ due }) => ({
    due: { ...due, appealWindow: window === null ? due.appealWindow : addDuration(at, window) },
  }));
};

const become = (context: OwnContext, response: number, state: ResponseState): Context =>
  note(context, {
    responses: (ownReported(context).decision?.responses ?? []).map((decided) =>
      decided.response === response ? { ...decided, state } : decided,
    ),
  });

/** What a decision is good for once it stands. */
const whileItStands = on({
  'decision.amend': { record: amend },
  'decision.notifyReportedPerson': { record: notify },
  'decision.markUnnotifiable': { record: (context) => note(context, { unnotifiable: true }) },
});

export const decision = stage.createStateConfig({
  initial: 'idle',
  meta: { order: ['deliberating', 'decided', 'idle', 'carriedOut'] },
  states: {
    idle: { always: when('the leads have met about them', 'deliberating') },
    deliberating: {
      always: when('the leads meet again', 'idle'),
      on: on({ 'decision.record': { target: 'decided', record } }),
    },
    decided: {
      always: when('everything is carried out', 'carriedOut'),
      on: {
        ...whileItStands,
        ...on({
          'decision.carryOutResponse': {
            record: (context, { facts }) => become(context, facts.response, 'carriedOut'),
          },
          'decision.abandonResponse': {
            record: (context, { facts }) => become(context, facts.response, 'abandoned'),
          },
          'decision.liftResponse': {
            record: (context, { facts }) => become(context, facts.response, 'lifted'),
          },
        }),
      },
    },
    carriedOut: {
      always: when('something is to be done again', 'decided'),
      on: whileItStands,
    },
  },
});
