import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashEntry } from '../../src/crypto/chain.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { BundleUnreadable } from '../../src/engine/audit/bundle.ts';
import { bodyOf } from '../../src/engine/step/entry.ts';
import { openBundle, type BundleVerification } from '../../src/engine/audit/verify-bundle.ts';
import { ada, cleo } from '../support/cast.ts';
import { convened } from '../support/chapters.ts';
import { bundleOf, logged, signer, write } from '../support/written.ts';

const story = [...convened.slice(0, 4), ada('case.close'), ...convened.slice(4)];
const written = write(story);
const whole = await bundleOf(written, logged(written));
const lines = whole.split('\n').slice(0, -1);
const last = lines.length - 1;

async function verify(text: string | Buffer, keys: string[] = [], size = 1000) {
  const bytes = Buffer.from(text);
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const reading = await openBundle(chunks(), keys);
  for await (const _ of reading.steps());
  return reading.finish();
}
const join = (parts: readonly string[]) => parts.map((line) => `${line}\n`).join('');

/** The lines with one of them changed, and the digest made to fit again, as a forger would. */
function mended(changed: readonly string[]): string {
  const before = join(changed.slice(0, -1));
  const { end } = JSON.parse(changed.at(-1) ?? '') as { end: object };
  const digest = createHash('sha256').update(before).digest('hex');
  return `${before}${JSON.stringify({ end: { ...end, digest } })}\n`;
}

/** Every way to change a JSON value in one place. */
function* changesOf(value: unknown): Generator {
  if (typeof value === 'string') yield* [`${value}x`, value.slice(1), value.toUpperCase()];
  if (typeof value === 'number') yield* [value + 1, -value, String(value)];
  if (typeof value === 'boolean') yield !value;
  if (value === null) yield* [0, 'null', {}];
  if (Array.isArray(value)) {
    yield [...(value as unknown[]), value[0] ?? 'x'];
    for (const [i, item] of value.entries()) {
      yield value.toSpliced(i, 1);
      for (const changed of changesOf(item)) yield value.with(i, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, unknown: 1 };
    for (const [key, member] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const changed of changesOf(member)) yield { ...value, [key]: changed };
    }
  }
}

/** The lines with one change to this one, for every change there is. */
const changesAt = (at: number): string[][] => {
  const line = lines[at] ?? '';
  const changes = [...changesOf(JSON.parse(line))].map((value) => JSON.stringify(value));
  return changes.filter((changed) => changed !== line).map((changed) => lines.with(at, changed));
};

const refused = async (text: string | Buffer): Promise<string> =>
  verify(text).then(
    (verification) => (verification.ok ? 'whole' : 'differs'),
    (error: unknown) => {
      if (error instanceof BundleUnreadable) return 'no bundle';
      throw error;
    },
  );
const checksOf = ({ failures }: BundleVerification) =>
  failures.map(({ seq, check }) => [seq, check]);

