/** What happens in all cases, in one order, as pages. */
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/store/database.ts';
import { ada, cleo } from '../support/cast.ts';
import { recorded } from '../support/chapters.ts';
import { everything, marks, pageNow, pageOf, settled, urlOf, whileHeld } from '../support/feed.ts';
import {
  asOwner,
  caseAfter,
  historyOf,
  openCase,
  send,
  tell,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({}, { per: 'test' });

describe('as pages, the feed', () => {
  test('has every entry once, each case’s in order, with what the history shows of it', async () => {
    const one = await caseAfter(app, recorded);
    const other = await openCase(app, 'rui');
    await send(app, 'cleo', one.id, { type: 'meeting.conclude' });
    for (const limit of [1, 3, 200]) {
      const all = await everything(app, limit, 'eve');
      for (const { id, codename } of [one, other]) {
        const history = await historyOf(app, 'eve', id);
        expect(all.filter((entry) => entry.case === id)).toEqual(
          history.map((entry) => ({ case: id, codename, ...entry })),
        );
      }
      expect(new Set(marks(all)).size).toBe(all.length);
    }
    expect((await everything(app, 50, 'eve')).at(-1)).toMatchObject({ outcome: 'refused' });
  });

  test('goes on behind what it ended with, and from now where that is asked for', async () => {
    const { id } = await openCase(app);
    const { next, more } = await pageOf(app);
    expect(more).toBe(false);
    expect(await pageOf(app, `?after=${next}`)).toMatchObject({ items: [], more: false });
    const { next: now } = await pageOf(app, '?after=now');
    await tell(app, id, [cleo('intake.offerQuietSpace', { accepted: true })]);
    for (const after of [next, now])
      expect(marks((await pageOf(app, `?after=${after}`)).items)).toEqual([`${id} 2`]);
  });

  test.each([
    ['after=x', '/query/after'],
    ['limit=0', '/query/limit'],
    ['after=', '/query/after'],
    [`after=${Buffer.from('["9223372036854775808","a",1]').toString('base64url')}`, '/query/after'],
    ['cursor=x', '/query/cursor'],
  ])('is told what is wrong with ?%s', async (query, pointer) => {
    const { status, body } = await app.as('ada').get<Problem>(`/v1/feed?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe(pointer);
  });

  test('withholds the content from everybody', async () => {
    await caseAfter(app, recorded);
    for (const { confidential } of await everything(app, 50)) expect(confidential).toBe('withheld');
  });

  test('is nothing for admins, and for whoever has no case it is empty', async () => {
    await openCase(app);
    expect((await app.as('admin').get('/v1/feed')).status).toBe(403);
    expect(await pageOf(app, '', 'rui')).toMatchObject({ items: [], more: false });
  });

  test('shows each person what they see, and no place tells of anything else', async () => {
    const hidden = await openCase(app);
    await tell(app, hidden.id, [ada('case.recuse', { person: 'ben' })]);
    const open = await openCase(app, 'rui');
    expect(marks(await everything(app, 50, 'ben'))).toEqual([`${open.id} 1`]);
    expect(marks(await everything(app, 1, 'rui'))).toEqual([`${open.id} 1`]);
    for (const by of ['ben', 'rui']) {
      const { next } = await pageOf(app, '', by);
      expect(Buffer.from(next, 'base64url').toString()).not.toContain(hidden.id);
    }
  });

  test('does not walk all that others have at once, and gets to one’s own all the same', async () => {
    const own = await openCase(app, 'rui');
    await asOwner(app, async (owner) => {
      // what others wrote: 5,000 entries, in a transaction each hundred
      const { id } = await openCase(app);
      for (let part = 0; part < 50; part += 1)
        await owner.sql`
          insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages,
            snapshot_hash, violations, machine_id, machine_version, previous_hash, hash)
          select case_id, n + 10 + ${part} * 100, outcome, type, facts, parts, by, at, version, stages,
            snapshot_hash, violations, machine_id, machine_version, previous_hash, hash
          from history, generate_series(1, 100) n where case_id = ${id} and seq = 1`;
    });
    await tell(app, own.id, [{ ...cleo('case.bringIn', { person: 'kim' }), by: 'rui' }]);
    const first = await pageOf(app, '', 'rui');
    expect(marks(first.items)).toEqual([`${own.id} 1`]);
    expect(first.more).toBe(true);
    expect(marks(await everything(app, 50, 'rui'))).toEqual([`${own.id} 1`, `${own.id} 2`]);
  });
});

test('an entry that no server wrote is left out and logged, and the rest goes on', async () => {
  const forged = await openCase(app);
  const { id } = await openCase(app);
  await asOwner(app, async (owner) => {
    await owner.sql`
      insert into history (case_id, seq, outcome, type, facts, parts, by, at, version, stages,
        snapshot_hash, violations, machine_id, machine_version, previous_hash, hash, mac)
      select case_id, 2, outcome, type, '{"channel":"forged"}', parts, by, at, version, stages,
        snapshot_hash, violations, machine_id, machine_version, previous_hash, hash, mac
      from history where case_id = ${forged.id}`;
  });
  expect(marks(await everything(app, 50))).toEqual([`${forged.id} 1`, `${id} 1`]);
  expect(app.log()).toContain(`"caseId":"${forged.id}"`);
});

test('a database that was put back tells what comes to whoever had read further than the backup', async () => {
  await openCase(app);
  const [moment] = JSON.parse(Buffer.from((await pageOf(app)).next, 'base64url').toString()) as [
    string,
  ];
  const place = [String(BigInt(moment) + 1_000_000n), '00000000-0000-0000-0000-000000000000', 0];
  const further = Buffer.from(JSON.stringify(place)).toString('base64url');
  const begin = async () => migrate(await urlOf(app));
  await begin();
  const { next } = await pageOf(app, `?after=${further}`);
  await asOwner(app, async ({ db }) =>
    db.execute(sql`create or replace function feed_origin() returns text language sql immutable
                   parallel safe as $$ select 'elsewhere'::text $$`),
  );
  await begin();
  const { id } = await openCase(app);
  for (const after of [further, next])
    expect(marks((await pageOf(app, `?after=${after}`)).items)).toEqual([`${id} 1`]);
  expect(await everything(app, 1)).toHaveLength(2);
  const epoch = () =>
    asOwner(app, async ({ db }) => [...(await db.execute(sql`select feed_epoch()`))]);
  const raised = await epoch();
  await begin();
  expect(await epoch()).toEqual(raised);
});

describe('while a transaction is not over', () => {
  test('what commits meanwhile waits, and then both are there once, in one order', async () => {
    const [slow, fast] = [await openCase(app), await openCase(app)];
    const { next } = await pageOf(app);
    await whileHeld(app, slow.id, async () => {
      await tell(app, fast.id, [cleo('intake.offerQuietSpace', { accepted: true })]);
      expect(await pageNow(app, `?after=${next}`)).toMatchObject({ items: [], more: false });
    });
    const after = await everything(app, 1, 'ada', next);
    expect(marks(after)).toEqual([`${slow.id} 2`, `${fast.id} 2`]);
  });

  test('one that only reads, as a dump does, holds up nothing', async () => {
    const { next } = await pageOf(app);
    await asOwner(app, async (owner) =>
      owner.db.transaction(
        async (tx) => {
          await tx.execute(sql`select count(*) from history`);
          const { id } = await openCase(app);
          await settled(app);
          expect(marks((await pageNow(app, `?after=${next}`)).items)).toEqual([`${id} 1`]);
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      ),
    );
  });
});
