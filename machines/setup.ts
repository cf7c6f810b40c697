/**
 * What every stage is written with: one setup of context, events, guards and delays, and `on`, which
 * turns "this event, recorded so" into guarded transitions.
 *
 * A public event moves one machine, and writes what the case knows from then on. All else follows: a
 * state that depends on what happened elsewhere is left by `always`, on a condition over the one
 * context. Nothing that follows writes, so it does not matter which machine follows first.
 */
import { assign, emit, raise, setup } from 'xstate';
import type { Context, DeadlineName, OwnContext, Reported, Reporter } from './context.ts';
import {
  canName,
  eventDefinitions,
  namedIn,
  tasksIn,
  type CaseEvent,
  type EventFacts,
  type EventType,
  type Stamp,
} from './events.ts';
import { dueAt } from './deadlines.ts';
import { lookUp } from './look-up.ts';
import { judge, type RuleId } from './rules.ts';
import type { Facts, Step } from './rules/rule.ts';
import { millisecondsBetween } from './time.ts';

/** Sent to every machine after a step, to follow what the step has written. */
export interface FollowEvent extends Stamp {
  readonly type: 'internal.follow';
  readonly facts: Readonly<Record<string, never>>;
}

type MachineEvent = CaseEvent | FollowEvent;

/** The guard's parameters: serialisable, so that the definition can be read, drawn and hashed. */
export interface RulesParams {
  readonly rules: readonly RuleId[];
  /** Tells the branches of one event apart by its facts. */
  readonly given?: Readonly<Record<string, unknown>>;
}

export const ownReporter = ({ people, self }: OwnContext): Reporter => {
  const own = people.reporters.find(({ ref }) => ref === self);
  if (!own) throw new Error(`${self} is no reporter`);
  return own;
};
export const ownReported = ({ people, self }: OwnContext): Reported => {
  const own = people.reported.find(({ ref }) => ref === self);
  if (!own) throw new Error(`${self} is not reported`);
  return own;
};

const mayAppeal = (context: OwnContext) => {
  const { decision, appeal } = ownReported(context);
  const again = !context.settings.oneAppeal && appeal.outcome !== null;
  return (
    decision?.finding === 'violation' && decision.notifiedAt !== null && (!appeal.filed || again)
  );
};
const isSettled = ({ decision }: Reported) =>
  decision !== null &&
  decision.responses.every(({ state }) => state !== 'due' && state !== 'liftOwed');
const metAbout = (context: OwnContext) =>
  context.leadsMeeting.concluded && context.leadsMeeting.held > ownReported(context).namedAfter;
const audienceLeft = ({ publicCommunication }: Context) =>
  publicCommunication.audiences.some(({ settled }) => !settled);

/** What a machine follows by itself: each says so of the context that all of them share. */
const conditions = {
  'a report is recorded': ({ intake }) => intake.reports.length > 0,
  'every report is handed over': ({ intake }) =>
    intake.reports.length > 0 && intake.reports.every(({ handedOver }) => handedOver),
  'a report waits for a meeting': ({ intake }) => intake.reports.some(({ takenUp }) => !takenUp),
  'an audience is owed a word': audienceLeft,
  'no audience is owed a word': (context) =>
    !audienceLeft(context) && context.publicCommunication.noticeGiven,
  'an answer is owed': (context) =>
    ownReporter(context).care.owed && ownReporter(context).wish !== 'none',
  'they may be written to': (context) => ownReporter(context).wish !== 'none',
  'the leads have met': ({ leadsMeeting }) => leadsMeeting.held > 0,
  'the leads have met about them': metAbout,
  'the leads meet again': (context) => !metAbout(context),
  'everything is carried out': (context) => isSettled(ownReported(context)),
  'something is to be done again': (context) => !isSettled(ownReported(context)),
  'they may appeal, for a time': (context) =>
    mayAppeal(context) && context.settings.appealWindow !== null,
  'they may appeal': mayAppeal,
  'they are to be told anew': (context) => !mayAppeal(context),
  'the decision is another': (context) => !ownReported(context).appeal.filed,
} as const satisfies Record<string, (context: OwnContext) => boolean>;
export type Condition = keyof typeof conditions;

