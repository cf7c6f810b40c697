/**
 * Writes the generated parts of machines/README.md anew, from the definition itself: what stands between
 * `<!-- generated: name -->` and `<!-- end -->`. All else in the page is written by hand.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { lookUp } from '../../machines/look-up.ts';
import { events } from './contract/events.ts';
import { kinds, settings } from './contract/lists.ts';
import { rules, sources } from './contract/rules.ts';
import { stages } from './contract/stages.ts';

const parts: Readonly<Record<string, () => string>> = {
  sources,
  settings,
  stages,
  events,
  kinds,
  rules,
};

const marker = /<!-- generated: (\w+) -->[\s\S]*?<!-- end -->/g;

// the cells are long: aligned, the tables would be mostly white space
const left = (text: string) =>
  `<!-- prettier-ignore-start -->\n\n${text}\n\n<!-- prettier-ignore-end -->`;

function generated(name: string): string {
  const part = lookUp(parts, name);
  if (!part) throw new Error(`the contract has no part ${name}`);
  return `<!-- generated: ${name} -->\n\n${left(part())}\n\n<!-- end -->`;
}

const page = new URL('../../machines/README.md', import.meta.url);
const before = await readFile(page, 'utf8');
const found = [...before.matchAll(marker)].map(([, name]) => name);
const missing = Object.keys(parts).filter((name) => !found.includes(name));
if (missing.length > 0)
  throw new Error(`machines/README.md has no marker for ${missing.join(', ')}`);
const after = before.replace(marker, (_, name: string) => generated(name));
await writeFile(page, await format(after, { parser: 'markdown' }));
