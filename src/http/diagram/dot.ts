/** DOT, the language of Graphviz, with its HTML-like labels. Whatever text comes in stays text. */

/** Marked-up text; made by the functions of this file alone. */
export interface Label {
  readonly html: string;
}

export type Attributes = Readonly<Record<string, string | number | boolean | Label>>;

/** A name or value in quotes, which nothing inside can end. */
export const quote = (text: string): string =>
  `"${printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** `[label="…" shape="box"]` */
export function attributes(values: Attributes): string {
  const pairs = Object.entries(values).map(([name, value]) => {
    const written = typeof value === 'object' ? `<${value.html}>` : quote(String(value));
    return `${name}=${written}`;
  });
  return `[${pairs.join(' ')}]`;
}

/** Text within XML, its attributes included. */
export const escape = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** XML 1.0, 2.2: no control characters, no lone surrogates. */
const printable = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, (sign) => (/\s/.test(sign) ? ' ' : '\uFFFD'));

export const plain = (text: string): Label => ({ html: escape(text) });
export const bold = (text: string): Label => ({ html: `<b>${escape(text)}</b>` });
export const italic = (text: string): Label => ({ html: `<i>${escape(text)}</i>` });

/** In another size, in points, and colour. */
export const styled = ({ html }: Label, size: number, color: string): Label => ({
  html: `<font point-size="${size}" color="${color}">${html}</font>`,
});

/** Blocks of lines, one below the other, `padding` points apart; empty ones are left out. */
export function stack(blocks: readonly (readonly Label[])[], padding = 2): Label {
  const rows = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(({ html }) => html).join('<br/>'))
    .map((lines) => `<tr><td align="left" balign="left">${lines}</td></tr>`);
  return table(rows, `cellspacing="0" cellpadding="${padding}"`);
}

export const table = (rows: readonly string[], looks: string): Label => ({
  html: `<table border="0" ${looks}>${rows.join('')}</table>`,
});
