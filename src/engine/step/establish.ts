/**
 * What the rules need to know about text, staff and other cases is found out before a machine runs and
 * recorded as facts of the event; a replay uses those and asks nobody.
 */
import type { Context, Handle, Redaction, Ref } from '../../../machines/context.ts';
import type { Role } from '../../../machines/vocabulary.ts';
import {
  eventDefinitions,
  namedIn,
  type CaseEvent,
  type Established,
  type EventInput,
  type EventType,
  type Team,
} from '../../../machines/events.ts';
import { proposalOf } from '../../../machines/proposals.ts';
import { rules, type RuleId } from '../../../machines/rules.ts';
import { isOutside, rolesIn } from '../../../machines/rules/case-facts.ts';
import { standing, type Facts } from '../../../machines/rules/rule.ts';
import { unseal } from '../../crypto/sealing.ts';
import { findCaseAsEngine, findNames, type Directory } from '../../store/cases.ts';
import type { Db } from '../../store/database.ts';
import { findPart, listPartNames } from '../../store/history.ts';
import { listRemovedNames } from '../../store/removed-names.ts';
import { identityPart, type Identity } from '../confidential/identities.ts';
import { identifyRemoved } from '../confidential/removed-names.ts';
import { identifyAmong, type Identifiable } from '../confidential/screening.ts';
import type { Engine } from '../engine.ts';
import { proven } from './authenticity.ts';
import { concernedBy } from './concerned.ts';
import { readBy, type Known } from './decide.ts';
import { contextOf } from './present.ts';
import { screenedTexts } from './split.ts';

type Keys = Pick<Engine, 'db' | 'keyring'>;

/** Every member of staff whom an event names, confidentially or not. */
const staffNamedBy = (event: EventInput): Handle[] => namedIn(event.type, event, 'staff');

/** Ids of other cases that an event names. */
export const caseIdsNamedBy = (event: EventInput): string[] => namedIn(event.type, event, 'case');

export interface Knowledge {
  readonly caseId: string;
  readonly context: Context;
  /** Null where the case was erased: then nobody of it is known any more. */
  readonly dataKey: Buffer | null;
  /** Whom the history identifies; opened whenever it is asked for. */
  readonly identities: () => AsyncIterable<Identity>;
  readonly directory: Directory;
  readonly sender: Handle;
  /** Of the cases that are named, this one aside, those that the sender sees. */
  readonly visibleCases: ReadonlySet<string>;
  /** Whom events identify that are taken with this one, and not written yet. */
  readonly meanwhile: readonly Identity[];
  /** The parts that those events seal. */
  readonly pending: readonly { readonly seq: number; readonly part: string }[];
}

/** The facts that the engine adds to an event's own; `facts` with whom it is about already resolved. */
export async function establish(
  engine: Keys,
  event: EventInput,
  facts: Facts,
  known: Knowledge,
): Promise<Established> {
  const { db } = engine;
  const concerned = concernedBy(event, known);
  const { leaving = [], witnesses = [] } = concerned ?? {};
  const named = [...new Set([...staffNamedBy(event), ...leaving, ...witnesses])];
  const people = rolesOf(known.directory, named);
  const texts = screenedTexts(event);
  const caseIds = caseIdsNamedBy(event);
  const own = rulesAskedFor(event, known);
  const reads = new Set(own.map((rule) => rules[rule].reads));
  return {
    ...(named.length > 0 && { people }),
    ...(texts.length > 0 && { screening: { identifies: await identified(db, texts, known) } }),
    ...(caseIds.length > 0 && {
      cases: {
        named: caseIds.length,
        unknown: caseIds.filter((id) => !known.visibleCases.has(id)).length,
      },
    }),
    ...(concerned && { concerned }),
    ...readBy(own, await knownOf(engine, known, reads)),
    ...(await linkedBy(engine, event, known)),
    ...(await redactedBy(db, event, facts, known)),
  };
}

/** The rules of an event; of a confirmation also those of what it confirms, which are asked again. */
function rulesAskedFor(event: EventInput, { context }: Knowledge): readonly RuleId[] {
  const proposal = event.type === 'case.confirm' ? proposalOf(context, event.seq) : undefined;
  const again = proposal ? eventDefinitions[proposal.type as EventType].rules : [];
  return [...eventDefinitions[event.type].rules, ...again];
}

const rolesOf = (directory: Directory, handles: readonly Handle[]) =>
  Object.fromEntries(Object.entries(directory).filter(([handle]) => handles.includes(handle)));

/** What is known beside a case's state, whatever is sent. */
export async function knownOf(
  engine: Keys,
  known: Pick<Knowledge, 'caseId' | 'context' | 'dataKey' | 'directory' | 'sender'>,
  reads: ReadonlySet<string | undefined> = new Set(['team', 'original']),
): Promise<Known> {
  const { context, dataKey, caseId } = known;
  const seq = context.duplicateOf;
  const original =
    reads.has('original') && seq !== null && dataKey
      ? await originalOf(engine, dataKey, { caseId, seq })
      : undefined;
  return {
    ...(reads.has('team') && { team: teamOf(context, known.directory, known.sender) }),
    ...(original && { original }),
  };
}

/** How many others there are in each office: neither outside the case nor away. */
function teamOf(context: Context, directory: Directory, sender: Handle): Team {
  const { staff } = context;
  const there = Object.entries(directory).filter(
    ([person]) =>
      person !== sender &&
      !isOutside(context, person) &&
      !staff.absent.some((away) => away.person === person),
  );
  const count = (office: Role) =>
    there.filter(([person, roles]) => rolesIn(context, { person, roles }).includes(office)).length;
  return { lead: count('lead'), coordinator: count('coordinator'), organizer: count('organizer') };
}

