/** Taking the report, and handing it to the leads (SP, taking a report; gathering information). */
import type { Context } from './context.ts';
import { on, stage } from './setup.ts';
import { addReported, addOthers, knowReporter } from './people.ts';
import { addDuration } from './time.ts';

const note = (context: Context, known: Partial<Context['intake']>) => ({
  intake: { ...context.intake, ...known },
});

export const intake = stage.createStateConfig({
  initial: 'receiving',
  states: {
    receiving: {
      on: on({
        'intake.recordReport': {
          target: 'recorded',
          raise: 'internal.reportRecorded',
          record: (context, event) => {
            const {
              at,
              form,
              incidentAt,
              ongoing,
              revealsReporter,
              reporter,
              reportedPersons,
              others,
            } = event;
            const { meetWithin, followUpWithin } = context.settings;
            const known = knowReporter(
              addOthers(addReported(context, event, reportedPersons ?? []), others ?? []),
              reporter,
            );
            return {
              ...known,
              ...note(context, {
                recordedAt: at,
                form,
                incidentAt: incidentAt ?? null,
                ongoing,
                revealsReporter,
              }),
              due: {
                ...context.due,
                leadsMeet: addDuration(at, meetWithin),
                reporterFollowUp: addDuration(at, followUpWithin),
              },
            };
          },
        },
      }),
    },
    recorded: {
      on: on({
        'intake.reportToLeads': {
          target: 'reported',
          raise: 'internal.reportedToLeads',
          record: (context, { at }) => note(context, { reportedAt: at }),
        },
      }),
    },
    reported: {},
  },
  on: on({
    'intake.offerQuietSpace': { record: (context) => note(context, { quietSpaceOffered: true }) },
    'intake.checkSafety': {
      record: (context, { everyoneSafe, generalThreat }) =>
        note(context, { safety: { everyoneSafe, generalThreat } }),
    },
    'intake.addClarification': {
      record: (context, event) => {
        const named = addOthers(
          addReported(context, event, event.reportedPersons ?? []),
          event.others ?? [],
        );
        return event.reporter ? knowReporter(named, event.reporter) : named;
      },
    },
    'intake.askSafetyConcern': {
      record: (context, { hasConcern }) => note(context, { safetyConcern: hasConcern }),
    },
    'intake.thankReporter': { record: (context) => note(context, { reporterThanked: true }) },
    'intake.noteWithdrawalRequest': {
      record: (context) => note(context, { withdrawalRequested: true }),
    },
    'intake.inviteWithdrawal': {},
    'intake.solicitImmediateAdvice': {},
    'intake.offerLongTermInput': {},
    'intake.promiseResponse': {},
    'intake.promptForSuggestion': {},
  }),
});