/** An event as the rules see it. */
export function stepOf(context: Context, event: CaseEvent, place?: Step['place']): Step {
  const { type, at, by } = event;
  const { who, concerns } = eventDefinitions[type];
  const facts = event.facts as Facts;
  return {
    type,
    context,
    at,
    by,
    who,
    concerns,
    facts,
    names: {
      possible: canName(type),
      staff: namedIn(type, facts, 'staff'),
      tasks: tasksIn(type, facts),
      people: namedIn(type, facts, 'person'),
      audiences: namedIn(type, facts, 'audience'),
    },
    team: facts.team,
    original: facts.original,
    place,
  };
}

/** Milliseconds from the step to the due time that the context holds. Negative: due now. */
const until =
  (name: DeadlineName) =>
  ({ context, event }: { context: OwnContext; event: Stamp }): number => {
    const due = dueAt(context, { name, ref: context.self });
    if (due === null) throw new Error(`no due time for ${name}: its state must not be entered`);
    return millisecondsBetween(event.at, due);
  };

const types = {} as {
  context: OwnContext;
  events: MachineEvent;
  input: OwnContext;
  emitted: { type: 'taken'; event: string };
  meta: { readonly order?: readonly string[]; readonly title?: string };
};

export const stage = setup({
  types,
  guards: {
    rules: ({ context, event }, { rules, given = {} }: RulesParams) => {
      const facts = event.facts as Facts;
      const seen: Readonly<Record<string, unknown>> = {
        ...facts,
        confirmed: facts.confirmed !== undefined,
        departs: (facts.departures ?? []).length > 0,
        premature: context.leadsMeeting.held === 0 && facts.original?.met !== true,
      };
      return (
        Object.entries(given).every(([key, value]) => lookUp(seen, key) === value) &&
        judge(rules, stepOf(context, event as CaseEvent)).every(
          ({ answer }) => answer.verdict === 'holds',
        )
      );
    },
    when: ({ context }, { condition }: { condition: Condition }) => conditions[condition](context),
  },
  delays: {
    leadsMeet: until('leadsMeet'),
    reporterFollowUp: until('reporterFollowUp'),
    appealWindow: until('appealWindow'),
  },
});

/** The context that a machine begins with. XState asks for it again at every step, and gives no input then. */
export const injected = ({ input }: { input: OwnContext | undefined }): OwnContext =>
  input ?? ({} as OwnContext);

/** The state is left as soon as the condition holds. */
export const when = (condition: Condition, target: string) => ({
  guard: { type: 'when', params: { condition } } as const,
  target,
});

export type Recording<T extends EventType> = (
  context: OwnContext,
  event: CaseEvent<T> & { readonly facts: EventFacts<T> },
) => Partial<Context>;

/** One way in which a state takes an event. */
export interface Take<T extends EventType> {
  /** Where it leads; the state stays where it is if absent. */
  readonly target?: string;
  readonly given?: RulesParams['given'];
  /** What the case knows after it. */
  readonly record?: Recording<T>;
  /** Takes the event once more where it has led, or the event that it stands for. */
  readonly raise?: 'itself' | Raising;
}
type Raising = (context: OwnContext, event: CaseEvent) => CaseEvent;

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
    ...(then && { meta: { raises: then === 'itself' ? 'itself' : 'what was proposed' } }),
    actions: [
      taken,
      // what is raised is made of the case as it was before the step
      ...(then ? [raising(then)] : []),
      ...(record ? [assign(recorded(record))] : []),
    ],
  };
}

/** Lets whoever runs the machine see that the event was taken, also where nothing else shows it. */
const taken = emit(({ event }: { event: MachineEvent }) => ({
  type: 'taken' as const,
  event: event.type,
}));

const recorded =
  (record: Recording<EventType>) =>
  ({ context, event }: { context: OwnContext; event: MachineEvent }) =>
    record(context, event as CaseEvent);

const raising = (then: 'itself' | Raising) =>
  raise(({ context, event }: { context: OwnContext; event: MachineEvent }) =>
    then === 'itself' ? event : then(context, event as CaseEvent),
  );
