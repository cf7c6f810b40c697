import type { Settings } from '../../machines/procedure.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Signer } from '../crypto/note.ts';
import type { Announcements } from '../store/announcements.ts';
import type { Db } from '../store/database.ts';

/** What every step needs from outside. Handed down, never imported: tests bring their own clock. */
export interface Engine {
  readonly db: Db;
  /** For steps that people take, apart from whatever else goes on; `db`, if absent. */
  readonly stepDb?: Db;
  /** Who waits for what is recorded is told by these; looks by themselves, if absent. */
  readonly announcements?: Announcements;
  /** Wraps every case's key. */
  readonly keyring: Keyring;
  /** Signs the checkpoints. */
  readonly signer: Signer;
  /** What a case opened from now on is opened with. */
  readonly settings: Settings;
  readonly now: () => Date;
  /** The database's clock. What cannot be undone is due only when it is by both (clock.ts). */
  readonly databaseNow: () => Promise<Date>;
}

export const dbForSteps = ({ db, stepDb }: Engine): Db => stepDb ?? db;
