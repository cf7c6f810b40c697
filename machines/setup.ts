/**
 * What every stage of the machine is written with: one setup of context, events, guard and delays,
 * and `on`, which turns "this event, recorded so" into guarded transitions.
 */
import { assign, raise, setup } from 'xstate';
import type { Context, DeadlineName, Opening } from './context.ts';
import {
  eventDefinitions,
  namesOf,
  type CaseEvent,
  type EventType,
  type InternalEvent,
  type MachineEvent,
  type Stamp,
} from './events.ts';
import { judge, type RuleId } from './rules.ts';
import type { Facts, Step } from './rules/rule.ts';
import { millisecondsBetween } from './time.ts';

/** The guard's parameters: serialisable, so that the definition can be read, drawn and hashed. */
export interface RulesParams {
  readonly rules: readonly RuleId[];
  /** Tells the branches of one event apart by its facts. */
  readonly given?: Readonly<Record<string, unknown>>;
}

/** What the machine itself decides, without an event from outside. */
const conditions = {
  everythingCarriedOut: ({ decision }: Context) =>
    decision !== null && decision.responses.every(({ carriedOut }) => carriedOut),
  appealOpens: violationJustTold,
  appealOpensWithAWindow: (context: Context, event: Stamp) =>
    violationJustTold(context, event) && context.settings.appealWindow !== null,
} as const satisfies Record<string, (context: Context, event: Stamp) => boolean>;

/** Telling the outcome of an appeal opens no second one, nor does telling the same decision again. */
function violationJustTold({ decision, appeal }: Context, { at }: Stamp): boolean {
  return decision?.violation === true && decision.notifiedAt === at && !appeal.filed;
}
export type Condition = keyof typeof conditions;

/** An event as the rules see it. */
function stepOf(context: Context, event: CaseEvent): Step {
  const { type, at, by } = event;
  const { who } = eventDefinitions[type];
  return { type, context, at, by, who, facts: event as Facts, names: namesOf(type) };
}

/** Milliseconds from the step to the due time that the context holds. Negative: due now. */
const until =
  (name: DeadlineName) =>
  ({ context, event }: { context: Context; event: Stamp }): number => {
    const due = context.due[name];
    if (due === null) throw new Error(`no due time for ${name}: its state must not be entered`);
    return millisecondsBetween(event.at, due);
  };

const types = {} as { context: Context; events: MachineEvent; input: Opening };

export const stage = setup({
  types,
  guards: {
    rules: ({ context, event }, { rules, given = {} }: RulesParams) => {
      const facts: Readonly<Record<string, unknown>> = { ...event };
      return (
        Object.entries(given).every(([key, value]) => facts[key] === value) &&
        judge(rules, stepOf(context, event as CaseEvent)).every(
          ({ answer }) => answer.verdict === 'holds',
        )
      );
    },
    when: ({ context, event }, { condition }: { condition: Condition }) =>
      conditions[condition](context, event),
  },
  delays: {
    leadsMeet: until('leadsMeet'),
    reporterFollowUp: until('reporterFollowUp'),
    appealWindow: until('appealWindow'),
  },
});

type Recording<T extends EventType> = (context: Context, event: CaseEvent<T>) => Partial<Context>;

/** One way in which a state takes an event. */
export interface Take<T extends EventType> {
  /** Where it leads; the state stays where it is if absent. */
  readonly target?: string;
  readonly given?: RulesParams['given'];
  /** What the case knows after it. */
  readonly record?: Recording<T>;
  /** Lets the other stages follow. */
  readonly raise?: InternalEvent['type'] | 'itself';
}

type Transitions = NonNullable<Parameters<typeof stage.createStateConfig>[0]['on']>;

/** The transitions of a state, each behind the rules of its event. */
export function on(takes: {
  readonly [T in EventType]?: Take<T> | readonly Take<T>[];
}): Transitions {
  const transitions = Object.entries(takes).map(([type, ways]) => {
    const { rules } = eventDefinitions[type as EventType];
    const all = (Array.isArray(ways) ? ways : [ways]) as Take<EventType>[];
    return [type, all.map((way) => transitionOf(rules, way))];
  });
  return Object.fromEntries(transitions) as Transitions;
}

function transitionOf(
  rules: readonly RuleId[],
  { target, given, record, raise: then }: Take<EventType>,
) {
  return {
    guard: { type: 'rules', params: { rules, ...(given && { given }) } },
    ...(target !== undefined && { target }),
    actions: [
      ...(record ? [assign(recorded(record))] : []),
      ...(then ? [then === 'itself' ? again : follow(then)] : []),
    ],
  };
}

const recorded =
  (record: Recording<EventType>) =>
  ({ context, event }: { context: Context; event: MachineEvent }) =>
    record(context, event as CaseEvent);

/** Tells the other stages, in the same step and at its time. */
const follow = (type: InternalEvent['type']) =>
  raise(
    ({ event }: { event: MachineEvent }) =>
      ({ type, at: event.at, by: event.by, seq: event.seq }) satisfies InternalEvent,
  );

/** Has the event judged and taken once more, where the step has led. */
const again = raise(({ event }: { event: MachineEvent }) => event);
