/** Taking the report, and handing it to the leads (SP, taking a report; gathering information). */
import type { Context, Reporter } from './context.ts';
import { timeOf, type CaseEvent } from './events.ts';
import {
  addPeople,
  changeReported,
  changeReporter,
  handOver,
  identify,
  knowReporter,
} from './people.ts';
import { takesTwo } from './proposals.ts';
import { settleActions } from './responses.ts';
import { canonical } from './rules/case-facts.ts';
import { standing } from './rules/rule.ts';
import { on, stage, when, type Recording } from './setup.ts';
import { addDuration, earlier } from './time.ts';

const note = (context: Context, known: Partial<Context['intake']>) => ({
  intake: { ...context.intake, ...known },
});

/** What is done for the reporter at hand counts for them and, until the next report, for whoever comes. */
const forReporter = (
  context: Context,
  { for: whom }: { readonly for?: string | readonly string[] | undefined },
  change: (reporter: Reporter) => Partial<Reporter>,
): Context => [whom ?? []].flat().reduce((so, ref) => changeReporter(so, ref, change), context);

/** When a report reached the team: as it is said, and of the first as the opening said. */
function receiptOf(context: Context, event: CaseEvent<'intake.recordReport'>): string {
  const { openedAt, receivedAt, intake } = context;
  const saidAtOpening = intake.reports.length === 0 && receivedAt !== openedAt;
  return event.facts.happenedAt === undefined && saidAtOpening ? receivedAt : timeOf(event);
}

const recordReport: Recording<'intake.recordReport'> = (context, event) => {
  const { facts, seq } = event;
  const { meetWithin, followUpWithin } = context.settings;
  const receivedAt = receiptOf(context, event);
  const from = facts.named?.reporter ?? null;
  const { next } = context.intake;
  const named = addPeople(context, event);
  const known =
    from === null
      ? named
      : changeReporter(knowReporter(named, from, facts.reporter), from, (reporter) => ({
          quietSpaceOffered: reporter.quietSpaceOffered || next.quietSpaceOffered,
          safetyChecked: reporter.safetyChecked || next.safetyChecked,
          thanked: reporter.thanked || next.thanked,
          revealing: reporter.revealing || facts.revealsReporter,
          // whoever saw it themself need not be told
          care: {
            ...reporter.care,
            owed: reporter.care.owed || facts.form !== 'observed',
            unreachable: false,
          },
          due: {
            reporterFollowUp: earlier(
              reporter.care.owed ? reporter.due.reporterFollowUp : null,
              addDuration(receivedAt, followUpWithin),
            ),
          },
        }));
  const { leadsMeeting } = known;
  return {
    ...known,
    ...note(known, {
      reports: [
        ...known.intake.reports,
        {
          seq,
          from,
          form: facts.form,
          channel: facts.channel ?? context.channel,
          receivedAt,
          handedOver: false,
          takenUp: false,
        },
      ],
      next: { quietSpaceOffered: false, safetyChecked: false, thanked: false },
      incidentAt: facts.incidentAt ?? known.intake.incidentAt,
      ongoing: facts.ongoing,
    }),
    due: { leadsMeet: earlier(known.due.leadsMeet, addDuration(receivedAt, meetWithin)) },
    // what has come in since is to be reviewed as well
    leadsMeeting: leadsMeeting.inSession
      ? { ...leadsMeeting, objectives: { ...leadsMeeting.objectives, reviewReport: false } }
      : leadsMeeting,
  };
};

const addClarification: Recording<'intake.addClarification'> = (context, event) => {
  const { facts } = event;
  const whom = [facts.for ?? []].flat();
  const said = whom.reduce<Context>(
    (so, ref) => (facts.reporter ? knowReporter(so, ref, facts.reporter) : so),
    addPeople(context, event),
  );
  const known = forReporter(said, facts, ({ revealing }) => ({
    revealing: facts.revealsReporter ?? revealing,
  }));
  return {
    ...known,
    ...note(known, {
      incidentAt: facts.incidentAt ?? known.intake.incidentAt,
      ongoing: facts.ongoing ?? known.intake.ongoing,
    }),
  };
};

