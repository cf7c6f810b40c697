/**
 * Rebuilding a case from its history: the recorded facts run through the machine once more. Nobody is
 * asked, no clock and no directory.
 */
import { machineIdentity, replayedVersions } from '../../../machines/case.ts';
import type { Channel, DeadlineName, Role } from '../../../machines/context.ts';
import {
  carryOverType,
  openingType,
  type CaseEvent,
  type Established,
} from '../../../machines/events.ts';
import type { Settings } from '../../../machines/procedure.ts';
import type { Violation } from '../../errors.ts';
import type { EntryRow } from '../../store/history.ts';
import { decide, decideElapse, decideOpening, type Verdict } from './decide.ts';
import type { CaseSnapshot } from './statechart.ts';

/** What a step turned out to be when it was judged again. */
export interface Replayed {
  readonly outcome: EntryRow['outcome'];
  readonly violations: readonly Violation[];
  /** As the case stands after the step; null before a case is opened. */
  readonly snapshot: CaseSnapshot | null;
}

interface OfMachine {
  readonly machineId: string;
  readonly machineVersion: string;
}

/** Whether what was done under this machine can be judged again by the definition at hand. */
export const isReplayed = ({ machineId, machineVersion }: OfMachine): boolean =>
  machineId === machineIdentity.id && replayedVersions.includes(machineVersion);

/** Whether the case is one of this very machine: only then can a step be taken in it. */
export const isCurrent = ({ machineId, machineVersion }: OfMachine): boolean =>
  machineId === machineIdentity.id && machineVersion === machineIdentity.version;

type RecordedEntry = Pick<EntryRow, 'seq' | 'type' | 'facts' | 'by' | 'at'>;

interface OpeningFacts extends Established {
  readonly channel: Channel;
  readonly excluded: readonly string[];
  readonly settings: Settings;
}

const replayed = (verdict: Verdict, before: CaseSnapshot | null): Replayed =>
  verdict.outcome === 'accepted'
    ? { outcome: 'accepted', violations: [], snapshot: verdict.snapshot }
    : { outcome: 'refused', violations: verdict.violations, snapshot: before };

/**
 * Judges a recorded step again, on the case as it stood before it.
 *
 * @throws where the facts are none that the machine understands
 */
export function replayEntry(before: CaseSnapshot | null, entry: RecordedEntry): Replayed {
  const { seq, type, facts } = entry;
  const at = entry.at.toISOString();
  const by = entry.by as { person: string; roles: readonly Role[] } | null;
  const stamp = { at, by, seq };
  if (type === openingType) {
    const { channel, excluded, settings, people = {} } = facts as unknown as OpeningFacts;
    const out = excluded.map((person) => ({
      person,
      lead: people[person]?.includes('lead') ?? false,
    }));
    const opening = { channel, openedBy: by?.person ?? '', settings, excluded: out };
    return replayed(decideOpening(opening, stamp, { people }), before);
  }
  if (before === null) throw new Error('the history does not begin with an opening');
  // the move to another version runs the same history through another machine: it is no step of its own
  if (type === carryOverType) return { outcome: 'accepted', violations: [], snapshot: before };
  if (type.startsWith('deadline.')) {
    const next = decideElapse(before, type.slice('deadline.'.length) as DeadlineName, at, seq);
    return next
      ? { outcome: 'elapsed', violations: [], snapshot: next }
      : { outcome: 'refused', violations: [], snapshot: before };
  }
  return replayed(decide(before, { type, ...facts, ...stamp } as unknown as CaseEvent), before);
}
