/**
 * `npm run seed -- 1000`: fills the database with cases of made-up incidents, to try things out on many.
 * Every one has a history of its own that verifies, opens and goes on. Broken off, it leaves whole cases.
 */
import { Command } from 'commander';
import { z } from 'zod';
import { withEngine } from './database.ts';
import { exit, inOneLine, note, say } from './outcome.ts';
import { parseWith } from './parse.ts';
import { inGroups, progressBar } from './progress.ts';
import { seed } from './seed/seed.ts';

const howMany = z.coerce.number().int().min(1).max(100_000_000);

const program = new Command('seed')
  .description('fill the database of DATABASE_URL or RECOURSE_DATA_DIR with cases that are made up')
  .argument('<cases>', 'how many', parseWith(howMany, 'is no number of cases'))
  .action(async (cases: number) => {
    const bar = progressBar(cases, 'cases');
    await withEngine(async (engine) => seed(engine, cases, bar.at));
    bar.end();
    say(`${inGroups(cases)} cases more; to look at them: recourse token issue ada --label try`);
  });

try {
  await program.parseAsync();
} catch (error) {
  note(`seed: ${inOneLine(error)}`);
  process.exitCode = exit.noAnswer;
}
