import { describe, expect, it } from 'vitest';
import { caseMachine, machineIdentity } from '../../machines/case.ts';
import { eventDefinitions, eventTypes, type EventType } from '../../machines/events.ts';

type Node = typeof caseMachine.root;
type Transition = Node['always'] extends readonly (infer T)[] | undefined ? T : never;

const nodesUnder = (node: Node): Node[] => [
  node,
  ...Object.values(node.states).flatMap(nodesUnder),
];
const nodes = nodesUnder(caseMachine.root);
const transitionsOf = (node: Node): Transition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];
const transitions = nodes.flatMap(transitionsOf);
const handled = (node: Node) => [...node.transitions.keys()];

/** lifecycle.md, "Shape". */
const shape = {
  intake: ['receiving', 'recorded', 'reported'],
  immediateResponse: ['unassessed', 'notNeeded', 'responding', 'resolved'],
  reporterCare: ['waiting', 'due', 'overdue', 'followedUp', 'unreachable'],
  leadsMeeting: ['idle', 'awaiting', 'overdue', 'inSession', 'concluded'],
  reportedPersonFollowUp: ['idle', 'choosing', 'conversing', 'completed', 'declined'],
  decision: ['idle', 'deliberating', 'decided', 'carriedOut'],
  appeal: ['idle', 'open', 'lapsed', 'filed', 'underReview', 'settled'],
  publicCommunication: ['quiet', 'noticeOwed', 'noticeGiven'],
};

const open = nodes.find(({ key }) => key === 'open');
const regions = Object.values(open?.states ?? {}).filter(({ type }) => type !== 'history');

describe('the definition', () => {
  it('has the stages and states of the lifecycle', () => {
    const states = regions.map(({ key, states: ofStage }) => [
      key,
      Object.keys(ofStage).toSorted(),
    ]);
    const wanted = Object.entries(shape).map(([stage, ofStage]) => [stage, ofStage.toSorted()]);
    expect(Object.fromEntries(states)).toEqual(Object.fromEntries(wanted));
    expect(Object.keys(caseMachine.root.states)).toEqual(['open', 'closed']);
    expect(open?.type).toBe('parallel');
  });

  it('begins every stage with the first of its states', () => {
    expect(regions.map(({ key, config }) => [key, config.initial])).toEqual(
      expect.arrayContaining(Object.entries(shape).map(([stage, [first]]) => [stage, first])),
    );
  });

  it('carries an identity that cases keep', () => {
    expect(caseMachine).toMatchObject(machineIdentity);
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
    expect(new Set(Object.keys(caseMachine.implementations.delays))).toEqual(known);
  });

  it('leads every transition to states of its own', () => {
    const targets = transitions.flatMap(({ target }) => target ?? []);
    expect(targets.length).toBeGreaterThan(30);
    for (const target of targets) expect(nodes).toContain(target);
  });

  it('reaches every state by a transition, or by entering the one around it', () => {
    const targets = transitions.flatMap(({ target }) => target ?? []);
    const first = nodes.flatMap(({ type, states, initial }) =>
      type === 'parallel' ? Object.values(states) : initial.target,
    );
    const reached = [...targets, ...first].map(({ id }) => id);
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
    const kinds = actions.map((action) =>
      typeof action === 'function' && 'type' in action ? action.type : action,
    );
    // a deadline is raised on entry and cancelled on exit
    expect(new Set(kinds)).toEqual(new Set(['xstate.assign', 'xstate.raise', 'xstate.cancel']));
    expect(caseMachine.implementations.actors).toEqual({});
  });

  it('takes no wildcards, and nothing but events, internal ones and deadlines', () => {
    const types = new Set(nodes.flatMap(handled));
    for (const type of types) {
      expect(type).not.toContain('*');
      const known = eventTypes.some((event) => event === type);
      expect(known || /^(internal\.\w+|xstate\.after\.\w+\.case\.open\.[\w.]+)$/.test(type)).toBe(
        true,
      );
    }
    expect([...types]).toEqual(expect.arrayContaining(eventTypes));
  });

  it.each(eventTypes)('handles %s in one stage only', (type) => {
    const stages = regions.filter((region) =>
      nodesUnder(region).some((node) => handled(node).includes(type)),
    );
    const above = [caseMachine.root, open].filter((node) => node && handled(node).includes(type));
    expect(stages.length + above.length).toBeLessThan(2);
    expect(nodes.some((node) => handled(node).includes(type))).toBe(true);
  });

  it('puts every public event behind all of its rules, wherever it is taken', () => {
    const isPublic = (type: string): type is EventType =>
      eventTypes.some((event) => event === type);
    const behind = transitions.filter(({ eventType }) => isPublic(eventType));
    expect(behind.length).toBeGreaterThanOrEqual(eventTypes.length);
    for (const { eventType, guard } of behind) {
      const { rules } = eventDefinitions[eventType as EventType];
      expect([eventType, guard]).toMatchObject([eventType, { type: 'rules', params: { rules } }]);
    }
  });

  it('has guards that can be read: their parameters are plain data', () => {
    const guards = transitions.flatMap(({ guard }) => guard ?? []);
    expect(JSON.parse(JSON.stringify(guards))).toEqual(guards);
  });

  it('remembers deeply where the stages stood', () => {
    const past = nodes.filter(({ type }) => type === 'history');
    expect(past).toMatchObject([{ id: 'case.open.past', history: 'deep' }]);
  });
});
