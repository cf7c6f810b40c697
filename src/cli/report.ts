/** What an audit found, for people to read. */
import { lookUp } from '../../machines/look-up.ts';
import type { BundleReading, BundleVerification } from '../engine/audit/verify-bundle.ts';
import type { Failure } from '../engine/audit/verification.ts';
import { inGroups } from './progress.ts';
import { inShort, say } from './outcome.ts';

/** Whoever wants more takes JSON. */
const shown = 20;

/** One difference in one line. */
export const inWords = ({ seq, check, expected, found }: Failure): string =>
  `${seq === 0 ? 'header' : `entry ${seq}`}  ${check}: expected ${inShort(expected)}, found ${inShort(found)}`;

/** Differences, a line each; the first ones of many. */
export function sayFailures(failures: readonly Failure[], margin = '  '): void {
  for (const failure of failures.slice(0, shown)) say(margin + inWords(failure), 'red');
  if (failures.length > shown)
    say(`${margin}… and ${failures.length - shown} more (--json has them)`);
}

const replayed = {
  ok: 'every step judged again, with the same outcome',
  failed: 'FAILED',
  'other-version': 'not judged: made by another version of the machine than this program has',
};

/** What a bundle turned out to be. */
export function sayVerdict(reading: BundleReading, verification: BundleVerification): void {
  const { header } = reading;
  const { ok, entries, checked, failures } = verification;
  const { codename, id } = header.case;
  say(`${codename} (${id}), exported ${header.exportedAt}`);
  say(`${ok ? 'whole' : 'NOT WHOLE'}: ${inGroups(entries)} entries`, ok ? 'green' : 'red');
  say(`  chain       ${checked.chain === 'ok' ? 'unbroken' : 'FAILED'}`);
  say(
    `  replay      ${lookUp(replayed, checked.replay)} (machine ${header.machine.id} ${header.machine.version})`,
  );
  say(`  bundle      ${checked.bundle === 'ok' ? 'complete' : 'FAILED'}`);
  say(`  authorship  not checked: what proves it can be checked beside the database alone`);
  say(`  checkpoint  ${ofCheckpoint(reading, checked.checkpoint)}`);
  say(`  content     ${lookUp(contents, header.confidential)}`);
  sayFailures(failures);
}

const contents = {
  opened: "opened: it can't be checked against the chain, which holds the hash of its sealed bytes",
  withheld: 'withheld',
  erased: 'erased',
};

function ofCheckpoint(
  { header, key }: BundleReading,
  checked: BundleVerification['checked']['checkpoint'],
): string {
  if (checked === 'none')
    return 'none in the bundle: nothing outside it says that it is all there is';
  if (checked === 'failed' || !key) return 'FAILED';
  const covered = `covers entry ${header.loggedSeq}, signed with ${key.verifierKey}`;
  return key.trusted
    ? `${covered}, which you trust`
    : `${covered}, which the bundle names itself: give one that you trust with --key`;
}
