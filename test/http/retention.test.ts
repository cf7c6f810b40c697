import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { machineIdentity } from '../../machines/case.ts';
import { bostonPython } from '../../machines/procedure.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { unseal, unwrapKey } from '../../src/crypto/sealing.ts';
import { jobsOf } from '../../src/deadlines/loop.ts';
import { eraseDueCases } from '../../src/deadlines/retention.ts';
import { openCase as openInEngine } from '../../src/engine/step/open.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import { ada, cleo, dov, kim } from '../support/cast.ts';
import { closed, recorded, welcomed } from '../support/chapters.ts';
import {
  asOwner,
  caseAfter,
  clock,
  closeAnyway,
  day,
  everythingIn,
  historyOf,
  hour,
  openCase,
  send,
  tell,
  unexpected,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const master = randomBytes(32);
const app = useApp({ now: time.now, settings: { retainFor: 'P30D' }, keyring: keyringOf(master) });

const eraseDue = (report: (error: unknown) => void = unexpected) =>
  eraseDueCases(app.engine, report);
const isErased = async (caseId: string) =>
  (await app.as('ada').get<{ facts: { erased: boolean } }>(`/v1/cases/${caseId}`)).body.facts
    .erased;
/** When the database says that the retention erases it. */
const dueAt = async (caseId: string) => {
  const [row] = await asOwner(
    app,
    ({ sql }) => sql<{ at: string | null }[]>`
      select erase_due_at as at from cases where case_id = ${caseId}`,
  );
  return row?.at ? new Date(row.at).toISOString() : null;
};
const verify = async (caseId: string) =>
  (await app.as('eve').get<Verification>(`/v1/cases/${caseId}/verification`)).body;

describe('a closed case', () => {
  test('is erased when it has rested as long as the profile says, and no earlier', async () => {
    const { id } = await caseAfter(app, closed);
    const due = new Date(time.now().getTime() + 30 * day);
    expect(await dueAt(id)).toBe(due.toISOString());
    time.advance(30 * day - 1);
    expect(await eraseDue()).toBe(0);
    time.advance(1);
    expect(await eraseDue()).toBe(1);
    expect(await eraseDue()).toBe(0);
    expect(await isErased(id)).toBe(true);
    expect(await dueAt(id)).toBeNull();
  });

  test('is erased by nobody, which its history says, and which holds when it is judged again', async () => {
    const { id, version } = await caseAfter(app, closed);
    time.advance(30 * day);
    await eraseDue();
    const history = await historyOf(app, 'ada', id);
    expect(history.at(-1)).toMatchObject({
      type: 'case.erase',
      outcome: 'accepted',
      by: null,
      facts: { reason: 'retention' },
      at: time.now().toISOString(),
      version: version + 1,
    });
    const report = history.find(({ type }) => type === 'intake.recordReport');
    expect(report?.confidential).toBe('erased');
    expect(await verify(id)).toMatchObject({ ok: true, failures: [] });
  });

  test('starts its clock anew when it is closed again after a reopening', async () => {
    const { id } = await caseAfter(app, closed);
    time.advance(20 * day);
    await tell(app, id, [ada('case.reopen')]);
    time.advance(20 * day);
    expect(await eraseDue()).toBe(0);
    await tell(app, id, [ada('case.close')]);
    time.advance(29 * day);
    expect(await eraseDue()).toBe(0);
    time.advance(day);
    expect(await eraseDue()).toBe(1);
  });

  test('is kept while an appeal is heard', async () => {
    const { id } = await caseAfter(app, closed);
    time.advance(29 * day);
    await tell(app, id, [kim('appeal.file')]);
    time.advance(30 * day);
    expect(await eraseDue()).toBe(0);
    expect(await isErased(id)).toBe(false);
  });

  test('is kept under a hold, and erased at the next round after its release', async () => {
    const { id } = await caseAfter(app, [...closed, dov('case.hold')]);
    expect(await dueAt(id)).toBeNull();
    time.advance(60 * day);
    expect(await eraseDue()).toBe(0);
    await tell(app, id, [dov('case.releaseHold')]);
    expect(await isErased(id)).toBe(false);
    expect(await eraseDue()).toBe(1);
    expect(await verify(id)).toMatchObject({ ok: true });
  });

  test('does not begin anew with a step that leaves it closed', async () => {
    const { id } = await caseAfter(app, closed);
    time.advance(20 * day);
    await tell(app, id, [ada('case.recuse', { person: 'cam' })]);
    time.advance(10 * day);
    expect(await eraseDue()).toBe(1);
  });

  test('keeps to the settings that it was opened with', async () => {
    const engine = { ...app.engine, settings: bostonPython };
    const opened = await openInEngine(engine, { person: 'cleo', channel: 'web', excluded: [] });
    await tell(app, opened.case.id, [ada('case.close')]);
    time.advance(1000 * day);
    expect(await eraseDue()).toBe(0);
    expect(await isErased(opened.case.id)).toBe(false);
  });
});

test('an open case is not erased, however old', async () => {
  const { id } = await openCase(app);
  time.advance(1000 * day);
  expect(await eraseDue()).toBe(0);
  expect(await isErased(id)).toBe(false);
});

test('a case of another version is not come upon, and is erased once it is carried over', async () => {
  const { id } = await caseAfter(app, closed);
  time.advance(30 * day);
  const of = (version: string) =>
    asOwner(
      app,
      ({ sql }) => sql`
      update cases set machine_version = ${version} where case_id = ${id}`,
    );
  await of('0');
  expect(await eraseDue()).toBe(0);
  await of(machineIdentity.version);
  expect(await eraseDue()).toBe(1);
});

test('several servers erase each case once', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push((await caseAfter(app, [ada('case.close')])).id);
  time.advance(30 * day);
  const erased = await Promise.all([eraseDue(), eraseDue(), eraseDue()]);
  expect(erased.reduce((sum, count) => sum + count)).toBe(6);
  for (const id of ids) {
    const types = (await historyOf(app, 'ada', id)).map(({ type }) => type);
    expect(types).toEqual(['case.open', 'case.close', 'case.erase']);
  }
});

