/**
 * Idempotency keys: the same request gets the first answer again (draft-ietf-httpapi-idempotency-key-header).
 * An answer may hold what its case keeps confidential, so it is sealed with the case's key.
 */
import { createHmac } from 'node:crypto';
import { seal, unseal } from '../../crypto/sealing.ts';
import { IdempotencyKeyReused } from '../../errors.ts';
import { findAnswer, type AnswerKey, type StoredAnswer } from '../../store/answers.ts';
import type { EarlierAnswer, RequestLine } from '../../store/step-load.ts';
import type { NewAnswer } from '../../store/commit.ts';
import type { Db } from '../../store/database.ts';

/** How long an answer is kept, in milliseconds. */
export const answersKeptFor = 24 * 60 * 60 * 1000;

/** What a caller says of a request so that it can be told from others. */
export interface RequestKey extends RequestLine {
  /** Of the canonical body. */
  readonly requestHash: string;
}

const purpose = (answer: AnswerKey) =>
  `stored-answer ${JSON.stringify([answer.person, answer.method, answer.path, answer.key])}`;

/** Seals an answer under the key of its request. */
export function sealAnswer(
  answer: AnswerKey & RequestKey,
  dataKey: Buffer,
  now: Date,
  value: unknown,
): NewAnswer {
  const { caseId, person, method, path, key, requestHash } = answer;
  const sealed = seal(dataKey, { caseId, purpose: purpose(answer) }, value);
  return { caseId, person, method, path, key, requestHash, sealed, createdAt: now };
}

const isKept = ({ createdAt }: Pick<StoredAnswer, 'createdAt'>, now: Date): boolean =>
  now.getTime() - createdAt.getTime() < answersKeptFor;

/** Whether the answer to this request is still kept, and of which body it was. */
export async function findKept(
  db: Db,
  answer: AnswerKey,
  now: Date,
): Promise<StoredAnswer | undefined> {
  const stored = await findAnswer(db, answer);
  return stored && isKept(stored, now) ? stored : undefined;
}

/**
 * The answer that this request got before; undefined where it is new.
 *
 * @throws {IdempotencyKeyReused} where the key came with another body
 */
export function recall(
  earlier: EarlierAnswer | null,
  answer: AnswerKey & RequestKey,
  dataKey: Buffer,
  now: Date,
): unknown {
  if (!earlier || !isKept(earlier, now)) return undefined;
  if (earlier.requestHash !== answer.requestHash) throw new IdempotencyKeyReused();
  return unseal(dataKey, { caseId: answer.caseId, purpose: purpose(answer) }, earlier.sealed);
}

/**
 * The id of the case that a request with an idempotency key opens, so that two such requests at once
 * meet at one primary key. Random to whoever lacks `secret`, which is derived from the master key;
 * `generation` counts reuses of the key after its answer was forgotten.
 */
export function keyedCaseId(
  secret: Buffer,
  person: string,
  key: string,
  generation: number,
): string {
  const hex = createHmac('sha256', secret)
    .update(JSON.stringify([person, key, generation]))
    .digest('hex');
  // a UUID of version 8 (RFC 9562, 5.8)
  return hex.replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
    (_, a: string, b: string, c: string, d: string, e: string) => `${a}-${b}-8${c}-8${d}-${e}`,
  );
}