describe('a bundle', () => {
  test('verifies as it was written, in whatever pieces it comes', async () => {
    for (const size of [1, 7, 4096, whole.length]) {
      const verification = await verify(whole, [], size);
      expect(verification).toMatchObject({ ok: true, entries: last - 1, failures: [] });
      expect(verification.checked).toEqual({
        chain: 'ok',
        replay: 'ok',
        // what the history key and the case's own would tell is not in it
        authenticity: 'not-checked',
        dataKey: 'not-checked',
        bundle: 'ok',
        checkpoint: 'ok',
      });
    }
    expect(written.entries.some(({ outcome }) => outcome === 'refused')).toBe(true);
  });

  test('shows any single change of an entry at its seq, even with the digest mended', async () => {
    const change = fc
      .integer({ min: 1, max: last - 1 })
      .chain((seq) =>
        fc.record({ seq: fc.constant(seq), changed: fc.constantFrom(...changesAt(seq)) }),
      );
    await fc.assert(
      fc.asyncProperty(change, async ({ seq, changed }) => {
        const { ok, failures } = await verify(mended(changed));
        expect(ok).toBe(false);
        expect(failures.map((failure) => failure.seq)).toContain(seq);
      }),
      { numRuns: 200 },
    );
  });

  test('shows every single change of its header and its end', async () => {
    for (const changed of [...changesAt(0), ...changesAt(last)])
      expect(await refused(join(changed)), changed[0]).not.toBe('whole');
  });

  test('shows a bit of its proof that base64 leaves over', async () => {
    const [, before = '', bits = ''] = /"path":\["([A-Za-z0-9+/]{42})(.)=/.exec(whole) ?? [];
    const other = String.fromCharCode(bits.charCodeAt(0) + 1);
    const changed = whole.replace(`${before}${bits}=`, `${before}${other}=`);
    expect(changed).not.toBe(whole);
    expect(await refused(changed)).not.toBe('whole');
  });

  test('shows any flipped bit', async () => {
    const bytes = Buffer.from(whole);
    const place = fc.tuple(fc.nat({ max: bytes.length - 2 }), fc.nat({ max: 7 }));
    await fc.assert(
      fc.asyncProperty(place, async ([at, bit]) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(await refused(changed)).not.toBe('whole');
      }),
      { numRuns: 200 },
    );
  });

  test('shows where it was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: Buffer.byteLength(whole) - 2 }), async (length) => {
        expect(await refused(Buffer.from(whole).subarray(0, length))).not.toBe('whole');
      }),
    );
    expect(checksOf(await verify(join(lines.slice(0, -1))))).toEqual([[last - 1, 'end']]);
    expect(checksOf(await verify(join(lines.slice(0, 5))))).toContainEqual([0, 'headSeq']);
  });

  test('shows entries that were removed, added or reordered, at the right seq', async () => {
    const [four = '', five = ''] = lines.slice(4);
    const removed = mended(lines.toSpliced(4, 1));
    const doubled = mended(lines.toSpliced(5, 0, four));
    const swapped = mended(lines.with(4, five).with(5, four));
    for (const [text, seq] of [
      [removed, 4],
      [doubled, 5],
      [swapped, 4],
    ] as const) {
      const { failures, checked } = await verify(text);
      expect(checked.chain).toBe('failed');
      expect(failures[0]).toMatchObject({ seq, check: 'seq' });
    }
  });

  test.each([
    ['no JSON', '{"seq":'],
    ['an unknown field', (lines[3] ?? '').replace('{', '{"extra":1,')],
    ['a key that stands there twice', (lines[3] ?? '').replace('{', '{"seq":99,')],
    [
      'a key that zod leaves out',
      (lines[3] ?? '').replace('"facts":{', '"facts":{"__proto__":{},'),
    ],
    ['another way to write it', (lines[3] ?? '').replace('{', '{ ')],
    ['half a surrogate pair', (lines[3] ?? '').replace('"person":"', '"person":"\\ud800')],
    ['bottomless nesting', '['.repeat(400_000)],
    [
      'deep nesting',
      (lines[3] ?? '').replace('"facts":{', `"facts":{"a":${'['.repeat(9000)}${']'.repeat(9000)},`),
    ],
    ['nothing', ''],
  ])('shows a line that holds %s', async (_, line) => {
    const { ok, failures } = await verify(mended(lines.with(3, line)));
    expect(ok).toBe(false);
    expect(failures[0]?.seq).toBe(3);
    expect(failures[0]?.check).toMatch(/^(line|unreadable)$/);
  });

  test('is none without a header, nor with a line that no entry could fill', async () => {
    const endless = async function* () {
      yield Buffer.from(`${lines[0]}\n`);
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    };
    const read = async () => {
      for await (const _ of (await openBundle(endless())).steps());
    };
    await expect(read()).rejects.toThrow(BundleUnreadable);
    for (const text of ['', '\n', '{}\n', 'PK\u0003\u0004', join(lines.slice(1))])
      await expect(verify(text), text.slice(0, 20)).rejects.toThrow(BundleUnreadable);
  });

  test('shows lines after its end', async () => {
    expect(checksOf(await verify(`${whole}${lines[1]}\n`))).toEqual([[last, 'line']]);
  });
});

