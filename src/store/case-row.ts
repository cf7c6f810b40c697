/** A case's row as statements that are made once read it (statement.ts), which drizzle does not translate. */
import { sql } from 'drizzle-orm';
import type { CaseRow } from './cases.ts';

/** All columns but the snapshot, which each reads as it needs it, and those that only lists ask for. */
export const caseColumns = sql.raw(`case_id, codename, status, version, head_seq, head_hash, stages,
  machine_id, machine_version, opened_by, opened_at, updated_at, closed_at, data_key, erase_due_at,
  next_due_at, overdue, head_mac, macs_from`);

export interface ReadCase {
  readonly codename: string;
  readonly status: 'open' | 'closed';
  readonly version: number;
  readonly head_seq: number;
  readonly head_hash: string;
  readonly stages: Record<string, string>;
  readonly snapshot: unknown;
  readonly machine_id: string;
  readonly machine_version: string;
  readonly opened_by: string;
  readonly opened_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly data_key: Buffer | null;
  readonly erase_due_at: string | null;
  readonly next_due_at: string | null;
  readonly overdue: boolean;
  readonly head_mac: string | null;
  readonly macs_from: number;
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

export const caseOf = (row: ReadCase, caseId: string): CaseRow => ({
  caseId,
  codename: row.codename,
  status: row.status,
  version: row.version,
  headSeq: row.head_seq,
  headHash: row.head_hash,
  stages: row.stages,
  snapshot: row.snapshot,
  machineId: row.machine_id,
  machineVersion: row.machine_version,
  openedBy: row.opened_by,
  openedAt: new Date(row.opened_at),
  updatedAt: new Date(row.updated_at),
  closedAt: date(row.closed_at),
  dataKey: row.data_key,
  eraseDueAt: date(row.erase_due_at),
  nextDueAt: date(row.next_due_at),
  overdue: row.overdue,
  headMac: row.head_mac,
  macsFrom: row.macs_from,
});
