/** How members of staff stand to a case: out of it, away, standing in for another, or with a task in it. */
import type { Handle, Time } from './context.ts';
import type { Office } from './vocabulary.ts';

interface InOffice {
  readonly person: Handle;
  /** What the case loses without them, which is what lets a substitute be named. */
  readonly offices: readonly Office[];
}

export interface Outsider extends InOffice {
  /** `concerned`: a member of staff whom it happened to; `cleared`: named by mistake, not yet let in again. */
  readonly why: 'recused' | 'excluded' | 'reported' | 'concerned' | 'cleared';
}

interface Absent extends InOffice {
  /** Who noted it. */
  readonly by: Handle;
}

export interface StaffInCase {
  readonly outside: readonly Outsider[];
  /** Members of staff whom it happened to; outside from the hand-over to the leads on. */
  readonly leaving: readonly InOffice[];
  /** Members of staff who saw it: they stay, and judge nothing. */
  readonly witnesses: readonly InOffice[];
  readonly absent: readonly Absent[];
  readonly broughtIn: readonly Handle[];
  readonly substitutes: readonly {
    readonly person: Handle;
    readonly as: Office;
    readonly byOrganizer: boolean;
  }[];
  /** Ombuds to whom the case was referred. */
  readonly referredTo: readonly Handle[];
  /** Whether a lead, coordinator or organizer is or was reported: then every ombud sees the case. */
  readonly ombudNeeded: boolean;
  readonly responder: Handle | null;
  readonly followUp: Handle | null;
  readonly delegates: readonly Handle[];
  readonly disclosures: readonly { readonly person: Handle; readonly until: Time }[];
  /** Who has to stay away from letting somebody in again: those who took the accusation back. */
  readonly cleared: readonly { readonly person: Handle; readonly by: readonly Handle[] }[];
}
