/**
 * The definition as a graph, taken from the machines themselves: a picture of the procedure cannot
 * tell anything else than what the engine does.
 */
import type { AnyStateNode } from 'xstate';
import { isForbidden, waysOf, type Way } from './definition.ts';
import { stageNames, stageNodes } from './stages.ts';
import { machines } from './configurations.ts';

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
  readonly kind: 'initial' | 'event' | 'deadline' | 'condition';
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

const { root } = machines.case;
const top = childrenOf(root);
const histories = top.flatMap(childrenOf).filter(({ type }) => type === 'history');

/**
 * One stage with all that it takes or, where none is named, the overview: the case, its stages, their
 * states, and what moves them.
 *
 * @throws {RangeError} where there is no stage of this name
 */
export function graphOf(stage?: string): Graph {
  if (stage === undefined) return overview();
  const found = stageNodes.find(({ name }) => name === stage);
  if (!found) throw new RangeError('there is no such stage');
  return graphOfStates(`The stage ${stage}`, withDescendants(found.node));
}

function overview(): Graph {
  const parts = [
    startOf(root),
    withoutBranches(graphOfStates('', [...top, ...histories])),
    ...stageNames.map((name) => inBrief(graphOf(name))),
  ];
  return {
    title: 'A case, from its opening to its end',
    nodes: parts.flatMap(({ nodes }) => nodes),
    edges: parts.flatMap(({ edges }) => edges),
  };
}

type Part = Pick<Graph, 'nodes' | 'edges'>;

/** What the case takes without moving, by its types alone: they are many. */
const withoutBranches = ({ nodes, edges }: Part): Part => ({
  nodes: nodes.map((node) => ({
    ...node,
    takes: [...new Set(node.takes.map((line) => line.replace(/ \[.*\]/, '')))],
  })),
  edges,
});

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

const isOfCase = ({ machine }: AnyStateNode) => machine === root.machine;

/** `open` contains all but itself and `closed`, so that it is left out of what is inside. */
const idOf = (node: AnyStateNode) =>
  (isOfCase(node) && node.path.length > 1 ? node.path.slice(1) : node.path).join('.');

/** A stage of somebody's own machine runs as long as the case is open, beside the case's own. */
const parentOf = (node: AnyStateNode): string | null =>
  node.parent === undefined ? null : idOf(node.parent) || (isOfCase(node) ? null : 'open');

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
    label: labelOf(node),
    parent: parentOf(node),
    kind: kindOf(node),
    nested: childrenOf(node).length > 0,
    takes: types.filter(({ type }) => !isForbidden(type)).map(inOneLine),
    refuses: types.filter(({ type }) => isForbidden(type)).map(inOneLine),
  };
}

const stageOf = (node: AnyStateNode) => stageNodes.find((stage) => stage.node === node);

/** Of people's stages there are as many as there are people. */
function labelOf(node: AnyStateNode): string {
  const stage = stageOf(node);
  if (!stage || stage.machine === 'case') return node.key;
  return `${node.key}, of each ${stage.machine === 'reporter' ? 'reporter' : 'reported person'}`;
}

function kindOf(node: AnyStateNode): Node['kind'] {
  if (stageOf(node)) return 'region';
  return node.type === 'history' || node.type === 'final' ? node.type : 'state';
}

function inOneLine({ type, given, raises }: Way): string {
  const branch = given === null ? '' : ` [${given}]`;
  return `${type}${branch}${raises === null ? '' : ` → ${raises}`}`;
}

function edgesOf(node: AnyStateNode): Edge[] {
  return waysOf(node).flatMap(({ type, to, given, rules, raises }) => {
    if (to === null) return [];
    return [{ from: idOf(node), to: idOf(to), ...nameOf(type), given, rules, raises }];
  });
}

const deadline = /^xstate\.after\.(\w+)\..*/;

function nameOf(type: string): Pick<Edge, 'kind' | 'label'> {
  if (type === '') return { kind: 'condition', label: '' };
  if (deadline.test(type)) return { kind: 'deadline', label: type.replace(deadline, 'after $1') };
  return { kind: 'event', label: type };
}
