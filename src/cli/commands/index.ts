/** All commands, each with a file of its own. */
import type { Command } from 'commander';
import { addExport } from './audit-export.ts';
import { addReplay } from './audit-replay.ts';
import { addVerify } from './audit-verify.ts';
import { addCheckpoint } from './checkpoint.ts';
import { addKeysList } from './keys-list.ts';
import { addKeysRotate } from './keys-rotate.ts';
import { addMachine } from './machine.ts';
import { addPeopleAdd } from './people-add.ts';
import { addTokenIssue } from './token-issue.ts';

/** Adds every command to the program. */
export function addCommands(program: Command): void {
  const audit = program.command('audit').description('verify, replay and export cases');
  addVerify(audit);
  addReplay(audit);
  addExport(audit);
  addCheckpoint(program);
  addMachine(program.command('machine').description('compare and change the version of cases'));
  const keys = program.command('keys').description('look after the keys');
  addKeysRotate(keys);
  addKeysList(keys);
  addPeopleAdd(program.command('people').description('look after the staff directory'));
  addTokenIssue(program.command('token').description('look after access tokens'));
}
