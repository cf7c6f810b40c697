import { eq, gt, gte, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkpoints, logLeaves, logNodes } from '../../drizzle/schema.ts';
import {
  checkpointSigner,
  checkpointText,
  NoteBroken,
  readCheckpoint,
} from '../../src/crypto/note.ts';
import { takeCheckpoint } from '../../src/engine/audit/checkpoint.ts';
import {
  auditLog,
  type LogAuditOptions,
  type LogDifference,
} from '../../src/engine/audit/log-audit.ts';
import { establishSigner } from '../../src/engine/audit/signing-keys.ts';
import { prove } from '../../src/engine/confidential/proof.ts';
import { cleo } from '../support/cast.ts';
import { tamper } from '../support/forgery.ts';
import { clock, day, openCase, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now }, { per: 'test' });
/** The case that somebody tampers with. It has four entries; the second and the fourth are in the log. */
let victim: string;
/** A checkpoint that somebody kept, of three leaves. */
let yesterdays: string;

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
  await checkpoint();
});

describe('the checkpoints before the latest', () => {
  const ofSize = (size: number) => eq(checkpoints.size, size);
  beforeEach(async () => {
    for (let i = 0; i < 3; i++) {
      time.advance(day);
      await openCase(app);
      await checkpoint();
    }
  });

  test('do not go unseen from between two others, or from the beginning', async () => {
    await tamper(app, (db) => db.delete(checkpoints).where(ofSize(6)));
    expect(await audit()).toMatchObject([
      {
        check: 'previous',
        size: 7,
        expected: expect.stringMatching(/^previous 6 /) as string,
        found: expect.stringMatching(/^previous 5 /) as string,
      },
    ]);
    await tamper(app, (db) => db.delete(checkpoints).where(ofSize(3)));
    expect(await audit()).toMatchObject([
      { check: 'previous', size: 5, found: 'previous none' },
      { check: 'previous', size: 7 },
    ]);
  });

  test.each([
    ['another time', { at: new Date('2020-01-01T00:00:00Z') }, [{ check: 'time', size: 6 }]],
    [
      'another root',
      { rootHash: Buffer.alloc(32).toString('base64') },
      [
        { check: 'root', size: 6 },
        { check: 'root', size: 6 },
      ],
    ],
    [
      'no note at all',
      { note: 'nothing' },
      [
        { check: 'signature', size: 6 },
        { check: 'previous', size: 7 },
      ],
    ],
    [
      'a signature that does not hold',
      { note: sql`replace(${checkpoints.note}, 'at 2', 'at 1')` },
      [
        { check: 'signature', size: 6 },
        { check: 'previous', size: 7 },
      ],
    ],
    [
      'the note of another',
      { note: sql`(select note from checkpoints where size = 5)` },
      [
        { check: 'size', size: 6 },
        { check: 'root', size: 6 },
        { check: 'time', size: 6 },
        { check: 'previous', size: 6 },
        { check: 'previous', size: 7 },
      ],
    ],
  ])('do not get %s unseen', async (_, changed, found) => {
    await tamper(app, (db) => db.update(checkpoints).set(changed).where(ofSize(6)));
    expect(await audit()).toMatchObject(found);
  });

  test('were signed without a word of the one before by servers of old, which is no difference', async () => {
    const { signer } = app.engine;
    const [row] = await app.db.select().from(checkpoints).where(ofSize(3));
    const head = readCheckpoint(row?.note ?? '');
    const note = signer.sign(checkpointText({ ...head, extensions: [] }));
    await tamper(app, async (db) => {
      await db.update(checkpoints).set({ note }).where(ofSize(3));
      await db.delete(checkpoints).where(gt(checkpoints.size, 3));
    });
    await tamper(app, async (db) => {
      await db.delete(logLeaves).where(gte(logLeaves.index, 3));
      await db.delete(logNodes).where(sql`(index + 1) * 2 ^ level > 3`);
    });
    await tell(app, victim, [thanks]);
    await checkpoint();
    expect(await audit()).toEqual([]);
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
    expect(await auditNow()).toMatchObject([
      { check: 'signer', size: 3, found: yesterdays },
      { check: 'signer', size: 3 },
      { check: 'signer', size: 5 },
    ]);
    const verifierKeys = [old.verifierKey, engine.signer.verifierKey];
    expect(await auditNow({ verifierKeys })).toEqual([]);
    // as every start does it, with whichever key
    await establishSigner(engine, Buffer.alloc(32, 2));
    expect(await auditNow()).toHaveLength(3);
    await prove(engine, `verifier-key ${old.verifierKey}`);
    expect(await auditNow()).toEqual([]);
  });

  test('that is none is refused', async () => {
    await expect(audit('not a note')).rejects.toThrow(NoteBroken);
  });
});
