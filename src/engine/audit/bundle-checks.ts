/** What must agree in a bundle besides its history: header, content and end. Each function lists what doesn't. */
import { machineIdentity } from '../../../machines/case.ts';
import { statusOf } from '../../../machines/stages.ts';
import type { CaseState } from '../../../machines/system.ts';
import { inUtc } from '../../../machines/time.ts';
import type { BundleEnd, BundleEntry, BundleHeader } from './bundle.ts';
import { verifyHeadInclusion } from './log-audit.ts';
import { definitionHash } from './machine-version.ts';
import { isReplayed } from '../step/replay.ts';
import { same, type Failure } from './verification.ts';

/** The seq that differences of the header are reported under: it stands before the first entry. */
export const headerSeq = 0;

/** Compares, part by part. What is undefined was not there. */
function differences(
  seq: number,
  parts: Readonly<Record<string, readonly [expected: unknown, found: unknown]>>,
): Failure[] {
  return Object.entries(parts)
    .map(([check, [expected = null, found = null]]) => ({ seq, check, expected, found }))
    .filter(({ expected, found }) => !same(expected, found));
}

/** What the header says of the case's beginning. */
export const openingDifferences = (header: BundleHeader, { at, facts }: BundleEntry): Failure[] =>
  differences(headerSeq, {
    openedAt: [at, header.case.openedAt],
    // of cases from before the opening said so, nothing tells
    codename: [facts['codename'] ?? header.case.codename, header.case.codename],
    settings: [facts['settings'], header.settings],
  });

/**
 * What the header says of where the case stands: `last` is its last entry, `moved` the last one that
 * was not refused, `state` the case judged again.
 */
export function headDifferences(
  { case: head, machine }: BundleHeader,
  { last, moved, state }: { last: BundleEntry; moved: BundleEntry; state: CaseState | null },
): Failure[] {
  const { id, version } = machine;
  const isOurs = id === machineIdentity.id && version === machineIdentity.version;
  return differences(headerSeq, {
    headSeq: [last.seq, head.headSeq],
    headHash: [last.hash, head.headHash],
    version: [last.version, head.version],
    stages: [last.stages, head.stages],
    snapshotHash: [last.snapshotHash, head.snapshotHash],
    updatedAt: [moved.at, head.updatedAt],
    machine: [moved.machine, { id, version }],
    ...(isOurs && machine.definitionHash !== undefined
      ? { definitionHash: [definitionHash(), machine.definitionHash] }
      : {}),
    ...(state && isReplayed({ machineId: id, machineVersion: version })
      ? { status: [statusOf(state), head.status] }
      : {}),
  });
}

/** Whether an entry shows as much as the header says, and content only where something was sealed. */
export function contentDifferences(
  { confidential: shown }: BundleHeader,
  { seq, parts, confidential }: BundleEntry,
): Failure[] {
  const isSealed = Object.keys(parts).length > 0;
  const isOpen = shown === 'opened' && isSealed;
  if (isOpen && typeof confidential === 'object') return [];
  const expected = !isSealed && shown !== 'withheld' ? {} : shown;
  return differences(seq, { confidential: [expected, confidential] });
}

/** Whether what an entry says of when it happened is what its facts say. */
export const timeDifferences = ({ seq, at, facts, happenedAt }: BundleEntry): Failure[] => {
  const said = facts['happenedAt'];
  return differences(seq, {
    happenedAt: [typeof said === 'string' ? inUtc(said) : at, happenedAt],
  });
};

/** Whether the parts that are said to be gone are those that a step took away: `found`, by entry. */
export function redactionDifferences(
  { context }: CaseState,
  found: ReadonlyMap<number, readonly string[]>,
): Failure[] {
  const said = Map.groupBy(context.redactions, ({ seq }) => seq);
  const seqs = [...new Set([...said.keys(), ...found.keys()])].toSorted((a, b) => a - b);
  return seqs.flatMap((seq) =>
    differences(seq, {
      redacted: [
        (said.get(seq) ?? []).flatMap(({ parts }) => parts).toSorted(),
        (found.get(seq) ?? []).toSorted(),
      ],
    }),
  );
}

/** What was counted and hashed on the way. */
export interface Tally {
  readonly entries: number;
  readonly seq: number;
  readonly headHash: string | undefined;
  readonly digest: string;
}

/** Whether the end closes what stands before it. */
export const endDifferences = (end: BundleEnd, tally: Tally): Failure[] =>
  differences(tally.seq, {
    'end.entries': [tally.entries, end.entries],
    'end.headHash': [tally.headHash, end.headHash],
    'end.digest': [tally.digest, end.digest],
  });

/**
 * Whether the checkpoint is signed and covers the case.
 *
 * @param proof `trustedKey`: the log's verifier key from elsewhere; the header's is taken if undefined.
 *   `loggedHash`: of the entry that the header names as the leaf
 */
export function checkpointDifferences(
  header: BundleHeader,
  { checkpoint, inclusion }: BundleEnd,
  { trustedKey, loggedHash }: { trustedKey: string | undefined; loggedHash: string | undefined },
): Failure[] {
  const { verifierKey, loggedSeq } = header;
  const key = trustedKey ?? verifierKey;
  const seq = loggedSeq ?? headerSeq;
  if (checkpoint === null || inclusion === null || key === null) {
    const found = { checkpoint, inclusion, verifierKey, loggedSeq };
    const expected = { checkpoint: null, inclusion: null, verifierKey: null, loggedSeq: null };
    return trustedKey === undefined
      ? differences(seq, { checkpoint: [expected, found] })
      : [{ seq, check: 'checkpoint', expected: `signed with ${trustedKey}`, found }];
  }
  const { leaf, path } = inclusion;
  const covered = verifyHeadInclusion({ checkpoint, verifierKey: key, leaf, path }, key);
  return [
    ...differences(seq, {
      verifierKey: [key, verifierKey],
      leaf: [
        { caseId: header.case.id, seq: loggedSeq, hash: loggedHash ?? null },
        { caseId: leaf.caseId, seq: leaf.seq, hash: leaf.hash },
      ],
    }),
    ...(covered
      ? []
      : [
          {
            seq,
            check: 'inclusion',
            expected: `a leaf of a checkpoint signed with ${key}`,
            found: leaf,
          },
        ]),
  ];
}
