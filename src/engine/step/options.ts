/** What somebody may do now in a case that they see. */
import type { EventType } from '../../../machines/events.ts';
import { sendableTypes } from '../../../machines/events.ts';
import type { CaseState } from '../../../machines/system.ts';
import { NotFound, OtherMachineVersion } from '../../errors.ts';
import { loadForStep, type CaseRow } from '../../store/cases.ts';
import type { Engine } from '../engine.ts';
import { notItsHandler } from './advance.ts';
import { optionsFor, type Option } from './decide.ts';
import { knownOf } from './establish.ts';
import { stepTime } from './judge.ts';
import { contextOf, mayHandle, type Reader } from './present.ts';
import { isCurrent } from './replay.ts';

/**
 * The options of a reader, of one type of event or of all that are sent.
 *
 * @throws {NotFound} for a case that the reader does not see
 * @throws {OtherMachineVersion} for a case that was opened under another version of the machine
 * @throws {Forbidden} for a case that the reader sees as an auditor only
 */
export async function readOptions(
  { db, keyring, now }: Engine,
  reader: Reader,
  caseId: string,
  type?: EventType,
): Promise<{ row: CaseRow; options: Option[] }> {
  const { person } = reader;
  const loaded = await loadForStep(db, { caseId, person, handles: [person], caseIds: [] });
  if (!loaded) throw new NotFound();
  const { row, officers } = loaded;
  if (!isCurrent(row)) throw new OtherMachineVersion();
  const context = contextOf(row);
  if (!mayHandle(context, reader)) throw notItsHandler();
  const dataKey = row.dataKey && (await keyring.unwrap(row.dataKey, caseId));
  const known = await knownOf(db, {
    caseId: row.caseId,
    context,
    dataKey,
    officers,
    sender: person,
  });
  const options = optionsFor(row.snapshot as CaseState, {
    at: stepTime(now(), row),
    by: { person, roles: reader.roles },
    known,
    types: type === undefined ? sendableTypes : [type],
  });
  return { row, options };
}
