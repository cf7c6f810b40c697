/** How the parts of a picture of the procedure look: shapes, lines and words. */
import type { Edge, Node } from '../../machines/diagram.ts';
import * as dot from './dot.ts';
import type { Attributes, Label } from './dot.ts';

/** Text has a contrast of 4.5 : 1 at least to what is behind it, lines 3 : 1 (WCAG 2.2, 1.4.3, 1.4.11). */
export const color = {
  case: '#fdfcfa',
  stage: '#f4f2ec',
  state: '#ffffff',
  lit: '#ffd866',
  stood: '#fff4d0',
  ink: '#23262b',
  quiet: '#565a61',
  line: '#85817a',
  strong: '#6b4200',
  time: '#8a3b0a',
} as const;

// Graphviz knows how wide Helvetica runs; the margins leave room for what may stand in for it.
const text = { fontname: 'Helvetica', fontcolor: color.ink };
const spacing = { nodesep: 0.3, ranksep: 0.3, pad: 0.15, labeljust: 'l', labelloc: 't' };

/** What holds where nothing else is said. */
export const defaults = [
  `graph ${dot.attributes({ ...text, ...spacing, compound: true, bgcolor: 'transparent', fontsize: 13 })}`,
  `node ${dot.attributes({ ...text, shape: 'box', fontsize: 12, height: 0.35, margin: '0.14,0.05' })}`,
  `edge ${dot.attributes({ ...text, fontsize: 11, arrowsize: 0.7 })}`,
];

const small = (line: Label) => dot.styled(line, 10, color.quiet);

/** A state without states inside, or a mark. */
export function shapeOf(node: Node, lit: ReadonlySet<string>): Attributes {
  if (node.kind === 'initial') {
    const dotted = { shape: 'circle', label: '', width: 0.14, height: 0.14, fixedsize: true };
    return { ...dotted, style: 'filled', fillcolor: color.ink };
  }
  const name = lit.has(node.id) ? dot.bold(node.label) : dot.plain(node.label);
  const details = detailsOf(node);
  const label = details.flat().length === 0 ? name : dot.stack([[name], ...details]);
  return { ...looksOf(node, lit), label, ...(node.kind === 'final' && { peripheries: 2 }) };
}

/** The name of a state, above the states inside. */
export const captionOf = ({ id, label }: Node, lit: ReadonlySet<string>): Attributes => ({
  label: lit.has(id) ? dot.bold(label) : dot.plain(label),
  fontsize: 12,
});

function detailsOf({ takes, refuses }: Node): Label[][] {
  const refused = refuses.length === 0 ? [] : [dot.italic('always refused')];
  return [takes.map(dot.plain), [...refused, ...refuses.map(dot.plain)]].map((lines) =>
    lines.map(small),
  );
}

/** Lit states have a bold border and name too, for who cannot tell the colours apart. */
export function looksOf({ id }: Node, lit: ReadonlySet<string>): Attributes {
  const style = 'rounded,filled';
  if (!lit.has(id)) return { style, fillcolor: color.state, color: color.line };
  if (id === 'closed' || !lit.has('closed')) {
    return { class: 'lit', style, fillcolor: color.lit, color: color.strong, penwidth: 3 };
  }
  const dashed = `${style},dashed`;
  return {
    class: 'stood',
    style: dashed,
    fillcolor: color.stood,
    color: color.strong,
    penwidth: 2,
  };
}

/** Stands for whichever state inside: what each of them takes, and where arrows of all of them begin. */
export function anywhereLooks(node: Node): Attributes {
  const label = dot.stack([[small(dot.italic('in any state'))], ...detailsOf(node)]);
  return { style: 'rounded,dashed', color: color.line, label };
}

/** One arrow, for all ways from one place to another. */
export function arrowLooks(ways: readonly Edge[]): Attributes {
  const kind = ways[0]?.kind;
  if (kind === 'initial') return { color: color.quiet };
  if (kind === 'deadline')
    return { color: color.time, fontcolor: color.time, label: wordsOf(ways) };
  const style = kind === 'event' ? 'solid' : 'dashed';
  return { color: color.quiet, style, label: wordsOf(ways) };
}

/** Each event with its branches, what these raise, and its rules. */
function wordsOf(ways: readonly Edge[]): Label {
  const events = [...Map.groupBy(ways, ({ label }) => label)].map(([label, branches]) => [
    ...(label === '' ? [] : [branches[0]?.kind === 'event' ? dot.plain(label) : dot.italic(label)]),
    ...branches.flatMap(({ given, raises }) => [
      ...(given === null ? [] : [dot.plain(`[${given}]`)]),
      ...(raises === null ? [] : [dot.italic(`→ ${raises}`)]),
    ]),
    ...(branches[0]?.rules ?? []).map((rule) => small(dot.plain(rule))),
  ]);
  return dot.stack(events);
}

/** What the state that holds the stages takes, in one line. */
export const takesInBrief = ({ takes }: Node): Label[] =>
  takes.length === 0 ? [] : [small(dot.plain(`in any state: ${takes.join(', ')}`))];
