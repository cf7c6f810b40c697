/**
 * Statements that every step sends. Their text is made once, by drizzle; making it anew each time was a
 * seventh of the server's time.
 */
import { is, Placeholder, sql, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { lookUp } from '../../machines/look-up.ts';
import { clientOf } from './client.ts';
import type { Db } from './database.ts';

const dialect = new PgDialect();

/** A value that each sending of a statement gives. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** Sends a statement that was made before, with the values that it names (`given`). */
export type Statement<Row> = (db: Db, values: Readonly<Record<string, unknown>>) => Promise<Row[]>;

/** The rows are as PostgreSQL names their columns: JSON parsed, times as text. */
export function statement<Row>(query: SQL): Statement<Row> {
  const { sql: written, params } = dialect.sqlToQuery(query);
  // drizzle numbers a value each time that it is named; it is sent once
  const nameOf = (param: unknown) => (is(param, Placeholder) ? param.name : undefined);
  const distinct = [...new Set(params.map((param) => nameOf(param) ?? param))];
  const numbers = params.map((param) => distinct.indexOf(nameOf(param) ?? param) + 1);
  const named = new Set(params.flatMap((param) => nameOf(param) ?? []));
  const text = written.replaceAll(
    /\$(\d+)/g,
    (_, number: string) => `$${numbers[Number(number) - 1]}`,
  );
  return async (db, values) => {
    const sent = distinct.map((value) =>
      named.has(value as string) ? lookUp(values, value as string) : value,
    );
    return (await clientOf(db).unsafe(text, sent)) as unknown[] as Row[];
  };
}
