import { describe, expect, test } from 'vitest';
import { asc, eq, sql } from 'drizzle-orm';
import { cases, history } from '../../drizzle/schema.ts';
import { hashEntry } from '../../src/crypto/chain.ts';
import { bodyOf } from '../../src/engine/step/entry.ts';
import { carryOver, planCarryOver } from '../../src/engine/audit/machine-version.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import type { Verification } from '../../src/engine/audit/verification.ts';
import type { EntryRow } from '../../src/store/history.ts';
import { vouchFor } from '../support/forgery.ts';
import { asOwner, caseAfter, historyOf, send, type Problem } from '../support/telling.ts';
import { reported } from '../support/chapters.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();

/** Makes a case as if a server of version 0 had judged it, chain and all. */
async function asOfVersionZero(
  caseId: string,
  change: (entry: EntryRow) => Partial<EntryRow> = () => ({}),
): Promise<void> {
  await asOwner(app, async ({ db }) => {
    await db.execute(sql`alter table history disable trigger all`);
    const entries = await db
      .select()
      .from(history)
      .where(eq(history.caseId, caseId))
      .orderBy(asc(history.seq));
    let previousHash = entries[0]?.previousHash ?? '';
    for (const entry of entries) {
      const old = { ...entry, ...change(entry), machineVersion: '0', previousHash };
      previousHash = hashEntry(bodyOf(old));
      await db
        .update(history)
        .set({ ...old, hash: previousHash })
        .where(sql`${history.caseId} = ${caseId} and ${history.seq} = ${entry.seq}`);
    }
    await db
      .update(cases)
      .set({ machineVersion: '0', headHash: previousHash })
      .where(eq(cases.caseId, caseId));
    await db.execute(sql`alter table history enable always trigger history_is_append_only`);
  });
  await vouchFor(app, caseId);
}

const planFor = async (id: string) =>
  (await Array.fromAsync(planCarryOver(app.engine))).find(({ caseId }) => caseId === id);

describe('a case of another version of the machine', () => {
  test('can be read and takes no events until it is carried over', async () => {
    const { id, stages } = await caseAfter(app, reported);
    await asOfVersionZero(id);

    const read = await app.as('ada').get<CaseView>(`/v1/cases/${id}`);
    expect(read.body).toMatchObject({ stages, machine: { id: 'case', version: '0' } });
    expect(await historyOf(app, 'ada', id)).not.toEqual([]);

    const convene = { type: 'meeting.convene', attendees: ['ada', 'ben'] } as const;
    const refused = await send<Problem>(app, 'ada', id, convene);
    expect(refused.body).toMatchObject({
      status: 409,
      type: 'urn:recourse:problem:other-machine-version',
    });
    const options = await app.as('ada').get<Problem>(`/v1/cases/${id}/options`);
    expect(options.body.type).toBe('urn:recourse:problem:other-machine-version');
    const ready = await app.as('eve').get<{ otherVersions: number }>('/readyz');
    expect(ready.body.otherVersions).toBeGreaterThan(0);

    expect(await planFor(id)).toMatchObject({ holds: true, failsAt: null, from: { version: '0' } });
    expect((await send<Problem>(app, 'ada', id, convene)).status, 'a plan changes nothing').toBe(
      409,
    );

    const carried = await Array.fromAsync(carryOver(app.engine));
    expect(carried.find(({ caseId }) => caseId === id)).toMatchObject({ holds: true });
    const entries = await historyOf(app, 'ada', id);
    expect(entries.at(-1)).toMatchObject({
      type: 'machine.carryOver',
      by: null,
      stages,
      facts: { from: { version: '0' }, to: { version: '1' } },
    });
    const taken = await send<{ case: CaseView }>(app, 'ada', id, convene);
    expect(taken.body.case.stages).toMatchObject({ leadsMeeting: 'inSession' });
  });

  test('is never verified as ok by a version that did not judge it', async () => {
    const { id } = await caseAfter(app, reported);
    await asOfVersionZero(id);
    const path = `/v1/cases/${id}/verification`;
    const before = await app.as('eve').get<Verification>(path);
    expect(before.body).toMatchObject({
      ok: false,
      checked: { chain: 'ok', replay: 'other-version' },
    });
    await Array.fromAsync(carryOver(app.engine));
    const after = await app.as('eve').get<Verification>(path);
    expect(after.body).toMatchObject({
      ok: false,
      checked: { chain: 'ok', replay: 'other-version' },
      failures: [],
    });
  });

  test('stays as it is where its history does not hold, and the plan says at which step', async () => {
    const { id } = await caseAfter(app, reported);
    // version 0 knew no safety check: here one was never made
    await asOfVersionZero(id, ({ type }) =>
      type === 'intake.checkSafety' ? { type: 'intake.thankReporter', facts: {} } : {},
    );
    const plan = await planFor(id);
    expect(plan).toMatchObject({ holds: false, failsAt: { type: 'intake.recordReport' } });
    expect(plan?.failsAt?.rules).toContain('safety-checked');
    const length = (await historyOf(app, 'ada', id)).length;
    await Array.fromAsync(carryOver(app.engine));
    expect(await historyOf(app, 'ada', id)).toHaveLength(length);
    const read = await app.as('ada').get<CaseView>(`/v1/cases/${id}`);
    expect(read.body.machine).toEqual({ id: 'case', version: '0' });
  });
});
