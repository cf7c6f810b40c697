/** Judging what somebody sent: the entries that it makes, what it changes, and what is answered. */
import type { Actor } from '../../../machines/context.ts';
import { batchType, type EventInput, type EventType } from '../../../machines/events.ts';
import { resolve } from '../../../machines/resolve.ts';
import type { Facts } from '../../../machines/rules/rule.ts';
import type { CaseState } from '../../../machines/system.ts';
import type { Violation } from '../../errors.ts';
import type { CaseRow, Directory } from '../../store/cases.ts';
import type { CaseChange } from '../../store/commit.ts';
import type { SealedEntry } from '../../store/history.ts';
import type { EarlierAnswer } from '../../store/step-load.ts';
import { digestKeys, digestsAmong } from '../confidential/digests.ts';
import { identitiesFor, identityPart, wordsOf, type Identity } from '../confidential/identities.ts';
import type { Engine } from '../engine.ts';
import { takingTurns } from '../turns.ts';
import { changeOf, removalOf, RemovedParts } from './change.ts';
import { decide } from './decide.ts';
import { entryAfter, headOf, type Head } from './entry.ts';
import { asCaseEvent, establish, knownOf, type Knowledge } from './establish.ts';
import { refuseLongNames, refuseTooManyPeople } from './most-of-people.ts';
import { optionsInTurns } from './options-in-turns.ts';
import { mayHandle, presentCase, presentEntry, type CaseView, type EntryView } from './present.ts';
import { refuseUnknownResponseKinds } from './response-kinds.ts';
import { sealParts } from './seal-parts.ts';
import { partsOf, splitEvent, type Parts } from './split.ts';

export interface Loaded {
  readonly row: CaseRow;
  readonly directory: Directory;
  readonly earlier: EarlierAnswer | null;
  /** Of the cases that are named, those that the sender sees. */
  readonly visibleCases: ReadonlySet<string>;
  readonly sender: Actor;
  readonly dataKey: Buffer | null;
  readonly now: Date;
}

export type Reply =
  | {
      readonly outcome: 'accepted';
      readonly case: CaseView | null;
      /** One for each event. */
      readonly entries: readonly EntryView[];
      readonly version: number;
    }
  | {
      readonly outcome: 'refused';
      readonly violations: readonly Violation[];
      readonly allowed: readonly EventType[];
      /** Of several events the one that is refused, counted from 0. */
      readonly index?: number;
    };

interface Sent {
  readonly events: readonly EventInput[];
  readonly batch?: boolean;
  /** Nothing of it will be recorded. */
  readonly dryRun?: boolean;
}

/** What is to be written, and what is answered. */
export interface Outcome {
  readonly entries: readonly SealedEntry[];
  /** Worked out when it is asked for: to look things up by, all names are read once more. */
  readonly change: () => Promise<CaseChange | null>;
  /** As the case stands then. */
  readonly state: CaseState;
  readonly reply: Reply;
}

/** The engine's time, but never before the case's last step: clocks of several servers differ. */
export const stepTime = (now: Date, { updatedAt }: Pick<CaseRow, 'updatedAt'>): string =>
  new Date(Math.max(now.getTime(), updatedAt.getTime())).toISOString();

/** How far the events before have come. */
interface Walk {
  readonly state: CaseState;
  readonly head: Head;
  readonly entries: readonly SealedEntry[];
  /** Whom the events identify, and in which entry. */
  readonly identities: readonly (Identity & { readonly seq: number })[];
  /** What was judged so far, as a refusal of several keeps it. */
  readonly judged: readonly { readonly type: EventType; readonly facts: object }[];
  readonly parts: readonly Parts[];
}

const partNamesOf = ({ seq, sealed }: SealedEntry) =>
  Object.keys(sealed).map((part) => ({ seq, part }));

const identitiesIn = ({ identities }: Parts): Identity[] =>
  [...identities].map(([ref, pieces]) => ({ ref, words: wordsOf(pieces) }));

