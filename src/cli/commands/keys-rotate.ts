import type { Command } from 'commander';
import { rotate, type Rotation } from '../../engine/confidential/rotate.ts';
import { withEngine } from '../database.ts';
import { differencesFound, note, say, sayJson } from '../outcome.ts';
import { inGroups, progressBar, type Progress } from '../progress.ts';

/** `keys rotate`: puts every case's key under the current master key. */
export function addKeysRotate(keys: Command): void {
  keys
    .command('rotate')
    .description('put every case under a new master key, while servers run')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
The new key is RECOURSE_MASTER_KEY, the one before RECOURSE_PREVIOUS_MASTER_KEY (or _FILE for either).
Start every server with both before, and keep both for a day after: requests that are sent again
within that day are known by the key of their first time. Broken off, it can be begun again.

Example:
  $ export RECOURSE_PREVIOUS_MASTER_KEY_FILE=/etc/recourse/old.key
  $ RECOURSE_MASTER_KEY_FILE=/etc/recourse/new.key recourse keys rotate`,
    )
    .action(async ({ json }: { json?: true }) => {
      const rotation = await withEngine(async (engine) => {
        let bar: Progress | undefined;
        const done = await rotate(engine, ({ seen, total, rewrapped }) => {
          bar ??= progressBar(total, 'cases');
          bar.at(seen, `${inGroups(rewrapped)} rewrapped`);
        });
        bar?.end();
        return done;
      });
      if (json) sayJson(rotation);
      else sayRotation(rotation);
      if (rotation.unreadable.length > 0) differencesFound();
    });
}

function sayRotation({ rewrapped, unreadable }: Rotation): void {
  const cases = `${inGroups(rewrapped)} ${rewrapped === 1 ? 'case' : 'cases'}`;
  say(`${cases} rewrapped; all are under the current master key`);
  for (const id of unreadable) note(`the key of ${id} is damaged: no master key opens it`);
}
