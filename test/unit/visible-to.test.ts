/**
 * Who sees which case, asked as the owner of the database: row-level security does not stop that
 * role, so the predicate has to hold by itself.
 */
import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { cases, people } from '../../drizzle/schema.ts';
import { handlerRoles, type Role } from '../../machines/vocabulary.ts';
import { actingAs, engineIdentity, visibleTo } from '../../src/store/visibility.ts';
import type { CaseView } from '../../src/engine/step/present.ts';
import { ada, cleo, uma } from '../support/cast.ts';
import { recorded, safe } from '../support/chapters.ts';
import { asOwner, openCase, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

// They would see every case, were they not kept out of one.
const everything: readonly Role[] = [...handlerRoles, 'auditor'];
const app = useApp({
  staff: {
    eli: everything,
    pat: everything,
    rex: everything,
    may: ['responder'],
    ivo: ['responder'],
    lia: ['lead'],
    udo: ['ombud'],
  },
});

const names = new Map<string, string>();
beforeAll(async () => {
  const kept = await openCase(app, 'cleo', { excluded: ['eli'] });
  await tell(app, kept.id, [
    ...recorded.filter(({ event }) => event.type !== 'intake.recordReport'),
    cleo('intake.recordReport', { form: 'written', reportedPersons: [{ staff: 'pat' }] }),
    ada('case.recuse', { person: 'rex' }),
    cleo('case.bringIn', { person: 'rui' }),
  ]);
  const left = await openCase(app, 'may');
  await tell(app, left.id, [{ ...safe, by: 'may' }, ada('case.recuse', { person: 'may' })]);
  const orphaned = await openCase(app, 'ivo');
  for (const gone of ['ivo', 'lia'])
    await app.db.update(people).set({ active: false }).where(eq(people.id, gone));
  const ofTheTeam = await openCase(app, 'cleo', { channel: 'email' });
  const reportedPersons = [{ staff: 'oli' }];
  const report = cleo('intake.recordReport', { form: 'written', reportedPersons });
  await tell(app, ofTheTeam.id, [report]);
  const referred = await openCase(app, 'may');
  await tell(app, referred.id, [ada('case.refer', { person: 'uma' })]);
  // what was theirs while it was open
  const closed = await openCase(app, 'cleo', { channel: 'email' });
  await tell(app, closed.id, [
    report,
    cleo('case.refer', { person: 'uma' }),
    ada('case.void', { reason: 'test' }),
  ]);
  const { body } = await app.as('ada').get<CaseView>(`/v1/cases/${closed.id}`);
  await tell(app, closed.id, [uma('case.confirm', { seq: body.proposals[0]?.seq })]);
  names.set(kept.id, 'kept').set(left.id, 'left').set(orphaned.id, 'orphaned');
  names.set(ofTheTeam.id, 'ofTheTeam').set(referred.id, 'referred').set(closed.id, 'closed');
});

/** The cases that a condition leaves, for the owner of the database. */
const found = (condition = actingAs('nobody')) =>
  asOwner(app, async ({ db }) => {
    const rows = await db.select({ id: cases.caseId }).from(cases).where(condition);
    return rows.map(({ id }) => String(names.get(id))).toSorted();
  });

const all = ['closed', 'kept', 'left', 'ofTheTeam', 'orphaned', 'referred'];
const but = (...hidden: string[]) => all.filter((name) => !hidden.includes(name));

test('the owner is stopped by nothing else', async () => {
  expect(await found()).toEqual(all);
});

test.each<[person: string, sees: string[], who: string]>([
  ['ada', all, 'a lead'],
  ['kim', all, 'a coordinator'],
  ['dov', all, 'an organizer'],
  ['eve', all, 'an auditor'],
  [engineIdentity, all, 'the engine'],
  ['cleo', ['closed', 'kept', 'ofTheTeam'], 'the responder who opened them'],
  ['rui', ['kept'], 'the responder who was brought in'],
  ['admin', [], 'an admin'],
  ['oli', but('closed', 'ofTheTeam'), 'an organizer who is reported in two'],
  ['uma', ['kept', 'ofTheTeam', 'referred'], 'an ombud, to whom one was referred'],
  ['udo', ['kept', 'ofTheTeam'], 'another ombud'],
  ['eli', but('kept'), 'who is excluded from one, in every other role'],
  ['pat', but('kept'), 'who is reported in one, in every other role'],
  ['rex', but('kept'), 'who is recused from one, in every other role'],
  ['may', ['referred'], 'who opened two and is recused from one'],
  ['ivo', [], 'who opened one and is not active any more'],
  ['lia', [], 'a lead who is not active any more'],
  ['no-one', [], 'somebody whom the directory does not know'],
])('%s sees %j: %s', async (person, sees) => {
  expect(await found(visibleTo(person))).toEqual(sees);
});
