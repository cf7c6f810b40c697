/** What the engine finds out before a step is judged, as far as a roster and a state can tell it. */
import type { Context, Handle, Redaction } from '../../machines/context.ts';
import type { officeRoles } from '../../machines/vocabulary.ts';
import {
  eventDefinitions,
  type Established,
  type EventInput,
  type Team,
} from '../../machines/events.ts';
import { proposalOf } from '../../machines/proposals.ts';
import { isOutside, rolesIn } from '../../machines/rules/case-facts.ts';
import { readBy } from '../../src/engine/step/decide.ts';
import { splitEvent } from '../../src/engine/step/split.ts';
import { actor, handlesIn, roster, rolesOf } from './cast.ts';

/** How many others there are in each office, neither outside the case nor away. */
export function teamFor(context: Context, sender: Handle | null): Team {
  const away = new Set(context.staff.absent.map(({ person }) => person));
  const there = Object.keys(roster)
    .filter((person) => person !== sender && !isOutside(context, person) && !away.has(person))
    .map((person) => rolesIn(context, actor(person)));
  const count = (office: (typeof officeRoles)[number]) =>
    there.filter((own) => own.includes(office)).length;
  return { lead: count('lead'), coordinator: count('coordinator'), organizer: count('organizer') };
}

interface OwnPeople {
  readonly form?: string;
  readonly reporter?: { readonly staff?: Handle };
  readonly others?: readonly { readonly role: string; readonly staff?: Handle }[];
}

/** Members of staff who are the report's own people: whoever only saw it stays. */
function concernedIn(event: EventInput): Established['concerned'] {
  const { form, reporter, others = [] } = event as OwnPeople;
  const named = (saw: boolean) => [
    ...(reporter?.staff !== undefined && (form === 'observed') === saw ? [reporter.staff] : []),
    ...others.flatMap(({ role, staff }) =>
      staff !== undefined && (role === 'witness') === saw ? [staff] : [],
    ),
  ];
  const [leaving, witnesses] = [named(false), named(true)];
  return leaving.length + witnesses.length > 0 ? { leaving, witnesses } : undefined;
}

const none = { empty: false, duplicate: false, voided: false, erased: false };

/** `said` goes before what is found out here, about other cases above all. */
export function establishedFor(
  context: Context,
  by: Handle | null,
  event: EventInput,
  said: Established,
): Established {
  const proposal =
    event.type === 'case.confirm' ? proposalOf(context, event.seq)?.facts : undefined;
  const concerned = concernedIn(event);
  const { facts } = splitEvent(event);
  const duplicate = [facts, proposal].some((known) => known?.['relation'] === 'duplicate');
  const redacts =
    event.type === 'case.redact' ? [{ seq: event.seq, parts: event.parts }] : proposal?.['redacts'];
  const known = {
    team: teamFor(context, by),
    ...(context.duplicateOf !== null && {
      original: said.original ?? { met: false, decided: false },
    }),
  };
  const { original: _, people, ...others } = said;
  return {
    people: { ...rolesOf(handlesIn([facts, proposal, concerned])), ...people },
    ...readBy(eventDefinitions[event.type].rules, known),
    ...(known.original && { original: known.original }),
    ...(duplicate && { linked: none }),
    ...(redacts !== undefined && { redacts: redacts as readonly Redaction[] }),
    ...(concerned && { concerned }),
    ...others,
  };
}
