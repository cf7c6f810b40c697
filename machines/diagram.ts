/**
 * The definition as a graph, taken from the machine itself: a picture of the procedure cannot tell
 * anything else than what the engine does.
 */
import type { AnyStateNode } from 'xstate';
import { caseMachine } from './case.ts';
import { isForbidden, waysOf, type Way } from './definition.ts';

export interface Node {
  /** `intake`, `intake.reported`, `leadsMeeting.idle.recorded`; of the case `open`, `closed`, `past`. */
  readonly id: string;
  readonly label: string;
  /** What contains it, whether the graph shows that or not. */
  readonly parent: string | null;
  readonly kind: 'region' | 'state' | 'initial' | 'history' | 'final';
  /** Whether there are states inside. */
  readonly nested: boolean;
  /** What it takes without moving. */
  readonly takes: readonly string[];
  /** Forbidden actions, which it takes only to refuse them. */
  readonly refuses: readonly string[];
}

export interface Edge extends Pick<Way, 'given' | 'rules' | 'raises'> {
  /** Where it contains `to`, every state inside leads there. */
  readonly from: string;
  readonly to: string;
  readonly kind: 'initial' | 'event' | 'internal' | 'deadline' | 'condition';
  readonly label: string;
}

export interface Graph {
  readonly title: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);
const withDescendants = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...childrenOf(node).flatMap(withDescendants),
];

const top = childrenOf(caseMachine.root);
const regions = top.flatMap(childrenOf).filter(({ type }) => type !== 'history');
const histories = top.flatMap(childrenOf).filter(({ type }) => type === 'history');

/** The stages, in the order of the procedure. */
export const stageNames: readonly string[] = regions.map(({ key }) => key);

/**
 * One stage with all that it takes or, where none is named, the overview: the case, its stages, their
 * states, and what moves them.
 *
 * @throws {RangeError} where there is no stage of this name
 */
export function graphOf(stage?: string): Graph {
  if (stage === undefined) return overview();
  const region = regions.find(({ key }) => key === stage);
  if (!region) throw new RangeError('there is no such stage');
  return graphOfStates(`The stage ${stage}`, withDescendants(region));
}

function overview(): Graph {
  const parts = [
    startOf(caseMachine.root),
    graphOfStates('', [...top, ...histories]),
    ...stageNames.map((name) => inBrief(graphOf(name))),
  ];
  return {
    title: 'A case, from its opening to its end',
    nodes: parts.flatMap(({ nodes }) => nodes),
    edges: parts.flatMap(({ edges }) => edges),
  };
}

type Part = Pick<Graph, 'nodes' | 'edges'>;

/** A stage's states without what is inside them, and what moves it from one to another. */
function inBrief({ nodes, edges }: Graph): Part {
  const stateOf = (id: string) => id.split('.').slice(0, 2).join('.');
  return {
    nodes: nodes
      .filter(({ id }) => stateOf(id) === id)
      .map((node) => ({ ...node, nested: node.kind === 'region', takes: [], refuses: [] })),
    edges: edges
      .map((edge) => ({ ...edge, from: stateOf(edge.from), to: stateOf(edge.to) }))
      .filter(({ from, to }) => from !== to)
      // Its stage stands above it, so that the event's prefix would say it twice.
      .map((edge) => ({ ...edge, label: edge.label.replace(/^\w+\./, ''), rules: [] })),
  };
}

function graphOfStates(title: string, states: readonly AnyStateNode[]): Graph {
  const starts = states.filter(({ type }) => type === 'compound').map(startOf);
  return {
    title,
    nodes: [...starts.flatMap(({ nodes }) => nodes), ...states.map(nodeOf)],
    edges: [...starts.flatMap(({ edges }) => edges), ...states.flatMap(edgesOf)],
  };
}

/** `open` contains all but itself and `closed`, so that it is left out of what is inside. */
const idOf = ({ path }: AnyStateNode) => (path.length > 1 ? path.slice(1) : path).join('.');

const still = { nested: false, takes: [], refuses: [] };

/** The mark from which an arrow leads to the state that comes first. */
function startOf(node: AnyStateNode): Part {
  const parent = idOf(node) || null;
  const id = parent === null ? '(initial)' : `${parent}.(initial)`;
  const arrow = {
    from: id,
    kind: 'initial',
    label: '',
    given: null,
    rules: [],
    raises: null,
  } as const;
  return {
    nodes: [{ id, label: '', parent, kind: 'initial', ...still }],
    edges: node.initial.target.map((first) => ({ ...arrow, to: idOf(first) })),
  };
}

function nodeOf(node: AnyStateNode): Node {
  const types = waysOf(node).filter(({ to }) => to === null);
  return {
    id: idOf(node),
    label: node.key,
    parent: (node.parent && idOf(node.parent)) || null,
    kind: kindOf(node),
    nested: childrenOf(node).length > 0,
    takes: types.filter(({ type }) => !isForbidden(type)).map(inOneLine),
    refuses: types.filter(({ type }) => isForbidden(type)).map(inOneLine),
  };
}

function kindOf(node: AnyStateNode): Node['kind'] {
  if (regions.includes(node)) return 'region';
  return node.type === 'history' || node.type === 'final' ? node.type : 'state';
}

function inOneLine({ type, given, raises }: Way): string {
  const branch = given === null ? '' : ` [${given}]`;
  return `${type}${branch}${raises === null ? '' : ` → ${withoutPrefix(raises)}`}`;
}

function edgesOf(node: AnyStateNode): Edge[] {
  return waysOf(node).flatMap(({ type, to, given, rules, raises }) => {
    if (to === null) return [];
    const told = raises === null ? null : withoutPrefix(raises);
    return [{ from: idOf(node), to: idOf(to), ...nameOf(type), given, rules, raises: told }];
  });
}

const internal = /^internal\./;
const deadline = /^xstate\.after\.(\w+)\..*/;
const withoutPrefix = (type: string) => type.replace(internal, '');

function nameOf(type: string): Pick<Edge, 'kind' | 'label'> {
  if (type === '') return { kind: 'condition', label: '' };
  if (deadline.test(type)) return { kind: 'deadline', label: type.replace(deadline, 'after $1') };
  if (internal.test(type)) return { kind: 'internal', label: withoutPrefix(type) };
  return { kind: 'event', label: type };
}
