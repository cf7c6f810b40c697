import { describe, expect, it } from 'vitest';
import { machineIdentity } from '../../machines/case.ts';
import { definition } from '../../machines/definition.ts';
import { eventDefinitions, eventTypes, type EventType } from '../../machines/events.ts';
import { ruleIds } from '../../machines/rules.ts';
import { stageNames, stageNodes } from '../../machines/stages.ts';
import { machines, type MachineKind } from '../../machines/configurations.ts';

type Node = (typeof machines.case)['root'];
type Transition = Node['always'] extends readonly (infer T)[] | undefined ? T : never;

const nodesUnder = (node: Node): Node[] => [
  node,
  ...Object.values(node.states).flatMap(nodesUnder),
];
const kinds = Object.keys(machines) as MachineKind[];
const rootOf = (kind: MachineKind) => machines[kind].root;
const nodes = kinds.flatMap((kind) => nodesUnder(rootOf(kind)));
const transitionsOf = (node: Node): Transition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];
const transitions = nodes.flatMap(transitionsOf);
const handled = (node: Node) => [...node.transitions.keys()];

/** machines/README.md, "The stages". */
const shape: Readonly<Record<string, readonly string[]>> = {
  intake: ['receiving', 'recorded', 'reported'],
  immediateResponse: ['unassessed', 'notNeeded', 'responding', 'resolved'],
  reporterCare: ['waiting', 'due', 'overdue', 'followedUp', 'unreachable', 'asWished'],
  leadsMeeting: ['idle', 'awaiting', 'overdue', 'inSession', 'concluded'],
  reportedPersonFollowUp: ['idle', 'choosing', 'conversing', 'completed', 'declined'],
  decision: ['idle', 'deliberating', 'decided', 'carriedOut'],
  appeal: ['idle', 'open', 'lapsed', 'filed', 'underReview', 'settled'],
  publicCommunication: ['quiet', 'noticeOwed', 'noticeGiven'],
};

