import { Option, type Command } from 'commander';
import { roles, type Role } from '../../../machines/vocabulary.ts';
import { handle } from '../../../machines/events/fields.ts';
import { line } from '../../engine/staff/line.ts';
import { insertPerson } from '../../store/people.ts';
import { withEngine } from '../database.ts';
import { Misuse, say, sayJson } from '../outcome.ts';
import { parseWith } from '../parse.ts';

/** `people add`: a member of staff, as `POST /v1/people` does it. */
export function addPeopleAdd(people: Command): void {
  people
    .command('add')
    .description('add a member of staff')
    .argument('<id>', 'the handle, such as ada', parseWith(handle, 'is no handle'))
    .argument('<name>', 'the name', parseWith(line, 'is no name'))
    .addOption(
      new Option('-r, --role <role...>', 'what the person may do; roles add up')
        .choices(roles)
        .makeOptionMandatory(),
    )
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ recourse people add ada "Ada Lovelace" --role lead organizer
  $ recourse people add eve "Eve Ning" --role auditor`,
    )
    .action(async (id: string, name: string, options: { role: Role[]; json?: true }) => {
      const person = { id, name, roles: [...new Set(options.role)] };
      await withEngine(async ({ db, now }) => {
        if (!(await insertPerson(db, person, now())))
          throw new Misuse(`a person with the handle ${id} exists already`);
      });
      if (options.json) sayJson({ ...person, active: true });
      else say(`added ${id}: ${name}, ${person.roles.join(', ')}`);
    });
}
