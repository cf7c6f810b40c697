/** What is said of a fault that nobody caught. */
import { describe, expect, test } from 'vitest';
import { faultLine } from '../../src/fault.ts';

const secret = 'Robin Quillfeather';
const here = /^TypeError at test\/unit\/fault\.test\.ts:\d+:\d+$/;
const inRoot = new URL('../../src/x.ts', import.meta.url).href;

describe('a fault is told by its name and place, in one line', () => {
  test.each([
    ['its message', new TypeError(secret)],
    ['a message of many lines', new TypeError(`${secret}\n${secret}\r\n`)],
    ['a message that looks like a place', new TypeError(`${secret}\n    at ${inRoot}:1:1`)],
    ['a message of ten megabytes', new TypeError(secret.repeat(600_000))],
    ['its cause', new TypeError('x', { cause: new Error(secret) })],
  ])('without %s', (_what, error) => {
    expect(faultLine(error)).toMatch(here);
  });

  test('where Node threw it, and none of ours is in the way', () => {
    const error = new RangeError('x');
    error.stack = `RangeError: x\n    at Foo.bar (node:net:1:2)\n    at elsewhere (file:///etc/${secret}:1:2)`;
    expect(faultLine(error)).toBe('RangeError at node:net:1:2');
  });

  test.each([
    ['frames without end', `Error: x\n${'    at file:///elsewhere.ts:1:1\n'.repeat(1e5)}`],
    ['no frames', secret],
    ['no text', { toString: (): string => secret }],
    ['nothing', undefined],
  ])('whose stack is %s', (_what, stack) => {
    expect(faultLine(Object.assign(new Error('x'), { stack }))).toBe('Error');
  });

  test.each([
    ['is two lines', `Error\n${secret}`],
    ['is text', secret],
    ['is no text', { secret }],
    ['is nothing', undefined],
  ])('whose name %s', (_what, name) => {
    expect(faultLine(Object.assign(new Error('x'), { name }))).toMatch(/^Error at \S+$/);
  });

  test.each([
    ['text', secret],
    ['nothing', undefined],
    ['an object', { name: secret, stack: secret }],
    ['a rejected null', null],
  ])('though it is %s', (_what, thrown) => {
    expect(faultLine(thrown)).toBe('something that is no error');
  });

  test('though whoever looks at it gets another', () => {
    const fail = () => {
      throw new Error(secret);
    };
    const hostile = [
      Object.defineProperty(new Error('x'), 'stack', { get: fail }),
      Object.defineProperty(new Error('x'), 'name', { get: fail }),
      Object.assign(new Error('x'), { message: { toString: fail } }),
      new Proxy(new Error('x'), { getPrototypeOf: fail, get: fail }),
    ];
    for (const error of hostile) expect(faultLine(error)).toBe('an error that cannot be read');
  });
});
