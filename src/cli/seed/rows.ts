/** Writing many cases at once: what they share travels once, and the database multiplies it. */
import { sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import * as tables from '../../../drizzle/schema.ts';
import type { Db } from '../../store/database.ts';
import type { Copy, Mould } from './mould.ts';

/** A copy with what it is told apart by. */
export interface Named {
  readonly copy: Copy;
  readonly mould: Mould;
}

/** Columns of a row, and what they belong to. */
interface Part {
  readonly of: number;
  readonly row: object;
}

/** The names of columns, from those of their fields. */
const inColumns = (row: object): object =>
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

/**
 * Rows of a table, each put together from what is its own and what it shares with others. One that is
 * there already, since somebody is named twice in a case, is left.
 */
async function insertRows(
  tx: Db,
  table: PgTable,
  own: readonly Part[],
  shared: readonly Part[],
): Promise<void> {
  const parts = (list: readonly Part[]) => {
    const rows = list.map(({ of, row }) => ({ of, row: inColumns(row) }));
    return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as part("of" bigint, row jsonb)`;
  };
  const { name, columns } = getTableConfig(table);
  // by name, since others are generated
  const named = columns.map((column) => sql.identifier(column.name));
  await tx.execute(sql`
    insert into ${table} (${sql.join(named, sql`, `)})
    select ${sql.join(named, sql`, `)} from (select * from ${parts(own)}) own
    join (select * from ${parts(shared)}) shared using ("of")
    cross join lateral jsonb_populate_record(null::${sql.identifier(name)}, shared.row || own.row) made
    on conflict do nothing`);
}

/** As PostgreSQL reads bytes. */
const hex = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

function caseRow({ change, state, entries }: Mould) {
  const { context } = state;
  return {
    // what of it is no column is passed over
    ...change,
    // as JSON, not as the text of it
    snapshot: state,
    headSeq: entries.length,
    openedBy: context.openedBy,
    openedAt: context.openedAt,
    closedAt: context.closedAt,
    machineId: change.machine.id,
    machineVersion: change.machine.version,
    macsFrom: 1,
  };
}

/** More than a history in the stories has entries: an entry of a mould is numbered by both. */
const longest = 1_000_000;

/** Writes cases, all of them or none. */
export async function insertCopies(db: Db, named: readonly Named[]): Promise<void> {
  const moulds = [...new Set(named.map(({ mould }) => mould))];
  const numbers = new Map(moulds.map((mould, number) => [mould, number]));
  /** Rows of every copy, and rows of every mould. */
  const own = (rowsOf: (one: Named, of: number) => readonly Part[]) =>
    named.flatMap((one) =>
      rowsOf(one, numbers.get(one.mould) ?? 0).map(({ of, row }) => ({
        of,
        row: { ...row, caseId: one.copy.caseId },
      })),
    );
  const shared = (rowsOf: (mould: Mould, of: number) => readonly Part[]) => moulds.flatMap(rowsOf);
  const each = (rowsOf: (copy: Copy) => readonly object[]) =>
    own(({ copy }) => rowsOf(copy).map((row) => ({ of: 0, row })));
  const beside = (rowsOf: (mould: Mould) => readonly object[]) =>
    shared((mould, of) => rowsOf(mould).map((row) => ({ of, row })));

  const cases = own(({ copy: { codename, dataKey, headMac, links } }, of) => {
    const headHash = links.at(-1)?.hash;
    return [{ of, row: { codename, headHash, headMac, dataKey: hex(dataKey) } }];
  });
  const chain = own(({ copy }, of) =>
    copy.links.map((link) => ({ of: of * longest + link.seq, row: link })),
  );
  const entries = shared((mould, of) =>
    mould.entries.map((entry) => ({ of: of * longest + entry.seq, row: entry })),
  );
  const ids = own((_, of) => [{ of, row: {} }]);
  const nothing = [{ of: 0, row: {} }];
  await db.transaction(async (tx) => {
    await insertRows(
      tx,
      tables.cases,
      cases,
      beside((mould) => [caseRow(mould)]),
    );
    await insertRows(tx, tables.history, chain, entries);
    const sealed = each((copy) =>
      copy.sealed.map(({ bytes, ...place }) => ({ ...place, sealed: hex(bytes) })),
    );
    await insertRows(tx, tables.sealedParts, sealed, nothing);
    const digests = each((copy) =>
      copy.digests.map((one) => ({ ...one, digest: hex(one.digest) })),
    );
    await insertRows(tx, tables.digests, digests, nothing);
    const people = (listed: (change: Mould['change']) => readonly string[]) =>
      beside(({ change, state: { context } }) =>
        listed(change).map((person) => ({ person, openedAt: context.openedAt })),
      );
    await insertRows(
      tx,
      tables.caseOutsiders,
      ids,
      people(({ outsiders }) => outsiders),
    );
    await insertRows(
      tx,
      tables.caseAssignments,
      ids,
      people(({ assignments }) => assignments),
    );
    const clocks = beside(({ change }) => change.deadlines);
    await insertRows(tx, tables.deadlines, ids, clocks);
    const heads = beside(({ entries: { length: seq } }) => [{ seq }]);
    await insertRows(tx, tables.unloggedHeads, ids, heads);
  });
}
