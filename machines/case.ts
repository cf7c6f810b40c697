/**
 * The case's own machine: open, with one region per stage side by side, or closed. The order between
 * the stages is a matter of rules, so that every "not yet" can be explained.
 */
import type { Context, Ref } from './context.ts';
import type { CaseEvent } from './events.ts';
import { immediateResponse } from './immediate-response.ts';
import { intake } from './intake.ts';
import { leadsMeeting } from './leads-meeting.ts';
import { including, leave } from './people.ts';
import { confirmedBy, propose, takesTwo, withoutProposal } from './proposals.ts';
import { publicCommunication } from './public-communication.ts';
import { settle } from './reporter-care.ts';
import { officesOf } from './rules/case-facts.ts';
import { injected, on, stage, type Recording } from './setup.ts';

/** Raised with every change of the definition; a case and each of its entries keep theirs. */
export const machineIdentity = { id: 'case', version: '1' } as const;

/** The versions whose histories this definition replays step by step, to the same snapshots. */
export const replayedVersions: readonly string[] = [machineIdentity.version];

const staffed = ({ staff }: Context, known: Partial<Context['staff']>) => ({
  staff: { ...staff, ...known },
});
const but = <T extends { readonly person: string }>(list: readonly T[], person: string) =>
  list.filter((other) => other.person !== person);

/** Who takes part, and what is kept: possible in an open case and in a closed one. */
const always = on({
  'case.recuse': {
    record: (context, { facts }) =>
      leave(context, {
        person: facts.person,
        why: 'recused',
        offices: officesOf(context, facts, facts.person),
      }),
  },
  'case.hold': { record: () => ({ held: true }) },
  'case.releaseHold': { record: () => ({ held: false }) },
  'case.grantDisclosure': {
    record: (context, { facts: { person, until } }) =>
      staffed(context, {
        disclosures: [...but(context.staff.disclosures, person), { person, until }],
      }),
  },
  'case.revokeDisclosure': {
    record: (context, { facts }) =>
      staffed(context, { disclosures: but(context.staff.disclosures, facts.person) }),
  },
});

const nameSubstitute: Recording<'case.nameSubstitute'> = (context, { facts, by }) => {
  const { person, as } = facts;
  const others = context.staff.substitutes.filter(
    (substitute) => substitute.person !== person || substitute.as !== as,
  );
  const byOrganizer = by?.roles.some((role) => role === 'organizer' || role === 'ombud') ?? false;
  return staffed(context, { substitutes: [...others, { person, as, byOrganizer }] });
};

const noteAbsence: Recording<'case.noteAbsence'> = (context, { facts, by }) => {
  const { person } = facts;
  const offices = officesOf(context, facts, person);
  return staffed(context, {
    absent: [...but(context.staff.absent, person), { person, by: by?.person ?? '', offices }],
  });
};

const noteBreach: Recording<'case.noteBreach'> = (context, { facts, seq }) => ({
  departures: [
    ...context.departures,
    { seq, rule: facts.rule, ground: 'breach', by: facts.by ?? null, review: null },
  ],
});

const voided: Recording<'case.void'> = (_, { facts, at, by }) => ({
  closedAt: at,
  voided: {
    reason: facts.reason,
    by: [by?.person, facts.confirmed?.by].filter((person) => person !== undefined),
  },
});

const redacted: Recording<'case.redact'> = (context, { facts }) => ({
  redactions: [...context.redactions, ...(facts.redacts ?? [])],
});

const closed: Recording<'case.close'> = (_, { at }) => ({ closedAt: at });

/** Others than reporters have no machine of their own: what is planned for them is a list of the leads'. */
const careForOthers = on({
  'care.provide': {
    record: (context, { facts }) =>
      changeOthers(context, facts, ({ contact }) => ({ contact: contact || facts.contact })),
  },
  'care.noteWish': {
    record: (context, { facts }) => {
      const known = changeOthers(context, facts, () => ({ wish: facts.contact }));
      return facts.contact === 'none' ? settleAll(known, facts) : known;
    },
  },
  'care.followUpWithImpacted': { record: (context, { facts }) => settleAll(context, facts) },
  'care.markUnreachable': { record: (context, { facts }) => settleAll(context, facts) },
  'care.dropFollowUp': { record: (context, { facts }) => settleAll(context, facts) },
});

interface About {
  readonly for?: Ref | readonly Ref[] | undefined;
}
type Other = Context['people']['others'][number];

const settleAll = (context: Context, { for: whom }: About): Context =>
  [whom ?? []].flat().reduce(settle, context);

function changeOthers(
  context: Context,
  { for: whom }: About,
  change: (other: Other) => Partial<Other>,
): Context {
  const refs = [whom ?? []].flat();
  const others = context.people.others.map((other) =>
    refs.includes(other.ref) ? { ...other, ...change(other) } : other,
  );
  return { ...context, people: { ...context.people, others } };
}

const reopening = (): Partial<Context> => ({ closedAt: null, voided: null });
const reopens = { target: 'open.past', record: reopening } as const;
/** Its own stage takes it in the case as reopened. */
const reopensFor = { ...reopens, raise: 'itself' } as const;

export const caseMachine = stage.createMachine({
  id: machineIdentity.id,
  version: machineIdentity.version,
  context: injected,
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      states: {
        intake,
        immediateResponse,
        leadsMeeting,
        publicCommunication,
        past: { type: 'history', history: 'deep' },
      },
      on: {
        ...always,
        ...careForOthers,
        ...on({
          'case.readmit': {
            record: (context, { facts: { person } }) =>
              staffed(context, {
                outside: but(context.staff.outside, person),
                cleared: but(context.staff.cleared, person),
              }),
          },
          'case.bringIn': {
            record: (context, { facts }) =>
              staffed(context, { broughtIn: including(context.staff.broughtIn, facts.person) }),
          },
          'case.refer': {
            record: (context, { facts }) =>
              staffed(context, { referredTo: including(context.staff.referredTo, facts.person) }),
          },
          'case.noteAbsence': { record: noteAbsence },
          'case.nameSubstitute': { record: nameSubstitute },
          'case.link': [
            { given: { relation: 'duplicate', confirmed: false }, record: propose },
            {
              given: { relation: 'duplicate' },
              record: (_, { facts, seq }) => ({ duplicateOf: facts.confirmed?.proposal ?? seq }),
            },
            {},
          ],
          'case.void': takesTwo(voided, 'closed'),
          'case.redact': takesTwo(redacted),
          'case.confirm': {
            raise: (context, event) =>
              confirmedBy(context, event as CaseEvent<'case.confirm'>) ?? event,
            record: (context, { facts }) => withoutProposal(context, facts.seq),
          },
          'case.withdraw': { record: (context, { facts }) => withoutProposal(context, facts.seq) },
          'case.noteBreach': { record: noteBreach },
          'case.addNote': {},
          'case.close': [
            { given: { departs: true, confirmed: false }, record: propose },
            { target: 'closed', record: closed },
          ],
        }),
      },
    },
    closed: {
      on: {
        ...always,
        ...on({
          'case.reopen': reopens,
          'case.erase': { record: () => ({ erased: true }) },
          // the person's own machine takes it, in the case as reopened
          'appeal.file': reopens,
          'immediate.seekResource': reopensFor,
          'immediate.assess': reopensFor,
          'immediate.summonLead': reopensFor,
          'immediate.takeAction': reopensFor,
          'immediate.liftAction': reopensFor,
          'immediate.resolve': reopensFor,
        }),
      },
    },
  },
});
