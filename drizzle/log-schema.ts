/** The tables of the log over all cases' heads. */
import { bigint, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, instant, ofEntry } from './columns.ts';

/**
 * The log of all cases' heads (RFC 9162): one leaf for every head that a checkpoint found moved, in
 * the order of the log. Of no case, so led by the place in the log.
 */
export const logLeaves = pgTable(
  'log_leaves',
  {
    index: bigint('index', { mode: 'number' }).primaryKey(),
    ...ofEntry,
    hash: text('hash').notNull(),
  },
  (t) => [uniqueIndex('log_leaves_of_a_case').on(t.caseId, t.seq)],
);

/**
 * Heads that no checkpoint has logged yet, one row a step. Steps only add and checkpoints only take
 * away what they saw, so that neither waits for the other and nothing is missed.
 */
export const unloggedHeads = pgTable('unlogged_heads', ofEntry, (t) => [
  primaryKey({ columns: [t.caseId, t.seq] }),
]);

/** The log's complete subtrees: at `level` l, number `index` covers the leaves from index · 2^l on. */
export const logNodes = pgTable(
  'log_nodes',
  {
    level: integer('level').notNull(),
    index: bigint('index', { mode: 'number' }).notNull(),
    hash: bytea('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.index] })],
);

/** Signed tree heads of the log (C2SP tlog-checkpoint). */
export const checkpoints = pgTable('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  rootHash: text('root_hash').notNull(),
  note: text('note').notNull(),
  at: instant('at').notNull(),
});
