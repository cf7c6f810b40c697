/** How a command ends, and what it says: the answer on standard output, all else on standard error. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Exit codes of the command line. */
export const exit = { whole: 0, differences: 1, noAnswer: 2 } as const;

/** The command can't do what it was asked. The message is one line. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** Says afterwards, by the exit code, that not everything is as it should be. */
export function differencesFound(): void {
  process.exitCode = exit.differences;
}

/** What a file says may hold anything: a terminal must not take it for orders, nor a reader for spaces. */
export const printable = (text: string): string =>
  text.replaceAll(
    /[^\P{C}\u200D]|[\u2028\u2029]/gu,
    (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`,
  );

/** A line on standard output; in a style, where a terminal shows it. */
export function say(line: string, style?: Style): void {
  const text = printable(line);
  process.stdout.write(`${style ? styleText(style, text) : text}\n`);
}

/** A line on standard error, where it is in nobody's way. */
export const note = (line: string): void => void process.stderr.write(`${printable(line)}\n`);

/** JSON on standard output: the whole answer, or one line of many. */
export const sayJson = (value: unknown, { pretty = true } = {}): void =>
  void process.stdout.write(`${JSON.stringify(value, null, pretty ? 2 : 0)}\n`);

/** A value in one line, cut where it would fill the screen. */
export function inShort(value: unknown, width = 100): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** What went wrong, for somebody who wants no stack trace. */
export function inOneLine(error: unknown): string {
  let innermost = error;
  // A database's own words are inside; around them stands the statement, which says nothing here.
  while (innermost instanceof Error && innermost.cause instanceof Error)
    innermost = innermost.cause;
  if (innermost instanceof AggregateError) [innermost] = innermost.errors as unknown[];
  const text = innermost instanceof Error ? innermost.message : String(innermost);
  return printable(text.trim().split('\n', 1)[0] ?? '');
}
