/** Request headers that steps understand: `If-Match` and `Idempotency-Key`. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { lookUp } from '../../machines/look-up.ts';
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

/** RFC 9110, 8.8.3 and 13.1.1. */
const entityTags =
  /^(\*|(W\/)?"[!\x23-\x7e\x80-\xff]*"([ \t]*,[ \t]*(W\/)?"[!\x23-\x7e\x80-\xff]*")*)$/;

export const ifMatchHeader = {
  'if-match': z
    .string()
    .regex(entityTags, { error: 'must be an entity tag in double quotes, such as "4", or *' })
    .optional()
    .describe('The entity tag of the version that the case is taken to stand at, in its quotes.'),
};

/**
 * The versions that `If-Match` names (RFC 9110, 13.1.1); undefined where any will do. Weak tags and
 * those that are none of ours match nothing.
 */
export function versionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch.split(',').flatMap((tag) => {
    const version = /^"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/**
 * What tells this request from others, its body aside; undefined without a key. The path is the one
 * that the router understood: one address can be written in many ways (RFC 3986, 6.2.2).
 */
export function requestLineOf(request: FastifyRequest): RequestLine | undefined {
  const { headers, method, routeOptions } = request;
  const key = headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  const params = request.params as Readonly<Record<string, unknown>>;
  const path = (routeOptions.url ?? '').replaceAll(/:(\w+)/g, (_, name: string) =>
    String(lookUp(params, name)),
  );
  return { method, path: path.toLowerCase(), key };
}

/** What tells this request from others; undefined without a key. */
export function requestKeyOf(request: FastifyRequest): RequestKey | undefined {
  const line = requestLineOf(request);
  return line && { ...line, requestHash: canonicalHash(request.body) };
}
