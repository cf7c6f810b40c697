/**
 * Row-level security behind the visibility predicate, with the server's own role: statements that
 * forgot the predicate find nothing, and change nothing.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type postgres from 'postgres';
import { cases } from '../../drizzle/schema.ts';
import { serverRole } from '../../src/store/database.ts';
import { actingAs } from '../../src/store/visibility.ts';
import { ada, cleo, dov } from '../support/cast.ts';
import { recorded } from '../support/chapters.ts';
import {
  asOwner,
  clock,
  everythingIn,
  historyOf,
  openCase,
  send,
  tell,
  type Step,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const tables = [
  'cases',
  'history',
  'sealed_parts',
  'removed_names',
  'deadlines',
  'stored_answers',
  'digests',
  'accesses',
  'unlogged_heads',
] as const;
/** What the server may do with each at all, beside reading and adding. */
const changeable = ['cases', 'deadlines', 'stored_answers'] as const;
const deletable = [
  'sealed_parts',
  'removed_names',
  'deadlines',
  'stored_answers',
  'digests',
  'unlogged_heads',
] as const;

const app = useApp({ now: clock().now });
let hidden: string;
let open: string;
beforeAll(async () => {
  hidden = await fullCase({ excluded: ['ben'] });
  open = await fullCase();
});

/** A case with rows in every table. */
async function fullCase(opening: { excluded?: string[] } = {}): Promise<string> {
  const { id } = await openCase(app, 'cleo', opening);
  await tell(app, id, [
    ...recorded,
    ada('case.recuse', { person: 'cam' }),
    // a name that is taken away leaves a hash of it
    cleo('intake.addClarification', {
      reporter: { anonymous: false, name: 'Robin Quillfeather' },
      reportedPersons: [{ name: 'Morgan Lapwing' }],
    }),
    cleo('intake.withdrawIdentity', { for: 'reporter' }),
  ]);
  const { event } = cleo('intake.thankReporter');
  await send(app, 'cleo', id, event, { headers: { 'idempotency-key': 'kept' } });
  await historyOf(app, 'ada', id);
  return id;
}

/** Runs statements as the server does, on somebody's behalf or nobody's; nothing of it stays. */
async function asServer<Result>(
  identity: string | null,
  work: (tx: postgres.TransactionSql) => Promise<Result>,
): Promise<Result> {
  let result: Result | undefined;
  const undone = new Error('undone');
  await asOwner(app, async ({ sql }) =>
    sql.begin(async (tx) => {
      await tx`set local role ${tx(serverRole)}`;
      if (identity !== null) await tx`select act_as(${identity})`;
      result = await work(tx);
      throw undone;
    }),
  ).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return result as Result;
}

const casesIn = (identity: string | null, table: string) =>
  asServer(identity, async (tx) => {
    const rows = await tx<{ case_id: string }[]>`select case_id from ${tx(table)}`;
    return new Set(rows.map((row) => row.case_id));
  });

test('there is something to hide in every table', async () => {
  const rows = await everythingIn(app);
  for (const table of tables)
    for (const id of [hidden, open]) expect(rows[table]?.join(), table).toContain(id);
});

describe.each(tables)('select * from %s', (table) => {
  test('finds nothing on nobody’s behalf', async () => {
    expect(await casesIn(null, table)).toEqual(new Set());
    expect(await casesIn('', table)).toEqual(new Set());
  });

  test('finds nothing of a case that the person is outside of', async () => {
    expect(await casesIn('ben', table)).toEqual(new Set([open]));
    expect(await casesIn('cam', table)).toEqual(new Set());
  });

  test('finds nothing for who has no part in any case', async () => {
    for (const person of ['rui', 'uma', 'admin', 'nobody-here'])
      expect(await casesIn(person, table)).toEqual(new Set());
  });

  test('finds what the person sees, and everything for the engine', async () => {
    for (const person of ['ada', 'cleo', 'eve', '#engine'])
      expect(await casesIn(person, table)).toEqual(new Set([hidden, open]));
  });
});

test('a statement of the store that forgot the predicate acts for whom it says', async () => {
  const found = async (person: string) => {
    const rows = await app.db.select().from(cases).where(actingAs(person));
    return new Set(rows.map(({ caseId }) => caseId));
  };
  expect(await found('ben')).toEqual(new Set([open]));
  expect(await found('ada')).toEqual(new Set([hidden, open]));
  expect(await app.db.select().from(cases)).toEqual([]);
});

