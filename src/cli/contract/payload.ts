/** What an event takes besides whom it is about, in the short hand of the contract. */
import { z } from 'zod';
import { eventDefinitions, type EventType } from '../../../machines/events.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { bare, marksOf } from '../../../machines/events/marks.ts';
import { code, codes } from './markdown.ts';

const named: Readonly<Record<string, string>> = {
  staff: 'handle',
  person: 'reference',
  audience: 'audience',
  entry: 'seq',
  action: 'seq of the action',
  response: 'number of the response',
  kind: 'response kind',
  case: 'case id',
};

/** A confidential field says so; a text that leaves the case is screened besides. */
function sealed(schema: z.core.$ZodType): string {
  const marks = marksOf(schema);
  const what = lookUp(named, String(marks['x-names']));
  const many = bare(schema) instanceof z.ZodArray;
  const words = what === undefined ? '' : many ? `[${what}] ` : `${what} `;
  return `${words}⚿${marks['x-screened'] === true ? ' screened' : ''}`;
}

function typeOf(schema: z.core.$ZodType): string {
  const inner = bare(schema);
  const marks = marksOf(inner);
  if (marks['x-confidential'] === true) return sealed(inner);
  if (marks['id'] === 'RuleId') return 'rule';
  const name = lookUp(named, String(marks['x-names']));
  if (name !== undefined) return name;
  if (inner instanceof z.ZodEnum) return codes(inner.options.map(String));
  if (inner instanceof z.ZodBoolean) return 'yes or no';
  if (inner instanceof z.ZodNumber) return 'number';
  if (inner instanceof z.ZodArray) return `[${typeOf(inner.element)}]`;
  if (inner instanceof z.ZodObject) return `{${fieldsOf(inner.shape).join('; ')}}`;
  if (inner instanceof z.ZodUnion) return inner.options.map(typeOf).join(' or ');
  if (inner instanceof z.ZodISODate) return 'day';
  if (inner instanceof z.ZodISODateTime) return 'time';
  return 'text';
}

/** What is taken where a field is left out. */
function defaultOf(schema: z.core.$ZodType): string {
  if (!(schema instanceof z.ZodDefault)) return '';
  const value = schema.def.defaultValue;
  return ` (${value === false ? 'no' : String(value)} if left out)`;
}

function fieldsOf(shape: z.core.$ZodShape): string[] {
  return Object.entries(shape).map(([key, schema]) => {
    const optional = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
    return `${code(optional ? `${key}?` : key)} ${typeOf(schema)}${defaultOf(schema)}`;
  });
}

/** The fields of an event's own payload, one a line. */
export const payloadOf = (type: EventType): string =>
  fieldsOf(eventDefinitions[type].fields).join('<br>') || '—';
