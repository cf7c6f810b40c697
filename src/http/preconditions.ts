/** Request headers that steps understand: `If-Match` and `Idempotency-Key`. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { canonicalHash } from '../crypto/chain.ts';
import type { RequestKey } from '../engine/step/idempotency.ts';
import type { RequestLine } from '../store/step-load.ts';

export const idempotencyKeyHeader = {
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'must be 1 to 255 visible ASCII characters' })
    .optional()
    .describe('The same key with the same body gets the first answer again, for 24 hours.'),
};

export const ifMatchHeader = {
  'if-match': z
    .string()
    .optional()
    .describe('The entity tag of the version that the case is taken to stand at.'),
};

/**
 * The versions that `If-Match` names (RFC 9110, 13.1.1); undefined where any will do. Weak tags and
 * what is no tag of ours match nothing.
 */
export function versionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch.split(',').flatMap((tag) => {
    const version = /^"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/** What tells this request from others, its body aside; undefined without a key. */
export function requestLineOf({ headers, method, url }: FastifyRequest): RequestLine | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  return { method, path: url.replace(/\?.*$/s, '').toLowerCase(), key };
}

/** What tells this request from others; undefined without a key. */
export function requestKeyOf(request: FastifyRequest): RequestKey | undefined {
  const line = requestLineOf(request);
  return line && { ...line, requestHash: canonicalHash(request.body) };
}
