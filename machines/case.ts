/**
 * The whole case: open, with one region per stage side by side, or closed. The order between the
 * stages is a matter of rules, so that every "not yet" can be explained (lifecycle.md, "Shape").
 */
import { appeal } from './appeal.ts';
import { openingContext, type Context } from './context.ts';
import { decision } from './decision.ts';
import { immediateResponse } from './immediate-response.ts';
import { intake } from './intake.ts';
import { leadsMeeting } from './leads-meeting.ts';
import { including, leave } from './people.ts';
import { publicCommunication } from './public-communication.ts';
import { reportedPersonFollowUp } from './reported-person-follow-up.ts';
import { reporterCare } from './reporter-care.ts';
import { namedHas } from './rules/case-facts.ts';
import { on, stage } from './setup.ts';

/** Raised with every change of the definition; a case and each of its entries keep theirs. */
export const machineIdentity = { id: 'case', version: '1' } as const;

/** The versions whose histories this definition replays step by step, to the same snapshots. */
export const replayedVersions: readonly string[] = [machineIdentity.version];

const staffed = ({ staff }: Context, known: Partial<Context['staff']>) => ({
  staff: { ...staff, ...known },
});

/** Who takes part, and what is kept: possible in an open case and in a closed one. */
const always = on({
  'case.recuse': {
    record: (context, event) =>
      leave(context, {
        person: event.person,
        why: 'recused',
        lead: namedHas(context, event, event.person, 'lead'),
      }),
  },
  'case.hold': { record: () => ({ held: true }) },
  'case.releaseHold': { record: () => ({ held: false }) },
  'case.grantDisclosure': {
    record: (context, { person, until }) =>
      staffed(context, {
        disclosures: [
          ...context.staff.disclosures.filter((granted) => granted.person !== person),
          { person, until },
        ],
      }),
  },
  'case.revokeDisclosure': {
    record: (context, { person }) =>
      staffed(context, {
        disclosures: context.staff.disclosures.filter((granted) => granted.person !== person),
      }),
  },
});

const reopening: Partial<Context> = { closedAt: null, reopened: true };

export const caseMachine = stage.createMachine({
  id: machineIdentity.id,
  version: machineIdentity.version,
  context: ({ input }) => openingContext(input),
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      states: {
        intake,
        immediateResponse,
        reporterCare,
        leadsMeeting,
        reportedPersonFollowUp,
        decision,
        appeal,
        publicCommunication,
        past: { type: 'history', history: 'deep' },
      },
      on: {
        ...always,
        ...on({
          'case.readmit': {
            record: (context, { person }) =>
              staffed(context, {
                outside: context.staff.outside.filter((outsider) => outsider.person !== person),
              }),
          },
          'case.bringIn': {
            record: (context, { person }) =>
              staffed(context, { broughtIn: including(context.staff.broughtIn, person) }),
          },
          'case.nameSubstitute': {
            record: (context, event) => {
              const byOrganizer = event.by?.roles.includes('organizer') ?? false;
              const others = context.staff.substitutes.filter(
                ({ person }) => person !== event.person,
              );
              return staffed(context, {
                substitutes: [...others, { person: event.person, byOrganizer }],
              });
            },
          },
          'case.link': {
            record: (context, { relation }) => ({
              duplicate: context.duplicate || relation === 'duplicate',
            }),
          },
          'case.close': { target: 'closed', record: (_, { at }) => ({ closedAt: at }) },
        }),
      },
    },
    closed: {
      on: {
        ...always,
        ...on({
          'case.reopen': { target: 'open.past', record: () => reopening },
          'case.erase': { record: () => ({ erased: true }) },
          // its own stage takes it in the case as reopened
          'appeal.file': { target: 'open.past', record: () => reopening, raise: 'itself' },
        }),
      },
    },
  },
});
