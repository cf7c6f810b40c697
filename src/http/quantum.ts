/**
 * Whether a case is not there or not theirs takes the database some microseconds more or less to find
 * out. So what is not found is answered when a quantum of time is over since the request arrived, and
 * not when it was found out. What is found is answered at once.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** In milliseconds; longer than it takes to find out, but for when there is much to do. */
export const quantum = 25;

/** By how much, in milliseconds, a timer may be early or late by what it began with. */
const coarse = 2;

/** Waits for the next multiple of the quantum since the request arrived. */
export async function untilQuantum(reply: FastifyReply): Promise<void> {
  const due = Math.ceil(reply.elapsedTime / quantum) * quantum;
  // a timer counts whole milliseconds from where it was set, which would show through
  const early = due - reply.elapsedTime - coarse;
  if (early > 0) await setTimeout(early);
  while (reply.elapsedTime < due) await setImmediate();
}
