/** What takes two: proposed by one, effective when another confirms it, and judged again then. */
import type { Context, Proposal } from './context.ts';
import type { CaseEvent, Established, EventType } from './events.ts';
import type { Recording, Take } from './setup.ts';

/** The step waits, and stands in nothing's way. */
export const propose: Recording<EventType> = (context, { type, by, seq, facts }) => ({
  proposals: [
    ...context.proposals,
    { seq, type, by: by ?? { person: '', roles: [] }, facts: facts as Proposal['facts'] },
  ],
});

/** An event that is proposed first, and takes effect confirmed. */
export const takesTwo = <T extends EventType>(
  record: Recording<T>,
  target?: string,
): readonly Take<T>[] => [
  { given: { confirmed: false }, record: propose as Recording<T> },
  { ...(target !== undefined && { target }), record },
];

export const proposalOf = (context: Context, seq: number | undefined): Proposal | undefined =>
  context.proposals.find((proposal) => proposal.seq === seq);

/** What the engine finds out anew when a proposal is judged again. */
const establishedAnew: ReadonlySet<string> = new Set<keyof Established>([
  'linked',
  'original',
  'redacts',
  'people',
  'cases',
]);

/** The event that a confirmation lets take effect: the proposer's, at the time and with the knowledge of now. */
export function confirmedBy(
  context: Context,
  event: CaseEvent<'case.confirm'>,
): CaseEvent | undefined {
  const proposal = proposalOf(context, event.facts.seq);
  if (!proposal) return undefined;
  const anew = Object.fromEntries(
    Object.entries(event.facts).filter(
      ([key, value]) => value !== undefined && establishedAnew.has(key),
    ),
  );
  return {
    type: proposal.type,
    facts: {
      ...proposal.facts,
      ...anew,
      confirmed: { by: event.by?.person ?? '', proposal: proposal.seq },
    },
    at: event.at,
    by: proposal.by,
    seq: event.seq,
  } as unknown as CaseEvent;
}

/** A case without a proposal that was confirmed or taken back. */
export const withoutProposal = (context: Context, seq: number): Partial<Context> => ({
  proposals: context.proposals.filter((proposal) => proposal.seq !== seq),
});
