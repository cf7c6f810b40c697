/** What accepted steps change in a case's row and beside it. */
import type { Context } from '../../../machines/context.ts';
import { lookUp } from '../../../machines/look-up.ts';
import { statusOf, stagesOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { findNames } from '../../store/cases.ts';
import type { CaseLists } from '../../store/case-lists.ts';
import type { CaseChange, Removal } from '../../store/commit.ts';
import type { Db } from '../../store/database.ts';
import type { NewDigest } from '../../store/digests.ts';
import { findPart, type EntryRow, type SealedEntry } from '../../store/history.ts';
import { digestKeys, digestsAmong } from '../confidential/digests.ts';
import {
  identitiesOf,
  identityIn,
  identityPart,
  type Identity,
  type IdentityPart,
} from '../confidential/identities.ts';
import { removedNamesOf } from '../confidential/removed-names.ts';
import type { Engine } from '../engine.ts';
import { deadlinesOf, eraseDueAt, isOverdue, nextDueAt } from './clocks.ts';
import { stateJson } from './entry.ts';
import { assignedTo } from './present.ts';

/** What stands beside a case's row, by what its state says. */
export const listsOf = (state: CaseState): CaseLists => ({
  outsiders: state.context.staff.outside.map(({ person }) => person),
  assignments: assignedTo(state.context),
  deadlines: deadlinesOf(state),
});

/** `last`: the last of the entries that led there. */
export function changeOf(state: CaseState, last: EntryRow): CaseChange {
  return {
    status: statusOf(state),
    version: last.version,
    stages: stagesOf(state),
    snapshot: stateJson(state),
    machine: { id: last.machineId, version: last.machineVersion },
    updatedAt: last.at,
    erased: state.context.erased,
    eraseDueAt: eraseDueAt(state),
    nextDueAt: nextDueAt(state),
    overdue: isOverdue(state),
    ...listsOf(state),
    digests: [],
    removed: null,
  };
}

/** The parts that steps take away for good. */
export class RemovedParts {
  readonly list: readonly IdentityPart[];
  readonly #names: ReadonlySet<string>;

  constructor(before: Context, after: Context) {
    this.list = after.redactions
      .slice(before.redactions.length)
      .flatMap(({ seq, parts }) => parts.map((part) => ({ seq, part })));
    this.#names = new Set(this.list.map(({ seq, part }) => `${seq} ${part}`));
  }

  has({ seq, part }: IdentityPart): boolean {
    return this.#names.has(`${seq} ${part}`);
  }

  /** An entry without them; their hashes stay in it. */
  from(entry: SealedEntry): SealedEntry {
    const { seq } = entry;
    const left = Object.entries(entry.sealed).filter(([part]) => !this.has({ seq, part }));
    return { ...entry, sealed: Object.fromEntries(left) };
  }
}

interface Removing {
  readonly caseId: string;
  readonly dataKey: Buffer | null;
  readonly gone: RemovedParts;
  /** The entries that the steps are, whole. */
  readonly unwritten: readonly SealedEntry[];
  /** Whom the steps identify, and do not take away again. */
  readonly said: readonly Identity[];
}

/** What the steps take away for good, with what was made from it; null where that is nothing. */
export async function removalOf(
  { db, keyring }: Engine,
  { caseId, dataKey, gone, unwritten, said }: Removing,
): Promise<Removal | null> {
  const parts = gone.list;
  if (parts.length === 0 || !dataKey) return null;
  const removed: Identity[] = [];
  for (const { seq, part } of parts.filter((p) => p.part.startsWith(identityPart('')))) {
    const sealed =
      lookUp(unwritten.find((entry) => entry.seq === seq)?.sealed ?? {}, part) ??
      (await findPart(db, { caseId, seq, part }));
    if (sealed) removed.push(identityIn(dataKey, { caseId, seq, part }, sealed));
  }
  const keys = digestKeys(keyring);
  const left = async function* () {
    for await (const one of identitiesOf(db, caseId, dataKey)) if (!gone.has(one)) yield one;
    yield* said;
  };
  const named = ({ ref, digest }: NewDigest) => ref + digest.toString('hex');
  const still = new Set((await digestsAmong(keys, left())).map(named));
  const digests = (await digestsAmong(keys, removed)).filter((one) => !still.has(named(one)));
  const staff = await asInTheDirectory(db, removed);
  return { parts, digests, names: removedNamesOf(dataKey, [...removed, ...staff]) };
}

/** A member of staff is known by their name in the directory as well. */
async function asInTheDirectory(db: Db, identities: readonly Identity[]): Promise<Identity[]> {
  const handles = identities.flatMap(({ words: { staff } }) => staff ?? []);
  const names = await findNames(db, handles);
  return identities.flatMap(({ ref, words: { staff } }) => {
    const name = staff === undefined ? undefined : lookUp(names, staff);
    return name === undefined ? [] : [{ ref, words: { name } }];
  });
}
