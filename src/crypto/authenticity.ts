/**
 * What proves that a server wrote a record, and not just somebody who may write to the database: an HMAC
 * under a key that the database holds only wrapped. Hashes alone prove nothing of that, anybody makes them.
 */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { canonicalJson } from './chain.ts';

/** An entry of a history: its hash commits to the rest of it. */
export interface EntryMark {
  readonly caseId: string;
  readonly seq: number;
  readonly hash: string;
}

/** A case's row, as far as it is acted on or shown; and by the hash, the whole history before it. */
export interface HeadMark {
  readonly caseId: string;
  readonly codename: string;
  readonly status: string;
  readonly version: number;
  readonly headSeq: number;
  readonly headHash: string;
  readonly stages: Readonly<Record<string, string>>;
  readonly snapshotHash: string;
  readonly machineId: string;
  readonly machineVersion: string;
  readonly openedBy: string;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly macsFrom: number;
}

/** Canonical, and by its kind: no two records have the same text. */
const mac = (key: KeyObject, kind: 'entry' | 'head', mark: object): string =>
  createHmac('sha256', key)
    .update(canonicalJson({ [kind]: mark }))
    .digest('hex');

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** HMAC-SHA-256 (RFC 2104) in lowercase hex. */
export const macOfEntry = (key: KeyObject, { caseId, seq, hash }: EntryMark): string =>
  mac(key, 'entry', { caseId, seq, hash });

/** HMAC-SHA-256 (RFC 2104) in lowercase hex. Throws for what no JSON can hold. */
export const macOfHead = (key: KeyObject, mark: HeadMark): string => mac(key, 'head', mark);

/** Whether `found` is the entry's MAC. */
export const isEntryAuthentic = (key: KeyObject, mark: EntryMark, found: string | null): boolean =>
  found !== null && equal(found, macOfEntry(key, mark));

/** Whether `found` is the head's MAC. */
export const isHeadAuthentic = (key: KeyObject, mark: HeadMark, found: string | null): boolean =>
  found !== null && equal(found, macOfHead(key, mark));
