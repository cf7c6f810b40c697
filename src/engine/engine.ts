import type { Settings } from '../../machines/procedure.ts';
import type { Db } from '../store/database.ts';

/** What every step needs from outside. Handed down, never imported: tests bring their own clock. */
export interface Engine {
  readonly db: Db;
  /** 32 bytes; wraps every case's key. */
  readonly masterKey: Buffer;
  /** What a case opened from now on is opened with. */
  readonly settings: Settings;
  readonly now: () => Date;
}
