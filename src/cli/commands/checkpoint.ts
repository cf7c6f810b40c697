import type { Command } from 'commander';
import { takeCheckpoint } from '../../engine/audit/checkpoint.ts';
import { withEngine } from '../database.ts';
import { note, sayJson } from '../outcome.ts';

/** `checkpoint`: signs the heads of all cases as they are now. */
export function addCheckpoint(program: Command): void {
  program
    .command('checkpoint')
    .description('sign the heads of all cases, as they are now, and print the signed note')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Keep the note where the server can't reach it: with it, a history that was rewritten or cut off
since, and a case that vanished, are found by \`recourse audit verify --all --checkpoint\`.

Example:
  $ recourse checkpoint > 2026-05-01.checkpoint`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { taken, verifierKey } = await withEngine(async (engine) => ({
        taken: await takeCheckpoint(engine),
        verifierKey: engine.signer.verifierKey,
      }));
      if (json) return sayJson({ ...taken, verifierKey });
      process.stdout.write(taken.note);
      note(`signed; to be verified with the key ${verifierKey}`);
    });
}
