/** The command line, as somebody runs it: in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `recourse` with these arguments.
 *
 * @param options `env`: all settings; the caller's own are left out. `input`: what it reads
 */
export async function recourse(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>>; input?: string },
): Promise<Said> {
  const { cwd, env = {}, input = '' } = options;
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  });
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  // whoever uses it wants no stack traces
  expect(err).not.toMatch(/\n\s+at /);
  return { code, out, err };
}
