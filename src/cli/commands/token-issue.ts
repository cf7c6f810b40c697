import type { Command } from 'commander';
import { handle } from '../../../machines/events/fields.ts';
import { line } from '../../engine/staff/line.ts';
import { issueToken } from '../../engine/staff/tokens.ts';
import { findPerson } from '../../store/people.ts';
import { withEngine } from '../database.ts';
import { Misuse, note, say, sayJson } from '../outcome.ts';
import { parseExpiry, parseWith } from '../parse.ts';

interface Options {
  readonly label: string;
  readonly expires?: Date;
  readonly json?: true;
}

/** `token issue`: a bearer token, as `POST /v1/people/{id}/tokens` does it. */
export function addTokenIssue(token: Command): void {
  token
    .command('issue')
    .description('make a token for a person; it is shown this once')
    .argument('<person>', 'the handle', parseWith(handle, 'is no handle'))
    .requiredOption(
      '-l, --label <label>',
      'what it is for, to tell it from others',
      parseWith(line, 'is no label'),
    )
    .option(
      '-e, --expires <when>',
      'a time or an ISO 8601 duration; never, if left out',
      parseExpiry,
    )
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ recourse token issue eve --label "audit in spring" --expires P30D
  $ TOKEN=$(recourse token issue ada --label laptop)`,
    )
    .action(async (person: string, { label, expires, json }: Options) => {
      const issued = await withEngine(async ({ db, now }) => {
        const holder = await findPerson(db, person);
        if (!holder) throw new Misuse(`nobody has the handle ${person}`);
        if (!holder.active) note(`${person} is not active: the token opens nothing until they are`);
        return issueToken(db, { person, label, expiresAt: expires ?? null, now: now() });
      });
      if (json) sayJson(issued);
      else say(issued.token);
    });
}