test('a case that cannot be erased holds up no other', async () => {
  const broken = await caseAfter(app, [ada('case.close')]);
  const whole = await caseAfter(app, [ada('case.close')]);
  time.advance(30 * day);
  const change = (snapshot: string) =>
    asOwner(app, ({ sql }) =>
      sql.unsafe(`update cases set snapshot = ${snapshot} where case_id = '${broken.id}'`),
    );
  await change(`jsonb_build_object('kept', snapshot)`);
  const reported: unknown[] = [];
  expect(await eraseDue((error) => reported.push(error))).toBe(1);
  expect(reported).toHaveLength(1);
  expect(await isErased(whole.id)).toBe(true);
  await change(`snapshot -> 'kept'`);
  expect(await eraseDue()).toBe(1);
});

test.each([
  ['erase_due_at', 'eraseDueAt'],
  ['closed_at', 'closedAt'],
])('a clock that somebody moved in the database shows: %s', async (column, check) => {
  const { id } = await caseAfter(app, closed);
  const move = (by: string) =>
    asOwner(app, ({ sql }) =>
      sql.unsafe(
        `update cases set ${column} = ${column} + interval '${by}' where case_id = '${id}'`,
      ),
    );
  await move('1 year');
  expect(await verify(id)).toMatchObject({ ok: false, failures: [{ check }] });
  await move('-1 year');
  expect(await verify(id)).toMatchObject({ ok: true });
  time.advance(30 * day);
  expect(await eraseDue()).toBe(1);
});

test('the server erases by itself', async () => {
  const { id } = await caseAfter(app, [ada('case.close')]);
  time.advance(30 * day);
  const job = jobsOf(app.engine, { checkpoints: { every: 100, interval: 'PT1H' } }).find(
    ({ name }) => name === 'retention',
  );
  expect(job?.pace).toBeLessThanOrEqual(hour);
  await job?.run(unexpected);
  expect(await isErased(id)).toBe(true);
});

/** All rows of all tables, as a backup has them. */
const dump = async () =>
  Object.values(await everythingIn(app))
    .flat()
    .join('\n');

/** What a thief reads out of a dump with the master key at hand: all that any key in it opens. */
function readable(text: string, caseId: string): string[] {
  const blobs = [...text.matchAll(/\\\\x((?:[0-9a-f]{2})+)/g)].map(([, hex = '']) =>
    Buffer.from(hex, 'hex'),
  );
  const attempt = <Result>(open: () => Result): Result[] => {
    try {
      return [open()];
    } catch {
      return [];
    }
  };
  const keys = blobs.flatMap((blob) => attempt(() => unwrapKey(master, blob, caseId)));
  const places = Array.from({ length: 10 }, (_, index) => index + 1).flatMap((seq) =>
    ['content', 'identity:reporter', 'identity:reported-1'].map((part) => ({ caseId, seq, part })),
  );
  return keys.flatMap((key) =>
    blobs.flatMap((blob) =>
      places.flatMap((place) => attempt(() => JSON.stringify(unseal(key, place, blob)))),
    ),
  );
}

test('a dump shows nothing without the master key, and after the erasure nothing with it', async () => {
  const { id } = await openCase(app);
  const words = {
    description: 'She shouted kingfisher.',
    reportedPersons: [{ name: 'Kingfisher' }],
  };
  await tell(app, id, [
    ...welcomed,
    cleo('intake.recordReport', { ...recorded.at(-1)?.event, ...words }),
  ]);
  const { event } = cleo('intake.askSafetyConcern', { hasConcern: true, answer: 'Kingfisher.' });
  await send(app, 'cleo', id, event, { headers: { 'idempotency-key': 'kept' } });
  await closeAnyway(app, id);
  const before = await dump();
  expect(before).toContain(id);
  expect(before).not.toMatch(/kingfisher/i);
  const opened = readable(before, id).join();
  for (const said of ['She shouted kingfisher', '"name":"Kingfisher"', '"reason":"x"'])
    expect(opened).toContain(said);

  time.advance(30 * day);
  expect(await eraseDue()).toBe(1);
  const after = await dump();
  expect(after).toContain(id);
  expect(after).not.toMatch(/kingfisher/i);
  expect(readable(after, id)).toEqual([]);
});
