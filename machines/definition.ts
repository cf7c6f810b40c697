/** Reading the machines: what their states take, under which rules, and what follows from it. */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { z } from 'zod';
import { eventDefinitions, eventSchemas, eventTypes, type EventType } from './events.ts';
import { bindingOf, ruleIds, rules, universalRules, type RuleId } from './rules.ts';
import { machines } from './configurations.ts';

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
  /** What is taken next, within the same step. */
  readonly raises: string | null;
}

/** All ways of a state, in the order in which they are tried. */
export function waysOf(node: AnyStateNode): Way[] {
  const branches = [...node.transitions.values(), node.always ?? []];
  return branches.flatMap((ways) => ways.map((way) => wayOf(node, way, ways.length > 1)));
}

/** What a transition that raises something says of it (setup.ts): the event itself is code. */
interface Meta {
  readonly raises?: string;
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
    raises: (way.meta as Meta | undefined)?.raises ?? null,
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

/** Whether it is a forbidden action: it is taken only to be refused. */
export const isForbidden = (type: string): boolean =>
  eventDefinitions[type as EventType]?.forbidden === true;

/** A state with all that it takes, as JSON. */
function described(node: AnyStateNode): unknown {
  return {
    type: node.type,
    initial: node.initial?.target?.map((target): string => target.id) ?? null,
    ways: waysOf(node).map((way) => ({ ...way, to: way.to?.id ?? null })),
    ...(node.meta !== undefined && { meta: node.meta as unknown }),
    states: Object.fromEntries(
      Object.entries(node.states).map(([name, child]) => [name, described(child)]),
    ),
  };
}

function describedEvent(type: EventType): unknown {
  const { who, rules: own, concerns = null, forbidden = false } = eventDefinitions[type];
  const schema = z.toJSONSchema(eventSchemas[type], { io: 'input' });
  return { who, rules: own, concerns, forbidden, schema };
}

function describedRule(rule: RuleId): unknown {
  const { departing, reads = null } = rules[rule];
  const { when, ...said } = departing ?? {};
  const open = departing ? { ...said, conditional: when !== undefined } : null;
  return { binding: bindingOf(rule), departing: open, reads };
}

/**
 * The definition as JSON: the states of all machines, events with who may send them and their schemas,
 * rules with who may depart from them, delays. What a rule asks and what a step records are code and
 * not in here; recorded histories of every version hold them to what they were.
 */
export function definition(): unknown {
  const all = Object.entries(machines);
  const whole = {
    machines: Object.fromEntries(all.map(([kind, { root }]) => [kind, described(root)])),
    events: Object.fromEntries(eventTypes.map((type) => [type, describedEvent(type)])),
    rules: Object.fromEntries(ruleIds.map((rule) => [rule, describedRule(rule)])),
    universalRules,
    delays: Object.keys(machines.case.implementations.delays),
  };
  return JSON.parse(JSON.stringify(whole));
}
