/** Reading the marks of payloads' schemas (fields.ts): which values of an event are names, and of what. */
import { z } from 'zod';
import { lookUp } from '../look-up.ts';

export type Named =
  'staff' | 'person' | 'case' | 'audience' | 'entry' | 'action' | 'response' | 'kind';

/** A value of a payload, where it stands, and what its schema says of it. */
export interface Marked {
  /** A JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly value: unknown;
  readonly marks: Readonly<Record<string, unknown>>;
}

/** What is optional or has a default is what it is without that. */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? bare(schema.def.innerType)
    : schema;
}

type Marks = Readonly<Record<string, unknown>>;
const knownMarks = new WeakMap<z.core.$ZodType, Marks>();

/** Every field of every event is asked for its marks, and the registry puts them together anew each time. */
export function marksOf(schema: z.core.$ZodType): Marks {
  const known = knownMarks.get(schema);
  if (known) return known;
  const marks = z.globalRegistry.get(bare(schema)) ?? {};
  knownMarks.set(schema, marks);
  return marks;
}

/** Of several shapes the one that a value has. */
export function shapeOf(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const inner = bare(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const keys = Object.keys(typeof value === 'object' && value !== null ? value : {});
  const fits = (option: z.core.$ZodType) =>
    option instanceof z.ZodObject ? keys.every((key) => Object.hasOwn(option.shape, key)) : true;
  return bare(inner.options.find(fits) ?? inner);
}

/** Every value of a payload whose schema bears the mark. */
export function marked(
  schema: z.core.$ZodType,
  value: unknown,
  mark: string,
  pointer = '',
): Marked[] {
  if (value === undefined || !bears(schema, mark)) return [];
  const marks = marksOf(schema);
  const shape = shapeOf(schema, value);
  const itself = lookUp(marks, mark) === undefined ? [] : [{ pointer, value, marks }];
  if (shape instanceof z.ZodArray && Array.isArray(value))
    return [
      ...itself,
      ...value.flatMap((item, i) => marked(shape.element, item, mark, `${pointer}/${i}`)),
    ];
  if (shape instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    const fields = value as Readonly<Record<string, unknown>>;
    return [
      ...itself,
      ...Object.entries(shape.shape).flatMap(([key, field]) =>
        marked(field as z.core.$ZodType, lookUp(fields, key), mark, `${pointer}/${key}`),
      ),
    ];
  }
  return itself;
}

const bearing = new WeakMap<z.core.$ZodType, Map<string, boolean>>();

/** Whether a schema bears a mark anywhere: most events bear few, and need not be walked for the others. */
function bears(schema: z.core.$ZodType, mark: string): boolean {
  const answers = bearing.get(schema) ?? new Map<string, boolean>();
  bearing.set(schema, answers);
  const answer = answers.get(mark) ?? marksWithin(schema, mark).length > 0;
  answers.set(mark, answer);
  return answer;
}

/** Every mark of this name that a schema bears anywhere, whatever the payload. */
export function marksWithin(schema: z.core.$ZodType, mark: string): unknown[] {
  const inner = bare(schema);
  const itself = lookUp(marksOf(inner), mark);
  const parts =
    inner instanceof z.ZodArray
      ? [inner.element]
      : inner instanceof z.ZodObject
        ? Object.values(inner.shape)
        : inner instanceof z.ZodUnion
          ? inner.options
          : [];
  return [
    ...(itself === undefined ? [] : [itself]),
    ...parts.flatMap((part) => marksWithin(part as z.core.$ZodType, mark)),
  ];
}
