/** The tables of the staff: of no case. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, text, uuid, type AnyPgColumn } from 'drizzle-orm/pg-core';
import { bytea, inCodePoints, instant } from './columns.ts';

/** The staff directory. The id is the handle that stands in facts; a person is never deleted. */
export const people = pgTable(
  'people',
  {
    id: inCodePoints('id').primaryKey(),
    name: text('name').notNull(),
    roles: text('roles').array().notNull(),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    check('people_id_is_a_handle', sql`${t.id} ~ '^[a-z][a-z0-9-]{1,31}$'`),
    check(
      'people_roles_are_known',
      sql`${t.roles} <@ array['responder', 'lead', 'coordinator', 'organizer', 'ombud', 'auditor', 'admin']`,
    ),
    // an ombud is somebody outside the team
    check('people_ombud_alone', sql`not 'ombud' = any(${t.roles}) or cardinality(${t.roles}) = 1`),
  ],
);

/** Bearer tokens, by their SHA-256 alone. */
export const tokens = pgTable(
  'tokens',
  {
    id: uuid('id').primaryKey(),
    personId: text('person_id')
      .notNull()
      .references(() => people.id),
    label: text('label').notNull(),
    hash: bytea('hash').notNull().unique(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** The one that whoever asked for it came with; null where the command line made it, or a provider vouched. */
    madeWith: uuid('made_with').references((): AnyPgColumn => tokens.id),
  },
  (t) => [index('tokens_of_a_person').on(t.personId), index('tokens_made_with').on(t.madeWith)],
);
