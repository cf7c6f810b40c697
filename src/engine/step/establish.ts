/**
 * What the rules need to know about text, staff and other cases is found out before the machine runs
 * and recorded as facts of the event; a replay uses those and asks nobody.
 */
import { setImmediate } from 'node:timers/promises';
import type { Context } from '../../../machines/context.ts';
import type { Established, EventInput } from '../../../machines/events.ts';
import { staffNamed } from '../../../machines/rules/case-facts.ts';
import type { Facts } from '../../../machines/rules/rule.ts';
import { unseal } from '../../crypto/sealing.ts';
import { findNames, type Directory } from '../../store/cases.ts';
import type { Db } from '../../store/database.ts';
import { listSealed } from '../../store/history.ts';
import { identifyAmong, type Identifiable } from '../confidential/screening.ts';
import { screenedTexts } from './split.ts';

/** Ids of other cases that an event names. */
export function caseIdsNamed(event: EventInput): string[] {
  if (event.type === 'case.link') return [event.case];
  return event.type === 'meeting.consultPastIncidents' ? [...event.related] : [];
}

export interface Knowledge {
  readonly caseId: string;
  readonly context: Context;
  /** Null where the case was erased: then nobody of it is known any more. */
  readonly dataKey: Buffer | null;
  readonly directory: Directory;
  /** How many of the cases that the event names, this one aside, the sender sees. */
  readonly visibleCases: number;
}

/** The facts that the engine adds to an event's own. */
export async function establish(
  db: Db,
  event: EventInput,
  facts: Facts,
  known: Knowledge,
): Promise<Established> {
  const handles = staffNamed(facts).filter((handle) => known.directory[handle]);
  const texts = screenedTexts(event);
  const caseIds = caseIdsNamed(event);
  return {
    ...(staffNamed(facts).length > 0 && {
      people: Object.fromEntries(handles.map((handle) => [handle, known.directory[handle] ?? []])),
    }),
    ...(texts.length > 0 && { screening: { identifies: await identified(db, texts, known) } }),
    ...(caseIds.length > 0 && {
      cases: { named: caseIds.length, unknown: caseIds.length - known.visibleCases },
    }),
  };
}

async function identified(db: Db, texts: readonly string[], known: Knowledge): Promise<string[]> {
  return identifyAmong(texts, await peopleOf(db, known));
}

interface Words {
  readonly name?: string;
  readonly contact?: string;
  readonly badge?: string;
  readonly appearance?: string;
  readonly height?: string;
  readonly clothing?: string;
  readonly voiceAccent?: string;
  readonly description?: string;
}
interface Told {
  readonly reporter?: Words;
  readonly contact?: string;
  readonly reportedPersons?: readonly Words[];
  readonly others?: readonly Words[];
}

const given = (...words: readonly (string | undefined)[]) =>
  words.filter((word) => word !== undefined);

const identifiable = (ref: string, words: Words, staffName?: string): Identifiable => ({
  ref,
  names: given(words.name, staffName),
  contacts: given(words.contact),
  badges: given(words.badge),
  descriptions: given(
    words.appearance,
    words.height,
    words.clothing,
    words.voiceAccent,
    words.description,
  ),
});

/**
 * Everybody of the case, with all that its reports, amendments and care say of them, however many
 * there are: between two of these others get their turn.
 */
async function peopleOf(db: Db, { caseId, context, dataKey }: Knowledge): Promise<Identifiable[]> {
  if (dataKey === null) return [];
  const staff = context.people.reported.flatMap((person) => person.staff ?? []);
  const staffNames = await findNames(db, staff);
  const entries = await listSealed(db, caseId, [
    'intake.recordReport',
    'intake.addClarification',
    'care.provide',
  ]);
  const people: Identifiable[] = [];
  let reported = 0;
  let others = 0;
  for (const { seq, type, facts, sealed } of entries) {
    await setImmediate();
    const told = (sealed ? unseal(dataKey, { caseId, seq }, sealed) : {}) as Told;
    const named = facts as {
      reportedPersons?: readonly { staff?: string }[];
      others?: readonly unknown[];
    };
    people.push(
      identifiable(
        'reporter',
        type === 'care.provide'
          ? given(told.contact).reduce<Words>((_, contact) => ({ contact }), {})
          : (told.reporter ?? {}),
      ),
    );
    for (const [index, person] of (named.reportedPersons ?? []).entries())
      people.push(
        identifiable(
          `reported-${++reported}`,
          told.reportedPersons?.[index] ?? {},
          staffNames[person.staff ?? ''],
        ),
      );
    for (const index of (named.others ?? []).keys())
      people.push(identifiable(`other-${++others}`, told.others?.[index] ?? {}));
  }
  return people;
}
