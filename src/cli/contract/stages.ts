/** The stages with their states, and what moves them. */
import type { StageNode } from '../../../machines/stages.ts';
import { isForbidden, waysOf, type Way } from '../../../machines/definition.ts';
import { stageNodes } from '../../../machines/stages.ts';
import { machines } from '../../../machines/configurations.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { blocks, code, codes, table } from './markdown.ts';

type State = StageNode['node'];

const whose = {
  case: 'The case’s own.',
  reporter: 'One for each reporter.',
  reported: 'One for each reported person.',
} as const;

const inside = (node: State): State[] =>
  Object.values(node.states).flatMap((child) => [child, ...inside(child)]);

/** `idle.recorded`, as seen from the stage. */
const nameIn = (stage: State, state: State): string =>
  state.path.slice(stage.path.length).join('.') || stage.key;

const deadline = /^xstate\.after\.(\w+)\..*/;

/** What makes a way be taken: an event, a deadline, or that something has become so. */
function inWords({ type, given }: Way): string {
  if (type === '') return `as soon as: ${given ?? ''}`;
  const [, name] = deadline.exec(type) ?? [];
  if (name !== undefined) return `the deadline ${code(name)} runs out`;
  return given === null ? code(type) : `${code(type)}, ${given}`;
}

/** The ways of a state: one line for each that leads elsewhere, and one for all that it takes where it is. */
function rowsOf(stage: State, state: State): string[][] {
  const ways = waysOf(state).filter(({ type }) => !isForbidden(type));
  const still = [...new Set(ways.filter(({ to }) => to === null).map(inWords))];
  const moving = ways.flatMap((way) =>
    way.to === null ? [] : [[inWords(way), code(nameIn(stage, way.to))]],
  );
  const rows = [...moving, ...(still.length > 0 ? [[still.join('; '), 'stays']] : [])];
  const begins = state.parent?.initial.target[0] === state ? ', first' : '';
  const name = `${code(nameIn(stage, state))}${begins}`;
  if (rows.length === 0) return [[name, '—', '—']];
  return rows.map((cells, index) => [index === 0 ? name : '', ...cells]);
}

function stageTable({ name, machine, node }: StageNode): string {
  const { order } = (node.meta ?? {}) as { order?: readonly string[] };
  const settled = order
    ? ` Of several people’s states the case shows the one that comes first here: ${codes(order)}.`
    : '';
  const types = waysOf(node).filter(({ type }) => !isForbidden(type));
  const anywhere =
    types.length > 0 ? ` In every state: ${codes(new Set(types.map(({ type }) => type)))}.` : '';
  return blocks(
    `#### ${code(name)}`,
    `${lookUp(whose, machine)}${settled}${anywhere}`,
    table(
      ['state', 'by', 'leads to'],
      inside(node).flatMap((state) => rowsOf(node, state)),
    ),
  );
}

/** The case itself: open or closed, and how it comes from one to the other. */
function caseTable(): string {
  const { root } = machines.case;
  const rows = Object.values(root.states).flatMap((state) => {
    const moving = waysOf(state).filter(({ to }) => to !== null);
    return moving.map((way, index) => [
      index === 0 ? code(state.key) : '',
      inWords(way),
      way.to?.type === 'history' ? 'where every stage stood' : code(way.to?.key ?? ''),
    ]);
  });
  return blocks('#### The case itself', table(['state', 'by', 'leads to'], rows));
}

export const stages = (): string => blocks(caseTable(), ...stageNodes.map(stageTable));
