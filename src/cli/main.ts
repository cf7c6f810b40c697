#!/usr/bin/env node
/**
 * `npx recourse …`: for who audits cases and who runs a server. Exit 0: whole, or done; 1: differences
 * were found; 2: misuse, or no answer could be had. The commands are in `commands/`, a file each.
 */
import { Command, CommanderError } from 'commander';
import about from '../../package.json' with { type: 'json' };
import { addCommands } from './commands/index.ts';
import { exit, inOneLine } from './outcome.ts';

const program = new Command('recourse')
  .description('Audit cases, with a server or without one, and look after one.')
  .version(about.version)
  .helpCommand(false)
  .showHelpAfterError('(--help says more)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: 0 whole, or done; 1 differences; 2 misuse, or no answer.

Commands that need a database read the same environment as the server, DATABASE_URL or
RECOURSE_DATA_DIR among it. With DATABASE_URL they work beside running servers; an embedded
database can be opened only while the server is stopped.`,
  );
addCommands(program);

// Whoever reads along, `head` for one, may leave before the end.
process.stdout.on('error', () => process.exit(exit.noAnswer));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what there is to say; asking for help is no misuse.
    process.exitCode = error.exitCode === 0 ? exit.whole : exit.noAnswer;
  } else {
    process.stderr.write(`recourse: ${inOneLine(error)}\n`);
    process.exitCode = exit.noAnswer;
  }
}
