import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { handle } from '../../../machines/events/fields.ts';
import type { Reader } from '../../engine/step/present.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportCase } from '../../engine/audit/export.ts';
import { engineReader } from '../../engine/audit/verify-all.ts';
import { NotFound } from '../../errors.ts';
import { findPerson } from '../../store/people.ts';
import { withEngine } from '../database.ts';
import { Misuse, say, sayJson } from '../outcome.ts';
import { parseWith } from '../parse.ts';

interface Options {
  readonly output?: string;
  readonly as?: string;
  readonly json?: true;
}

/** `audit export`: a case's bundle, as `GET /v1/cases/{id}/export` gives it. */
export function addExport(audit: Command): void {
  audit
    .command('export')
    .description('write a case as one file that verifies without the database')
    .argument('<case>', 'the id', parseWith(z.uuid(), 'is no id of a case'))
    .option('-o, --output <file>', 'a new file; standard output, if left out')
    .option('--as <handle>', 'the person whose eyes it is for', parseWith(handle, 'is no handle'))
    .option('--json', 'with --output, say in JSON what was written')
    .addHelpText(
      'after',
      `
Confidential content is withheld, as auditors see it; with --as it is as that person may see it.
The file is readable for its owner alone, and never written over another.

Examples:
  $ recourse audit export 3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11 -o case.ndjson
  $ recourse audit export 3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11 | recourse audit verify -`,
    )
    .action(async (caseId: string, { output, as, json }: Options) => {
      if (json && output === undefined)
        throw new Misuse('--json goes with --output: the bundle is JSON');
      const codename = await withEngine(async (engine) => {
        const reader = as === undefined ? engineReader : await readerOf(engine, as);
        const bundle = await exportCase(engine, reader, caseId).catch((error: unknown) => {
          if (!(error instanceof NotFound)) throw error;
          throw new Misuse(
            `there is no case ${caseId}${as === undefined ? '' : ` that ${as} sees`}`,
          );
        });
        await write(Readable.from(bundle.lines, { objectMode: false }), output);
        return bundle.codename;
      });
      if (json) sayJson({ case: caseId, codename, file: output });
      else if (output !== undefined) say(`wrote ${codename} to ${output}`);
    });
}

async function readerOf({ db }: Engine, id: string): Promise<Reader> {
  const person = await findPerson(db, id);
  if (!person?.active) throw new Misuse(`nobody active has the handle ${id}`);
  return { person: id, roles: person.roles };
}

async function write(lines: Readable, output: string | undefined): Promise<void> {
  if (output === undefined) return pipeline(lines, process.stdout, { end: false });
  const file = createWriteStream(output, { flags: 'wx', mode: 0o600 });
  let isOurs = false;
  file.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(lines, file);
  } catch (error) {
    // half a bundle is none
    if (isOurs) await rm(output, { force: true });
    throw error;
  }
}
