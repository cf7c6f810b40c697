import type { Command } from 'commander';
import { lookUp } from '../../../machines/look-up.ts';
import { changesBetween, type Change } from '../../engine/audit/changes.ts';
import type { BundleReading, BundleStep } from '../../engine/audit/verify-bundle.ts';
import { withBundle } from '../bundle-file.ts';
import { nextKey } from '../keys.ts';
import { differencesFound, inShort, Misuse, note, say, sayJson } from '../outcome.ts';
import { parseSeq } from '../parse.ts';
import { inWords, sayVerdict } from '../report.ts';

interface Options {
  readonly to?: number;
  readonly json?: true;
}

/** `audit replay`: a case from its bundle, step by step. */
export function addReplay(audit: Command): void {
  audit
    .command('replay')
    .description('step through a case, entry by entry, with what each one changed')
    .argument('<bundle>', 'a file that was exported; - for standard input')
    .option('-t, --to <seq>', 'the last entry to show', parseSeq)
    .option('--json', 'a line of JSON for each entry')
    .addHelpText(
      'after',
      `
Every step is judged again by the machine, from what was recorded and nothing else. On a terminal it
waits after each: Enter goes on, a goes on to the end, q leaves. Elsewhere it prints them all.

Examples:
  $ recourse audit replay case.ndjson
  $ recourse audit replay case.ndjson --to 12 | less`,
    )
    .action(async (file: string, { to, json }: Options) => {
      const waits = !json && file !== '-' && process.stdin.isTTY && process.stdout.isTTY;
      const show = json ? (told: Told) => sayJson(told, { pretty: false }) : sayStep;
      await withBundle(file, [], async (reading) => {
        const { headSeq } = reading.header.case;
        if (to !== undefined && to > headSeq) throw new Misuse(`the case has ${headSeq} entries`);
        // what was not looked at is not vouched for
        if (!(await walk(reading, { to, waits, show }))) return;
        const verification = reading.finish();
        if (json) sayJson({ verification }, { pretty: false });
        else sayVerdict(reading, verification);
        if (!verification.ok) differencesFound();
      });
    });
}

/** Shows one step after another. Returns whether all of them were. */
async function walk(
  reading: BundleReading,
  { to, waits, show }: { to: number | undefined; waits: boolean; show: (told: Told) => void },
): Promise<boolean> {
  let isWaiting = waits;
  if (waits) note('Enter goes on, a goes on to the end, q leaves');
  let stages = {};
  for await (const step of reading.steps()) {
    show(tell(step, stages));
    if (step.differences.length > 0) differencesFound();
    const { seq } = step.entry;
    if (seq === to) return false;
    ({ stages } = step.entry);
    if (!isWaiting || seq === reading.header.case.headSeq) continue;
    const key = await nextKey(['\r', '\n', ' ', 'a', 'q']);
    if (key === undefined || key === 'q') return false;
    isWaiting = key !== 'a';
  }
  return true;
}

type Told = ReturnType<typeof tell>;

/** A step: what it was, and what it changed. */
function tell({ entry, before, after, differences }: BundleStep, stages: object) {
  const { seq, at, by, type, outcome, version, facts, parts, violations } = entry;
  // what a case begins with stands in the header
  const context = before?.context ?? { settings: after?.context.settings };
  return {
    seq,
    at,
    by: by?.person ?? null,
    type,
    outcome,
    version,
    facts,
    confidential: Object.keys(parts).length === 0 ? {} : entry.confidential,
    stages: changesBetween(stages, entry.stages),
    changes: changesBetween(context, after?.context ?? context),
    violations,
    differences,
  };
}

const inOrder = ({ path, from, to }: Change): string => {
  if (from === undefined) return `${path}: ${inShort(to)}`;
  return `${path}: ${inShort(from)} → ${to === undefined ? 'nothing' : inShort(to)}`;
};

const marks = { accepted: '✓', elapsed: '⏲', refused: '✗' } as const;

function sayStep({ seq, at, by, type, outcome, ...told }: Told): void {
  const style = outcome === 'refused' ? 'red' : 'bold';
  say(
    `${String(seq).padStart(4)} ${lookUp(marks, outcome)} ${type}  ${by ?? 'time'}, ${at}`,
    style,
  );
  for (const change of told.stages) say(`       ${inOrder(change)}`, 'cyan');
  for (const change of told.changes) say(`       ${inOrder(change)}`);
  for (const { rule, statement, source, instead } of told.violations) {
    say(`       ${String(rule)} (${String(source)}): ${String(statement)}`);
    if (typeof instead === 'string') say(`         instead: ${instead}`);
  }
  if (typeof told.confidential === 'string') say(`       content ${told.confidential}`, 'dim');
  else
    for (const [name, value] of Object.entries(told.confidential))
      say(`       ${name}: ${inShort(value)}`, 'yellow');
  for (const difference of told.differences) say(`       ${inWords(difference)}`, 'red');
}
