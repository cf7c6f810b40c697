/**
 * The tables. Every table of a case leads its primary key with `case_id` and no step needs the rows of
 * another case, so the database shards by case without a change here. Triggers, grants, row-level security
 * and the columns of `cases` by which a stage is looked for stand in the hand-written migrations
 * beside the generated ones.
 */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, inCodePoints, instant, ofCase, ofEntry } from './columns.ts';

export * from './log-schema.ts';
export * from './staff-schema.ts';

/** One row a case: the head of its history and the snapshot, which is a cache of that history. */
export const cases = pgTable(
  'cases',
  {
    caseId: uuid('case_id').primaryKey(),
    codename: text('codename').notNull(),
    status: text('status', { enum: ['open', 'closed'] }).notNull(),
    version: integer('version').notNull(),
    headSeq: integer('head_seq').notNull(),
    headHash: text('head_hash').notNull(),
    stages: jsonb('stages').$type<Record<string, string>>().notNull(),
    snapshot: jsonb('snapshot').notNull(),
    machineId: text('machine_id').notNull(),
    machineVersion: text('machine_version').notNull(),
    openedBy: text('opened_by').notNull(),
    openedAt: instant('opened_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    closedAt: instant('closed_at'),
    /** The case's data key, wrapped by the master key; null once the case was erased. */
    dataKey: bytea('data_key'),
    /** When the retention erases it; null while it is open, held, erased or kept for good. */
    eraseDueAt: instant('erase_due_at'),
    /** When the next of its deadlines runs out; null where none is pending. */
    nextDueAt: instant('next_due_at'),
    /** Whether a deadline of it has run out, and what it was for is still owed. */
    overdue: boolean('overdue').notNull().default(false),
    /** Authenticates the row (crypto/authenticity.ts); null only until an older database was made ready. */
    headMac: text('head_mac'),
    /** The first entry that carries a MAC of its own: 1, or the one after those from before there were any. */
    macsFrom: integer('macs_from').notNull().default(1),
  },
  (t) => [
    check('cases_closed_have_a_time', sql`(${t.status} = 'closed') = (${t.closedAt} is not null)`),
    check('cases_status_is_known', sql`${t.status} in ('open', 'closed')`),
    check('cases_version_within_head', sql`${t.version} between 1 and ${t.headSeq}`),
    // lists are newest first, and walk these backwards
    index('cases_in_order').on(t.openedAt, t.caseId),
    index('cases_by_status').on(t.status, t.openedAt, t.caseId),
    index('cases_by_overdue').on(t.overdue, t.openedAt, t.caseId),
    index('cases_by_opener').on(t.openedBy, t.openedAt, t.caseId),
    index('cases_by_codename').on(t.codename),
    index('cases_open_by_machine')
      .on(t.machineId, t.machineVersion)
      .where(sql`${t.status} = 'open'`),
    // by the machine first: what another version is to do is never come upon
    index('cases_due_to_erase')
      .on(t.machineId, t.machineVersion, t.eraseDueAt, t.caseId)
      .where(sql`${t.eraseDueAt} is not null`),
    index('cases_due_to_fire')
      .on(t.machineId, t.machineVersion, t.nextDueAt, t.caseId)
      .where(sql`${t.nextDueAt} is not null`),
  ],
);

/**
 * The codenames that were ever given, so that none is given twice. Of no case: which case has one
 * stands in the case's row.
 */
export const codenames = pgTable('codenames', { codename: text('codename').primaryKey() });

/**
 * Who is outside a case: recused, excluded or reported. A table of its own, because in the case's
 * row a self-recusal would violate the row's own policy.
 */
export const caseOutsiders = pgTable(
  'case_outsiders',
  { ...ofCase, person: inCodePoints('person').notNull() },
  (t) => [primaryKey({ columns: [t.caseId, t.person] })],
);

/**
 * Who is assigned to a case: brought in, its responder, follow-up person, reviewers, substitutes,
 * delegates, ombud. `#ombud`, which is nobody's handle, stands for every ombud. Not in the case's row,
 * where an ombud who closes the case would violate the row's own policy.
 */
export const caseAssignments = pgTable(
  'case_assignments',
  {
    ...ofCase,
    person: inCodePoints('person').notNull(),
    /** When the case was opened: the order of somebody's cases. */
    openedAt: instant('opened_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.person] }),
    index('case_assignments_in_order').on(t.person, t.openedAt, t.caseId),
  ],
);

/** The history: append only, the source of truth. */
export const history = pgTable(
  'history',
  {
    ...ofEntry,
    outcome: text('outcome', { enum: ['accepted', 'refused', 'elapsed'] }).notNull(),
    type: text('type').notNull(),
    facts: jsonb('facts').$type<Record<string, unknown>>().notNull(),
    /** The hash of each sealed part, by its name: a part can go, and the chain stays. */
    parts: jsonb('parts').$type<Record<string, string>>().notNull(),
    by: jsonb('by').$type<{ person: string; roles: string[] } | null>(),
    at: instant('at').notNull(),
    version: integer('version').notNull(),
    stages: jsonb('stages').$type<Record<string, string>>().notNull(),
    snapshotHash: text('snapshot_hash').notNull(),
    violations: jsonb('violations').$type<unknown[]>().notNull(),
    machineId: text('machine_id').notNull(),
    machineVersion: text('machine_version').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
    /** What `snapshotHash` is the hash of, in some entries: where a replay may begin. */
    snapshot: text('snapshot'),
    /** Authenticates the entry (crypto/authenticity.ts); null from before there were any. */
    mac: text('mac'),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.seq] }),
    index('history_snapshots')
      .on(t.caseId, t.seq)
      .where(sql`${t.snapshot} is not null`),
    check('history_seq_from_one', sql`${t.seq} >= 1`),
    check('history_outcome_is_known', sql`${t.outcome} in ('accepted', 'refused', 'elapsed')`),
    check(
      'history_only_time_acts_alone',
      sql`(${t.by} is not null) = (${t.outcome} <> 'elapsed') or ${t.type} in ('case.erase', 'machine.carryOver')`,
    ),
    check(
      'history_refusals_say_why',
      sql`(${t.outcome} = 'refused') = (jsonb_array_length(${t.violations}) > 0)`,
    ),
  ],
);

