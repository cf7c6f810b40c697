/**
 * Requests are parsed by the zod schemas that document them. Whatever a client sent wrongly is named
 * by where it stands, never by what it says: it may be confidential.
 */
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import type { z } from 'zod';
import { lookUp } from '../../machines/look-up.ts';
import { InvalidRequest, NotFound, type InvalidField } from '../errors.ts';

type Issue = z.core.$ZodIssue;

/** Where the parts of a request stand in a pointer; the body is the document that it points into. */
const places: Readonly<Record<string, string>> = { querystring: '/query', headers: '/headers' };

/** A request may be wrong in more places than anybody reads, and in longer ones. */
const maxFields = 100;
const maxKeyLength = 100;

/** Parses one part of a request. A path parameter that no resource can have names nothing: 404. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const place = lookUp(places, httpPart ?? '') ?? '';
  return (data: unknown) => {
    const result = schema.safeParse(data, { error: sayWhenMissing });
    if (result.success) return { value: result.data };
    if (httpPart === 'params') return { error: new NotFound() };
    return { error: new InvalidRequest(invalidFields(result.error, place)) };
  };
};

/**
 * Answers leave as the handlers made them. Their schemas document them, types hold the handlers to
 * them and the tests check every answer; at run time a slip in a schema must neither drop a field
 * nor turn a step that was recorded into a 500.
 */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = () => (data) =>
  JSON.stringify(data);

/** What zod found wrong, by place. `place` is the pointer of what was parsed. */
function invalidFields(error: z.core.$ZodError, place = ''): readonly InvalidField[] {
  return error.issues.flatMap((issue) => fieldsOf(issue, place)).slice(0, maxFields);
}

function fieldsOf(issue: Issue, place: string): InvalidField[] {
  const pointer = place + pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: key.length > maxKeyLength ? pointer : pointer + pointerOf([key]),
      message: 'is not known here',
    }));
  }
  if (issue.code === 'invalid_union') {
    const closest = closestBranch(issue.errors);
    if (closest) return closest.flatMap((inner) => fieldsOf(inner, pointer));
    return [{ pointer, message: 'is none of those that are known' }];
  }
  return [{ pointer, message: issue.message }];
}

/** Of the alternatives, the one that came furthest: what the client most likely meant. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const misses = (branch: readonly Issue[]) =>
    branch.length + (branch.some(({ path }) => path.length === 0) ? maxFields : 0);
  return branches.toSorted((a, b) => misses(a) - misses(b))[0];
}

/** RFC 6901, 3: `~` and `/` are escaped. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const sayWhenMissing: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined;
