import { createReadStream } from 'node:fs';
import { BundleUnreadable } from '../engine/audit/bundle.ts';
import { openBundle, type BundleReading } from '../engine/audit/verify-bundle.ts';
import { Misuse } from './outcome.ts';

/**
 * Does something with a bundle as it is read from a file, or from standard input for `-`.
 *
 * @throws {Misuse} where it is no bundle
 */
export async function withBundle<Result>(
  file: string,
  trustedKeys: readonly string[],
  work: (reading: BundleReading) => Promise<Result>,
): Promise<Result> {
  const chunks = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await work(await openBundle(chunks, trustedKeys));
  } catch (error) {
    if (error instanceof BundleUnreadable)
      throw new Misuse(`${file === '-' ? 'standard input' : file} is no bundle: ${error.message}`);
    throw error;
  } finally {
    chunks.destroy();
  }
}
