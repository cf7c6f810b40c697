/** The structure of a picture: what stands in what, and where the arrows are tied. */
import type { Edge, Graph, Node } from '../../machines/diagram.ts';
import * as dot from './dot.ts';
import type { Attributes } from './dot.ts';
import {
  anywhereLooks,
  arrowLooks,
  captionOf,
  color,
  defaults,
  looksOf,
  shapeOf,
  takesInBrief,
} from './looks.ts';

/** A stage that was drawn before; in points. */
export interface Picture {
  readonly width: number;
  readonly height: number;
}

/** Wider, and the names could not be read on a page. */
const widestRow = 1080;

/**
 * The DOT of a graph.
 *
 * @param lit the states that a case is in; where `closed` is, the others are where stages stood
 * @param pictures of the stages by id: each gets a place, titled by its number
 */
export function dotOf(
  { nodes, edges }: Graph,
  lit: ReadonlySet<string>,
  pictures: ReadonlyMap<string, Picture> = new Map(),
): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = Map.groupBy(nodes, ({ parent }) => (byId.has(parent ?? '') ? parent : null));
  const contains = (outer: string, id: string): boolean => {
    const parent = byId.get(id)?.parent ?? null;
    return parent !== null && (parent === outer || contains(outer, parent));
  };
  const leadsInside = ({ id }: Node) =>
    edges.some(({ from, to }) => from === id && contains(id, to));
  const holdsPictures = (id: string | null) =>
    children.get(id)?.some((node) => pictures.has(node.id));

  const draw = (node: Node): string[] => {
    const inside = children.get(node.id);
    if (!inside) return [`${dot.quote(node.id)} ${dot.attributes(shapeOf(node, lit))}`];
    if (holdsPictures(node.id)) return [mosaic(node, inside, pictures)];
    const takesAnywhere = node.takes.length + node.refuses.length > 0 || leadsInside(node);
    const content = [...inside.flatMap(draw), ...(takesAnywhere ? [anywhere(node)] : [])];
    // A stage is a whole picture, and its name the title.
    if (node.kind === 'region')
      return [`graph ${dot.attributes({ label: dot.bold(node.label), fontsize: 14 })}`, ...content];
    const frame = { ...looksOf(node, lit), ...captionOf(node, lit), margin: 10 };
    return [
      `subgraph ${dot.quote(frameOf(node.id))} { graph ${dot.attributes(frame)}`,
      ...content,
      '}',
    ];
  };

  /** Where an arrow is tied to: a node, a port, or a frame by way of a node inside. */
  const end = (id: string, cut: 'ltail' | 'lhead'): { at: string; cut: Attributes } => {
    const parent = byId.get(id)?.parent ?? null;
    if (holdsPictures(parent))
      return { at: `${dot.quote(String(parent))}:${dot.quote(id)}:s`, cut: {} };
    const first = children.get(id)?.find(({ kind }) => kind === 'state');
    if (!first || holdsPictures(id)) return { at: dot.quote(id), cut: {} };
    return { at: end(first.id, cut).at, cut: { [cut]: frameOf(id) } };
  };
  const arrow = (from: string, to: string, ways: readonly Edge[]): string => {
    const tail = contains(from, to)
      ? { at: dot.quote(anywhereIn(from)), cut: {} }
      : end(from, 'ltail');
    const head = end(to, 'lhead');
    // The first state stands beside its mark, but a frame below it.
    const isBeside = ways[0]?.kind === 'initial' && !children.has(to);
    const looks = { ...tail.cut, ...head.cut, ...arrowLooks(ways), ...(isBeside && { minlen: 0 }) };
    return `${tail.at} -> ${head.at} ${dot.attributes(looks)}`;
  };

  const arrows = Map.groupBy(edges, ({ from, to, kind }) => JSON.stringify([from, to, kind]));
  return [
    'digraph {',
    ...defaults,
    ...(children.get(null) ?? []).flatMap(draw),
    ...arrows
      .values()
      .flatMap((ways) => ways.slice(0, 1).map(({ from, to }) => arrow(from, to, ways))),
    '}',
  ].join('\n');
}

const frameOf = (id: string) => `cluster_${id}`;
const anywhereIn = (id: string) => `${id}.(any)`;
const anywhere = (node: Node) =>
  `${dot.quote(anywhereIn(node.id))} ${dot.attributes(anywhereLooks(node))}`;

/** All stages in rows, an empty place for each, and the history, which arrows lead to. */
function mosaic(
  node: Node,
  inside: readonly Node[],
  pictures: ReadonlyMap<string, Picture>,
): string {
  const places = [...pictures.values()].map(({ width, height }, number) => {
    const size = `width="${width}" height="${height}"`;
    return { width, cell: `<td title="${number}" bgcolor="${color.stage}" ${size}></td>` };
  });
  const rows = rowsOf(places).map((row) => row.map(({ cell }) => cell));
  const name = `<td align="left">${dot.bold(node.label).html}</td>`;
  const takes = takesInBrief(node).map(({ html }) => `<td align="left">${html}</td>`);
  const past = inside
    .filter(({ kind }) => kind === 'history')
    .map(({ id }) => `<td port="${dot.escape(id)}" ${historyLooks}>H*</td>`);
  const lines = [[name], ...rows, [...takes, ...past]].map((cells) => {
    const line = dot.table([`<tr>${cells.join('')}</tr>`], 'cellspacing="8" cellpadding="0"');
    return `<tr><td>${line.html}</td></tr>`;
  });
  const label = dot.table(lines, 'cellspacing="0" cellpadding="0"');
  const frame = { ...looksOf(node, new Set()), fillcolor: color.case, margin: 0.05, label };
  return `${dot.quote(node.id)} ${dot.attributes(frame)}`;
}

const historyLooks = `border="1" style="rounded" color="${color.line}" fixedsize="true" width="30" height="30"`;

function rowsOf<Place extends { readonly width: number }>(places: readonly Place[]): Place[][] {
  const rows: Place[][] = [];
  let room = 0;
  for (const place of places) {
    room -= place.width;
    if (room < 0 || rows.length === 0) {
      rows.push([]);
      room = widestRow - place.width;
    }
    rows.at(-1)?.push(place);
  }
  return rows;
}
