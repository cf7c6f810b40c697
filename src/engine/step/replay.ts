/**
 * Rebuilding a case from its history: the recorded facts run through the machine once more. Nobody is
 * asked, no clock and no directory.
 */
import { machineIdentity, replayedVersions } from '../../../machines/case.ts';
import type { DeadlineName, Ref } from '../../../machines/context.ts';
import type { Channel, Role } from '../../../machines/vocabulary.ts';
import {
  batchType,
  carryOverType,
  openingType,
  type CaseEvent,
  type Established,
  type Stamp,
} from '../../../machines/events.ts';
import type { Settings } from '../../../machines/procedure.ts';
import { officesOf } from '../../../machines/rules/case-facts.ts';
import { openingContext } from '../../../machines/opening.ts';
import type { CaseState } from '../../../machines/system.ts';
import type { Violation } from '../../errors.ts';
import type { EntryRow } from '../../store/history.ts';
import { decide, decideElapse, decideOpening, type Verdict } from './decide.ts';

/** What a step turned out to be when it was judged again. */
export interface Replayed {
  readonly outcome: EntryRow['outcome'];
  readonly violations: readonly Violation[];
  /** As the case stands after the step; null before a case is opened. */
  readonly state: CaseState | null;
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

/** What the opening's facts hold. */
export interface OpeningFacts extends Established {
  readonly channel: Channel;
  readonly receivedAt: string;
  readonly excluded: readonly string[];
  readonly settings: Settings;
}

const replayed = (verdict: Verdict, before: CaseState | null): Replayed =>
  verdict.outcome === 'accepted'
    ? { outcome: 'accepted', violations: [], state: verdict.state }
    : { outcome: 'refused', violations: verdict.violations, state: before };

/** Judges an opening: as it is recorded, and as it is made. */
export function judgeOpening(facts: OpeningFacts, stamp: Stamp): Verdict {
  const { channel, receivedAt, excluded, settings, people = {} } = facts;
  const opening = {
    channel,
    receivedAt,
    settings,
    openedAt: stamp.at,
    openedBy: stamp.by?.person ?? '',
  };
  const empty = openingContext({ ...opening, excluded: [] });
  const out = excluded.map((person) => ({ person, offices: officesOf(empty, { people }, person) }));
  return decideOpening({ ...opening, excluded: out }, stamp, { people });
}

interface BatchFacts {
  readonly events: readonly Pick<CaseEvent, 'type' | 'facts'>[];
}

/** Several events of which the last was refused: each is judged on what the ones before made of the case. */
function judgeBatch(before: CaseState, { events }: BatchFacts, stamp: Stamp): Verdict {
  let state = before;
  for (const [index, { type, facts }] of events.entries()) {
    const event = { type, facts, ...stamp, seq: stamp.seq + index } as CaseEvent;
    const verdict = decide(state, event);
    if (verdict.outcome === 'refused') return verdict;
    ({ state } = verdict);
  }
  return { outcome: 'accepted', state };
}

/**
 * Judges a recorded step again, on the case as it stood before it.
 *
 * @throws where the facts are none that the machines understand
 */
export function replayEntry(before: CaseState | null, entry: RecordedEntry): Replayed {
  const { seq, type, facts } = entry;
  const by = entry.by as { person: string; roles: readonly Role[] } | null;
  const stamp = { at: entry.at.toISOString(), by, seq };
  if (type === openingType)
    return replayed(judgeOpening(facts as unknown as OpeningFacts, stamp), before);
  if (before === null) throw new Error('the history does not begin with an opening');
  // the move to another version runs the same history through another machine: it is no step of its own
  if (type === carryOverType) return { outcome: 'accepted', violations: [], state: before };
  if (type === batchType)
    return replayed(judgeBatch(before, facts as unknown as BatchFacts, stamp), before);
  if (type.startsWith('deadline.')) {
    const name = type.slice('deadline.'.length) as DeadlineName;
    const next = decideElapse(before, { name, ref: facts['ref'] as Ref }, stamp);
    return next
      ? { outcome: 'elapsed', violations: [], state: next }
      : { outcome: 'refused', violations: [], state: before };
  }
  return replayed(decide(before, { type, facts, ...stamp } as unknown as CaseEvent), before);
}
