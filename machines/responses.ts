/** What is imposed on somebody: numbered responses, interim measures, and the word that they are over. */
import type { Context, Decision, InterimAction, Reported, Response, Time } from './context.ts';
import { responseStands } from './rules/case-facts.ts';
import { responsesFor } from './rules/decision.ts';
import { standing, type ResponseFacts } from './rules/rule.ts';
import { isAfter } from './time.ts';

/** Over when they are done: there is nothing that could be ended. */
export const momentary: ReadonlySet<string> = new Set(['none', 'warning', 'end-talk-early']);
/** What a ban takes with it. */
export const withinABan: ReadonlySet<string> = new Set([
  'leave-event',
  'no-evening-events',
  'no-alcohol',
]);

const newResponse = (said: ResponseFacts, response: number): Response => ({
  response,
  kind: said.kind ?? 'none',
  until: said.until ?? null,
  indefinite: said.indefinite ?? false,
  with: said.with ?? null,
  callsForResignation: said.callsForResignation ?? false,
  // carried out by doing nothing
  state: said.kind === 'none' ? 'carriedOut' : 'due',
});

/** A response that does not stand any more; what was carried out is owed a lift. */
const takenAway = (response: Response): Response =>
  responseStands(response)
    ? {
        ...response,
        state: response.state === 'carriedOut' && response.kind !== 'none' ? 'liftOwed' : 'dropped',
      }
    : response;

/** The responses of a decision when this is the whole list from now on; numbers are never used again. */
export function listed(
  ref: string,
  before: readonly Response[],
  list: readonly ResponseFacts[] | undefined,
): readonly Response[] {
  if (list === undefined) return before;
  const own = responsesFor(ref, list);
  const kept = new Set(own.map(({ keep }) => keep));
  const first = before.length + 1;
  return [
    ...before.map((response) => (kept.has(response.response) ? response : takenAway(response))),
    ...own
      .filter(({ keep }) => keep === undefined)
      .map((said, index) => newResponse(said, first + index)),
  ];
}

/** Whether a response to the person, as decided, goes on with an interim measure. */
const goesOn = ({ kind }: InterimAction, { decision }: Reported): boolean =>
  (decision?.responses ?? []).some(
    (response) =>
      responseStands(response) &&
      (response.kind === kind || (response.kind === 'ban' && withinABan.has(kind))),
  );

/**
 * Which interim measures are over: the leads reversed them, or a decision stands that does not go on
 * with them. Those to whom they applied are owed the word, but where they have ended by themselves.
 */
export function settleActions(context: Context, at: Time): Context {
  const people = standing(context);
  const isOver = (action: InterimAction): boolean => {
    if (momentary.has(action.kind)) return false;
    if (action.outcome === 'reversed') return true;
    if (action.until !== null && !isAfter(action.until, at)) return false;
    const whom = people.filter(({ ref }) => action.for === null || action.for === ref);
    if (action.for !== null && whom.length === 0) return true;
    return (
      whom.length > 0 &&
      whom.every(({ decision }) => decision !== null) &&
      // whoever it does not go on for is to be told, whatever became of the others
      !whom.every((person) => goesOn(action, person))
    );
  };
  const { actions } = context.immediateResponse;
  return {
    ...context,
    immediateResponse: {
      ...context.immediateResponse,
      actions: actions.map((action) =>
        action.lift === 'lifted' ? action : { ...action, lift: isOver(action) ? 'owed' : null },
      ),
    },
  };
}

/** A decision of which the person is to be told anew. */
export const toTell = (decision: Decision, known: Partial<Decision>): Decision => ({
  ...decision,
  notifiedAt: null,
  unnotifiable: false,
  changed: true,
  ...known,
});
