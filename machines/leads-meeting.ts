/** The leads meet, with six objectives, within the time that the procedure gives (SP, the meeting; AP, report handling). */
import { noObjectives, type Context, type Objective } from './context.ts';
import { on, stage } from './setup.ts';
import { addDuration } from './time.ts';

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

const convene = on({
  'meeting.convene': {
    target: 'inSession',
    record: (context, { attendees }) =>
      note(context, { inSession: true, concluded: false, attendees }),
  },
});

/** Possible after the conclusion too: a task may have been vacated, an action taken since. */
const alsoAfterwards = on({
  'meeting.assignResponder': {
    record: (context, { person }) => ({
      ...meet(context, 'assignResponder'),
      staff: { ...context.staff, responder: person },
    }),
  },
  'meeting.assignFollowUp': {
    record: (context, { person }) => ({
      ...meet(context, 'assignFollowUp'),
      staff: { ...context.staff, followUp: person },
    }),
  },
  'meeting.reviewInterimActions': {
    record: ({ immediateResponse }, { reviews }) => ({
      immediateResponse: {
        ...immediateResponse,
        actions: immediateResponse.actions.map((taken) => ({
          ...taken,
          outcome: reviews.find(({ action }) => action === taken.action)?.outcome ?? taken.outcome,
        })),
      },
    }),
  },
});

/** A new meeting has everything to do again, but for the tasks that somebody still holds. */
const stillAssigned = ({ staff }: Context): Context['leadsMeeting']['objectives'] => ({
  ...noObjectives,
  assignResponder: staff.responder !== null,
  assignFollowUp: staff.followUp !== null,
});

export const leadsMeeting = stage.createStateConfig({
  initial: 'idle',
  states: {
    idle: {
      initial: 'unreported',
      states: {
        // no report, no clock: an `after` without a due time would fire at once
        unreported: { on: { 'internal.reportRecorded': { target: 'recorded' } } },
        recorded: { after: { leadsMeet: { target: '#case.open.leadsMeeting.overdue' } } },
      },
      on: { 'internal.reportedToLeads': { target: 'awaiting' } },
    },
    awaiting: { after: { leadsMeet: { target: 'overdue' } }, on: convene },
    overdue: { on: convene },
    inSession: {
      on: {
        ...on({
          'meeting.reviewReport': { record: (context) => meet(context, 'reviewReport') },
          'meeting.consultPastIncidents': {
            record: (context, { patternFound }) =>
              meet(context, 'consultPastIncidents', { patternFound }),
          },
          'meeting.discussResponses': { record: (context) => meet(context, 'discussResponses') },
          'meeting.planFollowUps': {
            record: (context, { followUps }) =>
              meet(context, 'planFollowUps', {
                followUps: followUps.map((planned) => ({ for: planned.for, settled: false })),
              }),
          },
          'meeting.conclude': {
            target: 'concluded',
            raise: 'internal.meetingConcluded',
            record: (context) => note(context, { inSession: false, concluded: true }),
          },
        }),
        ...alsoAfterwards,
      },
    },
    concluded: {
      on: {
        ...alsoAfterwards,
        ...on({
          'meeting.reconvene': {
            target: 'awaiting',
            raise: 'internal.meetingReconvened',
            record: (context, { at }) => ({
              ...note(context, { concluded: false, objectives: stillAssigned(context) }),
              due: { ...context.due, leadsMeet: addDuration(at, context.settings.meetWithin) },
              reportedPersonFollowUp: { ...context.reportedPersonFollowUp, outcome: null },
              decision: null,
              reopened: false,
            }),
          },
        }),
      },
    },
  },
});
