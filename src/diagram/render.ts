/** A graph of the procedure as a picture that needs nothing else: no script, no link, no font. */
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import type { Graph } from '../../machines/diagram.ts';
import { escape } from './dot.ts';
import { dotOf } from './layout.ts';
import { color } from './looks.ts';

/** WebAssembly takes a moment to start, and most processes never draw. */
let graphviz: Promise<Graphviz> | undefined;

/**
 * Draws a graph as SVG.
 *
 * @param lit ids of the states that a case is in; with `closed` among them, the others are shown as
 *   where the stages stood
 * @param othersTurn what is awaited between two stages
 */
export async function renderDiagram(
  graph: Graph,
  lit: ReadonlySet<string>,
  othersTurn: () => Promise<void> = async () => undefined,
): Promise<string> {
  graphviz ??= Graphviz.load();
  const { width, height, content } = await draw(await graphviz, { graph, lit, othersTurn });
  const legend = legendOf(graph);
  const whole = height + legend.length * lineHeight + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}"`,
    ` viewBox="0 0 ${width} ${whole}" font-family="Helvetica, Arial, sans-serif"`,
    ' role="img" aria-labelledby="title" aria-describedby="desc">\n',
    `<title id="title">${escape(graph.title)}</title>\n`,
    `<desc id="desc">${escape(inWords(graph, lit))}</desc>\n`,
    // Of its own, so that it can be read on a dark page too.
    `<rect width="100%" height="100%" fill="${isOneStage(graph) ? color.stage : color.case}"/>\n`,
    content,
    ...legend.map((line, i) => legendLine(line, height + i * lineHeight)),
    '</svg>\n',
  ].join('');
}

interface Drawing {
  /** In points. */
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

interface Drawn {
  readonly graph: Graph;
  readonly lit: ReadonlySet<string>;
  readonly othersTurn: () => Promise<void>;
}

const stagesOf = ({ nodes }: Graph) => nodes.filter(({ kind }) => kind === 'region');
const isOneStage = (graph: Graph) => stagesOf(graph).length === 1;

/** Each stage is drawn by itself, so that none bends another out of shape. */
async function draw(engine: Graphviz, { graph, lit, othersTurn }: Drawn): Promise<Drawing> {
  await othersTurn();
  if (isOneStage(graph)) return layOut(engine, dotOf(graph, lit));
  const stages = stagesOf(graph).map(({ id }) => id);
  const pictures: Drawing[] = [];
  for (const stage of stages) {
    const part = partOf(graph, (id) => isIn(stage, id));
    pictures.push(await draw(engine, { graph: part, lit, othersTurn }));
  }
  const sizes = new Map(stages.map((stage, index) => [stage, pictures[index] ?? empty]));
  const rest = partOf(graph, (id) => !stages.some((stage) => id !== stage && isIn(stage, id)));
  const { content, ...size } = layOut(engine, dotOf(rest, lit, sizes));
  const filled = content.replace(place, (_, number: string, corners: string) =>
    panel(pictures[Number(number)] ?? empty, corners),
  );
  return { ...size, content: filled };
}

const empty: Drawing = { width: 0, height: 0, content: '' };
const isIn = (stage: string, id: string) => id === stage || id.startsWith(`${stage}.`);

const partOf = ({ title, nodes, edges }: Graph, has: (id: string) => boolean): Graph => ({
  title,
  nodes: nodes.filter(({ id }) => has(id)),
  edges: edges.filter(({ from, to }) => has(from) && has(to)),
});

/** What Graphviz draws, without its frame and what would not be unique or not be needed. */
function layOut(engine: Graphviz, source: string): Drawing {
  const svg = engine.layout(source, 'svg_inline', 'dot');
  const [, width, height] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? [];
  const content = svg
    .slice(svg.indexOf('<g '), svg.lastIndexOf('</svg>'))
    .replace(/<!--.*?-->\n/gs, '')
    .replace(/ (?:id|font-family|xml:space)="[^"]*"/g, '')
    .replaceAll('<title>cluster_', '<title>');
  return { width: Number(width), height: Number(height), content };
}

/** How Graphviz draws a table's cell that has a title. */
const place = /<g><a xlink:title="(\d+)">\s*<polygon [^>]*points="([^"]*)"\/>\s*<\/a>\s*<\/g>/g;

function panel({ width, height, content }: Drawing, corners: string): string {
  const numbers = corners.split(/[ ,]/).map(Number);
  const [xs, ys] = [numbers.filter((_, i) => i % 2 === 0), numbers.filter((_, i) => i % 2 === 1)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const [wide, high] = [Math.max(...xs) - x, Math.max(...ys) - y];
  return [
    `<rect x="${x}" y="${y}" width="${wide}" height="${high}" rx="10"`,
    ` fill="${color.stage}" stroke="${color.line}"/>\n`,
    `<svg x="${x}" y="${y}" width="${width}" height="${height}">\n${content}</svg>`,
  ].join('');
}

const lineHeight = 14;

function legendOf({ nodes, edges }: Graph): string[] {
  const lines = {
    'dashed: follows by itself': edges.some(({ kind }) => kind === 'condition'),
    '→ taken once more there': edges.some(({ raises }) => raises !== null),
    'small print at arrows: rules': edges.some(({ rules }) => rules.length > 0),
    'H*: where every stage stood': nodes.some(({ kind }) => kind === 'history'),
  };
  return Object.entries(lines).flatMap(([line, isNeeded]) => (isNeeded ? [line] : []));
}

const legendLine = (line: string, y: number) =>
  `<text x="12" y="${y + 10}" font-size="10" fill="${color.quiet}">${escape(line)}</text>\n`;

/** The same for who cannot see it. */
function inWords({ edges }: Graph, lit: ReadonlySet<string>): string {
  const active = lit.size > 0 ? [`The case is in: ${[...lit].join(', ')}.`] : [];
  const arrows = edges
    .filter(({ kind }) => kind !== 'initial')
    .map(({ from, to, label, given }) => {
      const cause = [label, given === null ? '' : `[${given}]`].filter(Boolean).join(' ');
      return `${from} to ${to}: ${cause}.`;
    });
  return [...active, ...arrows].join('\n');
}
