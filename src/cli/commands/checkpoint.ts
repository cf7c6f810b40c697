import type { Command } from 'commander';
import { takeCheckpoint } from '../../engine/audit/checkpoint.ts';
import { knownVerifierKeys, readSigned } from '../../engine/audit/signing-keys.ts';
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
      const { taken, verifierKey } = await withEngine(async (engine) => {
        const row = await takeCheckpoint(engine);
        // where nothing moved since, another may have signed it
        const signed = readSigned(row.note, await knownVerifierKeys(engine));
        return { taken: row, verifierKey: signed?.signedBy ?? null };
      });
      if (json) return sayJson({ ...taken, verifierKey });
      process.stdout.write(taken.note);
      note(
        verifierKey === null
          ? 'signed by a key that this server does not know'
          : `signed; to be verified with the key ${verifierKey}`,
      );
    });
}
