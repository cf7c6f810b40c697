/** Requests made up from the OpenAPI document, and answers held to it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { belongsToCalls, problemNames, problems } from '../../src/http/problems.ts';
import { roster } from './cast.ts';
import {
  bodyOf,
  edges,
  inherited,
  sometimes,
  valueOf,
  type JsonSchema,
  type World,
} from './from-schema.ts';

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { schema: JsonSchema } };
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** A request, and by whom. */
export interface Attempt {
  readonly by: string;
  readonly method: string;
  readonly template: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

const staff = [...Object.keys(roster), 'admin', 'nobody', 'a-guess'];
export const json = { 'content-type': 'application/json' };

/** Percent-encodes whatever can be. */
const encoded = (text: unknown) => encodeURIComponent(String(text).toWellFormed());

const oddHeaders = fc.constantFrom<Record<string, string>>(
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'nonsense' },
  { 'content-encoding': 'gzip' },
  { expect: 'the-unexpected' },
  { upgrade: 'h2c', connection: 'upgrade' },
  { host: '' },
  { accept: 'text/html', range: 'bytes=0-1' },
  { 'idempotency-key': '' },
  { 'if-match': '4' },
  { 'x-forwarded-for': '::1', 'x-http-method-override': 'DELETE' },
  { 'x-long': 'x'.repeat(20_000) },
  { ['__proto__']: 'x', constructor: 'y' },
);
export const preconditions = fc.record(
  {
    'idempotency-key': fc.constantFrom('a', 'b', 'c', ...inherited),
    'if-match': fc.constantFrom('*', '"1"', '"1", "2", "3"', 'W/"2"', '""', '"constructor"'),
  },
  { requiredKeys: [] },
);

/** Any request to one call of the document: mostly as it says, now and then under another method. */
export function anyAttempt(template: string, method: string, operation: Operation, world: World) {
  const { parameters = [], requestBody } = operation;
  const said = (where: Parameter['in']) =>
    parameters
      .filter((parameter) => parameter.in === where)
      .map(({ name, schema, required }) => {
        const usual =
          where === 'path' && /people/.test(template)
            ? // whoever tells the stories stays who they are
              fc.constantFrom('zed', 'nobody-here', ...(method === 'patch' ? [] : world.staff))
            : valueOf(schema, world);
        const any = fc.oneof({ weight: 8, arbitrary: usual }, fc.constantFrom(...edges));
        const value = required || where === 'path' ? any : sometimes(any, undefined);
        return value.map((one) => ({ name, value: one }));
      });
  const body = requestBody
    ? bodyOf(requestBody.content['application/json'].schema, world)
    : sometimes(fc.constantFrom('{}', 'null', 'x'), undefined);
  return fc
    .record({
      by: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('admin', 'una', 'ada', 'cleo', 'dov', 'eve') },
        fc.constantFrom(...staff),
      ),
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(method.toUpperCase()) },
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'),
      ),
      path: fc.tuple(...said('path')),
      query: fc.tuple(...said('query')),
      stray: sometimes(
        fc.constantFrom('__proto__=1', 'x=%zz', 'limit=1&limit=2', '%00', '#x'),
        '',
        12,
      ),
      ending: sometimes(fc.constantFrom('/', '/..', '//', '%2f', '%', '%00', ';x'), '', 12),
      precondition: sometimes(preconditions, {}),
      odd: sometimes(oddHeaders, {}, 12),
      body,
    })
    .map(({ path, query, stray, ending, precondition, odd, ...rest }): Attempt => {
      const way = path.reduce<string>(
        (so, { name, value }) => so.replace(`{${name}}`, () => encoded(value)),
        template,
      );
      const pairs = query.flatMap(({ name, value }) =>
        value === undefined ? [] : [`${name}=${encoded(value)}`],
      );
      const question = [...pairs, ...(stray ? [stray] : [])].join('&');
      return {
        ...rest,
        template,
        url: `${way}${ending}${question ? `?${question}` : ''}`,
        headers: { ...(rest.body === undefined ? {} : json), ...precondition, ...odd },
      };
    });
}

const anywhere = new Map<number, string>(
  problemNames.filter((name) => !belongsToCalls(name)).map((name) => [problems[name].status, name]),
);

/** Holds answers to the document: what is wrong with one, or nothing. */
export function judgeOf(document: OpenApi) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'document');
  const part = (...keys: string[]) =>
    `document#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  return (
    { template, method }: Attempt,
    { status, type, text }: { status: number; type: string; text: string },
  ): string | undefined => {
    if (status >= 500) return 'is a failure of ours';
    const verb = method.toLowerCase();
    const isProblem = type.startsWith('application/problem+json');
    if (status >= 400 && !isProblem && verb !== 'head') return 'is no problem document';
    const operation = new Map(Object.entries(document.paths[template] ?? {})).get(verb);
    const kind = type.split(';', 1)[0] ?? '';
    // beside the paths of the document, under another method, or what can meet any request
    if (anywhere.has(status) || !operation || (status === 404 && !template.includes('{')))
      return undefined;
    const response = new Map(Object.entries(operation.responses)).get(String(status));
    if (!response) return 'is not documented';
    if (!/[/+]json$/.test(kind) || text === '') return undefined;
    const valid = ajv.getSchema(
      part('paths', template, verb, 'responses', String(status), 'content', kind, 'schema'),
    );
    if (!valid) return `has no schema as ${kind}`;
    return valid(JSON.parse(text)) === true ? undefined : ajv.errorsText(valid.errors);
  };
}
