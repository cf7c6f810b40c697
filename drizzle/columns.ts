/** Columns that several tables have. */
import { customType, integer, timestamp, uuid } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/**
 * Text in the order of its code points, whatever the collation of the database: what is sorted here is
 * compared with what is sorted there.
 */
export const inCodePoints = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** Millisecond precision: what an ISO 8601 string of the history holds must survive the round trip. */
export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Whose a row is: a case's, or one of its entries'. */
export const ofCase = { caseId: uuid('case_id').notNull() };
export const ofEntry = { ...ofCase, seq: integer('seq').notNull() };
