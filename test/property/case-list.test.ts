/** Lists walk whichever index suits what is asked; what they show is the same as if all cases were looked at. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { caseAssignments, caseOutsiders, cases, deadlines } from '../../drizzle/schema.ts';
import { stageNames } from '../../machines/stages.ts';
import type { Role } from '../../machines/vocabulary.ts';
import { listCases, type CaseFilter } from '../../src/store/case-list.ts';
import { engineIdentity, everyOmbud, type Seer } from '../../src/store/visibility.ts';
import { asOwner } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const now = new Date('2026-05-02T12:00:00.000Z');
const hour = 60 * 60 * 1000;
const staff: Readonly<Record<string, readonly Role[]>> = {
  lou: ['lead', 'responder'],
  aud: ['auditor', 'admin'],
  res: ['responder'],
  sel: ['responder', 'admin'],
  omb: ['ombud'],
  adm: ['admin'],
};
const app = useApp({ staff });
const readers: readonly Seer[] = [
  ...Object.entries(staff).map(([person, roles]) => ({ person, roles })),
  { person: engineIdentity, roles: [] },
  { person: 'nobody-here', roles: ['lead'] },
];

const handle = fc.constantFrom(...Object.keys(staff));
const kept = fc.record({
  caseId: fc.uuid({ version: 4 }),
  codename: fc.constantFrom('amber', 'birch', 'coral'),
  status: fc.constantFrom('open' as const, 'closed' as const),
  // few moments, so that ids decide as well
  openedAt: fc.integer({ min: 1, max: 8 }).map((hours) => new Date(now.getTime() - hours * hour)),
  openedBy: handle,
  stages: fc.record(
    {
      intake: fc.constantFrom('receiving', 'recorded'),
      leadsMeeting: fc.constantFrom('idle', 'due', 'overdue'),
    },
    { noNullPrototype: true },
  ),
  outsiders: fc.uniqueArray(handle, { maxLength: 2 }),
  assignments: fc.uniqueArray(fc.oneof(handle, fc.constant(everyOmbud)), { maxLength: 3 }),
  clocks: fc.uniqueArray(
    fc.record({
      ref: fc.constantFrom('case', 'reporter'),
      dueAt: fc.constantFrom(-1, 0, 1).map((hours) => new Date(now.getTime() + hours * hour)),
      pending: fc.boolean(),
    }),
    { selector: ({ ref }) => ref, maxLength: 2 },
  ),
});
type Kept = typeof kept extends fc.Arbitrary<infer One> ? One : never;
const all = fc.sample(kept, { numRuns: 120, seed: 1 });

beforeAll(() =>
  asOwner(app, async ({ db }) => {
    await db.insert(cases).values(
      all.map((one) => ({
        ...one,
        version: 1,
        headSeq: 1,
        headHash: '-',
        snapshot: {},
        machineId: 'case',
        machineVersion: '1',
        updatedAt: now,
        closedAt: one.status === 'closed' ? now : null,
        overdue: one.clocks.some(({ pending }) => !pending),
      })),
    );
    const beside = <Row>(rowsOf: (one: Kept) => readonly Row[]) =>
      all.flatMap((one) =>
        rowsOf(one).map((row) => ({ caseId: one.caseId, openedAt: one.openedAt, ...row })),
      );
    const people = (list: 'outsiders' | 'assignments') =>
      beside((one) => one[list].map((person) => ({ person })));
    await db.insert(caseOutsiders).values(people('outsiders'));
    await db.insert(caseAssignments).values(people('assignments'));
    const rows = beside(({ clocks }) => clocks);
    await db
      .insert(deadlines)
      .values(rows.map((row) => ({ ...row, name: 'leadsMeet', stage: 'leadsMeeting' })));
  }),
);

/** README.md, "Security", once more. */
function sees({ person }: Seer, one: Kept): boolean {
  if (person === engineIdentity) return true;
  const roles = staff[person] ?? [];
  const has = (...some: Role[]) => some.some((role) => roles.includes(role));
  if (one.outsiders.includes(person)) return false;
  if (has('lead', 'coordinator', 'organizer', 'auditor')) return true;
  if (has('ombud') && one.assignments.includes(everyOmbud)) return true;
  return has('responder', 'ombud') && [one.openedBy, ...one.assignments].includes(person);
}

type Asked = Omit<CaseFilter, 'after' | 'limit' | 'now'>;

function isAskedFor({ status, stage, state, overdue, assignee, codename }: Asked, one: Kept) {
  const isLate = one.clocks.some(({ pending, dueAt }) => !pending || dueAt <= now);
  return (
    (status === undefined || one.status === status) &&
    (stage === undefined || one.stages[stage as 'intake'] === state) &&
    (overdue === undefined || isLate === overdue) &&
    (assignee === undefined || one.assignments.includes(assignee)) &&
    (codename === undefined || one.codename === codename)
  );
}

const byKey = ({ openedAt, caseId }: Kept) => `${openedAt.toISOString()} ${caseId}`;
const newestFirst = (a: Kept, b: Kept) => (byKey(a) < byKey(b) ? 1 : -1);

/** What a reader finds from page to page. */
async function walk(reader: Seer, asked: Asked, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after: CaseFilter['after']; ;) {
    const rows = await listCases(app.db, reader, { ...asked, after, limit, now });
    expect(rows.length).toBeLessThanOrEqual(limit);
    found.push(...rows.map(({ caseId }) => caseId));
    const last = rows.at(-1);
    if (!last || rows.length < limit) return found;
    after = [last.openedAt.toISOString(), last.caseId];
  }
}

const stages: Asked[] = [
  {},
  { stage: 'intake', state: 'recorded' },
  { stage: 'leadsMeeting', state: 'due' },
];
const others = [undefined, 'open', 'closed'].flatMap((status) =>
  [undefined, true, false].flatMap((overdue) =>
    [undefined, 'coral'].map((codename) => ({ status, overdue, codename }) as Asked),
  ),
);

describe.each(readers)('to $person', (reader) => {
  test.each([undefined, reader.person, 'res', 'nobody-here'])(
    'every filter shows what it leaves, newest first, whoever is assigned: %s',
    async (assignee) => {
      const visible = all.filter((one) => sees(reader, one)).toSorted(newestFirst);
      for (const [i, other] of others.entries())
        for (const stage of stages) {
          const asked = { ...stage, ...other, assignee };
          const expected = visible.filter((one) => isAskedFor(asked, one));
          const found = await walk(reader, asked, i % 2 ? 7 : 50);
          expect(found, JSON.stringify(asked)).toEqual(expected.map(({ caseId }) => caseId));
        }
    },
    30_000,
  );
});

test('every stage can be asked for', async () => {
  for (const stage of stageNames)
    expect(await walk({ person: 'lou', roles: ['lead'] }, { stage, state: 'nowhere' }, 9)).toEqual(
      [],
    );
});

test('there is something to find for everybody who may see cases, and something hidden from each', () => {
  for (const reader of readers.filter(({ person }) => Object.hasOwn(staff, person))) {
    const seen = all.filter((one) => sees(reader, one));
    expect(seen.length < all.length, reader.person).toBe(true);
    expect(seen.length > 0, reader.person).toBe(reader.person !== 'adm');
  }
});
