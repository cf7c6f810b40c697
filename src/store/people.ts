/** The staff directory: one function per statement. Nobody is deleted, since histories name them. */
import { and, count, eq, exists, gt, ne, not, or, sql } from 'drizzle-orm';
import { people } from '../../drizzle/schema.ts';
import type { Role } from '../../machines/vocabulary.ts';
import type { Db } from './database.ts';

/** A member of staff. `id` is the handle. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
}

/** What may change of a person. */
export interface PersonChange {
  readonly name?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly active?: boolean | undefined;
}

const columns = { id: people.id, name: people.name, roles: people.roles, active: people.active };

/** The database knows text; a CHECK holds it to the roles that there are. */
const asPerson = (row: { id: string; name: string; roles: string[]; active: boolean }) =>
  row as Person;

const isActiveAdmin = sql`(${people.active} and 'admin' = any(${people.roles}))`;

/** Adds a person, active. Returns whether the handle was free. */
export async function insertPerson(
  db: Db,
  person: Omit<Person, 'active'>,
  createdAt: Date,
): Promise<boolean> {
  const inserted = await db
    .insert(people)
    .values({ ...person, roles: [...person.roles], createdAt })
    .onConflictDoNothing()
    .returning({ id: people.id });
  return inserted.length === 1;
}

/**
 * Changes a person, unless that would leave no active admin. Of two admins who remove each other at
 * once, one stays: every such statement locks the admins, the first of them first.
 *
 * @returns the person as changed; undefined when nobody has this handle, or the last admin has it
 */
export async function updatePerson(
  db: Db,
  id: string,
  { name, roles, active }: PersonChange,
): Promise<Person | undefined> {
  const admins = db
    .$with('admins')
    .as(
      db
        .select({ id: people.id })
        .from(people)
        .where(isActiveAdmin)
        .orderBy(people.id)
        .for('update'),
    );
  const nextRoles = roles ? sql.param([...roles], people.roles) : people.roles;
  const staysAdmin = sql`(${active ?? people.active} and 'admin' = any(${nextRoles}))`;
  const others = exists(db.select({ id: admins.id }).from(admins).where(ne(admins.id, id)));
  const [row] = await db
    .with(admins)
    .update(people)
    .set({
      ...(name !== undefined && { name }),
      ...(roles && { roles: [...roles] }),
      ...(active !== undefined && { active }),
    })
    .where(and(eq(people.id, id), or(not(isActiveAdmin), staysAdmin, others)))
    .returning(columns);
  return row && asPerson(row);
}

/** Finds a person, active or not. */
export async function findPerson(db: Db, id: string): Promise<Person | undefined> {
  const [row] = await db.select(columns).from(people).where(eq(people.id, id));
  return row && asPerson(row);
}

/** The same, while nobody changes the person until the transaction ends. */
export async function holdPerson(tx: Db, id: string): Promise<Person | undefined> {
  const [row] = await tx.select(columns).from(people).where(eq(people.id, id)).for('share');
  return row && asPerson(row);
}

/** The people after a handle, in the order of their handles; at most `limit`. */
export async function listPeople(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Person[]> {
  const rows = await db
    .select(columns)
    .from(people)
    .where(after === undefined ? undefined : gt(people.id, after))
    .orderBy(people.id)
    .limit(limit);
  return rows.map(asPerson);
}

/** How many people there are, active or not. */
export async function countPeople(db: Db): Promise<number> {
  const [row] = await db.select({ people: count() }).from(people);
  return row?.people ?? 0;
}
