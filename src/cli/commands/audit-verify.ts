import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { auditLog, type LogDifference } from '../../engine/audit/log-audit.ts';
import type { Engine } from '../../engine/engine.ts';
import { verifyAll, type VerifiedCase } from '../../engine/audit/verify-all.ts';
import { measureCases } from '../../store/cases.ts';
import { withBundle } from '../bundle-file.ts';
import { withEngine } from '../database.ts';
import { differencesFound, inShort, Misuse, say, sayJson } from '../outcome.ts';
import { gatherKeys } from '../parse.ts';
import { inGroups, perSecond, progressBar } from '../progress.ts';
import { sayFailures, sayVerdict } from '../report.ts';

interface Options {
  readonly all?: true;
  readonly key?: readonly string[];
  readonly checkpoint?: string;
  readonly json?: true;
}

/** `audit verify`: a bundle by itself, or every case of a database and the log over them. */
export function addVerify(audit: Command): void {
  audit
    .command('verify')
    .description('verify a bundle offline, or every case of the database')
    .argument('[bundle]', 'a file that was exported; - for standard input')
    .option('--all', 'every case of the database, and the log of their heads')
    .option('-k, --key <key>', 'a verifier key that you trust; may be repeated', gatherKeys)
    .option('-c, --checkpoint <file>', 'with --all: a checkpoint that was kept')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
A bundle needs no database: chain, replay, header and end are checked, and the checkpoint's signature
and the case's place in its log. Opened content is not: the chain holds the hash of the sealed bytes,
which only the case's key makes again.

Examples:
  $ recourse audit verify case.ndjson --key recourse/0123456789abcdef+01234567+AQ…
  $ recourse audit verify --all --checkpoint 2026-05-01.checkpoint`,
    )
    .action(async (bundle: string | undefined, options: Options) => {
      if ((bundle === undefined) === !options.all)
        throw new Misuse('give either a bundle or --all (audit verify --help says more)');
      if (bundle !== undefined && options.checkpoint !== undefined)
        throw new Misuse('--checkpoint goes with --all: a bundle has its own');
      const ok =
        bundle === undefined ? await verifyDatabase(options) : await verifyFile(bundle, options);
      if (!ok) differencesFound();
    });
}

async function verifyFile(file: string, { key = [], json }: Options): Promise<boolean> {
  return withBundle(file, key, async (reading) => {
    const { header } = reading;
    const bar = progressBar(header.case.headSeq, 'entries');
    for await (const { entry } of reading.steps()) bar.at(entry.seq);
    bar.end();
    const verification = reading.finish();
    if (!json) sayVerdict(reading, verification);
    else {
      const { case: about, machine, exportedAt, confidential } = header;
      sayJson({
        ...verification,
        key: reading.key,
        case: about,
        machine,
        exportedAt,
        confidential,
      });
    }
    return verification.ok;
  });
}

async function verifyDatabase({ key, checkpoint, json }: Options): Promise<boolean> {
  const kept = checkpoint === undefined ? undefined : await readFile(checkpoint, 'utf8');
  return withEngine(async (engine) => {
    const start = performance.now();
    const { cases, entries, broken } = await verifyCases(engine, json);
    const speed = perSecond(entries, start);
    const log = await verifyLog(engine, kept, key);
    const ok = broken.length === 0 && log.length === 0;
    if (json) sayJson({ ok, cases, entries, broken, log });
    else {
      say(`${inGroups(cases)} cases, ${inGroups(entries)} entries, ${speed} entries/s`);
      sayLogDifferences(
        log,
        key ? 'none of the keys given' : 'a key that this server does not know',
      );
      const isDoubtful = broken.length === 0 && log.every(({ check }) => check === 'signer');
      if (ok) say('whole', 'green');
      else if (isDoubtful) say('whole, if you trust who signed: --key says so', 'yellow');
      else say('NOT WHOLE', 'red');
    }
    return ok;
  });
}

function sayLogDifferences(log: readonly LogDifference[], stranger: string): void {
  for (const { check, expected, found, ...place } of log) {
    const where = Object.entries(place).map(([name, value]) => `${name} ${value}`);
    const isStranger = check === 'signer';
    const what = isStranger
      ? `signed by ${stranger}`
      : `${check}: expected ${inShort(expected)}, found ${inShort(found)}`;
    say(`  log  ${where.join(', ')}  ${what}`, isStranger ? 'yellow' : 'red');
  }
}

/** Verifies case after case, and says at once which is not whole. */
async function verifyCases(engine: Engine, json: true | undefined) {
  const total = await measureCases(engine.db);
  const bar = progressBar(total.entries, 'entries');
  const broken: VerifiedCase[] = [];
  let [cases, entries] = [0, 0];
  for await (const verified of verifyAll(engine)) {
    const { verification, codename, caseId } = verified;
    cases += 1;
    entries += verification.entries;
    bar.at(entries, `${inGroups(cases)} cases`);
    if (verification.ok) continue;
    broken.push(verified);
    if (json) continue;
    bar.end();
    const checked = Object.entries(verification.checked).map(([what, is]) => `${what} ${is}`);
    say(`${codename} (${caseId}): ${checked.join(', ')}`, 'red');
    sayFailures(verification.failures);
  }
  bar.end();
  return { cases, entries, broken };
}

async function verifyLog(
  engine: Engine,
  kept: string | undefined,
  verifierKeys: readonly string[] | undefined,
): Promise<LogDifference[]> {
  let bar: ReturnType<typeof progressBar> | undefined;
  const progress = (leaves: number, of: number) => {
    bar ??= progressBar(of, 'heads in the log');
    bar.at(leaves);
  };
  const options = { progress, ...(verifierKeys && { verifierKeys }) };
  const differences = await Array.fromAsync(auditLog(engine, kept, options));
  bar?.end();
  return differences;
}
