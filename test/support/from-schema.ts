/** Values made up from the schemas of the OpenAPI document: as they say, or with something wrong in them. */
import fc from 'fast-check';

export interface JsonSchema {
  readonly $ref?: string;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly 'x-names'?: string;
}

/** What there is to be named. */
export interface World {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly staff: readonly string[];
  readonly cases: readonly string[];
}

/** Names that every JavaScript object knows. */
export const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

/** Values that stand at some edge: of JSON, of Unicode, of numbers, of PostgreSQL. */
export const edges: readonly unknown[] = [
  ...inherited,
  null,
  true,
  {},
  [],
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00x',
  '\u202e',
  'é'.normalize('NFD'),
  0,
  -0,
  -1,
  1.5,
  1e-7,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  1e300,
  -(2 ** 63),
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '2026-02-30',
  '-1',
  'NaN',
  '%00',
  '..',
  'a'.repeat(300),
  '👩'.repeat(40),
  'Z̸͇̞̒a͐l̶g͝o',
  "'; drop table cases; --",
  '${7*7}',
  '\r\nX: y',
  { constructor: { name: 'x' } },
  [[[[[]]]]],
  { '\u0000': 1, '\ud800': 2 },
];

/** One time in four, or in as many as said; else as usual. */
export const sometimes = <T, U>(odd: fc.Arbitrary<T>, usual: U, of = 4): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

const moments = ['2026-05-01T09:30:00Z', '2026-04-30T23:59:59.999+14:00', '2020-02-29T00:00:00Z'];
const people = ['reporter', 'reporter', 'reporter-2', 'reported-1', 'reported-1', 'other-1'];

function textOf({ format, pattern, ...schema }: JsonSchema, world: World): fc.Arbitrary<string> {
  const named: Readonly<Record<string, readonly string[]>> = {
    // every third time somebody whom only Object.prototype knows
    staff: [
      ...world.staff,
      'nobody-here',
      ...world.staff.flatMap((_, i) => (i % 2 ? [] : ['constructor'])),
    ],
    person: people,
    audience: ['audience-1', 'audience-2'],
    kind: ['none', 'warning', 'avoid-contact', 'ban', 'leave-event', 'constructor'],
    case: world.cases,
  };
  const names = Object.entries(named).find(([what]) => what === schema['x-names'])?.[1];
  if (names) return fc.constantFrom(...names);
  if (format === 'date-time') return fc.constantFrom(...moments);
  if (format === 'date') return fc.constantFrom('2026-05-01', '2027-12-31', '2024-02-29');
  if (format === 'uuid') return fc.constantFrom(...world.cases);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(
    fc.constantFrom('words', 'Ines Aldana', 'ines@example.net', 'constructor'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  );
}

/** Values that a schema takes; a rule beside it, or that no schema can say, may refuse them. */
export function valueOf(schema: JsonSchema, world: World): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace(/.*\//, '');
    const found = new Map(Object.entries(world.schemas)).get(name);
    if (!found) throw new Error(`no schema ${name}`);
    return valueOf(found, world);
  }
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return fc.oneof(...either.map((one) => valueOf(one, world)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const fields = Object.entries(properties).map(([key, field]) => {
        const value = valueOf(field, world);
        // mostly left out: with everything said at once something is always in the way
        const maybe = sometimes(value, undefined);
        return [key, required.includes(key) ? value : maybe] as const;
      });
      return fc
        .record(Object.fromEntries(fields))
        .map((value) =>
          Object.fromEntries(Object.entries(value).filter(([, said]) => said !== undefined)),
        );
    }
    case 'array':
      return fc.uniqueArray(valueOf(schema.items ?? {}, world), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
        selector: (value) => JSON.stringify(value),
      });
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: 30 });
    case 'string':
      return textOf(schema, world);
    case undefined:
    default:
      return fc.constantFrom(...edges);
  }
}

type Path = readonly string[];

const membersOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** Every place in a JSON value. */
function placesIn(value: unknown, path: Path = []): Path[] {
  return [path, ...membersOf(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function changed(value: unknown, path: Path, change: (at: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const members = membersOf(value).flatMap(([name, item]) => {
    const next = name === key ? changed(item, rest, change) : item;
    return next === undefined ? [] : [[name, next] as const];
  });
  return Array.isArray(value) ? members.map(([, item]) => item) : Object.fromEntries(members);
}

/** What may be wrong with a value: a member that is something else, absent, or too many. */
const mistake = fc.oneof(
  fc.record({ place: fc.nat(), put: fc.constantFrom(...edges) }),
  fc.record({ place: fc.nat(), gone: fc.constant(true) }),
  fc.record({
    place: fc.nat(),
    key: fc.constantFrom(...inherited, 'type', 'x', '', '\u0000'),
    add: fc.constantFrom(...edges),
  }),
);
type Mistake = typeof mistake extends fc.Arbitrary<infer M> ? M : never;

function withMistake(value: unknown, what: Mistake): unknown {
  const places = placesIn(value);
  const path = places[what.place % places.length] ?? [];
  return changed(value, path, (at) => {
    if ('gone' in what) return undefined;
    if ('put' in what) return what.put;
    return Array.isArray(at)
      ? [...(at as unknown[]), what.add]
      : Object.fromEntries([...membersOf(at), [what.key, what.add]]);
  });
}

/** What may be wrong with a text that was JSON. */
const scribbles: readonly ((text: string) => string | Buffer)[] = [
  (text) => `\ufeff${text}`,
  (text) => text.slice(0, -1),
  (text) => `${text}${text}`,
  // the last of two members with one name counts
  (text) => text.replace('{', '{"type":"case.close","channel":[],'),
  (text) => text.replace('{', '{"__proto__":{"admin":true},'),
  (text) => text.replace(/:\d+/, ':1e400'),
  (text) => text.replace(/"[^"]*"(?=[,}])/, '"\\ud800\\u0000"'),
  (text) => text.replace(/:(?=["{[])/, `:${'['.repeat(50_000)}`),
  (text) => Buffer.from(text.replaceAll('e', 'é'), 'latin1'),
  (text) => Buffer.from(text, 'utf16le'),
  () => '',
];

/** A body: as its schema says more often than not, else with mistakes in its value or its text. */
export const bodyOf = (schema: JsonSchema, world: World): fc.Arbitrary<string | Buffer> =>
  fc
    .tuple(
      valueOf(schema, world),
      sometimes(fc.array(mistake, { minLength: 1, maxLength: 2 }), []),
      sometimes(fc.constantFrom(...scribbles), null, 8),
    )
    .map(([value, mistakes, scribble]) => {
      const text = JSON.stringify(mistakes.reduce<unknown>(withMistake, value)) ?? '';
      return scribble ? scribble(text) : text;
    });
