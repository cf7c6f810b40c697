import { eraseByRetention } from '../engine/step/as-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { takeAllDue, type Report } from './due.ts';

/** Erases every case whose retention has passed, those first that rest longest. Returns how many. */
export const eraseDueCases = (
  engine: Engine,
  report: Report,
  signal?: AbortSignal,
): Promise<number> =>
  takeAllDue(engine, { due: 'eraseDueAt', step: eraseByRetention }, report, signal);
