/**
 * Copies of a history. A mould is a history at other times and with other staff, judged again by the
 * machine itself, so that states follow from events as in any case. Its copies share those states; ids,
 * keys, names, seals and the chain of hashes are each one's own.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { Actor } from '../../../machines/context.ts';
import { lookUp } from '../../../machines/look-up.ts';
import type { CaseState } from '../../../machines/system.ts';
import { GENESIS_HASH, hashEntry, sha256Hex } from '../../crypto/chain.ts';
import { newDataKey, seal } from '../../crypto/sealing.ts';
import { EngineDefect } from '../../errors.ts';
import { digestsOf, staffIdentities } from '../../engine/confidential/digests.ts';
import { identityPart, wordsOf, type Piece } from '../../engine/confidential/identities.ts';
import type { Engine } from '../../engine/engine.ts';
import { authenticated } from '../../engine/step/authenticity.ts';
import { changeOf } from '../../engine/step/change.ts';
import { bodyOf, entryAfter, genesis, headOf } from '../../engine/step/entry.ts';
import { replayEntry } from '../../engine/step/replay.ts';
import type { CaseChange } from '../../store/commit.ts';
import type { NewDigest } from '../../store/digests.ts';
import type { EntryRow } from '../../store/history.ts';
import { surnames } from './stories.ts';
import type { Part, Template } from './template.ts';

export interface Mould {
  /** With neither seals nor a chain. */
  readonly entries: readonly EntryRow[];
  readonly parts: readonly Part[];
  readonly state: CaseState;
  readonly change: CaseChange;
}

/** What is a copy's own. */
export interface Copy {
  readonly caseId: string;
  readonly codename: string;
  readonly dataKey: Buffer;
  readonly headMac: string;
  readonly links: readonly Pick<
    EntryRow,
    'seq' | 'facts' | 'parts' | 'previousHash' | 'hash' | 'mac'
  >[];
  readonly sealed: readonly {
    readonly seq: number;
    readonly part: string;
    readonly bytes: Buffer;
  }[];
  readonly digests: readonly NewDigest[];
}

export interface Casting {
  /** Milliseconds by which all happens earlier. */
  readonly earlier: number;
  /** Who plays whom, by handle. */
  readonly staff: Readonly<Record<string, string>>;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The same JSON with every moment moved, and with every handle replaced, as a value and as a key. */
function recast<Value>(value: Value, { earlier, staff }: Casting): Value {
  const text = JSON.stringify(value).replaceAll(
    /"(\w+)"/g,
    (_, handle: string) => `"${lookUp(staff, handle) ?? handle}"`,
  );
  return JSON.parse(text, (_, leaf: unknown) =>
    typeof leaf === 'string' && instant.test(leaf)
      ? new Date(Date.parse(leaf) - earlier).toISOString()
      : leaf,
  ) as Value;
}

/**
 * Judges a history again, cast anew.
 *
 * @throws {EngineDefect} where it does not go as before
 */
export function mouldOf({ entries, parts }: Omit<Template, 'room'>, casting: Casting): Mould {
  const copied: EntryRow[] = [];
  let state: CaseState | null = null;
  let head = genesis(randomUUID());
  for (const { seq, outcome, type, facts, by, at } of entries) {
    const moved = {
      ...recast({ facts, by }, casting),
      at: new Date(at.getTime() - casting.earlier),
    };
    const step = replayEntry(state, { seq, type, ...moved });
    if (step.outcome !== outcome || !step.state) throw new EngineDefect(`${type} was ${outcome}`);
    state = step.state;
    const entry = entryAfter(head, {
      outcome,
      type,
      facts: moved.facts,
      by: moved.by as Actor | null,
      at: moved.at.toISOString(),
      violations: step.violations,
      state,
    });
    head = headOf(entry);
    copied.push(entry);
  }
  const last = copied.at(-1);
  if (!state || !last) throw new EngineDefect('a history without an entry');
  return { entries: copied, parts, state, change: changeOf(state, last) };
}

const syllables =
  'ba dor fen gil hul jas kem lor min nap os per quin rus sil tam ul ves wyn zo'.split(' ');
const surname = (): string => {
  const name = Array.from({ length: 4 }, () => syllables.at(randomInt(syllables.length))).join('');
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** The same people under other names. */
function renamed(parts: readonly Part[]): readonly Part[] {
  const names = new Map<string, string>(surnames.map((name) => [name.toLowerCase(), surname()]));
  const pattern = new RegExp(surnames.join('|'), 'gi');
  return parts.map((one) => {
    if (one.part === 'content') return one;
    const text = JSON.stringify(one.value).replaceAll(pattern, (name) => {
      const other = names.get(name.toLowerCase()) ?? name;
      return name === name.toLowerCase() ? other.toLowerCase() : other;
    });
    return { ...one, value: JSON.parse(text) as unknown };
  });
}

const prefix = identityPart('');

/** Who is identified in a copy, as the engine would keep it. */
function digestsIn(mould: Mould, parts: readonly Part[], digestKey: Buffer): NewDigest[] {
  const identities = parts
    .filter(
      ({ seq, part }) => part.startsWith(prefix) && mould.entries[seq - 1]?.outcome === 'accepted',
    )
    .map(({ part, value }) => ({
      ref: part.slice(prefix.length),
      words: wordsOf(value as readonly Piece[]),
    }));
  const staff = staffIdentities(mould.state.context.people.reported);
  return digestsOf(digestKey, [...identities, ...staff]);
}

/** One more case of the mould. */
export async function copyOf(
  mould: Mould,
  codename: string,
  { digestKey, ...engine }: Pick<Engine, 'db' | 'keyring'> & { readonly digestKey: Buffer },
): Promise<Copy> {
  const [caseId, key] = [randomUUID(), newDataKey()];
  const parts = renamed(mould.parts);
  const sealed = parts.map(({ seq, part, value }) => ({
    seq,
    part,
    bytes: seal(key, { caseId, seq, part }, value),
  }));
  let previousHash = GENESIS_HASH;
  const chained = mould.entries.map((entry) => {
    const own = sealed.filter(({ seq }) => seq === entry.seq);
    const hashes = Object.fromEntries(own.map(({ part, bytes }) => [part, sha256Hex(bytes)]));
    const opening = entry.seq === 1 ? { codename, dataKeyHash: sha256Hex(key) } : {};
    const facts = { ...entry.facts, ...opening };
    const linked = { ...entry, caseId, facts, parts: hashes, previousHash };
    previousHash = hashEntry(bodyOf(linked));
    return { ...linked, hash: previousHash, sealed: {} };
  });
  const { openedBy, openedAt } = mould.state.context;
  const { entries, headMac } = await authenticated(
    engine,
    { caseId, codename, openedBy, openedAt: new Date(openedAt), macsFrom: 1 },
    { entries: chained, change: mould.change, answer: null },
  );
  return {
    caseId,
    codename,
    dataKey: await engine.keyring.wrap(key, caseId),
    headMac,
    links: entries.map((entry) => ({
      seq: entry.seq,
      facts: entry.facts,
      parts: entry.parts,
      previousHash: entry.previousHash,
      hash: entry.hash,
      mac: entry.mac,
    })),
    sealed,
    digests: digestsIn(mould, parts, digestKey),
  };
}
