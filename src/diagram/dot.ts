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

/** In labels a backslash calls for the name of what is labelled (`\\N`), unless there are two. */
const inLabel = (text: string) => escape(text).replaceAll('\\', '\\\\');

export const plain = (text: string): Label => ({ html: inLabel(text) });
export const bold = (text: string): Label => ({ html: `<b>${inLabel(text)}</b>` });
export const italic = (text: string): Label => ({ html: `<i>${inLabel(text)}</i>` });

/** In another size, in points, and colour. */
export const styled = ({ html }: Label, size: number, color: string): Label => ({
  html: `<font point-size="${size}" color="${color}">${html}</font>`,
});

/** Blocks of lines, one below the other; empty ones are left out. */
export function stack(blocks: readonly (readonly Label[])[]): Label {
  const rows = blocks
    .filter((lines) => lines.length > 0)
    // A row for each line: within one, Graphviz spaces lines by whether their fonts differ.
    .map((lines) => lines.map(({ html }) => `<tr><td align="left">${html}</td></tr>`).join(''));
  const gap = '<tr><td height="5"></td></tr>';
  const inner = table([rows.join(gap)], 'cellspacing="0" cellpadding="0"');
  return table([`<tr><td>${inner.html}</td></tr>`], 'cellspacing="0" cellpadding="3"');
}

export const table = (rows: readonly string[], looks: string): Label => ({
  html: `<table border="0" ${looks}>${rows.join('')}</table>`,
});