/** Decides on the events one after another, each on what the ones before have made of the case. */
export async function judge(engine: Engine, sent: Sent, loaded: Loaded): Promise<Outcome> {
  const { row, now } = loaded;
  const at = stepTime(now, row);
  // of a dry run no entry tells, and who tries word by word would read out who somebody is
  const onBehalf = sent.dryRun ? { person: loaded.sender.person, at: now } : undefined;
  const identities = identitiesFor(engine.db, row.caseId, loaded.dataKey, onBehalf);
  const knowing = { ...loaded, identities };
  let walk: Walk = {
    state: row.snapshot as CaseState,
    // the row's own spelling of the id: it goes into hashes and seals
    head: { caseId: row.caseId, seq: row.headSeq, version: row.version, hash: row.headHash },
    entries: [],
    identities: [],
    judged: [],
    parts: [],
  };
  const othersTurn = takingTurns();
  for (const [index, event] of sent.events.entries()) {
    const prefix = sent.batch ? `/events/${index}` : '';
    await othersTurn();
    refuseLongNames(event, prefix);
    refuseUnknownResponseKinds(event, walk.state.context.settings, prefix);
    const place = { at, index: sent.batch ? index : null };
    const next = await judgeOne(engine, event, { walk, loaded: knowing, ...place });
    if ('violations' in next) {
      const reply = await refusal(engine, loaded, { state: row.snapshot as CaseState, at, next });
      return {
        entries: [next.entry],
        change: async () => null,
        state: row.snapshot as CaseState,
        reply: sent.batch ? { ...reply, index } : reply,
      };
    }
    refuseTooManyPeople(walk.state.context, next.state.context, prefix);
    walk = next;
  }
  return acceptance(engine, loaded, walk);
}

type Knowing = Loaded & Pick<Knowledge, 'identities'>;

interface Refused {
  readonly violations: readonly Violation[];
  readonly entry: SealedEntry;
}

async function judgeOne(
  engine: Engine,
  event: EventInput,
  { walk, loaded, at, index }: { walk: Walk; loaded: Knowing; at: string; index: number | null },
): Promise<Walk | Refused> {
  const { state, head } = walk;
  const { dataKey, sender } = loaded;
  const { facts, confidential } = splitEvent(event);
  const resolved = resolve<Facts>(state, event.type, facts);
  const known: Knowledge = {
    ...loaded,
    caseId: head.caseId,
    context: state.context,
    sender: sender.person,
    meanwhile: walk.identities,
    pending: walk.entries.flatMap(partNamesOf),
  };
  const whole = { ...resolved, ...(await establish(engine, event, resolved, known)) };
  const stamp = { at, by: sender, seq: head.seq + 1 };
  const verdict = decide(state, asCaseEvent(event.type, whole, stamp));
  const parts = partsOf(event, confidential, whole, index === null ? '' : `/events/${index}`);
  const judged = [...walk.judged, { type: event.type, facts: whole }];
  const all = [...walk.parts, parts];
  if (verdict.outcome === 'refused') {
    const { violations } = verdict;
    // of several, all that led there is kept with the refusal, which nothing else would explain
    const first = index === null ? head : startOf(walk, head);
    const place = { caseId: first.caseId, seq: first.seq + 1 };
    const sealed = dataKey
      ? sealParts(dataKey, place, index === null ? [parts] : all, index !== null)
      : {};
    const before = index === null ? state : (loaded.row.snapshot as CaseState);
    const entry = entryAfter(first, {
      outcome: 'refused',
      type: index === null ? event.type : batchType,
      facts: index === null ? whole : { events: judged },
      sealed,
      by: sender,
      at,
      violations,
      state: before,
    });
    return { violations, entry: { ...entry, sealed } };
  }
  const place = { caseId: head.caseId, seq: stamp.seq };
  const own = partsOf(event, confidential, whole);
  const sealed = dataKey ? sealParts(dataKey, place, [own], false) : {};
  const entry = entryAfter(head, {
    outcome: 'accepted',
    type: event.type,
    facts: whole,
    sealed,
    by: sender,
    at,
    state: verdict.state,
  });
  return {
    state: verdict.state,
    head: headOf(entry),
    entries: [...walk.entries, { ...entry, sealed }],
    identities: [
      ...walk.identities,
      ...[...identitiesIn(own), ...staffIn(event, whole)].map((one) => ({
        ...one,
        seq: stamp.seq,
      })),
    ],
    judged,
    parts: all,
  };
}

