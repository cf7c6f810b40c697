/** Histories as the engine writes them, made without a database: rows for it, and bundles. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../machines/context.ts';
import { openingType } from '../../machines/events.ts';
import { parseSettings } from '../../machines/procedure.ts';
import { statusOf, stagesOf } from '../../machines/stages.ts';
import type { CaseState } from '../../machines/system.ts';
import { leafHash, rootOf } from '../../src/crypto/merkle.ts';
import { checkpointSigner, checkpointText } from '../../src/crypto/note.ts';
import { headLeafHash, type Inclusion } from '../../src/engine/audit/checkpoint.ts';
import { headerOf, lineOf, writeBundle } from '../../src/engine/audit/export.ts';
import { nextDueAt } from '../../src/engine/step/clocks.ts';
import { decide } from '../../src/engine/step/decide.ts';
import {
  asStored,
  entryAfter,
  genesis,
  headOf,
  type Head,
  type JudgedStep,
} from '../../src/engine/step/entry.ts';
import { presentEntry } from '../../src/engine/step/present.ts';
import { judgeOpening } from '../../src/engine/step/replay.ts';
import type { CaseRow } from '../../src/store/cases.ts';
import type { SealedEntry } from '../../src/store/history.ts';
import { actor, type Sent } from './cast.ts';
import { begin, stamped } from './story.ts';

export interface Written {
  readonly row: CaseRow;
  readonly entries: readonly SealedEntry[];
}

type Judged = Pick<JudgedStep, 'outcome' | 'type' | 'facts' | 'violations' | 'state'> & {
  readonly by: Actor | null;
};

/** A case that Cleo opened, and then all that is said, refused or not. */
export function write(story: Iterable<Sent>): Written {
  const caseId = randomUUID();
  const entries: SealedEntry[] = [];
  let head: Head = genesis(caseId);
  const add = (step: Judged) => {
    // what is sealed says nothing to whoever has no key
    const sealed: Readonly<Record<string, Buffer>> =
      head.seq % 3 === 2
        ? { content: Buffer.from(`sealed ${head.seq}`), 'identity:reporter': Buffer.from('who') }
        : {};
    const entry = entryAfter(head, { ...step, at: begin, sealed });
    head = headOf(entry);
    entries.push({ ...entry, sealed });
  };

  const by = actor('cleo');
  const settings = parseSettings({});
  const facts = { channel: 'in-person', receivedAt: begin, excluded: [], settings, people: {} };
  const verdict = judgeOpening({ ...facts, channel: 'in-person' }, { at: begin, by, seq: 1 });
  if (verdict.outcome === 'refused') throw new Error('nobody could open a case');
  let state: CaseState = verdict.state;
  add({ outcome: 'accepted', type: openingType, facts, by, state });
  for (const sent of story) {
    const event = stamped(sent, { state, at: begin, seq: entries.length });
    const judged = decide(state, event);
    if (judged.outcome === 'accepted') ({ state } = judged);
    const violations = judged.outcome === 'refused' ? judged.violations : [];
    const { type, facts: known, by: who } = event;
    add({ outcome: judged.outcome, type, facts: known, by: who, violations, state });
  }
  const at = new Date(begin);
  const due = nextDueAt(state);
  const row: CaseRow = {
    caseId,
    codename: 'amber-lantern',
    status: statusOf(state),
    version: head.version,
    headSeq: head.seq,
    headHash: head.hash,
    stages: { ...stagesOf(state) },
    snapshot: asStored(state),
    machineId: entries.at(-1)?.machineId ?? '',
    machineVersion: entries.at(-1)?.machineVersion ?? '',
    openedBy: 'cleo',
    openedAt: at,
    updatedAt: at,
    closedAt: state.context.closedAt === null ? null : at,
    dataKey: Buffer.alloc(60),
    eraseDueAt: null,
    nextDueAt: due === null ? null : new Date(due),
    overdue: false,
    headMac: null,
    macsFrom: 1,
  };
  return { row, entries };
}

/** Signs what `logged` makes up. */
export const signer = checkpointSigner(Buffer.alloc(32, 7));

/** A log of two cases, the other one first, that covers this one up to an entry. */
export function logged({ entries }: Written, seq = entries.length): Inclusion {
  const { caseId = '', hash = '' } = entries[seq - 1] ?? {};
  const other = leafHash(Buffer.from('another case'));
  const leaf = { caseId, seq, hash };
  const root = rootOf([other, headLeafHash(leaf)]);
  const checkpoint = signer.sign(checkpointText({ origin: signer.name, size: 2, root }));
  const { verifierKey } = signer;
  return { checkpoint, verifierKey, leaf: { index: 1, ...leaf }, path: [other.toString('base64')] };
}

/** The bundle of a history, as an auditor gets it. */
export async function bundleOf(
  { row, entries }: Written,
  inclusion: Inclusion | null = null,
): Promise<string> {
  const header = headerOf(row, { opened: false, logged: inclusion, now: new Date(begin) });
  const opening = { dataKey: null, erased: false, opened: false, visibleCases: new Set<string>() };
  const lines = entries.map((entry) => lineOf(presentEntry(entry, opening), entry));
  return (await Array.fromAsync(writeBundle(header, lines, inclusion))).join('');
}
