import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkpoints, logLeaves } from '../../drizzle/schema.ts';
import { checkpointSigner, NoteBroken } from '../../src/crypto/note.ts';
import { takeCheckpoint } from '../../src/engine/audit/checkpoint.ts';
import {
  auditLog,
  type LogAuditOptions,
  type LogDifference,
} from '../../src/engine/audit/log-audit.ts';
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
    ]);
  });

  test('whose checkpoints are gone is shorter than a kept one says', async () => {
    await tamper(app, (db) => db.delete(checkpoints));
    expect(await audit(yesterdays)).toEqual([{ check: 'size', size: 3, expected: 3, found: 0 }]);
    await openCase(app);
    await expect(checkpoint()).rejects.toThrow('log_leaves');
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
    expect(await audit()).toMatchObject([{ check: 'signature', size: 5 }]);
  });
});

describe('a kept checkpoint', () => {
  test('that another key signed is told, and compared all the same', async () => {
    const old = app.engine.signer;
    const engine = { ...app.engine, signer: checkpointSigner(Buffer.alloc(32, 1)) };
    const auditNow = (options?: LogAuditOptions) =>
      Array.fromAsync(auditLog(engine, yesterdays, options));
    await openCase(app);
    await takeCheckpoint(engine);
    expect(await auditNow()).toMatchObject([{ check: 'signature', size: 3, found: yesterdays }]);
    const verifierKeys = [old.verifierKey, engine.signer.verifierKey];
    expect(await auditNow({ verifierKeys })).toEqual([]);
  });

  test('that is none is refused', async () => {
    await expect(audit('not a note')).rejects.toThrow(NoteBroken);
  });
});