describe('an update', () => {
  test.each(changeable)('of %s changes nothing that the person does not see', async (table) => {
    const changed = (identity: string | null) =>
      asServer(identity, async (tx) => {
        const rows = await tx<{ case_id: string }[]>`
          update ${tx(table)} set case_id = case_id returning case_id`;
        return new Set(rows.map((row) => row.case_id));
      });
    expect(await changed(null)).toEqual(new Set());
    expect(await changed('cam')).toEqual(new Set());
    expect(await changed('ben')).toEqual(new Set([open]));
    expect(await changed('ada')).toEqual(new Set([hidden, open]));
  });

  test.each(tables.filter((table) => !(changeable as readonly string[]).includes(table)))(
    'of %s is nothing that the server may do',
    async (table) => {
      const updating = asServer('#engine', (tx) => tx`update ${tx(table)} set case_id = case_id`);
      await expect(updating).rejects.toThrow(/permission denied/);
    },
  );
});

describe('a deletion', () => {
  test.each(deletable)('from %s takes nothing that the person does not see', async (table) => {
    const deleted = (identity: string | null) =>
      asServer(identity, async (tx) => {
        const rows = await tx<{ case_id: string }[]>`delete from ${tx(table)} returning case_id`;
        return new Set(rows.map((row) => row.case_id));
      });
    expect(await deleted(null)).toEqual(new Set());
    expect(await deleted('cam')).toEqual(new Set());
    expect(await deleted('ben')).toEqual(new Set([open]));
    expect(await deleted('ada')).toEqual(new Set([hidden, open]));
  });

  test.each(tables.filter((table) => !(deletable as readonly string[]).includes(table)))(
    'from %s is nothing that the server may do',
    async (table) => {
      const deleting = asServer('#engine', (tx) => tx`delete from ${tx(table)}`);
      await expect(deleting).rejects.toThrow(/permission denied/);
    },
  );
});

describe('an identity', () => {
  test('is gone with its transaction', async () => {
    const left = await asOwner(app, async ({ sql }) => {
      const connection = await sql.reserve();
      try {
        await connection`set role ${connection(serverRole)}`;
        const seen = await connection`select from cases where (select act_as('ada'))`;
        return [seen.length, (await connection`select from cases`).length];
      } finally {
        await connection`reset role`;
        connection.release();
      }
    });
    expect(left).toEqual([2, 0]);
  });

  test('nobody can take the engine’s by having its name', async () => {
    const body = { id: '#engine', name: 'Engine', roles: ['responder'] };
    expect((await app.as('admin').post('/v1/people', body)).status).toBe(400);
  });

  test('cannot put aside what a policy says', async () => {
    for (const statement of [
      'set local row_security = off; select 1 from cases',
      'alter table cases disable row level security',
      'drop policy seen on cases',
    ])
      await expect(asServer('ben', (tx) => tx.unsafe(statement))).rejects.toThrow(
        /row-level security|must be owner/,
      );
  });
});

test('a step that recuses its own sender is written, and hides the case from them', async () => {
  const { id } = await openCase(app);
  await tell(app, id, [dov('case.recuse', { person: 'dov' })]);
  expect(await casesIn('dov', 'cases')).not.toContain(id);
  expect(await casesIn('dov', 'cases')).toContain(open);
});

describe('an ombud', () => {
  /** The cases that an ombud finds in each table. */
  const found = async () =>
    Promise.all(tables.map(async (table) => [...(await casesIn('uma', table))]));

  test('finds of every table what the case that was referred to them has, and loses it by leaving', async () => {
    expect(await found()).toEqual(tables.map(() => []));
    await tell(app, open, [cleo('case.refer', { person: 'uma' })]);
    expect(await found()).toEqual(tables.map(() => [open]));
    await tell(app, open, [dov('case.recuse', { person: 'uma' })]);
    expect(await found()).toEqual(tables.map(() => []));
  });

  test('finds those in which somebody of an office is reported, while they are open', async () => {
    const { id } = await openCase(app, 'cleo', { channel: 'email' });
    const reportedPersons = [{ staff: 'kim' }];
    await tell(app, id, [cleo('intake.recordReport', { form: 'written', reportedPersons })]);
    const full = ['cases', 'history', 'sealed_parts'];
    for (const table of full) expect(await casesIn('uma', table)).toEqual(new Set([id]));
    const proposal = await send<Step>(app, 'cleo', id, { type: 'case.void', reason: 'mistake' });
    const confirm = { type: 'case.confirm', seq: proposal.body.entry.seq };
    expect((await send(app, 'uma', id, confirm)).status).toBe(200);
    for (const table of full) expect(await casesIn('uma', table)).toEqual(new Set());
  });
});
