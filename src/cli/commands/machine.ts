import type { Command } from 'commander';
import { machineIdentity } from '../../../machines/case.ts';
import {
  carryOver,
  definitionHash,
  planCarryOver,
  type CarryOver,
} from '../../engine/audit/machine-version.ts';
import { withEngine } from '../database.ts';
import { differencesFound, say, sayJson } from '../outcome.ts';

interface Options {
  readonly json?: true;
}

/** `machine …`: what this version of the procedure would do, and does, to cases of another one. */
export function addMachine(machine: Command): void {
  machine
    .command('diff')
    .description('say what this version would do to every case of another one; changes nothing')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Run it before a new version is rolled out. Exit code 1 says that a case would not be carried over:
it can still be read then, and takes no events.`,
    )
    .action((options: Options) => answer(planCarryOver, options));
  machine
    .command('carry-over')
    .description('carry cases of another version over, where their whole history holds')
    .option('--json', 'answer in JSON')
    .action((options: Options) => answer(carryOver, options));
}

async function answer(run: typeof planCarryOver, { json }: Options): Promise<void> {
  const cases = await withEngine(async (engine) => Array.fromAsync(run(engine)));
  if (cases.some(({ holds }) => !holds)) differencesFound();
  const machine = { ...machineIdentity, definitionHash: definitionHash() };
  if (json) return sayJson({ machine, cases });
  say(`machine ${machine.id}, version ${machine.version}, definition ${machine.definitionHash}`);
  for (const found of cases) say(inWords(found));
  say(cases.length === 0 ? 'every case is of this version' : `${cases.length} of another version`);
}

function inWords({ caseId, codename, from, holds, failsAt }: CarryOver): string {
  const which = `${caseId} ${codename}, of version ${from.version}`;
  if (holds) return `${which}: holds`;
  const why = failsAt?.rules.length ? `: ${failsAt.rules.join(', ')}` : '';
  return `${which}: does not hold at ${failsAt?.seq} ${failsAt?.type}${why}`;
}
