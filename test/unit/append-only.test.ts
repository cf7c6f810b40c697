import type { Sql } from 'postgres';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { serverRole } from '../../src/store/database.ts';
import { cloneDatabase } from '../support/database.ts';
import { recorded } from '../support/chapters.ts';
import { asOwner, caseAfter } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

/** insufficient_privilege */
const refused = { code: '42501' };

const app = useApp();
let caseId: string;
beforeAll(async () => {
  ({ id: caseId } = await caseAfter(app, recorded));
});

/** Works in the application's database under the role, and ends with a rollback. */
const under = (role: 'server' | 'owner', work: (sql: Sql) => Promise<unknown>) =>
  asOwner(app, async ({ sql }) =>
    sql
      .begin(async (tx) => {
        if (role === 'server') await tx.unsafe(`set local role ${serverRole}`);
        // as the engine, so that row-level security hides nothing
        await tx`select set_config('recourse.identity', '#engine', true)`;
        await work(tx as unknown as Sql);
        throw new Error('rolled back');
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.message === 'rolled back')) throw error;
      }),
  );

const attempts: readonly (readonly [what: string, attempt: (sql: Sql) => Promise<unknown>])[] = [
  ['an update of every entry', (sql) => sql`update history set type = 'case.close'`],
  [
    'an update that changes nothing',
    (sql) => sql`update history set hash = hash where case_id = ${caseId} and seq = 2`,
  ],
  ['the deletion of an entry', (sql) => sql`delete from history where seq = 2`],
  ['the deletion of a case’s', (sql) => sql`delete from history where case_id = ${caseId}`],
  ['emptying it', (sql) => sql`truncate history`],
  ['emptying it with what depends on it', (sql) => sql`truncate history cascade`],
  [
    'an upsert',
    (sql) => sql`insert into history select * from history where case_id = ${caseId}
      on conflict (case_id, seq) do update set type = 'case.close'`,
  ],
  [
    'a merge',
    (sql) => sql`merge into history h using cases c on c.case_id = h.case_id
      when matched then delete`,
  ],
];

describe.each(['server', 'owner'] as const)('to the %s the history refuses', (role) => {
  test.each(attempts)('%s', async (_what, attempt) => {
    const count = async (sql: Sql) => (await sql`select from history`).count;
    await under(role, async (sql) => {
      expect(await count(sql)).toBe(recorded.length + 1);
    });
    await expect(under(role, attempt)).rejects.toMatchObject(refused);
    await asOwner(app, async ({ sql }) => {
      expect(await count(sql)).toBe(recorded.length + 1);
    });
  });
});

test('nor does it give way to whoever switches triggers off by the session', async () => {
  for (const [, attempt] of attempts)
    await expect(
      under('owner', async (sql) => {
        await sql`set local session_replication_role = replica`;
        await attempt(sql);
      }),
    ).rejects.toMatchObject(refused);
});

describe('the server’s role', () => {
  test('takes further entries, and no second one with the same number', async () => {
    const again = (seq: number) => (sql: Sql) => sql`
      insert into history (case_id, seq, outcome, type, facts, parts, by, at, version,
        stages, snapshot_hash, violations, machine_id, machine_version, previous_hash, hash)
      select case_id, ${seq}, outcome, type, facts, parts, by, at, version,
        stages, snapshot_hash, violations, machine_id, machine_version, previous_hash, hash
      from history where case_id = ${caseId} and seq = 2`;
    await under('server', again(100));
    await expect(under('server', again(2))).rejects.toMatchObject({ code: '23505' });
  });

  test.each([
    ['disables the guard', (sql: Sql) => sql`alter table history disable trigger all`],
    ['drops the guard', (sql: Sql) => sql`drop trigger history_is_append_only on history`],
    ['replaces the guard', (sql: Sql) => sql`drop function refuse_change cascade`],
    ['drops the history', (sql: Sql) => sql`drop table history`],
    ['gives itself rights', (sql: Sql) => sql`grant update on history to ${sql(serverRole)}`],
    ['switches triggers off', (sql: Sql) => sql`set local session_replication_role = replica`],
    ['deletes a case', (sql: Sql) => sql`delete from cases where case_id = ${caseId}`],
    ['deletes a person', (sql: Sql) => sql`delete from people where id = 'cleo'`],
    ['makes tables', (sql: Sql) => sql`create table public.mine (id int)`],
  ])('never %s', async (_what, attempt) => {
    // a grant that one may not give is a warning only, so ask for its effect
    const then = (sql: Sql) => sql`update history set type = 'x' where case_id = ${caseId}`;
    const both = async (sql: Sql) => {
      await attempt(sql);
      await then(sql);
    };
    await expect(under('server', both)).rejects.toMatchObject(refused);
  });

  test('is what a clone works under when it is asked to', async () => {
    const clone = await cloneDatabase({ role: serverRole });
    try {
      const [row] = await clone.sql`select current_user as who, session_user as owner`;
      expect(row?.['who']).toBe(serverRole);
      expect(row?.['owner']).not.toBe(serverRole);
      const [rights] = await clone.sql`
        select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolcanlogin as mighty
        from pg_roles where rolname = ${serverRole}`;
      expect(rights?.['mighty']).toBe(false);
      const owned = await clone.sql`
        select relname from pg_class where relowner = ${serverRole}::regrole`;
      expect([...owned]).toEqual([]);
      const nobody = await clone.sql`select from cases where case_id = ${randomUUID()}`;
      expect(nobody).toHaveLength(0);
    } finally {
      await clone.close();
    }
  });

  test('sees no case of which nobody said who asks', async () => {
    await asOwner(app, async ({ sql }) =>
      sql.begin(async (tx) => {
        await tx.unsafe(`set local role ${serverRole}`);
        for (const table of ['cases', 'history', 'deadlines', 'stored_answers'])
          expect(await tx`select from ${tx(table)}`, table).toHaveLength(0);
      }),
    );
  });
});
