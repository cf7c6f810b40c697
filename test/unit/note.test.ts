import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rootOf } from '../../src/crypto/merkle.ts';
import {
  checkpointSigner,
  checkpointText,
  NoteBroken,
  noteSigner,
  openNote,
  readCheckpoint,
  verifyCheckpoint,
} from '../../src/crypto/note.ts';

/** The example of the format's first implementation (Go, golang.org/x/mod/sumdb/note). */
const peter = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  // The type of the key stands before the seed.
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  text: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`,
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const enochs =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const note = `${peter.text}\n${peter.signature}`;

describe('a signed note', () => {
  test('is verified and signed as its first implementation does', () => {
    expect(openNote(note, peter.key)).toBe(peter.text);
    const signer = noteSigner(peter.seed, 'PeterNeumann');
    expect(signer.verifierKey).toBe(peter.key);
    expect(signer.sign(peter.text)).toBe(note);
  });

  test('may be signed by others too', () => {
    expect(openNote(note + enochs, peter.key)).toBe(peter.text);
    expect(openNote(`${peter.text}\n${enochs}${peter.signature}`, peter.key)).toBe(peter.text);
    const enochKey = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
    expect(openNote(note + enochs, enochKey)).toBe(peter.text);
    expect(() => openNote(note, enochKey)).toThrow('not signed by EnochRoot');
  });

  test('does not hold with any character changed', () => {
    fc.assert(
      fc.property(
        fc.nat(note.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, other) => {
          fc.pre(note[at] !== other);
          const changed = note.slice(0, at) + other + note.slice(at + 1);
          expect(() => openNote(changed, peter.key)).toThrow(NoteBroken);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['no signature', peter.text],
    ['no signature after the blank line', `${peter.text}\n`],
    ['no blank line', peter.text + peter.signature],
    ['no newline at the end', note.trimEnd()],
    ['something after the signature', `${note}more\n`],
    ['a hyphen for the dash', note.replace('—', '-')],
    [
      'two lines of one key, one of which does not hold',
      note + peter.signature.replace('x08go/Z', 'x08go/A'),
    ],
    ['a control character', noteSigner(peter.seed, 'PeterNeumann').sign('a\tb\n')],
    ['base64 with something between', note.replace('x08go', 'x08*go')],
    ['nothing', ''],
  ])('is none with %s', (_, broken) => {
    expect(() => openNote(broken, peter.key)).toThrow(NoteBroken);
  });

  test.each([
    ['another name', peter.key.replace('Peter', 'Paul')],
    ['another id', peter.key.replace('c74f20a3', 'c74f20a4')],
    ['another type', peter.key.replace('+ARpc', '+Ahpc')],
    ['a key that is too short', peter.key.slice(0, -4)],
    ['nothing', ''],
  ])('is not verified by a key with %s', (_, key) => {
    expect(() => openNote(note, key)).toThrow(NoteBroken);
  });

  test('is signed under a name that a note can hold, with a seed of 32 bytes', () => {
    for (const name of ['', 'two words', 'a+b', 'new\nline']) {
      expect(() => noteSigner(peter.seed, name)).toThrow(RangeError);
    }
    expect(() => noteSigner(Buffer.alloc(31), 'name')).toThrow(RangeError);
  });
});

describe('a checkpoint', () => {
  const signer = checkpointSigner(Buffer.alloc(32, 7));
  const head = { origin: signer.name, size: 20_852_163, root: rootOf([]) };
  const signed = signer.sign(checkpointText(head));

  test('is the three lines of its format, signed under its origin', () => {
    expect(signer.name).toMatch(/^recourse\/[0-9a-f]{16}$/);
    expect(signed.split('\n').slice(0, 4)).toEqual([
      signer.name,
      '20852163',
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      '',
    ]);
    expect(verifyCheckpoint(signed, signer.verifierKey)).toEqual({ ...head, extensions: [] });
  });

  test('of the format, with what may follow, is read', () => {
    const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
    const text = `example.com/behind-the-sofa\n0\n${root}\nan extension\n`;
    expect(readCheckpoint(signer.sign(text))).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 0,
      root: Buffer.from(root, 'base64'),
      extensions: ['an extension'],
    });
  });

  test('is not believed of another key or another log', () => {
    const other = checkpointSigner(Buffer.alloc(32, 8));
    expect(other.name).not.toBe(signer.name);
    expect(() => verifyCheckpoint(signed, other.verifierKey)).toThrow('not signed by');
    const borrowed = signer.sign(checkpointText({ ...head, origin: other.name }));
    expect(() => verifyCheckpoint(borrowed, signer.verifierKey)).toThrow('of another log');
  });

  const root = head.root.toString('base64');
  test.each([
    ['a leading zero', `o\n01\n${root}\n`],
    ['a negative size', `o\n-1\n${root}\n`],
    ['a size beyond what can be counted', `o\n9007199254740993\n${root}\n`],
    ['no origin', `\n1\n${root}\n`],
    ['a short root', `o\n1\n${root.slice(4)}\n`],
    ['no root', 'o\n1\n'],
    ['an empty line', `o\n1\n${root}\n\nmore\n`],
  ])('is none with %s', (_, text) => {
    expect(() => readCheckpoint(signer.sign(text))).toThrow(NoteBroken);
  });
});
