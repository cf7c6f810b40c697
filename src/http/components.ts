/**
 * The components of the OpenAPI document, as a reader wants them. Every schema with an id arrives
 * twice, as `Name` for answers and as `NameInput` for requests, whether anything refers to it or not.
 */
import { lookUp } from '../../machines/look-up.ts';

type Schemas = Readonly<Record<string, object>>;
interface Described {
  readonly components?: { readonly schemas?: Schemas };
}

/** Leaves out what nothing refers to, and calls a schema by its plain name where one is enough. */
export function tidyComponents<Document extends object>(document: Document): Document {
  let tidied = withUsedSchemas(document);
  // A plain name may end in Input too: what was renamed once is done with.
  const done = new Set<string>();
  for (;;) {
    const schemas = tidied.components?.schemas ?? {};
    const input = Object.keys(schemas).find(
      (name) => !done.has(name) && isPlainNameEnough(schemas, name),
    );
    if (input === undefined) return tidied as Document;
    done.add(plainName(input));
    tidied = withUsedSchemas(rename(tidied, input, plainName(input)));
  }
}

const plainName = (name: string) => name.replace(/Input$/, '');

function isPlainNameEnough(schemas: Schemas, name: string): boolean {
  if (!name.endsWith('Input')) return false;
  const other = lookUp(schemas, plainName(name));
  return other === undefined || JSON.stringify(other) === JSON.stringify(lookUp(schemas, name));
}

function rename(document: Described, from: string, to: string): Described {
  const { [from]: schema, ...others } = document.components?.schemas ?? {};
  const schemas = { ...others, [to]: schema };
  const renamed = { ...document, components: { ...document.components, schemas } };
  return JSON.parse(
    JSON.stringify(renamed).replaceAll(`"$ref":"${refTo(from)}"`, `"$ref":"${refTo(to)}"`),
  ) as Described;
}

function withUsedSchemas(document: Described): Described {
  const { schemas = {}, ...components } = document.components ?? {};
  const used = new Set(namesIn({ ...document, components }));
  // A set goes on over what is added meanwhile.
  for (const name of used) for (const inner of namesIn(lookUp(schemas, name))) used.add(inner);
  const kept = [...used].toSorted().map((name) => [name, lookUp(schemas, name) ?? {}] as const);
  return { ...document, components: { ...components, schemas: Object.fromEntries(kept) } };
}

const refTo = (name: string) => `#/components/schemas/${name}`;

function namesIn(value: unknown): string[] {
  const json = JSON.stringify(value) ?? '';
  return [...json.matchAll(/"\$ref":"#\/components\/schemas\/([^"/]+)"/g)].map(([, name]) =>
    String(name),
  );
}
