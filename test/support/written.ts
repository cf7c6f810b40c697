/** Histories as the engine writes them, made without a database: rows for it, and bundles. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../machines/context.ts';
import { openingType } from '../../machines/events.ts';
import { parseSettings } from '../../machines/procedure.ts';
import { GENESIS_HASH } from '../../src/crypto/chain.ts';
import { leafHash, rootOf } from '../../src/crypto/merkle.ts';
import { checkpointSigner, checkpointText } from '../../src/crypto/note.ts';
import { headLeafHash, type Inclusion } from '../../src/engine/audit/checkpoint.ts';
import { decide, decideOpening } from '../../src/engine/step/decide.ts';
import { makeEntry } from '../../src/engine/step/entry.ts';
import { headerOf, lineOf, writeBundle } from '../../src/engine/audit/export.ts';
import { presentEntry } from '../../src/engine/step/present.ts';
import { stagesOf, statusOf, type CaseSnapshot } from '../../src/engine/step/statechart.ts';
import type { CaseRow } from '../../src/store/cases.ts';
import type { EntryRow } from '../../src/store/history.ts';
import { actor, type Sent } from './cast.ts';
import { begin, stamped } from './story.ts';

export interface Written {
  readonly row: CaseRow;
  readonly entries: readonly EntryRow[];
}

/** A case that Cleo opened, and then all that is said, refused or not. */
export function write(story: Iterable<Sent>): Written {
  const caseId = randomUUID();
  const entries: EntryRow[] = [];
  let [version, previousHash] = [0, GENESIS_HASH];
  let stored: unknown = null;
  const add = (
    outcome: 'accepted' | 'refused',
    step: Pick<Parameters<typeof makeEntry>[0], 'type' | 'facts' | 'violations' | 'snapshot'> & {
      by: Actor | null;
    },
  ) => {
    if (outcome === 'accepted') version += 1;
    const head = { caseId, seq: entries.length + 1, version, previousHash };
    // what is sealed says nothing to whoever has no key
    const sealed = head.seq % 3 === 0 ? Buffer.from(`sealed ${head.seq}`) : null;
    const made = makeEntry({ ...step, head, outcome, at: begin, sealed });
    ({ stored } = made);
    previousHash = made.entry.hash;
    entries.push(made.entry);
  };

  const settings = parseSettings({});
  const by = actor('cleo');
  const opening = { channel: 'in-person', openedBy: 'cleo', settings, excluded: [] } as const;
  const verdict = decideOpening(opening, { at: begin, by, seq: 1 }, { people: {} });
  if (verdict.outcome === 'refused') throw new Error('nobody could open a case');
  let snapshot: CaseSnapshot = verdict.snapshot;
  const facts = { channel: opening.channel, excluded: [], settings, people: {} };
  add('accepted', { type: openingType, facts, by, violations: [], snapshot });
  for (const sent of story) {
    const event = stamped(sent, { snapshot, at: begin, seq: entries.length });
    const { type, at: _, by: who, seq: __, ...known } = event;
    const judged = decide(snapshot, event);
    if (judged.outcome === 'accepted') ({ snapshot } = judged);
    const violations = judged.outcome === 'refused' ? judged.violations : [];
    add(judged.outcome, { type, facts: known, by: who, violations, snapshot });
  }
  const at = new Date(begin);
  const row: CaseRow = {
    caseId,
    codename: 'amber-lantern',
    status: statusOf(snapshot),
    version,
    headSeq: entries.length,
    headHash: previousHash,
    stages: { ...stagesOf(snapshot) },
    snapshot: stored,
    machineId: entries.at(-1)?.machineId ?? '',
    machineVersion: entries.at(-1)?.machineVersion ?? '',
    openedBy: 'cleo',
    openedAt: at,
    updatedAt: at,
    closedAt: statusOf(snapshot) === 'closed' ? at : null,
    dataKey: Buffer.alloc(60),
    eraseDueAt: null,
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