describe('the definition', () => {
  it('has the stages and states of the lifecycle, in its order', () => {
    expect(stageNames).toEqual(Object.keys(shape));
    for (const { name, node } of stageNodes)
      expect(Object.keys(node.states).toSorted()).toEqual([...(shape[name] ?? [])].toSorted());
    expect(Object.keys(rootOf('case').states)).toEqual(['open', 'closed']);
    expect(rootOf('case').states['open']?.type).toBe('parallel');
  });

  it('gives each stage to the case, to each reporter, or to each reported person', () => {
    const of = (kind: MachineKind) =>
      stageNodes.filter(({ machine }) => machine === kind).map(({ name }) => name);
    expect(of('case')).toEqual([
      'intake',
      'immediateResponse',
      'leadsMeeting',
      'publicCommunication',
    ]);
    expect(of('reporter')).toEqual(['reporterCare']);
    expect(of('reported')).toEqual(['reportedPersonFollowUp', 'decision', 'appeal']);
  });

  it('begins every stage with the first of its states', () => {
    expect(stageNodes.map(({ name, node }) => [name, node.config.initial])).toEqual(
      Object.entries(shape).map(([stage, [first]]) => [stage, first]),
    );
  });

  it.each(stageNodes.filter(({ machine }) => machine !== 'case').map((one) => [one.name, one]))(
    'says in which order the states of %s count as settled, all of them',
    (_, { node }) => {
      const { order } = node.meta as { order: readonly string[] };
      expect(order.toSorted()).toEqual(Object.keys(node.states).toSorted());
    },
  );

  it('carries an identity that cases keep', () => {
    expect(machines.case).toMatchObject(machineIdentity);
  });

  it.each(nodes.filter(({ type }) => type === 'compound').map((node) => [node.id, node] as const))(
    'enters %s somewhere',
    (_, { config, states, initial }) => {
      expect(Object.keys(states)).toContain(config.initial);
      expect(initial.target).toHaveLength(1);
    },
  );

  it('names only delays that there are', () => {
    const names = nodes.flatMap(({ after }) => after.map(({ delay }) => delay));
    const known = new Set(['leadsMeet', 'reporterFollowUp', 'appealWindow']);
    expect(new Set(names)).toEqual(known);
    for (const kind of kinds)
      expect(new Set(Object.keys(machines[kind].implementations.delays))).toEqual(known);
  });

  it('leads every transition to states of its own machine', () => {
    const leading = transitions.filter(({ target }) => target !== undefined);
    expect(leading.length).toBeGreaterThan(30);
    for (const { source, target } of leading)
      for (const to of target ?? []) expect(to.machine).toBe(source.machine);
  });

  it('reaches every state by a transition, or by entering the one around it', () => {
    const targets = transitions.flatMap(({ target }) => target ?? []);
    const first = nodes.flatMap(({ type, states, initial }) =>
      type === 'parallel' ? Object.values(states) : initial.target,
    );
    const roots = kinds.map(rootOf);
    const reached = [...targets, ...first, ...roots].map(({ id }) => id);
    const left = nodes.filter(
      ({ id }) => !reached.some((inner) => `${inner}.`.startsWith(`${id}.`)),
    );
    expect(left.map(({ id }) => id)).toEqual([]);
  });

  it('starts no children: nothing is invoked or spawned, nothing sent elsewhere', () => {
    expect(nodes.flatMap(({ invoke }) => invoke)).toEqual([]);
    const actions = [
      ...transitions.flatMap((transition) => transition.actions),
      ...nodes.flatMap(({ entry, exit }) => [...entry, ...exit]),
    ];
    const all = actions.map((action) =>
      typeof action === 'function' && 'type' in action ? action.type : action,
    );
    // a deadline is raised on entry and cancelled on exit
    expect(new Set(all)).toEqual(
      new Set(['xstate.assign', 'xstate.emit', 'xstate.raise', 'xstate.cancel']),
    );
    for (const kind of kinds) expect(machines[kind].implementations.actors).toEqual({});
  });

  it('writes nothing by what follows by itself', () => {
    const following = nodes.flatMap(({ always, after }) => [...(always ?? []), ...after]);
    expect(following.length).toBeGreaterThan(15);
    for (const { actions } of following) expect(actions).toEqual([]);
  });

  it('takes no wildcards, and nothing but events and deadlines', () => {
    const types = new Set(nodes.flatMap(handled));
    for (const type of types) {
      expect(type).not.toContain('*');
      const known = eventTypes.some((event) => event === type);
      expect(
        known || /^xstate\.after\.\w+\.(case\.open|reporter|reported)\.[\w.]+$/.test(type),
      ).toBe(true);
    }
    expect([...types]).toEqual(expect.arrayContaining(eventTypes));
  });

  it.each(eventTypes)('handles %s in one stage only', (type) => {
    const takes = (node: Node) => nodesUnder(node).some((inner) => handled(inner).includes(type));
    const stages = stageNodes.filter(({ node }) => takes(node as Node));
    const { open, closed } = rootOf('case').states;
    const above = open && handled(open).includes(type);
    // somebody without a machine of their own is the case's, whatever the stage
    const alike = type.startsWith('care.');
    expect(stages.length + (above && !alike ? 1 : 0)).toBeLessThan(2);
    expect(stages.length > 0 || above || (closed && handled(closed).includes(type))).toBe(true);
  });

  it('puts every public event behind all of its rules, wherever it is taken', () => {
    const isPublic = (type: string): type is EventType =>
      eventTypes.some((event) => event === type);
    const behind = transitions.filter(({ eventType }) => isPublic(eventType));
    expect(behind.length).toBeGreaterThanOrEqual(eventTypes.length);
    for (const { eventType, guard, actions } of behind) {
      const { rules } = eventDefinitions[eventType as EventType];
      expect([eventType, guard]).toMatchObject([eventType, { type: 'rules', params: { rules } }]);
      // and says that it was taken
      expect((actions[0] as { type?: string } | undefined)?.type).toBe('xstate.emit');
    }
  });

  it('has guards that can be read: their parameters are plain data', () => {
    const guards = transitions.flatMap(({ guard }) => guard ?? []);
    expect(JSON.parse(JSON.stringify(guards))).toEqual(guards);
  });

  it('remembers deeply where the case’s own stages stood', () => {
    const past = nodes.filter(({ type }) => type === 'history');
    expect(past).toMatchObject([{ id: 'case.open.past', history: 'deep' }]);
  });
});

describe('the definition as JSON', () => {
  const told = definition() as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

  it('holds all machines, events, rules and delays', () => {
    expect(Object.keys(told['machines'] ?? {})).toEqual(['case', 'reporter', 'reported']);
    expect(Object.keys(told['events'] ?? {})).toEqual(eventTypes);
    expect(Object.keys(told['rules'] ?? {})).toEqual(ruleIds);
    expect(told['delays']).toEqual(['leadsMeet', 'reporterFollowUp', 'appealWindow']);
  });

  it('says who may depart from a rule, and that nobody may from another', () => {
    expect(told['rules']).toMatchObject({
      'objectives-met': {
        binding: 'explain',
        departing: { who: ['lead'], grounds: ['impossible', 'does-not-fit'], conditional: false },
      },
      'never-one-decider': { binding: 'always', departing: null },
    });
  });

  it('is the same every time, and is told in full by JSON', () => {
    expect(JSON.stringify(definition())).toBe(JSON.stringify(told));
    expect(JSON.stringify(told)).not.toMatch(/undefined|\[object|=>/);
  });
});
