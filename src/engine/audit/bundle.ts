/**
 * The bundle: one case in one file that proves itself, without this server and its database. NDJSON: a
 * header, a line for each entry, an end. Written and read with the same schemas, so neither can say
 * what the other does not understand.
 *
 * What the chain commits to can be checked by whoever holds the bundle. Confidential content can't: it
 * stands in the chain by the hashes of its sealed parts, and only the case's key seals them to the same
 * bytes again. The digest of the end line shows damage to it, not forgery.
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { VerifiableEntry } from './verify.ts';

export const bundleFormat = 'recourse-bundle';
export const bundleVersion = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in lowercase hex' });
/** Written in one way: base64 leaves bits over at the end, which a reader would not look at. */
const sibling = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, {
    error: 'must be base64 without anything left over',
  });
const count = z.int().min(0);
const words = z.record(z.string(), z.string());
const json = z.record(z.string(), z.unknown());
/** One way to write a moment: what is hashed is the text. */
const moment = z
  .string()
  .refine(isMoment, { error: 'must be a time such as 2026-05-01T10:00:00.000Z' });

function isMoment(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

export const headerSchema = z.strictObject({
  format: z.literal(bundleFormat),
  version: z.literal(bundleVersion),
  case: z.strictObject({
    id: z.uuid(),
    codename: z.string(),
    status: z.enum(['open', 'closed']),
    version: count,
    openedAt: moment,
    updatedAt: moment,
    stages: words,
    headSeq: count,
    headHash: hash,
    snapshotHash: hash,
  }),
  machine: z.strictObject({
    id: z.string(),
    version: z.string(),
    definitionHash: hash.optional(),
  }),
  settings: json,
  exportedAt: moment,
  /** Of the content as a whole: as whoever exported the case may see it. */
  confidential: z.enum(['opened', 'withheld', 'erased']),
  /** Of the log whose checkpoint stands at the end, and the entry that is the case's leaf in it. */
  verifierKey: z.string().nullable(),
  loggedSeq: count.nullable(),
});

export const entrySchema = z.strictObject({
  seq: count,
  outcome: z.enum(['accepted', 'refused', 'elapsed']),
  type: z.string(),
  facts: json,
  confidential: z.union([z.enum(['withheld', 'erased']), json]),
  parts: z.record(z.string(), hash),
  redacted: z.array(z.string()),
  by: z.strictObject({ person: z.string(), roles: z.array(z.string()) }).nullable(),
  at: moment,
  happenedAt: moment,
  version: count,
  stages: words,
  snapshotHash: hash,
  violations: z.array(json),
  machine: z.strictObject({ id: z.string(), version: z.string() }),
  previousHash: hash,
  hash,
});

export const endSchema = z.strictObject({
  end: z.strictObject({
    entries: count,
    headHash: hash,
    /** SHA-256 of all lines before this one, as they stand in the file. */
    digest: hash,
    /** The signed note (C2SP tlog-checkpoint). */
    checkpoint: z.string().nullable(),
    inclusion: z
      .strictObject({
        leaf: z.strictObject({ index: count, caseId: z.uuid(), seq: count, hash }),
        path: z.array(sibling),
      })
      .nullable(),
  }),
});

export type BundleHeader = z.infer<typeof headerSchema>;
export type BundleEntry = z.infer<typeof entrySchema>;
export type BundleEnd = z.infer<typeof endSchema>['end'];

/** What was given is no bundle at all. The message is one line and names the place. */
export class BundleUnreadable extends Error {
  override readonly name = 'BundleUnreadable';
}

/** An entry of a bundle as the history's verifier takes it. */
export function verifiable(caseId: string, entry: BundleEntry): VerifiableEntry {
  const { confidential: _, redacted: __, happenedAt: ___, machine, at, ...rest } = entry;
  return {
    ...rest,
    caseId,
    at: new Date(at),
    machineId: machine.id,
    machineVersion: machine.version,
  };
}

export const writeLine = (value: BundleHeader | BundleEntry | { end: BundleEnd }): string =>
  `${JSON.stringify(value)}\n`;

/** A line, parsed; or what is wrong with it. Takes nothing that `writeLine` would have written otherwise. */
export function parseLine<Line>(
  schema: z.ZodType<Line>,
  bytes: Buffer,
): { readonly value: Line } | { readonly problem: string } {
  if (!isUtf8(bytes)) return { problem: 'not UTF-8' };
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
    // Two readers could make two things of a key that stands there twice.
    // And of this one zod makes nothing.
    if (JSON.stringify(value) !== text || text.includes('"__proto__":'))
      return { problem: 'not written as an export writes it' };
  } catch {
    return { problem: 'not JSON' };
  }
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return { value: data };
  const [issue] = error?.issues ?? [];
  return { problem: [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ') };
}

/** The lines of a stream, without their ends. Throws BundleUnreadable for one that no entry could fill. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = 16 * 1024 * 1024,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const take = (part: Buffer) => {
    parts.push(part);
    length += part.length;
    if (length > maxBytes)
      throw new BundleUnreadable(`line ${number} is longer than any line of a bundle`);
  };
  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (let end; (end = chunk.indexOf(10, start)) !== -1; start = end + 1) {
      take(chunk.subarray(start, end));
      yield Buffer.concat(parts);
      [parts, length, number] = [[], 0, number + 1];
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield Buffer.concat(parts);
}
