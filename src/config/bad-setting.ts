/** A setting that the server cannot start with. The message is one line and names the variable. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';

  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem.replaceAll(/\s+/g, ' ')}`);
  }
}

/** What went wrong, as the end of such a line. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
