/**
 * Golden histories: what every released version of the machine did, kept for ever. They are recorded
 * once, when a version is new, and never again:
 *
 *     RECORD_GOLDEN=1 npm test -- test/scenario/scenarios.test.ts
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { machineIdentity } from '../../machines/case.ts';
import { definitionHash } from '../../src/engine/audit/machine-version.ts';
import type { TestApp } from './app.ts';

export const goldenFolder = new URL('../golden/', import.meta.url);
const versionsFile = new URL('versions.json', goldenFolder);

/** The structural hash of every released version's definition. */
export const releasedVersions = (): Record<string, string> =>
  JSON.parse(readFileSync(versionsFile, 'utf8')) as Record<string, string>;

/** Keeps a case as this version judged it, without its confidential content; a file that is there stays. */
export async function recordGolden(app: TestApp, name: string, caseId: string): Promise<void> {
  if (process.env['RECORD_GOLDEN'] === undefined) return;
  const { version } = machineIdentity;
  const folder = new URL(`${version}/`, goldenFolder);
  mkdirSync(folder, { recursive: true });
  const known = releasedVersions();
  if (known[version] === undefined) {
    const versions = { ...known, [version]: definitionHash() };
    writeFileSync(versionsFile, `${JSON.stringify(versions, null, 2)}\n`);
  }
  const file = new URL(`${name}.ndjson`, folder);
  const bundle = await app.as('eve').get(`/v1/cases/${caseId}/export`);
  if (bundle.status === 200 && !existsSync(file)) writeFileSync(file, bundle.text);
}
