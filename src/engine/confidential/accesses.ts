/**
 * Who has confidential content opened, by a request of which no entry of the history tells: whoever
 * reads it, asks what a text would be screened for, or looks for the same people in other cases. The
 * id of a linked case, which a step looks up and shows to nobody, is no such content.
 */
import { randomUUID } from 'node:crypto';
import { insertAccess } from '../../store/accesses.ts';
import type { Db } from '../../store/database.ts';

export interface Access {
  readonly caseId: string;
  readonly person: string;
  readonly at: Date;
}

/** Writes down whose entries' content is about to be opened: `seqs`, in order; nothing where there are none. */
export async function noteAccess(db: Db, access: Access, seqs: readonly number[]): Promise<void> {
  const [firstSeq, lastSeq] = [seqs.at(0), seqs.at(-1)];
  if (firstSeq === undefined || lastSeq === undefined) return;
  await insertAccess(db, { ...access, id: randomUUID(), firstSeq, lastSeq });
}