describe('a bundle of a case from which content was taken away', () => {
  const redacting = [
    ...story,
    cleo('case.redact', { seq: 3, parts: ['content'] }),
    ada('case.confirm', { seq: story.length + 2 }),
  ];
  const redacted = write(redacting);
  const without = (seq: number, ...gone: string[]) => ({
    ...redacted,
    entries: redacted.entries.map((entry) =>
      entry.seq === seq
        ? {
            ...entry,
            sealed: Object.fromEntries(
              Object.entries(entry.sealed).filter(([part]) => !gone.includes(part)),
            ),
          }
        : entry,
    ),
  });

  test('verifies where it says what is gone', async () => {
    const text = await bundleOf(without(3, 'content'));
    expect(text.split('\n')[3]).toContain('"redacted":["content"]');
    expect(await verify(text)).toMatchObject({ ok: true, failures: [] });
  });

  test.each([
    ['is still there', redacted, [3, 'redacted']],
    ['is another one', without(3, 'identity:reporter'), [3, 'redacted']],
    ['is more than that', without(3, 'content', 'identity:reporter'), [3, 'redacted']],
  ])('does not where what should be gone %s', async (_, forged, found) => {
    const { checked, failures } = await verify(await bundleOf(forged));
    expect(checked).toMatchObject({ chain: 'ok', replay: 'ok', bundle: 'failed' });
    expect(failures.map(({ seq, check }) => [seq, check])).toEqual([found]);
  });

  test('does not where something else is gone, which no step took away', async () => {
    const both = { ...without(3, 'content') };
    const entries = both.entries.map((entry) =>
      entry.seq === 6 ? { ...entry, sealed: {} } : entry,
    );
    expect(checksOf(await verify(await bundleOf({ ...both, entries })))).toEqual([[6, 'redacted']]);
  });
});

describe("a bundle's checkpoint", () => {
  const other = checkpointSigner(Buffer.alloc(32, 8)).verifierKey;

  test('is verified with the key that is trusted', async () => {
    expect(await verify(whole, [signer.verifierKey])).toMatchObject({ ok: true });
    expect(await verify(whole, [other, signer.verifierKey])).toMatchObject({ ok: true });
    const { ok, checked } = await verify(whole, [other]);
    expect({ ok, ...checked }).toMatchObject({ ok: false, chain: 'ok', checkpoint: 'failed' });
  });

  test('is missed where a key was given, and else may be absent', async () => {
    const bare = await bundleOf(written);
    expect(await verify(bare)).toMatchObject({ ok: true, checked: { checkpoint: 'none' } });
    expect(await verify(bare, [signer.verifierKey])).toMatchObject({ ok: false });
  });

  test('may cover an earlier entry than the last', async () => {
    expect(await verify(await bundleOf(written, logged(written, 5)))).toMatchObject({ ok: true });
  });

  test('gives away a history that was rewritten as a whole', async () => {
    const proof = logged(written);
    const rewritten = write(
      story.map((sent, i) => (i === 0 ? cleo('intake.thankReporter') : sent)),
    );
    const caseId = written.row.caseId;
    let previousHash = rewritten.entries[0]?.previousHash ?? '';
    const entries = rewritten.entries.map((entry) => {
      const body = { ...entry, caseId, previousHash };
      previousHash = hashEntry(bodyOf(body));
      return { ...body, hash: previousHash };
    });
    const row = { ...rewritten.row, caseId, headHash: previousHash };
    expect(await verify(await bundleOf({ row, entries }))).toMatchObject({ ok: true });
    const { checked, failures } = await verify(await bundleOf({ row, entries }, proof));
    expect(checked).toMatchObject({ chain: 'ok', replay: 'ok', checkpoint: 'failed' });
    expect(failures).toMatchObject([{ check: 'leaf', seq: proof.leaf.seq }]);
  });
});