interface Place {
  readonly caseId: string;
  readonly seq: number;
}

/** The case that an entry links, as it stands now; undefined where the content is gone. */
async function linkedCase(
  engine: Keys,
  dataKey: Buffer,
  { caseId, seq }: Place,
): Promise<Context | undefined> {
  const part = 'content';
  const sealed = await findPart(engine.db, { caseId, seq, part });
  if (!sealed) return undefined;
  const { case: id } = unseal(dataKey, { caseId, seq, part }, sealed) as { case: string };
  return contextOfCase(engine, id);
}

async function contextOfCase(engine: Keys, id: string): Promise<Context | undefined> {
  const row = await findCaseAsEngine(engine.db, id);
  return row && contextOf(await proven(engine, row));
}

async function originalOf(
  engine: Keys,
  dataKey: Buffer,
  place: Place,
): Promise<Established['original']> {
  const other = await linkedCase(engine, dataKey, place);
  if (!other || other.voided !== null) return { met: false, decided: false, gone: true };
  return {
    met: other.leadsMeeting.held > 0,
    decided: standing(other).some(({ decision }) => decision !== null),
  };
}

/** Of a link as a duplicate: whether the other case can stand for this one. */
async function linkedBy(
  engine: Keys,
  event: EventInput,
  { caseId, context, dataKey, visibleCases }: Knowledge,
): Promise<Pick<Established, 'linked'>> {
  const proposal = event.type === 'case.confirm' ? proposalOf(context, event.seq) : undefined;
  const other =
    event.type === 'case.link' && event.relation === 'duplicate' && visibleCases.has(event.case)
      ? await contextOfCase(engine, event.case)
      : proposal?.type === 'case.link' && dataKey
        ? await linkedCase(engine, dataKey, { caseId, seq: proposal.seq })
        : undefined;
  if (!other) return {};
  const { duplicateOf, voided, erased } = other;
  const empty = other.intake.reports.length === 0;
  return { linked: { empty, duplicate: duplicateOf !== null, voided: voided !== null, erased } };
}

/** What a redaction would take away: the parts that are wanted and there. */
async function redactedBy(
  db: Db,
  event: EventInput,
  facts: Facts,
  { caseId, context, pending }: Knowledge,
): Promise<Pick<Established, 'redacts'>> {
  if (event.type === 'intake.withdrawIdentity') {
    const parts = [facts.for ?? []].flat().map(identityPart);
    const written = await Promise.all(parts.map((part) => listPartNames(db, caseId, { part })));
    const unwritten = pending.filter(({ part }) => parts.includes(part));
    return { redacts: grouped([...written.flat(), ...unwritten]) };
  }
  const proposal = event.type === 'case.confirm' ? proposalOf(context, event.seq) : undefined;
  const asked: Facts | undefined =
    event.type === 'case.redact'
      ? facts
      : proposal?.type === 'case.redact'
        ? proposal.facts
        : undefined;
  if (asked?.seq === undefined) return {};
  const wanted = asked.parts ?? [];
  const isWanted = (part: string) =>
    wanted.some(
      (name) => part === name || (name === 'identity' && part.startsWith(identityPart(''))),
    );
  const found = await listPartNames(db, caseId, { seq: asked.seq });
  return { redacts: grouped(found.filter(({ part }) => isWanted(part))) };
}

const grouped = (found: readonly { seq: number; part: string }[]): Redaction[] =>
  [...Map.groupBy(found, ({ seq }) => seq)].map(([seq, parts]) => ({
    seq,
    parts: parts.map(({ part }) => part),
  }));

/** Whom of the case's people some texts identify. */
async function identified(db: Db, texts: readonly string[], known: Knowledge): Promise<Ref[]> {
  const { caseId, dataKey } = known;
  if (dataKey === null) return [];
  const found = await identifyAmong(texts, identifiables(db, known));
  const removed = identifyRemoved(texts, dataKey, await listRemovedNames(db, caseId));
  return [...new Set([...found, ...removed])];
}

/** All who could be identified, entry by entry. A member of staff is known by their name in the directory as well. */
async function* identifiables(
  db: Db,
  { context, meanwhile, identities }: Knowledge,
): AsyncGenerator<Identifiable> {
  const all: { readonly ref: Ref; readonly staff: Handle }[] = context.people.reported.flatMap(
    ({ ref, staff }) => (staff ? [{ ref, staff }] : []),
  );
  const noted = (identity: Identity) => {
    const { ref, words } = identity;
    if (words['staff']) all.push({ ref, staff: words['staff'] });
    return identifiable(identity);
  };
  for await (const identity of identities()) yield noted(identity);
  for (const identity of meanwhile) yield noted(identity);
  const handles = [...new Set(all.map(({ staff }) => staff))];
  const names = new Map(Object.entries(await findNames(db, handles)));
  for (const { ref, staff } of all)
    yield identifiable({ ref, words: { name: names.get(staff) ?? staff } });
}

const given = (...words: readonly (string | undefined)[]) =>
  words.filter((word) => word !== undefined);

const identifiable = ({ ref, words }: Identity): Identifiable => ({
  ref,
  names: given(words['name']),
  contacts: given(words['contact']),
  badges: given(words['badge']),
  descriptions: given(
    words['appearance'],
    words['height'],
    words['clothing'],
    words['voiceAccent'],
    words['description'],
  ),
});

/** An event as a machine gets it. */
export const asCaseEvent = (type: EventInput['type'], facts: object, stamp: object): CaseEvent =>
  ({ type, facts, ...stamp }) as unknown as CaseEvent;
