/**
 * A long case at a moment: its replay begins at a state that an entry holds, and comes to what a replay
 * from the opening comes to. A state that was tampered with is not believed.
 */
import { and, eq, sql, type SQL } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseState } from '../../machines/system.ts';
import { history } from '../../drizzle/schema.ts';
import { macOfEntry } from '../../src/crypto/authenticity.ts';
import { hashEntry, sha256Hex } from '../../src/crypto/chain.ts';
import { entriesOf } from '../../src/engine/audit/audit.ts';
import { historyKeyOf } from '../../src/engine/confidential/history-key.ts';
import { bodyOf } from '../../src/engine/step/entry.ts';
import { presentCase, type CaseView, type EntryView } from '../../src/engine/step/present.ts';
import { replayEntry } from '../../src/engine/step/replay.ts';
import { findCaseAsEngine } from '../../src/store/cases.ts';
import type { SealedEntry } from '../../src/store/history.ts';
import { engineIdentity } from '../../src/store/visibility.ts';
import { ada, cleo } from '../support/cast.ts';
import { recorded } from '../support/chapters.ts';
import { tamper } from '../support/forgery.ts';
import { asOwner, caseAfter, clock, failuresOf, send, sendAll, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const time = clock();
const app = useApp({ now: time.now });
const care = cleo('care.provide', { kind: 'water' });
/** Entries that hold the state: one after an accepted step, one after a refusal, one within a batch. */
const [afterStep, afterRefusal, inBatch] = [50, 100, 150];
/** Where batches begin and end; there is more to read than fits in two pages. */
const batches = [145, 195, 216] as const;
const length = batches[2] - 1;

let id: string;
let entries: readonly SealedEntry[];
/** The case after each entry, replayed from the opening. */
let views: readonly CaseView[];

beforeAll(async () => {
  ({ id } = await caseAfter(app, recorded));
  const { db } = app;
  for (let seq = recorded.length + 2; seq < batches[0]; seq += 1) {
    time.advance(1000);
    if (seq === afterRefusal || seq === afterRefusal - 3)
      await send(app, 'ada', id, ada('case.close').event);
    else await tell(app, id, [care]);
  }
  for (const [index, first] of batches.slice(0, 2).entries()) {
    time.advance(1000);
    const events = Array.from({ length: (batches[index + 1] ?? 0) - first }, () => care.event);
    await sendAll(app, 'cleo', id, events);
  }
  entries = await Array.fromAsync(entriesOf(db, engineIdentity, id));
  const row = await findCaseAsEngine(db, id);
  if (!row) throw new Error('no case');
  let state: CaseState | null = null;
  let moved = entries[0];
  views = entries.map((entry) => {
    ({ state } = replayEntry(state, entry));
    if (entry.outcome !== 'refused') moved = entry;
    if (!state || !moved) throw new Error('no state');
    const { version, at: updatedAt } = moved;
    return JSON.parse(
      JSON.stringify(presentCase({ ...row, version, updatedAt }, state, entry.at)),
    ) as CaseView;
  });
});

const viewAfter = async (seq: number) => {
  const path = `/v1/cases/${id}/history/${seq}`;
  return (await app.as('ada').get<EntryView & { after: CaseView }>(path)).body.after;
};
const viewAt = async (at: Date) =>
  (await app.as('ada').get<CaseView>(`/v1/cases/${id}?at=${at.toISOString()}`)).body;

/** Changes entries behind the guards' back; all is as it was when the work is done. */
async function forged(changes: Readonly<Record<number, SQL>>, work: () => Promise<void>) {
  const place = (seq: number) => and(eq(history.caseId, id), eq(history.seq, seq));
  try {
    await tamper(app, async (db) => {
      for (const [seq, change] of Object.entries(changes))
        await db.execute(sql`update history set ${change} where ${place(Number(seq))}`);
    });
    await work();
  } finally {
    await asOwner(app, async ({ db }) => {
      for (const { sealed: _, ...entry } of entries.filter(({ seq }) => seq in changes))
        await db.update(history).set(entry).where(place(entry.seq));
    });
  }
}

/** A replay that gets there fails. */
const unreadable = sql`type = 'no.such.event'`;
const other = '{"context":{},"machines":{}}';

test('every fiftieth entry holds the state, whatever became of the step', () => {
  const holding = entries.filter(({ snapshot }) => snapshot !== null);
  expect(entries).toHaveLength(length);
  expect(holding.map(({ seq, outcome }) => [seq, outcome])).toEqual([
    [afterStep, 'accepted'],
    [afterRefusal, 'refused'],
    [inBatch, 'accepted'],
    [200, 'accepted'],
  ]);
  for (const { snapshot, snapshotHash } of holding)
    expect(sha256Hex(snapshot ?? '')).toBe(snapshotHash);
});

describe('a case after an entry, and at its moment', () => {
  const around = [afterStep, afterRefusal, inBatch].flatMap((seq) => [seq - 1, seq, seq + 1]);
  const seqs = [1, ...around, length];

  test.each(seqs)('is what a replay from the opening comes to, at entry %i', async (seq) => {
    const view = views[seq - 1];
    expect(await viewAfter(seq)).toEqual(view);
    const { at } = entries[seq - 1] ?? {};
    const last = entries.findLastIndex((entry) => entry.at.getTime() === at?.getTime());
    expect(await viewAt(at ?? new Date())).toEqual(views[last]);
    // and a moment before that it is not yet so
    if (seq > 1 && last === seq - 1 && seq < batches[0])
      expect((await viewAt(new Date((at?.getTime() ?? 0) - 1))).version).toBe(
        views[seq - 2]?.version,
      );
  });

  test('needs no entry before the one that holds the state', async () => {
    await forged({ 3: unreadable, [afterStep - 1]: unreadable }, async () => {
      for (const seq of [afterStep, afterStep + 1, afterRefusal - 1, length])
        expect(await viewAfter(seq)).toEqual(views[seq - 1]);
      expect(await viewAt(new Date('2030-01-01'))).toMatchObject({
        version: views.at(-1)?.version,
      });
    });
  });

  test.each<[what: string, change: () => SQL]>([
    ['the state', () => sql`snapshot = ${other}`],
    ['the state, which is no JSON', () => sql`snapshot = 'nothing'`],
  ])('does not come from where %s was forged', async (_, change) => {
    await forged({ [afterStep]: change() }, async () => {
      for (const seq of [afterStep, afterStep + 10])
        expect(await viewAfter(seq)).toEqual(views[seq - 1]);
      expect(await failuresOf(app, id)).toContainEqual(expect.objectContaining({ seq: afterStep }));
    });
  });

  test('is not told where an entry that leads there was forged', async () => {
    const change = sql`snapshot = ${other}, snapshot_hash = ${sha256Hex(other)}`;
    await forged({ [afterStep]: change }, async () => {
      for (const seq of [afterStep, afterStep + 10])
        expect(await app.as('ada').get(`/v1/cases/${id}/history/${seq}`)).toMatchObject({
          status: 500,
          body: { type: 'urn:recourse:problem:record-damaged' },
        });
      expect(await failuresOf(app, id)).toContainEqual(expect.objectContaining({ seq: afterStep }));
    });
  });

  test('comes from the history where no entry holds a state', async () => {
    const gone = sql`snapshot = null`;
    await forged(
      { [afterStep]: gone, [afterRefusal]: gone, [inBatch]: gone, 200: gone },
      async () => {
        expect(await viewAfter(length)).toEqual(views.at(-1));
        expect(await failuresOf(app, id)).toEqual([]);
      },
    );
  });

  test('comes from the history where another version of the machine left the state', async () => {
    const [entry] = entries.slice(afterStep - 1);
    if (!entry) throw new Error('no entry');
    const old = { ...entry, machineVersion: '0', snapshotHash: sha256Hex(other) };
    const hash = hashEntry(bodyOf(old));
    const mac = macOfEntry(await historyKeyOf(app.engine), { ...old, hash });
    const change = sql`machine_version = '0', snapshot = ${other},
      snapshot_hash = ${old.snapshotHash}, hash = ${hash}, mac = ${mac}`;
    await forged({ [afterStep]: change }, async () => {
      expect(await viewAfter(afterStep + 1)).toEqual(views[afterStep]);
    });
  });
});
