/**
 * Limits on failures, and on nothing else. Who reports that somebody is in danger must not be told
 * to wait because a stranger on the same network is guessing tokens, or because they pressed a button
 * too often. So a request that is in order is always answered, whatever failed before it; where too
 * much failed, what fails next is told to come back later instead of what is wrong with it.
 *
 * Guessing is hopeless by the size of what would have to be guessed, 256 bits for a token and 122 for
 * a case; the limits make it loud, and useless to ask which of several things went wrong.
 *
 * Counted by each process for itself, in memory that is bounded: who has been silent longest is
 * forgotten first.
 */
import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Forbidden, NotFound, TooManyRequests, Unauthenticated } from '../errors.ts';

/** How many failures are told as what they are, in a minute from the first. */
export interface FailureLimits {
  /** Tokens that are not valid, from one address, or one /64 of IPv6: what one customer gets. */
  readonly guesses: number;
  /** What is not there or not theirs, of one person: by all their tokens, as anybody can make more. */
  readonly refusals: number;
}

const aMinute: FailureLimits = { guesses: 60, refusals: 1200 };

const common = { timeWindow: 60_000, cache: 10_000 } as const satisfies RateLimitOptions;

/** Says what to answer for an error: itself, or TooManyRequests. */
export type Limiter = (error: unknown, request: FastifyRequest) => Promise<unknown>;

/** Begins to count. */
export async function limitFailures(
  app: FastifyInstance,
  { guesses, refusals } = aMinute,
): Promise<Limiter> {
  await app.register(rateLimit, { global: false });
  const countByAddress = app.createRateLimit({
    ...common,
    max: guesses,
    ipv6Subnet: 64,
  });
  const countByPerson = app.createRateLimit({
    ...common,
    max: refusals,
    keyGenerator: ({ viewer }) => viewer.person,
  });
  return async (error, request) => {
    const isGuess = error instanceof Unauthenticated && request.headers.authorization !== undefined;
    if (!isGuess && !isRefusal(error, request)) return error;
    const count = await (isGuess ? countByAddress : countByPerson)(request);
    const isTooMuch = !count.isAllowed && count.isExceeded;
    return isTooMuch ? new TooManyRequests(count.ttlInSeconds) : error;
  };
}

/**
 * What somebody meets who looks for what is not theirs; hidden and never existing count alike.
 * Mistakes in a request, rules in the way and stale versions are part of working, and don't count.
 */
const isRefusal = (error: unknown, { viewer }: Partial<FastifyRequest>) =>
  viewer !== undefined && (error instanceof NotFound || error instanceof Forbidden);