/** Where the history stood before the first of several. */
const startOf = ({ entries }: Walk, head: Head): Head => {
  const [first] = entries;
  return first
    ? {
        caseId: first.caseId,
        seq: first.seq - 1,
        version: first.version - 1,
        hash: first.previousHash,
      }
    : head;
};

/** Members of staff who are reported, by their handles. */
function staffIn(event: EventInput, { named, ...facts }: Facts): Identity[] {
  if (event.type === 'intake.identify')
    return event.staff === undefined
      ? []
      : [facts.for ?? []].flat().map((ref) => ({ ref, words: { staff: String(event.staff) } }));
  if (event.type !== 'intake.recordReport' && event.type !== 'intake.addClarification') return [];
  return (event.reportedPersons ?? []).flatMap((person, index) => {
    const ref = named?.reportedPersons?.[index];
    return 'staff' in person && person.staff !== undefined && ref !== undefined
      ? [{ ref, words: { staff: person.staff } }]
      : [];
  });
}

/** What the caller may see after the step: whoever left the case by it sees no case and no content. */
function acceptance(engine: Engine, loaded: Loaded, walk: Walk): Outcome {
  const { state } = walk;
  const { row, dataKey, now } = loaded;
  const before = (row.snapshot as CaseState).context;
  const gone = new RemovedParts(before, state.context);
  // what was said and taken back at once is never written
  const entries = walk.entries.map((entry) => gone.from(entry));
  const identities = walk.identities.filter(
    ({ seq, ref }) => !gone.has({ seq, part: identityPart(ref) }),
  );
  const last = entries.at(-1);
  if (!last) throw new RangeError('nothing was sent');
  const stays = mayHandle(state.context, loaded.sender);
  const [key] = digestKeys(engine.keyring);
  const change = async () => ({
    ...changeOf(state, last),
    digests: await digestsAmong([key], identities),
    removed: await removalOf(engine, {
      caseId: row.caseId,
      dataKey,
      gone,
      unwritten: walk.entries,
      said: identities,
    }),
  });
  const { version, at: updatedAt, machineId, machineVersion } = last;
  const insight = { dataKey, erased: state.context.erased, opened: stays, visibleCases: everyCase };
  return {
    entries,
    change,
    state,
    reply: {
      outcome: 'accepted',
      case: stays
        ? presentCase({ ...row, version, updatedAt, machineId, machineVersion }, state, now)
        : null,
      entries: entries.map((entry) => presentEntry(entry, insight)),
      version,
    },
  };
}

/** The sender knows the cases that they named. */
const everyCase = { has: () => true } as unknown as ReadonlySet<string>;

async function refusal(
  engine: Engine,
  { row, directory, dataKey, sender }: Loaded,
  { state, at, next }: { state: CaseState; at: string; next: Refused },
): Promise<Extract<Reply, { outcome: 'refused' }>> {
  const { context } = state;
  const asked = { caseId: row.caseId, context, dataKey, directory, sender: sender.person };
  const known = await knownOf(engine, asked);
  const options = await optionsInTurns(state, { at, by: sender, known });
  const allowed = options
    .filter(({ type, verdict }) => verdict !== 'refused' && type !== 'case.erase')
    .map(({ type }) => type);
  return { outcome: 'refused', violations: next.violations, allowed };
}
