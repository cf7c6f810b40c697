import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkpoints, logLeaves, logNodes } from '../../drizzle/schema.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { takeCheckpoint } from '../../src/engine/audit/checkpoint.ts';
import {
  auditLog,
  type LogAuditOptions,
  type LogDifference,
} from '../../src/engine/audit/log-audit.ts';
import { LogNotWhole } from '../../src/errors.ts';
import type { Db } from '../../src/store/database.ts';
import { insertLeaves, insertNodes } from '../../src/store/log.ts';
import { cleo } from '../support/cast.ts';
import { cutHistory, deleteCase, forgeLog, rewriteHistory, tamper } from '../support/forgery.ts';
import { clock, day, openCase, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now }, { per: 'test' });
/** The case that somebody tampers with. It has four entries; the second and the fourth are in the log. */
let victim: string;
/** Checkpoints that somebody kept, of three leaves and of five. */
let yesterdays: string;
let todays: string;

const thanks = cleo('intake.thankReporter');
const checkpoint = () => takeCheckpoint(app.engine);
const audit = (note?: string, options?: LogAuditOptions): Promise<LogDifference[]> =>
  Array.fromAsync(auditLog(app.engine, note, options));

const countBy = (found: readonly LogDifference[]) =>
  Object.fromEntries(
    [...Map.groupBy(found, ({ check }) => check)].map(([check, { length }]) => [check, length]),
  );

beforeEach(async () => {
  for (const _ of [1, 2, 3]) victim = (await openCase(app)).id;
  await tell(app, victim, [thanks]);
  yesterdays = (await checkpoint()).note;
  time.advance(day);
  await tell(app, victim, [thanks, thanks]);
  await openCase(app);
  todays = (await checkpoint()).note;
});

test('a log that nobody touched has no differences', async () => {
  const progress: [number, number][] = [];
  expect(await audit(yesterdays, { progress: (...at) => progress.push(at) })).toEqual([]);
  expect(progress).toEqual([1, 2, 3, 4, 5].map((leaves) => [leaves, 5]));
  expect(await audit()).toEqual([]);
});

const stories = [
  {
    what: 'a history that was rewritten, its chain made whole again',
    tampering: () => rewriteHistory(app, victim, 2),
    found: [
      { check: 'entry', seq: 2 },
      { check: 'entry', seq: 4 },
    ],
    rememberedSince: 'yesterday',
  },
  {
    what: 'a history that was rewritten where it is new today',
    tampering: () => rewriteHistory(app, victim, 3),
    found: [{ check: 'entry', seq: 4 }],
    rememberedSince: 'today',
  },
  {
    what: 'a history that was cut off',
    tampering: () => cutHistory(app, victim, 1),
    found: [
      { check: 'entry', seq: 2, found: null },
      { check: 'entry', seq: 4, found: null },
    ],
    rememberedSince: 'yesterday',
  },
  {
    what: 'a case that vanished',
    tampering: () => deleteCase(app, victim),
    found: [
      { check: 'case', seq: 2 },
      { check: 'case', seq: 4 },
    ],
    rememberedSince: 'yesterday',
  },
] as const;

describe.each(stories)('$what', ({ tampering, found, rememberedSince }) => {
  test('is found by the log', async () => {
    await tampering();
    expect(await audit()).toMatchObject(
      found.map((difference) => ({ caseId: victim, ...difference })),
    );
  });

  test('is found by a checkpoint that was kept, though the log was forged and signed as well', async () => {
    const expectFound = async () => {
      expect(await audit()).toEqual([]);
      const another = { check: expect.stringMatching(/^(root|size)$/) as string };
      const isOlder = rememberedSince === 'yesterday';
      expect(await audit(yesterdays)).toMatchObject(isOlder ? [{ ...another, size: 3 }] : []);
      expect(await audit(todays)).toMatchObject([{ ...another, size: 5 }]);
    };
    await tampering();
    await forgeLog(app);
    await expectFound();
    // However the log goes on.
    for (const _ of [1, 2, 3]) await openCase(app);
    await checkpoint();
    await expectFound();
  });
});

