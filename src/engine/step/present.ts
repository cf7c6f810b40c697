/** What a caller is shown of a case and of its entries. */
import type { Actor, Context, Ref } from '../../../machines/context.ts';
import { handlerRoles } from '../../../machines/vocabulary.ts';
import { ombudActs, isOutside } from '../../../machines/rules/case-facts.ts';
import { stagesOf, stagesOfMachine, statusOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { eventSchemas, type EventType } from '../../../machines/events.ts';
import { marksWithin } from '../../../machines/events/marks.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { EntryRow, SealedEntry } from '../../store/history.ts';
import { everyOmbud } from '../../store/visibility.ts';
import { deadlinesOf } from './clocks.ts';
import { isCurrent } from './replay.ts';
import { openParts } from './seal-parts.ts';

export interface DeadlineView {
  readonly name: string;
  /** Whose it is; null where it is the case's own. */
  readonly ref: string | null;
  readonly stage: string;
  readonly dueAt: string;
  readonly overdue: boolean;
}

/** Somebody of the case: their stages, and what is known of them but for who they are. */
interface PersonView {
  readonly kind: 'reporter' | 'reported' | 'other';
  readonly stages: Readonly<Record<string, string>>;
  readonly [fact: string]: unknown;
}

export interface CaseView {
  readonly id: string;
  readonly codename: string;
  readonly status: 'open' | 'closed';
  readonly version: number;
  readonly openedAt: string;
  readonly receivedAt: string;
  readonly updatedAt: string;
  readonly stages: Readonly<Record<string, string>>;
  readonly people: Readonly<Record<Ref, PersonView>>;
  readonly departures: Context['departures'];
  readonly proposals: Context['proposals'];
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
  /** Parts of the content that were taken away for good. */
  readonly redacted: readonly string[];
  readonly by: EntryRow['by'];
  /** When it was recorded. */
  readonly at: string;
  /** When it happened, as it was said. */
  readonly happenedAt: string;
  readonly version: number;
  readonly stages: Readonly<Record<string, string>>;
  readonly violations: readonly unknown[];
  readonly machine: { readonly id: string; readonly version: string };
  readonly previousHash: string;
  readonly hash: string;
}

/** Handles of those who are assigned to a case; an ombud as long as it is open. */
export function assignedTo({ staff, people, closedAt }: Context): string[] {
  const { responder, followUp, broughtIn, substitutes, delegates, referredTo, ombudNeeded } = staff;
  const one = [responder, followUp].filter((person) => person !== null);
  return [
    ...new Set([
      ...one,
      ...broughtIn,
      ...substitutes.map(({ person }) => person),
      ...delegates,
      ...people.reported.flatMap(({ appeal }) => appeal.reviewers),
      ...(closedAt === null ? referredTo : []),
      ...(closedAt === null && ombudNeeded ? [everyOmbud] : []),
    ]),
  ];
}

/** Somebody who reads: a person with their roles. */
export type Reader = Actor;

/** Whether somebody who sees the case handles it, rather than audits it only. */
export function mayHandle(context: Context, { person, roles }: Reader): boolean {
  if (isOutside(context, person)) return false;
  if (roles.some((role) => role === 'lead' || role === 'coordinator' || role === 'organizer'))
    return true;
  if (roles.includes('ombud')) return ombudActs(context, person);
  const handler = roles.some((role) => (handlerRoles as readonly string[]).includes(role));
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

/** The people of a case, by reference. */
function peopleOf(state: CaseState): CaseView['people'] {
  const { people } = state.context;
  const view =
    (kind: PersonView['kind']) =>
    ({ ref, ...known }: { readonly ref: Ref }) =>
      [ref, { kind, stages: stagesOfMachine(state, ref), ...known }] as const;
  return Object.fromEntries([
    ...people.reporters.map(view('reporter')),
    ...people.reported.map(view('reported')),
    ...people.others.map(view('other')),
  ]);
}

export function presentCase(row: Numbers, state: CaseState, now: Date): CaseView {
  const { context } = state;
  return {
    ...numbersOf(row),
    status: statusOf(state),
    receivedAt: context.receivedAt,
    stages: stagesOf(state),
    people: peopleOf(state),
    departures: context.departures,
    proposals: context.proposals,
    facts: context,
    deadlines: deadlinesOf(state).map(({ name, ref, stage, dueAt, pending }) => ({
      name,
      ref: ref === 'case' ? null : ref,
      stage,
      dueAt,
      overdue: !pending || new Date(dueAt) <= now,
    })),
  };
}

/** What a stored case knows of itself: it can be read whatever the version of its machine. */
export const contextOf = ({ snapshot }: Pick<CaseRow, 'snapshot'>): Context =>
  (snapshot as CaseState).context;

/** A case as it is read from the database. The clocks of another version's case stand still. */
export function presentRow(row: CaseRow, now: Date): CaseView {
  const view = presentCase(row, row.snapshot as CaseState, now);
  return isCurrent(row) ? view : { ...view, deadlines: [] };
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

/** The confidential fields of an entry; null where there are none or they can't be read any more. */
export const openEntry = (
  entry: Pick<SealedEntry, 'caseId' | 'seq' | 'sealed'>,
  dataKey: Buffer | null,
): Record<string, unknown> | null =>
  dataKey && Object.keys(entry.sealed).length > 0 ? openParts(dataKey, entry, entry.sealed) : null;

/** The entries that hold ids of other cases: the others need not be opened to look for some. */
export const namesCases = (type: string): boolean =>
  Object.hasOwn(eventSchemas, type) &&
  marksWithin(eventSchemas[type as EventType], 'x-names').includes('case');

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
  row: SealedEntry,
  { dataKey, erased, opened, visibleCases }: Insight,
): EntryView {
  const names = Object.keys(row.parts);
  const confidential = erased
    ? names.length > 0
      ? 'erased'
      : {}
    : opened
      ? withoutHiddenCases(openEntry(row, dataKey) ?? {}, visibleCases)
      : 'withheld';
  const said = row.facts['happenedAt'];
  return {
    seq: row.seq,
    outcome: row.outcome,
    type: row.type,
    facts: row.facts,
    confidential,
    redacted: names.filter((part) => !Object.hasOwn(row.sealed, part)),
    by: row.by,
    at: row.at.toISOString(),
    happenedAt: typeof said === 'string' ? new Date(said).toISOString() : row.at.toISOString(),
    version: row.version,
    stages: row.stages,
    violations: row.violations,
    machine: { id: row.machineId, version: row.machineVersion },
    previousHash: row.previousHash,
    hash: row.hash,
  };
}