/**
 * The confidential content of the history, in parts that can be deleted one by one: `content`, and
 * `identity:<ref>` of each person whom the entry identifies. Never changed, only taken away.
 */
export const sealedParts = pgTable(
  'sealed_parts',
  { ...ofEntry, part: inCodePoints('part').notNull(), sealed: bytea('sealed').notNull() },
  (t) => [primaryKey({ columns: [t.caseId, t.seq, t.part] })],
);

/** Keyed hashes of names that were taken away: texts are still screened for them, until the erasure. */
export const removedNames = pgTable(
  'removed_names',
  { ...ofCase, ref: text('ref').notNull(), digest: bytea('digest').notNull() },
  (t) => [primaryKey({ columns: [t.caseId, t.ref, t.digest] })],
);

/** The `after` timers of a case: pending ones wait to be fired, the others ran out and still matter. */
export const deadlines = pgTable(
  'deadlines',
  {
    ...ofCase,
    name: inCodePoints('name').notNull(),
    /** Whose it is: the case's own, or somebody's reference. */
    ref: inCodePoints('ref').notNull(),
    stage: text('stage').notNull(),
    dueAt: instant('due_at').notNull(),
    pending: boolean('pending').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.name, t.ref] }),
    index('deadlines_in_order').on(t.dueAt, t.caseId, t.name, t.ref),
    // those that are late and not fired yet, for lists
    index('deadlines_to_fire')
      .on(t.dueAt)
      .where(sql`${t.pending}`),
  ],
);

/**
 * Which cases a server is just seeing to, so that no other does the same work; until when, should it
 * end meanwhile. Nothing rests on it, so it is not written to the database's log (`unlogged`).
 */
export const claims = pgTable('claims', {
  caseId: uuid('case_id').primaryKey(),
  until: instant('until').notNull(),
});

/** First answers of requests with an idempotency key, sealed with the case's key. */
export const storedAnswers = pgTable(
  'stored_answers',
  {
    ...ofCase,
    person: text('person').notNull(),
    method: text('method').notNull(),
    path: text('path').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    sealed: bytea('sealed').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.person, t.method, t.path, t.key] }),
    index('stored_answers_by_age').on(t.createdAt),
  ],
);

/** Who opened confidential content of which case, and when: append only, as the history is. */
export const accesses = pgTable(
  'accesses',
  {
    ...ofCase,
    id: uuid('id').notNull(),
    person: text('person').notNull(),
    at: instant('at').notNull(),
    /** The entries whose content was opened, first and last. */
    firstSeq: integer('first_seq').notNull(),
    lastSeq: integer('last_seq').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseId, t.at, t.id] })],
);

/** Keyed digests of what identifies those who report and are reported, to find them across cases; gone with an erasure. */
export const digests = pgTable(
  'digests',
  {
    ...ofCase,
    ref: text('ref').notNull(),
    kind: text('kind', { enum: ['name', 'contact', 'badge', 'staff'] }).notNull(),
    digest: bytea('digest').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.ref, t.kind, t.digest] }),
    index('digests_alike').on(t.digest),
  ],
);

/**
 * What the master key wraps besides the keys of cases, each bound to its name: `master-key`, which
 * proves at the start that the server was given the right one; `signing-key`; `history-key`, which makes
 * entries and heads prove themselves; and `verifier-key …`, which vouches for a key that has signed
 * checkpoints.
 */
export const keychain = pgTable('keychain', {
  name: text('name').primaryKey(),
  /** A known text, wrapped with the master key; of the keys among them, the key itself. */
  proof: bytea('proof').notNull(),
});