describe('a log', () => {
  test('that was cut back to before the kept checkpoint is too short', async () => {
    await tamper(app, async (db) => {
      await db.delete(logLeaves).where(eq(logLeaves.index, 4));
      await db.delete(logLeaves).where(eq(logLeaves.index, 3));
      await db.delete(logLeaves).where(eq(logLeaves.index, 2));
    });
    await forgeLog(app);
    expect(await audit(yesterdays)).toEqual([{ check: 'size', size: 3, expected: 3, found: 2 }]);
  });

  test('that lacks a leaf is shorter than its checkpoint says', async () => {
    await tamper(app, (db) => db.delete(logLeaves).where(eq(logLeaves.index, 3)));
    expect(await audit(yesterdays)).toEqual([{ check: 'size', size: 5, expected: 5, found: 3 }]);
  });

  test('of which a leaf was changed has another root', async () => {
    await tamper(app, (db) =>
      db
        .update(logLeaves)
        .set({ hash: '0'.repeat(64) })
        .where(eq(logLeaves.index, 3)),
    );
    expect(await audit(yesterdays)).toMatchObject([
      { check: 'entry', index: 3, expected: '0'.repeat(64) },
      { check: 'root', size: 5 },
      { check: 'node', level: 0, index: 3 },
      { check: 'node', level: 1, index: 1 },
      { check: 'node', level: 2, index: 0 },
    ]);
  });

  test('whose checkpoints are gone is shorter than a kept one says, and has leaves that none covers', async () => {
    await tamper(app, (db) => db.delete(checkpoints));
    const found = await audit(yesterdays);
    expect(found.slice(0, 2)).toMatchObject([
      { check: 'size', size: 3, expected: 3, found: 0 },
      { check: 'leaf', index: 0 },
    ]);
    expect(countBy(found)).toEqual({ size: 1, leaf: 5, node: 8 });
    await openCase(app);
    await expect(checkpoint()).rejects.toThrow(LogNotWhole);
  });

  test('of which a node was changed, or taken away, names it', async () => {
    const at = (level: number, index: number) =>
      and(eq(logNodes.level, level), eq(logNodes.index, index));
    await tamper(app, async (db) => {
      await db
        .update(logNodes)
        .set({ hash: Buffer.alloc(32) })
        .where(at(1, 0));
      await db.delete(logNodes).where(at(0, 2));
    });
    const found = Buffer.alloc(32).toString('base64');
    const hash = expect.any(String) as string;
    expect(await audit()).toEqual([
      { check: 'node', level: 1, index: 0, expected: hash, found },
      { check: 'node', level: 0, index: 2, expected: hash, found: null },
    ]);
  });

  test('to which nodes were added names them', async () => {
    const nodes = [
      { level: 0, index: 5, hash: Buffer.alloc(32) },
      { level: 3, index: 0, hash: Buffer.alloc(32) },
      { level: 0, index: -1, hash: Buffer.alloc(32) },
    ];
    await tamper(app, (db) => insertNodes(db, nodes));
    expect(await audit()).toMatchObject([
      { check: 'node', level: 0, index: -1, expected: null },
      { check: 'node', level: 0, index: 5, expected: null },
      { check: 'node', level: 3, index: 0, expected: null },
    ]);
  });

  const zeros = Buffer.alloc(32);
  const leafBehind = (db: Db) =>
    insertLeaves(db, [{ index: 5, caseId: victim, seq: 9, hash: '0'.repeat(64) }]);
  test.each<[string, (db: Db) => Promise<unknown>]>([
    ['a leaf behind the latest checkpoint', leafBehind],
    ['a node that is gone', (db) => db.delete(logNodes).where(eq(logNodes.level, 2))],
    [
      'nodes, and what stands beside the note, of another tree',
      async (db) => {
        await db.update(checkpoints).set({ rootHash: zeros.toString('base64') });
        await db.update(logNodes).set({ hash: zeros }).where(eq(logNodes.level, 2));
      },
    ],
    [
      'a note that its key did not sign',
      (db) =>
        db.update(checkpoints).set({ note: sql`replace(${checkpoints.note}, 'at 2', 'at 1')` }),
    ],
  ])('with %s has nothing more signed', async (_, tampering) => {
    await openCase(app);
    await tamper(app, tampering);
    await expect(checkpoint()).rejects.toThrow(LogNotWhole);
  });

  test('with a leaf behind the latest checkpoint is told of where one is taken, and in the log', async () => {
    await tamper(app, leafBehind);
    const { status, body } = await app.as('eve').post('/v1/checkpoints');
    expect([status, body]).toMatchObject([409, { type: 'urn:recourse:problem:log-not-whole' }]);
    expect(app.log()).toContain('changed by another hand: leaf 5 is in no checkpoint');
    expect(await audit()).toMatchObject([{ check: 'leaf', index: 5, caseId: victim, seq: 9 }]);
  });

  test('does not say other things in its notes than beside them', async () => {
    const other = checkpointSigner(Buffer.alloc(32, 1));
    const [row] = await app.db.select().from(checkpoints).where(eq(checkpoints.size, 5));
    const rootHash = Buffer.alloc(32).toString('base64');
    await tamper(app, (db) =>
      db.update(checkpoints).set({ rootHash }).where(eq(checkpoints.size, 5)),
    );
    const mismatch = { check: 'root', size: 5, expected: row?.rootHash, found: rootHash };
    expect(await audit()).toContainEqual(mismatch);
    await tamper(app, (db) =>
      db
        .update(checkpoints)
        .set({ rootHash: row?.rootHash ?? '', note: other.sign(todays.split('\n\n', 1)[0] + '\n') })
        .where(eq(checkpoints.size, 5)),
    );
    expect(await audit()).toMatchObject([{ check: 'signer', size: 5 }]);
  });
});
