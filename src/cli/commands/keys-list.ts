import type { Command } from 'commander';
import { knownVerifierKeys } from '../../engine/audit/signing-keys.ts';
import { withEngine } from '../database.ts';
import { say, sayJson } from '../outcome.ts';

/** `keys list`: what checkpoints are verified with, as `GET /v1/checkpoints/keys` says it. */
export function addKeysList(keys: Command): void {
  keys
    .command('list')
    .description('list the verifier keys of all who signed checkpoints, the present one first')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Keep them beside the checkpoints, where the server can't reach them.

Example:
  $ recourse keys list > verifier-keys`,
    )
    .action(async ({ json }: { json?: true }) => {
      const known = await withEngine(knownVerifierKeys);
      if (json) sayJson(known.map((verifierKey, at) => ({ verifierKey, present: at === 0 })));
      else for (const verifierKey of known) say(verifierKey);
    });
}
