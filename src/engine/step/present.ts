/** What a caller is shown of a case and of its entries (api.md, "Cases", "Visibility"). */
import { handlerRoles, type Context, type Role } from '../../../machines/context.ts';
import { isOutside } from '../../../machines/rules/case-facts.ts';
import { unseal } from '../../crypto/sealing.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { EntryRow } from '../../store/history.ts';
import { isCurrent } from './replay.ts';
import {
  deadlinesOf,
  restore,
  stagesOf,
  statusOf,
  type CaseSnapshot,
  type StoredSnapshot,
} from './statechart.ts';

export interface DeadlineView {
  readonly name: string;
  readonly stage: string;
  readonly dueAt: string;
  readonly overdue: boolean;
}

export interface CaseView {
  readonly id: string;
  readonly codename: string;
  readonly status: 'open' | 'closed';
  readonly version: number;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly stages: Readonly<Record<string, string>>;
  readonly facts: Context;
  readonly deadlines: readonly DeadlineView[];
  readonly machine: { readonly id: string; readonly version: string };
}

export interface EntryView {
  readonly seq: number;
  readonly outcome: EntryRow['outcome'];
  readonly type: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly confidential: Readonly<Record<string, unknown>> | 'withheld' | 'erased';
  readonly by: EntryRow['by'];
  readonly at: string;
  readonly version: number;
  readonly stages: Readonly<Record<string, string>>;
  readonly violations: readonly unknown[];
  readonly machine: { readonly id: string; readonly version: string };
  readonly previousHash: string;
  readonly hash: string;
}

/** Handles of those who are assigned to a case (lifecycle.md, "Who"). */
export function assignedTo({ staff }: Context): string[] {
  const { responder, followUp, broughtIn, substitutes, delegates, reviewers } = staff;
  const one = [responder, followUp].filter((person) => person !== null);
  return [
    ...new Set([
      ...one,
      ...broughtIn,
      ...substitutes.map(({ person }) => person),
      ...delegates,
      ...reviewers,
    ]),
  ];
}

export interface Reader {
  readonly person: string;
  readonly roles: readonly Role[];
}

/** Whether somebody who sees the case handles it, rather than audits it only. */
export function mayHandle(context: Context, { person, roles }: Reader): boolean {
  if (isOutside(context, person)) return false;
  if (roles.some((role) => role === 'lead' || role === 'coordinator' || role === 'organizer'))
    return true;
  const handler = roles.some((role) => (handlerRoles as readonly Role[]).includes(role));
  return handler && (context.openedBy === person || assignedTo(context).includes(person));
}

/** Whether somebody who sees the case also sees its confidential fields opened. */
export function mayOpen(context: Context, reader: Reader, now: Date): boolean {
  if (mayHandle(context, reader)) return true;
  const { person, roles } = reader;
  return (
    !isOutside(context, person) &&
    roles.includes('auditor') &&
    context.staff.disclosures.some(
      (granted) => granted.person === person && new Date(granted.until) > now,
    )
  );
}

type Numbers = Pick<
  CaseRow,
  'caseId' | 'codename' | 'version' | 'openedAt' | 'updatedAt' | 'machineId' | 'machineVersion'
>;

const numbersOf = (row: Numbers) => ({
  id: row.caseId,
  codename: row.codename,
  version: row.version,
  openedAt: row.openedAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  machine: { id: row.machineId, version: row.machineVersion },
});

export function presentCase(row: Numbers, snapshot: CaseSnapshot, now: Date): CaseView {
  return {
    ...numbersOf(row),
    status: statusOf(snapshot),
    stages: stagesOf(snapshot),
    facts: snapshot.context,
    deadlines: deadlinesOf(snapshot).map(({ name, stage, dueAt, pending }) => ({
      name,
      stage,
      dueAt,
      overdue: !pending || new Date(dueAt) <= now,
    })),
  };
}

/** What a stored case knows of itself: it can be read whatever the version of its machine. */
export const contextOf = ({ snapshot }: Pick<CaseRow, 'snapshot'>): Context =>
  (snapshot as { context: Context }).context;

/** A case as it is read from the database. The clocks of another version's case stand still. */
export function presentRow(row: CaseRow, now: Date): CaseView {
  if (isCurrent(row)) return presentCase(row, restore(row.snapshot as StoredSnapshot), now);
  const { stages, status } = row;
  return { ...numbersOf(row), status, stages, facts: contextOf(row), deadlines: [] };
}

/** What somebody may see of the confidential fields of a case. */
export interface Insight {
  /** Null where the case was erased. */
  readonly dataKey: Buffer | null;
  readonly erased: boolean;
  /** Whether the reader may see confidential fields. */
  readonly opened: boolean;
  /** Other cases that the reader may see: ids of others are left out. */
  readonly visibleCases: ReadonlySet<string>;
}

/** The confidential fields of an entry, sealed; null where there are none or they can't be read any more. */
export function openEntry(
  { caseId, seq, sealed }: Pick<EntryRow, 'caseId' | 'seq' | 'sealed'>,
  dataKey: Buffer | null,
) {
  return sealed && dataKey
    ? (unseal(dataKey, { caseId, seq }, sealed) as Record<string, unknown>)
    : null;
}

/** The entries that hold ids of other cases: the others need not be opened to look for some. */
export const namesCases = (type: string): boolean =>
  type === 'case.link' || type === 'meeting.consultPastIncidents';

/** Ids of other cases that the confidential fields of an entry hold. */
export function caseIdsIn(confidential: Readonly<Record<string, unknown>> | null): string[] {
  const { case: linked, related } = (confidential ?? {}) as {
    case?: string;
    related?: readonly string[];
  };
  return [...(linked === undefined ? [] : [linked]), ...(related ?? [])];
}

function withoutHiddenCases(confidential: Record<string, unknown>, visible: ReadonlySet<string>) {
  const { case: linked, related, ...rest } = confidential as { case?: string; related?: string[] };
  return {
    ...rest,
    ...(linked !== undefined && visible.has(linked) && { case: linked }),
    ...(related && { related: related.filter((id) => visible.has(id)) }),
  };
}

export function presentEntry(
  row: EntryRow,
  { dataKey, erased, opened, visibleCases }: Insight,
): EntryView {
  const confidential = erased
    ? row.sealed
      ? 'erased'
      : {}
    : opened
      ? withoutHiddenCases(openEntry(row, dataKey) ?? {}, visibleCases)
      : 'withheld';
  return {
    seq: row.seq,
    outcome: row.outcome,
    type: row.type,
    facts: row.facts,
    confidential,
    by: row.by,
    at: row.at.toISOString(),
    version: row.version,
    stages: row.stages,
    violations: row.violations,
    machine: { id: row.machineId, version: row.machineVersion },
    previousHash: row.previousHash,
    hash: row.hash,
  };
}
