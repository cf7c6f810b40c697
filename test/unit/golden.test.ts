import { createReadStream, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { machineIdentity, replayedVersions } from '../../machines/case.ts';
import { definition } from '../../machines/definition.ts';
import { canonicalHash } from '../../src/crypto/chain.ts';
import { definitionHash } from '../../src/engine/audit/machine-version.ts';
import { openBundle } from '../../src/engine/audit/verify-bundle.ts';
import { goldenFolder, releasedVersions } from '../support/golden.ts';

const { version } = machineIdentity;
const histories = replayedVersions.flatMap((replayed) =>
  readdirSync(new URL(`${replayed}/`, goldenFolder)).map((file) => `${replayed}/${file}`),
);

describe('the definition of the machine', () => {
  test('does not change under its version', () => {
    expect(
      definitionHash(),
      'the definition changed: raise machineIdentity.version in machines/case.ts, and record its histories as test/support/golden.ts says',
    ).toBe(releasedVersions()[version]);
  });

  test('has another hash as soon as a state, a rule, a role or a delay is another', () => {
    const text = JSON.stringify(definition());
    for (const [from, to] of [
      ['"case.open.intake.recorded"', '"case.open.intake.reported"'],
      ['"never-one-decider"', '"one-decider-will-do"'],
      ['"who":["lead"]', '"who":["responder"]'],
      ['"xstate.after.leadsMeet', '"xstate.after.later'],
      ['"maxLength":20000', '"maxLength":20001'],
    ] as const) {
      expect(text).toContain(from);
      expect(canonicalHash(JSON.parse(text.replace(from, to)))).not.toBe(definitionHash());
    }
  });
});

describe('what an earlier day decided', () => {
  test('there is something of every version that is replayed', () => {
    for (const replayed of replayedVersions)
      expect(histories.filter((file) => file.startsWith(`${replayed}/`)).length).toBeGreaterThan(
        10,
      );
  });

  test.each(histories)('%s replays as it was recorded', async (file) => {
    const bundle = await openBundle(createReadStream(new URL(file, goldenFolder)));
    for await (const { differences } of bundle.steps()) expect(differences).toEqual([]);
    expect(bundle.finish()).toMatchObject({ ok: true, failures: [] });
  });
});
