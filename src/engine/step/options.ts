/** What somebody may do now in a case that they see. */
import type { EventType } from '../../../machines/events.ts';
import { sendableTypes } from '../../../machines/events.ts';
import type { CaseState } from '../../../machines/system.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { StepLoad } from '../../store/step-load.ts';
import type { Engine } from '../engine.ts';
import { openForStep } from './advance.ts';
import type { Option } from './decide.ts';
import { knownOf } from './establish.ts';
import { stepTime } from './judge.ts';
import { optionsInTurns } from './options-in-turns.ts';
import { contextOf, type Reader } from './present.ts';

/**
 * The options of a reader, of one type of event or of all that are sent.
 *
 * @throws {NotFound} for a case that the reader does not see
 * @throws {OtherMachineVersion} for a case that was opened under another version of the machine
 * @throws {Forbidden} for a case that the reader sees as an auditor only
 */
export async function readOptions(
  engine: Engine,
  { person, roles }: Reader,
  caseId: string,
  { type, arrival }: { type?: EventType | undefined; arrival?: StepLoad | undefined } = {},
): Promise<{ row: CaseRow; options: Option[] }> {
  const loaded = await openForStep(engine, { person, caseId }, arrival);
  const { row, directory, dataKey, now } = loaded;
  const known = await knownOf(engine, {
    caseId: row.caseId,
    context: contextOf(row),
    dataKey,
    directory,
    sender: person,
  });
  const options = await optionsInTurns(row.snapshot as CaseState, {
    at: stepTime(now, row),
    by: { person, roles },
    known,
    types: type === undefined ? sendableTypes : [type],
  });
  return { row, options };
}