const sayWho: Recording<'intake.identify'> = (context, { facts, at }) => {
  const [ref = ''] = [facts.for ?? []].flat();
  const known = changeReported(context, ref, () => ({ identified: true }));
  if (facts.sameAs === undefined) return identify(known, facts, ref, facts.staff);
  const other = canonical(known, facts.sameAs);
  const renamed = <T extends { readonly for: string | null }>(list: readonly T[]): readonly T[] =>
    list.map((item) => (item.for === ref ? { ...item, for: other } : item));
  const { immediateResponse, leadsMeeting, people } = known;
  const own = people.reported.find((person) => person.ref === ref);
  const merged = changeReported(known, ref, () => ({ sameAs: other }));
  return settleActions(
    {
      // what is known of the one is known of the other
      ...changeReported(merged, other, ({ staff }) => ({
        staff: staff ?? own?.staff ?? null,
        identified: true,
      })),
      immediateResponse: { ...immediateResponse, actions: renamed(immediateResponse.actions) },
      leadsMeeting: { ...leadsMeeting, followUps: renamed(leadsMeeting.followUps) },
    },
    at,
  );
};

/** Taken back by two; a member of staff stays outside until a third lets them in. */
const withdrawAccusation: Recording<'intake.withdrawAccusation'> = (context, event) => {
  const [ref = ''] = [event.facts.for ?? []].flat();
  const known = changeReported(context, ref, () => ({ withdrawn: true }));
  const staff = known.people.reported.find((person) => person.ref === ref)?.staff ?? null;
  const stillReported = standing(known).some((person) => person.staff === staff);
  const by = [event.by?.person, event.facts.confirmed?.by].filter((who) => who !== undefined);
  const released =
    staff === null || stillReported
      ? known
      : {
          ...known,
          staff: {
            ...known.staff,
            outside: known.staff.outside.map((outsider) =>
              outsider.person === staff ? { ...outsider, why: 'cleared' as const } : outsider,
            ),
            cleared: [...known.staff.cleared, { person: staff, by }],
          },
        };
  return settleActions(released, event.at);
};

const reports = { 'intake.recordReport': { target: 'recorded', record: recordReport } } as const;

export const intake = stage.createStateConfig({
  initial: 'receiving',
  states: {
    receiving: { on: on(reports) },
    recorded: {
      always: when('every report is handed over', 'reported'),
      on: on({
        ...reports,
        'intake.reportToLeads': { target: 'reported', record: (context) => handOver(context) },
      }),
    },
    reported: { on: on(reports) },
  },
  on: on({
    'intake.offerQuietSpace': {
      record: (context, { facts }) => {
        const known = forReporter(context, facts, () => ({ quietSpaceOffered: true }));
        return {
          ...known,
          ...note(known, { next: { ...known.intake.next, quietSpaceOffered: true } }),
        };
      },
    },
    'intake.checkSafety': {
      record: (context, { facts }) => {
        const known = forReporter(context, facts, () => ({ safetyChecked: true }));
        const { everyoneSafe, generalThreat } = facts;
        const over = context.intake.safety?.generalThreat === true && !generalThreat;
        return {
          ...known,
          // whoever was called for a threat that is over was not called for the next
          ...(over && { immediateResponse: { ...known.immediateResponse, resources: [] } }),
          ...note(known, {
            safety: { everyoneSafe, generalThreat },
            next: { ...known.intake.next, safetyChecked: true },
          }),
        };
      },
    },
    'intake.addClarification': { record: addClarification },
    'intake.identify': { record: sayWho },
    'intake.withdrawAccusation': takesTwo(withdrawAccusation),
    'intake.withdrawIdentity': {
      record: (context, { facts }) => ({
        ...forReporter(context, facts, () => ({ anonymous: true, named: false, contact: false })),
        redactions: [...context.redactions, ...(facts.redacts ?? [])],
      }),
    },
    'intake.askSafetyConcern': {
      record: (context, { facts }) =>
        forReporter(context, facts, () => ({ safetyConcern: facts.hasConcern })),
    },
    'intake.thankReporter': {
      record: (context, { facts }) => {
        const thanked = [facts.for ?? []]
          .flat()
          .every((ref) => context.people.reporters.some((r) => r.ref === ref && r.thanked));
        const known = forReporter(context, facts, () => ({ thanked: true }));
        // thanked already, or nobody yet: it was for whoever reports next
        return thanked
          ? { ...known, ...note(known, { next: { ...known.intake.next, thanked } }) }
          : known;
      },
    },
    'intake.noteWithdrawalRequest': {
      record: (context, { facts }) =>
        forReporter(context, facts, () => ({ withdrawalRequested: true })),
    },
    'intake.inviteWithdrawal': {},
    'intake.solicitImmediateAdvice': {},
    'intake.offerLongTermInput': {},
    'intake.promiseResponse': {},
    'intake.promptForSuggestion': {},
  }),
});
