/** Reading the machine: what its states take, under which rules, and what follows from it. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { z } from 'zod';
import { eventDefinitions, eventSchemas, eventTypes, type EventType } from './events.ts';
import { ruleIds, rules, universalRules, type RuleId } from './rules.ts';
import type { Step } from './rules/rule.ts';

/** One way in which a state takes an event. */
export interface Way {
  /** XState's name of it: empty where the state leaves by itself. */
  readonly type: string;
  /** Null where the state stays as it is. */
  readonly to: AnyStateNode | null;
  /** Which branch of its event it is, or on what condition; null where there is but one way. */
  readonly given: string | null;
  /** The event's own: those that are on every event go without saying. */
  readonly rules: readonly RuleId[];
  /** The internal event by which other stages follow. */
  readonly raises: string | null;
}

/** All ways of a state, in the order in which they are tried. */
export function waysOf(node: AnyStateNode): Way[] {
  const branches = [...node.transitions.values(), node.always ?? []];
  return branches.flatMap((ways) => ways.map((way) => wayOf(node, way, ways.length > 1)));
}

/** The parameters of the guards `rules` and `when` (setup.ts). */
interface GuardParams {
  readonly rules?: readonly RuleId[];
  readonly given?: Readonly<Record<string, unknown>>;
  readonly condition?: string;
}

function wayOf(node: AnyStateNode, way: AnyTransitionDefinition, isBranch: boolean): Way {
  const { params = {} } = (way.guard ?? {}) as { params?: GuardParams };
  const target = way.target?.[0] ?? null;
  return {
    type: way.eventType as string,
    to: target === node ? null : target,
    given: params.condition ?? inWords(params.given) ?? (isBranch ? 'otherwise' : null),
    rules: params.rules ?? [],
    raises: raisedBy(way),
  };
}

/** `{ needed: false }` → `not needed`; `{ outcome: 'upheld' }` → `upheld`. */
function inWords(given: GuardParams['given']): string | undefined {
  if (given === undefined) return undefined;
  const words = Object.entries(given).map(([fact, value]) => {
    if (typeof value === 'boolean') return value ? fact : `not ${fact}`;
    return String(value);
  });
  return words.join(', ');
}

interface Raise {
  readonly type: string;
  readonly event: (step: { event: { type: string } }) => { type: string };
}

/** What a transition raises is an expression of the event that it takes. */
function raisedBy({ actions, eventType }: AnyTransitionDefinition): string | null {
  for (const action of actions) {
    const { type, event } = action as unknown as Partial<Raise>;
    if (type !== 'xstate.raise' || !event) continue;
    const raised = event({ event: { type: eventType as string } }).type;
    // An event that is taken once more tells the other stages nothing.
    if (raised !== eventType) return raised;
  }
  return null;
}

/** Whether it is a forbidden action: one of its rules refuses it whatever the case and the payload. */
export function isForbidden(type: string): boolean {
  const own = eventDefinitions[type as EventType]?.rules ?? [];
  return own.some((rule) => {
    try {
      return rules[rule].check(unseen(type)).verdict === 'broken';
    } catch {
      return false;
    }
  });
}

/** An event in a case that cannot be looked at. */
const unseen = (type: string) =>
  ({
    type,
    by: null,
    get context(): never {
      throw new Error('the rule looks at the case');
    },
  }) as unknown as Step;

/** A state with all that it takes, as JSON. */
function described(node: AnyStateNode): unknown {
  return {
    type: node.type,
    initial: node.initial?.target?.map((target): string => target.id) ?? null,
    ways: waysOf(node).map((way) => ({ ...way, to: way.to?.id ?? null })),
    states: Object.fromEntries(
      Object.entries(node.states).map(([name, child]) => [name, described(child)]),
    ),
  };
}

/**
 * The definition as JSON: states, events with who may send them and their schemas, rules by name,
 * delays. What a rule asks and what a step records are code and not in here; recorded histories of
 * every version hold them to what they were.
 */
export function definition(machine: AnyStateMachine): unknown {
  const events = eventTypes.map((type) => {
    const { who, rules: own } = eventDefinitions[type];
    const schema = z.toJSONSchema(eventSchemas[type], { io: 'input' });
    return [type, { who, rules: own, schema }] as const;
  });
  const definitionOf = {
    states: described(machine.root),
    events: Object.fromEntries(events),
    rules: { all: ruleIds, universal: universalRules },
    delays: Object.keys(machine.implementations.delays),
  };
  return JSON.parse(JSON.stringify(definitionOf));
}
