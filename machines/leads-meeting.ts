/** The leads meet, with six objectives, within the time that the procedure gives (SP, the meeting; AP, report handling). */
import type { Context } from './context.ts';
import { noObjectives } from './opening.ts';
import type { Objective } from './vocabulary.ts';
import { timeOf } from './events.ts';
import { handOver } from './people.ts';
import { settleActions } from './responses.ts';
import { namedHas } from './rules/case-facts.ts';
import { on, stage, when, type Recording } from './setup.ts';
import { addDuration, earlier } from './time.ts';
import { kept } from './deadlines.ts';

const note = (context: Context, known: Partial<Context['leadsMeeting']>) => ({
  leadsMeeting: { ...context.leadsMeeting, ...known },
});

const meet = (
  context: Context,
  objective: Objective,
  known: Partial<Context['leadsMeeting']> = {},
) =>
  note(context, {
    ...known,
    objectives: { ...context.leadsMeeting.objectives, [objective]: true },
  });

/** A new meeting has everything to do, but for the tasks that somebody still holds. */
const stillAssigned = ({ staff }: Context): Context['leadsMeeting']['objectives'] => ({
  ...noObjectives,
  assignResponder: staff.responder !== null,
  assignFollowUp: staff.followUp !== null,
});

const convened: Recording<'meeting.convene'> = (context, event) => {
  const { facts } = event;
  // whatever was recorded has reached the leads who meet over it
  const known = handOver(context);
  return {
    ...known,
    ...note(known, {
      inSession: true,
      concluded: false,
      attendees: facts.attendees,
      leads: facts.attendees.filter((person) => namedHas(context, facts, person, 'lead')),
      objectives: stillAssigned(known),
    }),
    due: { leadsMeet: null },
    timeliness: kept(known, 'leadsMeet', {
      ref: null,
      dueAt: known.due.leadsMeet,
      at: timeOf(event),
    }),
  };
};

const concluded: Recording<'meeting.conclude'> = (context) => ({
  ...note(context, {
    inSession: false,
    concluded: true,
    held: context.leadsMeeting.held + 1,
  }),
  intake: {
    ...context.intake,
    reports: context.intake.reports.map((report) => ({ ...report, takenUp: true })),
  },
  due: { leadsMeet: null },
});

const calledAgain: Recording<'meeting.reconvene'> = (context, event) => ({
  ...note(context, { concluded: false, objectives: stillAssigned(context) }),
  due: {
    leadsMeet: earlier(
      context.due.leadsMeet,
      addDuration(timeOf(event), context.settings.meetWithin),
    ),
  },
});

const convene = on({ 'meeting.convene': { target: 'inSession', record: convened } });
const reconvene = (target?: string) =>
  on({ 'meeting.reconvene': { ...(target !== undefined && { target }), record: calledAgain } });

/** Possible after the conclusion too: a task may have been vacated, an action taken since. */
const alsoAfterwards = on({
  'meeting.assignResponder': {
    record: (context, { facts }) => ({
      ...meet(context, 'assignResponder'),
      staff: { ...context.staff, responder: facts.person },
    }),
  },
  'meeting.assignFollowUp': {
    record: (context, { facts }) => ({
      ...meet(context, 'assignFollowUp'),
      staff: { ...context.staff, followUp: facts.person },
    }),
  },
  'meeting.reviewInterimActions': {
    record: (context, { facts, at }) => {
      const { immediateResponse } = context;
      const outcomeOf = (action: number) =>
        facts.reviews.find((review) => review.action === action)?.outcome;
      return settleActions(
        {
          ...context,
          immediateResponse: {
            ...immediateResponse,
            actions: immediateResponse.actions.map((taken) => ({
              ...taken,
              outcome: outcomeOf(taken.action) ?? taken.outcome,
            })),
          },
        },
        at,
      );
    },
  },
});

/** Adds to the plan; in the meeting it is one of its objectives. */
const planFollowUps: Recording<'meeting.planFollowUps'> = (context, { facts }) => {
  const { followUps, inSession, objectives } = context.leadsMeeting;
  const waiting = new Set(
    followUps.filter(({ settled }) => !settled).map((planned) => planned.for),
  );
  const added = facts.followUps
    .filter((planned) => !waiting.has(planned.for))
    .map((planned) => ({ for: planned.for, settled: false }));
  return note(context, {
    followUps: [...followUps, ...added],
    objectives: { ...objectives, planFollowUps: objectives.planFollowUps || inSession },
  });
};

const reviewDepartures: Recording<'meeting.reviewDepartures'> = (context, { facts, by }) => ({
  departures: context.departures.map((departure) => {
    const review = facts.reviews.find(
      ({ seq, rule }) => seq === departure.seq && rule === departure.rule,
    );
    return review
      ? { ...departure, review: { by: by?.person ?? '', outcome: review.outcome } }
      : departure;
  }),
});

export const leadsMeeting = stage.createStateConfig({
  initial: 'idle',
  states: {
    idle: {
      initial: 'unreported',
      states: {
        // no report, no clock: an `after` without a due time would fire at once
        unreported: { always: when('a report is recorded', 'recorded') },
        recorded: { after: { leadsMeet: { target: '#case.open.leadsMeeting.overdue' } } },
      },
      always: when('every report is handed over', 'awaiting'),
    },
    awaiting: {
      after: { leadsMeet: { target: 'overdue' } },
      on: { ...convene, ...reconvene() },
    },
    overdue: { on: { ...convene, ...reconvene('awaiting') } },
    inSession: {
      on: {
        ...on({
          'meeting.reviewReport': { record: (context) => meet(context, 'reviewReport') },
          'meeting.consultPastIncidents': {
            record: (context, { facts }) =>
              meet(context, 'consultPastIncidents', { patternFound: facts.patternFound }),
          },
          'meeting.discussResponses': { record: (context) => meet(context, 'discussResponses') },
          'meeting.conclude': { target: 'concluded', record: concluded },
        }),
        ...alsoAfterwards,
      },
    },
    concluded: {
      always: when('a report waits for a meeting', 'awaiting'),
      on: { ...alsoAfterwards, ...reconvene('awaiting') },
    },
  },
  on: on({
    'meeting.planFollowUps': { record: planFollowUps },
    'meeting.reviewDepartures': { record: reviewDepartures },
  }),
});
