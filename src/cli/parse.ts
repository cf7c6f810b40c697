/** Reading arguments: what is wrong with one is said as commander says it. */
import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { addDuration } from '../../machines/time.ts';

/** An argument's parser from a schema. */
export const parseWith =
  <Value>(schema: z.ZodType<Value>, problem: string) =>
  (text: string): Value => {
    const { data, error } = schema.safeParse(text);
    if (data === undefined)
      throw new InvalidArgumentError(`It ${problem}: ${error?.issues[0]?.message}.`);
    return data;
  };

/** A moment, or an ISO 8601 duration from now on; in the future. */
export function parseExpiry(text: string): Date {
  const now = new Date();
  const moment = new Date(text.startsWith('P') ? afterNow(now, text) : text);
  if (Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError(
      'It is neither a time, such as 2027-01-31, nor a duration, such as P90D.',
    );
  if (moment <= now) throw new InvalidArgumentError('It lies in the past.');
  return moment;
}

function afterNow(now: Date, duration: string): string {
  try {
    return addDuration(now.toISOString(), duration);
  } catch {
    return 'never';
  }
}

/** The number of an entry, from 1. */
export function parseSeq(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It is not the number of an entry.');
  return Number(text);
}

/** Verifier keys (https://c2sp.org/signed-note), gathered over several options. */
export function gatherKeys(text: string, before: readonly string[] = []): string[] {
  if (!/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/u.test(text))
    throw new InvalidArgumentError('It is no verifier key, such as recourse/0123…+89ab…+AQ….');
  return [...before, text];
}
