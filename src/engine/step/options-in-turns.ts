import { eventTypes } from '../../../machines/events.ts';
import type { CaseState } from '../../../machines/system.ts';
import { takingTurns } from '../turns.ts';
import { optionsFor, type Option } from './decide.ts';

/** What somebody may do (`optionsFor`), which is long work where a case has many people. */
export async function optionsInTurns(
  state: CaseState,
  { types = eventTypes, ...asked }: Parameters<typeof optionsFor>[1],
): Promise<Option[]> {
  const options: Option[] = [];
  const othersTurn = takingTurns();
  for (const type of types) {
    options.push(...optionsFor(state, { ...asked, types: [type] }));
    await othersTurn();
  }
  return options;
}
